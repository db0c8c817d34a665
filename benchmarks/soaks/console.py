"""Is the alert desk still quick with thousands of open alerts and many changes a second?

A store is filled by the engine itself, `ringfence run` is started on it, and devices and operators
make changes while clients follow the feed.

Environment: `ALERTS` (5000), `RATE` changes a second (20), `SECONDS` (600), `CLIENTS` (5).
"""

import asyncio
import os
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.brokers import Started
from benchmarks.changes import Changes
from benchmarks.desk import desk
from benchmarks.feed_client import Listening, listening
from benchmarks.night import night
from benchmarks.timing import percentile
from engine.clock import SystemClock

ALERTS = int(os.environ.get("ALERTS", "5000"))
RATE = float(os.environ.get("RATE", "20"))
SECONDS = float(os.environ.get("SECONDS", "600"))
CLIENTS = int(os.environ.get("CLIENTS", "5"))
_ROUNDS = 5


def main() -> bool:
    """Run, print, and return whether all is as it must be."""
    return asyncio.run(_run())


async def _run() -> bool:
    people = night(SystemClock().now(), ALERTS)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        async with desk(Path(name), people, ALERTS) as (broker, engine):
            print(f"{ALERTS} alerts open after {time.perf_counter() - began:.0f} s")
            table = Table(title=f"{ALERTS} open alerts, {RATE:.0f} changes/s, {CLIENTS} clients")
            for heading in ("what", "value"):
                table.add_column(heading)
            for compressed in (False, True):
                table.add_row(*await _snapshot(engine.url, compressed=compressed))
            changes = Changes(people, engine.url, broker)
            for row in await _measured(engine, changes):
                table.add_row(*row)
    Console(width=100).print(table)
    return True


async def _snapshot(url: str, *, compressed: bool) -> tuple[str, str]:
    """Return how long a client waits for its first picture, and how many bytes it is."""
    took: list[float] = []
    size = 0
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        async with listening(url, compressed=compressed) as feed:
            first = await anext(feed.events())
            took.append(time.perf_counter() - began)
            size = feed.bytes_received
    waited = f"first {took[0] * 1e3:.0f} ms, then {min(took[1:]) * 1e3:.0f} ms"
    sizes = f"{size / 1e3:.0f} kB of {len(first.data) / 1e3:.0f} kB"
    return f"snapshot, {'compressed' if compressed else 'plain'}", f"{waited}; {sizes}"


async def _measured(engine: Started, changes: Changes) -> list[tuple[str, str]]:
    process = psutil.Process(engine.pid)
    async with AsyncExitStack() as stack:
        feeds = [await stack.enter_async_context(listening(engine.url)) for _ in range(CLIENTS - 1)]
        draining = [asyncio.create_task(_drain(each)) for each in feeds]
        before, began = process.cpu_times(), time.perf_counter()
        await changes.run(RATE, SECONDS)
        after, took = process.cpu_times(), time.perf_counter() - began
        for task in draining:
            task.cancel()
    cpu = after.user + after.system - before.user - before.system
    return [
        ("changes made", ", ".join(f"{name} {count}" for name, count in changes.made.items())),
        ("refused", str(changes.refused)),
        ("open at the end", str(len(changes.alerts))),
        ("processor of engine and API", f"{cpu / took:.0%} of one core"),
        ("memory of engine and API", f"{process.memory_info().rss / 2**20:.0f} MiB"),
        ("device to client", _delays(changes.device_s)),
        ("operator to client", _delays(changes.operator_s)),
    ]


async def _drain(feed: Listening) -> None:
    async for _event in feed.events():
        pass


def _delays(seconds: list[float]) -> str:
    p50, p95, worst = (percentile(seconds, share) * 1e3 for share in (0.5, 0.95, 1.0))
    return f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, worst {worst:.0f} ms of {len(seconds)}"
