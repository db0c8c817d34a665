"""Who takes a broker's messages: the engine, a sink that parses nothing, and the naive stack.

Each is a process of its own. How fast one is, is measured in two ways. Published: a publisher
sends as fast as the broker takes it, so the broker takes and delivers at once, as in life. Drained:
the consumer is made to stand still, the broker is filled, and then the consumer is let go, so that
the broker only delivers.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import psutil

from benchmarks.country import Country
from benchmarks.country_life import Sent
from benchmarks.mosquitto import Broker
from benchmarks.naive import arguments
from benchmarks.postman import Postman, post
from benchmarks.running import number_in
from engine.broker.place import choose_port
from engine.clock import SystemClock
from simulators.processes import EngineProcess
from zones.instant import Instant, render

PATIENCE_S: Final = 600.0
_POLL_S: Final = 0.02


@dataclass(frozen=True, slots=True)
class Consumer:
    """A process that takes messages; `taken` says how many of them, or of their positions."""

    pid: int
    taken: Callable[[], Awaitable[int]]
    ready_s: float
    """What its start took."""
    url: str = ""
    """Where its API is, if it has one."""
    clock_file: Path | None = None
    """The engine's clock stands until this says when it began."""

    @property
    def memory_bytes(self) -> int:
        """What it holds in memory now."""
        return int(psutil.Process(self.pid).memory_info().rss)

    @property
    def cpu_s(self) -> float:
        """Processor time it has taken so far."""
        took = psutil.Process(self.pid).cpu_times()
        return float(took.user + took.system)

    def begin(self) -> None:
        """Let the engine's clock run."""
        if self.clock_file is not None and not self.clock_file.exists():
            written = self.clock_file.with_suffix(".new")
            written.write_text(render(SystemClock().now()))
            written.rename(self.clock_file)


async def drained(consumer: Consumer, broker: Broker, sent: Sequence[Sent], taken: int) -> float:
    """Return the seconds in which a consumer takes messages that wait for it.

    Raises:
        TimeoutError: it does not.
    """
    goal = await consumer.taken() + taken
    os.kill(consumer.pid, signal.SIGSTOP)
    try:
        await asyncio.to_thread(post, broker.vendor_url, sent)
    finally:
        began = time.monotonic()
        os.kill(consumer.pid, signal.SIGCONT)
    await _until(consumer, goal)
    return time.monotonic() - began


async def published(consumer: Consumer, broker: Broker, sent: Sequence[Sent], taken: int) -> float:
    """Return the seconds from the first publish until all is taken, at the broker's own pace.

    Raises:
        TimeoutError: it is not.
    """
    goal = await consumer.taken() + taken
    with closing(Postman(broker.vendor_url)) as postman:
        parts = list(postman.pack((each.topic, each.payload) for each in sent))
        began = time.monotonic()
        await asyncio.to_thread(postman.post, parts)
    await _until(consumer, goal)
    return time.monotonic() - began


async def _until(consumer: Consumer, goal: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await consumer.taken() < goal:
            await asyncio.sleep(_POLL_S)


@asynccontextmanager
async def engine(
    broker: Broker, store_url: str, folder: Path, at: Instant
) -> AsyncIterator[Consumer]:
    """Run the engine on a store, as its users do; its clock stands at an instant until told."""
    port = choose_port("127.0.0.1", 0)
    url, clock = f"http://127.0.0.1:{port}", folder / "clock"
    settings = {
        "database_url": store_url,
        "broker_url": broker.engine_url,
        "port": str(port),
        "state_dir": str(folder / "state"),
        "canary_interval_s": "0",  # what is counted is what was published
        "clock_origin": render(at),
        "clock_started_file": str(clock),
    }
    began = time.monotonic()
    async with (
        httpx.AsyncClient(timeout=60) as client,
        EngineProcess(settings, folder / "engine.log") as process,
    ):

        async def stored() -> int:
            said = (await client.get(f"{url}/metrics")).text
            return number_in("ringfence_positions_stored_total", said)

        await process.ready(url, PATIENCE_S)
        yield Consumer(process.pid, stored, time.monotonic() - began, url, clock)


@asynccontextmanager
async def sink(broker: Broker, folder: Path) -> AsyncIterator[Consumer]:
    """Run a sink behind a broker."""
    counted = folder / "sunk"
    async with _counting(("benchmarks.sink", broker.engine_url, str(counted)), counted) as started:
        yield started


@asynccontextmanager
async def naive(broker: Broker, country: Country, folder: Path) -> AsyncIterator[Consumer]:
    """Run the naive stack behind a broker."""
    counted = folder / "naive-taken"
    command = ("benchmarks.naive", broker.engine_url, str(folder / "naive.db"), str(counted))
    async with _counting((*command, arguments(country)), counted) as started:
        yield started


@asynccontextmanager
async def _counting(command: Sequence[str], counted: Path) -> AsyncIterator[Consumer]:
    """Run a module of ours that writes how much it has taken; it is ready when it writes 0."""
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", *command)

    async def taken() -> int:
        return int(counted.read_text() or 0) if counted.exists() else 0

    try:
        async with asyncio.timeout(PATIENCE_S):
            while not counted.exists():
                if process.returncode is not None:
                    raise RuntimeError(f"{command[0]} ended: see above")
                await asyncio.sleep(_POLL_S)
        yield Consumer(process.pid, taken, time.monotonic() - began)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
