"""Parts the MQTT tests share: a vendor's client, a cable to cut, brokers to run against."""

import asyncio
import shutil
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import urlsplit

import aiomqtt

from engine.sources.address import BrokerAddress

T = TypeVar("T")
Message = tuple[str, bytes]
PATIENCE_S = 20.0


def now() -> int:
    """Return the time in microseconds since the epoch."""
    return time.time_ns() // 1_000


async def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until a condition holds; fail with `what` when it does not in time."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"waited {PATIENCE_S} s in vain: {what}"
        await asyncio.sleep(0.01)


async def soon(awaited: Awaitable[T]) -> T:
    """Return the result, which must come in time."""
    return await asyncio.wait_for(awaited, PATIENCE_S)


def client(url: str, timeout_s: float = PATIENCE_S) -> aiomqtt.Client:
    """Return a vendor's client for a broker's URL."""
    address = BrokerAddress.parse(url)
    made = aiomqtt.Client(
        address.host,
        address.port,
        username=address.username,
        password=address.password,
        timeout=timeout_s,
    )
    made.pending_calls_threshold = 1_000_000
    return made


async def publish(url: str, messages: Iterable[Message]) -> None:
    """Publish at QoS 1, in order, and return once the broker has acknowledged all."""
    async with client(url) as vendor:
        await asyncio.gather(
            *(vendor.publish(topic, payload, qos=1) for topic, payload in messages)
        )


async def publish_stubbornly(url: str, messages: Iterable[Message]) -> None:
    """Publish at QoS 1, again and again, until the broker has acknowledged each message."""
    missing = dict.fromkeys(messages)

    async def once(vendor: aiomqtt.Client, message: Message) -> None:
        await vendor.publish(message[0], message[1], qos=1)
        del missing[message]

    deadline = time.monotonic() + PATIENCE_S
    while missing:
        assert time.monotonic() < deadline, f"{len(missing)} messages were never acknowledged"
        try:
            async with client(url, timeout_s=0.5) as vendor:
                for message in list(missing)[:50]:
                    await once(vendor, message)
        except aiomqtt.MqttError:
            await asyncio.sleep(0.02)


@asynccontextmanager
async def received(url: str, topic_filter: str) -> AsyncIterator[list[Message]]:
    """Subscribe and collect what arrives while the block runs."""
    messages: list[Message] = []

    async def collect(listener: aiomqtt.Client) -> None:
        async for message in listener.messages:
            assert isinstance(message.payload, bytes)
            messages.append((message.topic.value, message.payload))

    async with client(url) as listener:
        await listener.subscribe(topic_filter, qos=1)
        task = asyncio.create_task(collect(listener))
        try:
            yield messages
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


class Cable:
    """A TCP relay on loopback to a server, which can be cut, and taken away for a while."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._port = 0
        self._ends: set[asyncio.StreamWriter] = set()
        self._relays: set[asyncio.Task[None]] = set()
        self.open = asyncio.Event()
        """Clear it to hold back what the server sends."""
        self.open.set()

    @property
    def url(self) -> str:
        """The server's URL, through the cable."""
        parts = urlsplit(self._url)
        login = parts.netloc.rpartition("@")[0]
        return parts._replace(
            netloc=f"{login}@127.0.0.1:{self._port}" if login else f"127.0.0.1:{self._port}"
        ).geturl()

    async def __aenter__(self) -> Self:
        """Lay the cable."""
        await self.lay()
        return self

    async def lay(self) -> None:
        """Take connections; once more on the same port, if it was taken away."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    def take_away(self) -> None:
        """Break every connection and refuse new ones."""
        self._server.close()
        self.cut()

    async def __aexit__(self, *_: object) -> None:
        """Take it away."""
        self._server.close()
        self.open.set()
        self.cut()
        await asyncio.gather(*self._relays, return_exceptions=True)

    def cut(self) -> None:
        """Break every connection at once, without a word."""
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    async def _connected(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        parts = urlsplit(self._url)
        try:
            far, forth = await asyncio.open_connection(parts.hostname, parts.port)
        except OSError:
            back.transport.abort()
            return
        self._ends |= {back, forth}
        always = asyncio.Event()
        always.set()
        for reader, writer, gate in ((near, forth, always), (far, back, self.open)):
            relay = asyncio.create_task(_relay(reader, writer, gate))
            self._relays.add(relay)
            relay.add_done_callback(self._relays.discard)


async def _relay(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, gate: asyncio.Event
) -> None:
    try:
        while data := await reader.read(65_536):
            await gate.wait()
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


def free_port() -> int:
    """Return a port nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def mosquitto() -> str | None:
    """Return the path of mosquitto, None where it is not installed."""
    return shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin") or shutil.which("mosquitto")


@asynccontextmanager
async def run_mosquitto(
    directory: Path, max_in_flight: int, options: str = ""
) -> AsyncIterator[str]:
    """Run mosquitto without logins and yield its URL; `options` concern its listener."""
    program = mosquitto()
    assert program is not None
    port = free_port()
    configuration = directory / "mosquitto.conf"
    configuration.write_text(
        f"listener {port} 127.0.0.1\n{options}allow_anonymous true\npersistence false\n"
        f"max_inflight_messages {max_in_flight}\nmax_queued_messages 0\nuser root\n"
    )
    process = await asyncio.create_subprocess_exec(
        program,
        "-c",
        str(configuration),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _listening(port)
        yield f"mqtt://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def _listening(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            assert time.monotonic() < deadline, f"nothing listens on {port}"
            await asyncio.sleep(0.01)
        else:
            writer.close()
            await writer.wait_closed()
            return
