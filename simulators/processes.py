"""The engine as a child process of a simulation, run as its users run it.

It is in a session of its own, so that a terminal's Ctrl-C leaves it to be stopped in order; if we
die, it dies (see `engine.broker.launch`).
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from engine.broker import launch

STOP_S = 20.0


class EngineProcess:
    """`ringfence run` with settings of its own, as an async context manager."""

    def __init__(self, settings: Mapping[str, str], log: Path) -> None:
        """Create a process that has not started; its log goes to a file."""
        self._settings = {f"RINGFENCE_{name.upper()}": value for name, value in settings.items()}
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """The process id."""
        return self._running().pid

    async def __aenter__(self) -> "EngineProcess":
        """Start it."""
        await self.start()
        return self

    async def __aexit__(self, *_exception: object) -> None:
        """Stop it."""
        await self.stop()

    async def start(self) -> None:
        """Start it; a terminal's Ctrl-C does not reach it."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("RINGFENCE_")
        }
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, launch.__file__, str(os.getpid())),
                *(sys.executable, "-m", "engine", "run"),
                env=environment | self._settings,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def stop(self) -> None:
        """Ask it to finish, and see that it does."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_S)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def kill(self) -> None:
        """End it at once, as a power cut would."""
        process = self._running()
        process.kill()
        await process.wait()

    async def ready(self, url: str, timeout_s: float = 60.0) -> None:
        """Wait until /readyz says yes.

        Raises:
            RuntimeError: it ended, or did not get ready in time; says what its log says.
        """
        deadline = asyncio.get_running_loop().time() + timeout_s
        async with httpx.AsyncClient() as client:
            while not await _is_ready(client, url):
                late = asyncio.get_running_loop().time() > deadline
                if late or self._running().returncode is not None:
                    raise RuntimeError(f"the engine did not get ready:\n{self._last_words()}")
                await asyncio.sleep(0.05)

    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise RuntimeError("the engine was not started: call start()")
        return self._process

    def _last_words(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])


async def _is_ready(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(f"{url}/readyz")).is_success
    except httpx.TransportError:
        return False
