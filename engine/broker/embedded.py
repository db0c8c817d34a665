"""The embedded broker: configured, started, watched and stopped with the engine.

What ends the server is repaired: it is started again after a wait that doubles, on the same port
and storage. It never outlives the engine. Before any vendor may connect, the engine's persistent
session exists, for NATS forgets a message that nobody subscribes to.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final, Self
from urllib.parse import quote

import structlog

from engine.backoff import delays
from engine.broker import probe
from engine.broker.child import Child, find_binary
from engine.broker.configuration import Limits, render
from engine.broker.credentials import Credentials, Login
from engine.broker.errors import BrokerError
from engine.broker.files import bytes_in, private_directory, write_private
from engine.broker.place import choose_port, lock
from engine.broker.session import EngineSession

READY_S: Final = 60.0
PROBE_EVERY_S: Final = 20.0
_PROBES_MISSED: Final = 3
_POLL_S: Final = 0.05
_RESTART_WAITS_S: Final = (0.1, 10.0)
_TAIL_BYTES: Final = 2_000
_log = structlog.get_logger(__name__)


class EmbeddedBroker:
    """An MQTT 3.1.1 broker for one engine and its vendors, as an async context manager."""

    def __init__(
        self,
        state_dir: Path,
        vendors: Iterable[str] = (),
        port: int = 0,
        *,
        host: str = "127.0.0.1",
        binary: str = "nats-server",
        limits: Limits | None = None,
    ) -> None:
        """Create a broker that has not started.

        `state_dir` keeps its storage, log and credentials and is made if missing. Port 0 takes a
        free one. `binary` names the server's program.
        """
        self._dir = state_dir.absolute()
        self._vendors = tuple(dict.fromkeys(vendors))
        self._host = host
        self._port = port
        self._binary = binary
        self._limits = limits or Limits()
        self._credentials: Credentials | None = None
        self._lock: int | None = None
        self._child: Child | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._serving = asyncio.Event()
        self._restarts = 0

    @property
    def host(self) -> str:
        """Where it listens."""
        return self._host

    @property
    def port(self) -> int:
        """Where it listens for MQTT; the same for as long as it is open."""
        return self._port

    @property
    def pid(self) -> int:
        """The process id of the server, which changes when it is started again."""
        return self._running().pid

    @property
    def restarts(self) -> int:
        """How often the server was started again."""
        return self._restarts

    @property
    def serving(self) -> bool:
        """Whether the server runs and answered over MQTT."""
        return self._serving.is_set()

    @property
    def credentials(self) -> Credentials:
        """The logins of the engine and of every vendor.

        Raises:
            BrokerError: the broker was not started.
        """
        if self._credentials is None:
            raise BrokerError("the embedded broker was not started: enter it with 'async with'")
        return self._credentials

    def url_for_engine(self) -> str:
        """Return the engine's URL, with its password and client identifier."""
        engine = self.credentials.engine
        return f"{self._url(engine)}?client_id={quote(self._engine_session().client_id, safe='')}"

    def url_for_vendor(self, vendor: str) -> str:
        """Return a vendor's URL, with its password.

        Raises:
            BrokerError: the vendor is not one of this broker's.
        """
        if vendor not in self._vendors:
            known = ", ".join(self._vendors) or "none"
            raise BrokerError(f"the embedded broker has no vendor {vendor!r}; it has: {known}")
        return self._url(self.credentials.vendors[vendor])

    async def __aenter__(self) -> Self:
        """Start the server and return once it answers over MQTT.

        Raises:
            BrokerError: it cannot run; says why and what to do.
            ValueError: a vendor's name or the credentials file cannot be used.
        """
        binary = find_binary(self._binary)
        private_directory(self._dir)
        self._lock = await lock(self._dir / "lock")
        try:
            self._credentials = Credentials.load(self._dir / "credentials.json", self._vendors)
            self._port = choose_port(self._host, self._port)
            await self._start(binary)
        except BaseException:
            await self._end()
            raise
        self._watcher = asyncio.create_task(self._watch(binary), name="embedded broker")
        return self

    async def __aexit__(self, *_raised: object) -> None:
        """Stop the server: SIGTERM, and SIGKILL when that takes too long."""
        if self._watcher is not None:
            self._watcher.cancel()
            with suppress(asyncio.CancelledError):
                await self._watcher
        await self._end()

    async def wait_serving(self) -> None:
        """Wait until the server answers over MQTT."""
        await self._serving.wait()

    def kill(self) -> None:
        """Kill the server as a crash would; it is started again."""
        self._serving.clear()
        self._running().signal(signal.SIGKILL)

    async def restart(self) -> None:
        """Stop the server cleanly, and return once it serves again."""
        self._serving.clear()
        await self._running().stop()
        await self._serving.wait()

    def _url(self, login: Login) -> str:
        user, password = quote(login.user, safe=""), quote(login.password, safe="")
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"mqtt://{user}:{password}@{host}:{self._port}"

    def _running(self) -> Child:
        if self._child is None:
            raise BrokerError("the embedded broker was not started: enter it with 'async with'")
        return self._child

    async def _start(self, binary: Path) -> None:
        """Start the server for the first time, with the engine's session before any vendor."""
        session = self._engine_session()
        if not session.opened:
            self._configure(())
            await self._launch(binary)
            login, client_id = self.credentials.engine, session.client_id
            await self._until(lambda: probe.open_session(self._host, self._port, login, client_id))
            await self._running().stop()
            session.note_opened()
        self._configure(self._vendors)
        await self._launch(binary)
        await self._until_serving()

    async def _watch(self, binary: Path) -> None:
        """Start the server again whenever it ends, and end it when it does not answer any more."""
        waits = delays(*_RESTART_WAITS_S)
        while True:
            code = await self._ended()
            self._serving.clear()
            _log.error("broker.ended", exit_code=code, last_words=self._last_words())
            await asyncio.sleep(next(waits))
            self._configure(self._vendors)
            await self._launch(binary)
            self._restarts += 1
            try:
                await self._until_serving()
            except BrokerError as error:
                _log.error("broker.not_serving", problem=str(error))
                await self._running().stop()
            else:
                waits = delays(*_RESTART_WAITS_S)
                _log.info("broker.serves_again", port=self._port, restarts=self._restarts)

    async def _ended(self) -> int:
        """Wait until the server has ended; one that misses three probes in a row is ended."""
        running = self._running()
        missed = 0
        while missed < _PROBES_MISSED:
            try:
                async with asyncio.timeout(PROBE_EVERY_S):
                    return await running.ended()
            except TimeoutError:
                answers = await probe.accepts(self._host, self._port, self.credentials.engine)
                missed = 0 if answers else missed + 1
        self._serving.clear()
        _log.error("broker.hangs", pid=running.pid, last_words=self._last_words())
        await running.stop()
        return await running.ended()

    async def _launch(self, binary: Path) -> None:
        """Start the server; whoever cancels this finds it in `_child` to be stopped."""
        kept = () if self._lock is None else (self._lock,)
        starting = asyncio.create_task(
            Child.start(binary, self._dir / "nats.conf", self._dir / "output.txt", kept)
        )
        try:
            self._child = await asyncio.shield(starting)
        except asyncio.CancelledError:
            self._child = await starting
            raise

    async def _until_serving(self) -> None:
        await self._until(lambda: probe.accepts(self._host, self._port, self.credentials.engine))
        self._serving.set()

    async def _until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Wait until the server answers as it should.

        Raises:
            BrokerError: it ended, or does not answer in `READY_S` seconds.
        """
        clock = asyncio.get_running_loop().time
        deadline = clock() + READY_S
        while not await holds():
            if self._running().exit_code is not None:
                raise BrokerError(
                    f"the embedded broker ended at once (exit code {self._running().exit_code}); "
                    f"its last words: {self._last_words()}"
                )
            if clock() > deadline:
                raise BrokerError(
                    f"the embedded broker does not answer on {self._host} port {self._port}; "
                    f"its last words: {self._last_words()}"
                )
            await asyncio.sleep(_POLL_S)

    async def _end(self) -> None:
        self._serving.clear()
        if self._child is not None:
            await self._child.stop()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _configure(self, vendors: tuple[str, ...]) -> None:
        text = render(
            host=self._host,
            port=self._port,
            storage=self._storage,
            log=self._dir / "nats.log",
            credentials=self.credentials,
            vendors=vendors,
            limits=self._limits.with_room(bytes_in(self._storage)),
        )
        write_private(self._dir / "nats.conf", text.encode())

    def _engine_session(self) -> EngineSession:
        return EngineSession(self._storage)

    @property
    def _storage(self) -> Path:
        return private_directory(self._dir / "storage")

    def _last_words(self) -> str:
        """Return the end of what the server logged or printed."""
        words = ""
        for name in ("nats.log", "output.txt"):
            with suppress(FileNotFoundError):
                words += (self._dir / name).read_bytes()[-_TAIL_BYTES:].decode(errors="replace")
        return words.strip() or "none"
