"""An engine that runs is watched from outside: its memory, its processor time, its own numbers."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Sample:
    """The engine at one moment."""

    at_s: float
    rss_bytes: int
    cpu_s: float
    stored: int
    """Positions stored since its start."""
    in_flight: int
    """Messages it holds and has not committed."""
    published: int
    """Messages that the broker has taken."""
    database_bytes: int


class Watch:
    """Samples of one engine process, taken at a steady pace."""

    def __init__(self, pid: int, url: str, database: Path, published: Callable[[], int]) -> None:
        self.samples: list[Sample] = []
        self._database = database
        self.began = time.monotonic()
        """What the samples' clock counts from."""
        self._process = psutil.Process(pid)
        self._url = url
        self._published = published

    @asynccontextmanager
    async def running(self, every_s: float) -> AsyncIterator["Watch"]:
        """Sample for as long as the block runs."""
        task = asyncio.create_task(self._sample(every_s))
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _sample(self, every_s: float) -> None:
        async with httpx.AsyncClient(timeout=30) as client:
            while True:
                said = (await client.get(f"{self._url}/metrics")).text
                cpu = self._process.cpu_times()
                self.samples.append(
                    Sample(
                        time.monotonic() - self.began,
                        self._process.memory_info().rss,
                        cpu.user + cpu.system,
                        number_in("ringfence_positions_stored_total", said),
                        number_in("ringfence_engine_backlog", said),
                        self._published(),
                        self._database.stat().st_size,
                    )
                )
                await asyncio.sleep(every_s)


def number_in(name: str, text: str) -> int:
    """Return a number of /metrics by its name."""
    found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
    if found is None:
        raise LookupError(f"the engine's /metrics has no {name}: has it been renamed?")
    return round(float(found[1]))
