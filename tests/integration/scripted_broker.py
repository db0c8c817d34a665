"""A broker that does what a test tells it, over a real socket, and notes what it was told."""

import asyncio
import struct
from typing import Self

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ = 1, 2, 3, 4, 8, 9, 12
DISCONNECT = 14


class ScriptedBroker:
    """Serves one client at a time: accepts it, grants what it asks, and delivers on demand."""

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self.connack_code = 0
        self.session_present = True
        self.grants = 1
        self.connections = 0
        self.acknowledged: list[int] = []
        """Packet identifiers acknowledged on the present connection, in order."""
        self.disconnects = 0
        self.published: list[bytes] = []
        self.closes_on = b"never"
        self.subscriptions: list[str] = []
        self.clean_sessions: list[bool] = []
        self._writer: asyncio.StreamWriter | None = None
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"mqtt://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        """Listen on loopback."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close everything."""
        self._server.close()
        self.drop()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def deliver(self, topic: bytes, payload: bytes, packet_id: int, qos: int = 1) -> None:
        """Send a PUBLISH packet."""
        numbered = struct.pack(">H", packet_id) if qos else b""
        self.send(_packet(PUBLISH << 4 | qos << 1, _text(topic) + numbered + payload))

    def send(self, raw: bytes) -> None:
        """Send bytes as they are."""
        assert self._writer is not None
        self._writer.write(raw)

    def drop(self) -> None:
        """Break the connection."""
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        self._writer = writer
        self.acknowledged = []
        try:
            while True:
                self._answer(*await _read(reader), writer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self._serving.discard(task)
            writer.close()

    def _answer(self, kind: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        if kind == CONNECT:
            self.clean_sessions.append(bool(body[7] & 2))
            self.connections += 1
            present = self.session_present and not self.connack_code
            writer.write(_packet(CONNACK << 4, bytes([present, self.connack_code])))
        elif kind == SUBSCRIBE:
            length = int.from_bytes(body[2:4], "big")
            self.subscriptions.append(body[4 : 4 + length].decode())
            writer.write(_packet(SUBACK << 4, body[:2] + bytes([self.grants])))
        elif kind == PUBACK:
            self.acknowledged.append(int.from_bytes(body[:2], "big"))
        elif kind == PUBLISH:
            end = 2 + int.from_bytes(body[:2], "big")
            self.published.append(body[end + 2 :])
            if body[end + 2 :] == self.closes_on:
                writer.transport.abort()
            else:
                writer.write(_packet(PUBACK << 4, body[end : end + 2]))
        elif kind == PINGREQ:
            writer.write(b"\xd0\x00")
        elif kind == DISCONNECT:
            self.disconnects += 1


def _text(text: bytes) -> bytes:
    return struct.pack(">H", len(text)) + text


def _packet(first: int, body: bytes) -> bytes:
    length, left = b"", len(body)
    while left > 127:
        length += bytes([left % 128 | 128])
        left //= 128
    return bytes([first]) + length + bytes([left]) + body


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    first = (await reader.readexactly(1))[0]
    length, shift = 0, 0
    while True:
        digit = (await reader.readexactly(1))[0]
        length |= (digit & 127) << shift
        shift += 7
        if digit < 128:
            return first >> 4, await reader.readexactly(length)
