"""A postman publishes prepared messages at QoS 1 as fast as a broker takes them, or on a schedule.

    python -m benchmarks.postman URL FILE          (say a monotonic time on standard input)

Packets of MQTT 3.1.1 are encoded beforehand and written to a plain socket, so that the publisher
costs next to nothing beside broker and engine. On a schedule nothing waits for an answer: a message
that goes out late counts from the time it was due. `FILE` is a list of [seconds after the start,
[topic, payload]] in MessagePack; the postman prints how late it was at worst.
"""

import asyncio
import json
import selectors
import socket
import struct
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.country_life import Sent
from engine.sources.address import BrokerAddress

_CONNECT, _PUBLISH_QOS_1, _PUBACK_BYTES = 0x10, 0x32, 4
_WINDOW: Final = 20_000
"""Most messages that wait for an answer, less than there are packet identifiers."""
_PART: Final = 500
_SLEEP_S: Final = 0.0005

Due = tuple[float, tuple[str, bytes]]
"""Seconds after the start; topic and payload."""
Part = tuple[bytes, int]
"""Packets, and how many they are."""


def length(number: int) -> bytes:
    """Return the length of the rest of a packet as MQTT writes it."""
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    found.append(number)
    return bytes(found)


def packet(identifier: int, topic: str, payload: bytes) -> bytes:
    """Return a PUBLISH packet at QoS 1."""
    name = _text(topic)
    head = bytes([_PUBLISH_QOS_1]) + length(2 + len(name) + len(payload))
    return head + name + struct.pack(">H", identifier) + payload


def _text(value: str) -> bytes:
    encoded = value.encode()
    return struct.pack(">H", len(encoded)) + encoded


class Postman:
    """One connection; the session is clean and nothing comes but answers."""

    def __init__(self, url: str, name: str = "postman") -> None:
        broker = BrokerAddress.parse(url)
        self._socket = socket.create_connection((broker.host, broker.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        said = [text for text in (broker.username, broker.password) if text is not None]
        head = b"\x00\x04MQTT\x04" + (b"\xc2" if said else b"\x02") + struct.pack(">H", 600)
        body = head + b"".join(_text(each) for each in (name, *said))
        self._socket.sendall(bytes([_CONNECT]) + length(len(body)) + body)
        answer = self._socket.recv(4, socket.MSG_WAITALL)
        if answer[3:] != b"\x00":
            raise ConnectionError(f"the broker refuses the connection: {answer!r}")
        self._numbers = self._sent = self._answered = 0
        self._rest = 0

    def pack(self, messages: Iterable[tuple[str, bytes]]) -> Iterator[Part]:
        """Yield messages as the packets that are sent at once, in order."""
        packets = (self._numbered(*each) for each in messages)
        while part := list(islice(packets, _PART)):
            yield b"".join(part), len(part)

    def post(self, parts: Iterable[Part]) -> None:
        """Publish what was packed, and return when the broker has answered for all of it."""
        for data, count in parts:
            self._socket.sendall(data)
            self._sent += count
            while self._sent - self._answered > _WINDOW:
                self._hear()
        self._hear_all()

    def post_on_time(self, messages: Sequence[Due], start: float) -> float:
        """Publish each when it is due, counted from a monotonic time; return the worst delay.

        It returns when the broker has answered for all: who leaves before may take the last back.
        """
        worst, index = 0.0, 0
        packets = [(start + due, self._numbered(*sent)) for due, sent in messages]
        self._socket.setblocking(False)
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            while index < len(packets):
                now, first = time.monotonic(), index
                while index < len(packets) and packets[index][0] <= now:
                    index += 1
                if index > first:
                    self._write(b"".join(each for _, each in packets[first:index]))
                    worst = max(worst, now - packets[first][0])
                if selector.select(_SLEEP_S):
                    self._hear()
        self._socket.setblocking(True)
        self._sent += len(packets)
        self._hear_all()
        return worst

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def _numbered(self, topic: str, payload: bytes) -> bytes:
        self._numbers += 1
        return packet(self._numbers % 65_535 + 1, topic, payload)

    def _write(self, data: bytes) -> None:
        """Write all of it, however full the broker's buffers are."""
        self._socket.setblocking(True)
        self._socket.sendall(data)
        self._socket.setblocking(False)

    def _hear(self) -> None:
        heard = len(self._socket.recv(1 << 16)) + self._rest
        if heard == self._rest:
            raise ConnectionError("the broker closed the postman's connection")
        self._answered += heard // _PUBACK_BYTES
        self._rest = heard % _PUBACK_BYTES

    def _hear_all(self) -> None:
        while self._answered < self._sent:
            self._hear()


def post(url: str, sent: Iterable[Sent]) -> None:
    """Publish messages over a connection of their own, as fast as the broker takes them."""
    with closing(Postman(url)) as postman:
        postman.post(postman.pack((each.topic, each.payload) for each in sent))


class Scheduled:
    """A postman in a process of its own, ready to go."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def go(self, start: float) -> None:
        """Let the schedule begin at a monotonic time."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{start}\n".encode())
        await self._process.stdin.drain()

    async def done(self) -> float:
        """Wait until everything is published; return the worst delay in seconds."""
        assert self._process.stdout is not None
        said = await self._process.stdout.readline()
        return float(json.loads(said)["worst_s"])


@asynccontextmanager
async def scheduled(url: str, messages: Sequence[Due]) -> AsyncIterator[Scheduled]:
    """Start a postman with messages in the order in which they are due."""
    with tempfile.NamedTemporaryFile(suffix=".messages") as file:
        Path(file.name).write_bytes(msgspec.msgpack.encode(messages))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.postman", url, file.name),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            assert process.stdout is not None
            await process.stdout.readline()
            yield Scheduled(process)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


def main() -> None:
    """Be the process that `scheduled` starts."""
    url, path = sys.argv[1], Path(sys.argv[2])
    messages = msgspec.msgpack.decode(path.read_bytes(), type=list[Due])
    postman = Postman(url, f"postman-{path.stem}")
    print("ready", flush=True)
    worst = postman.post_on_time(messages, float(sys.stdin.readline()))
    print(json.dumps({"worst_s": worst}), flush=True)


if __name__ == "__main__":
    main()
