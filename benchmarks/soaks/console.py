"""Is the alert desk still quick with thousands of open alerts and many changes a second?

A store is filled by the engine itself, `ringfence run` is started on it, and devices and operators
make changes while clients follow the feed: one of them a real Chromium in which somebody scrolls
through the queue without a pause. Run it alone: browser, engine and load share the processor.

As it must be: 50 frames a second or more, over all and in nine of ten stretches of 10 s; memory
flat (after a minute the heap grows by less than 5 % in ten); and at the end the page shows what is
open.

Environment: `ALERTS` (5000), `RATE` changes a second (20), `SECONDS` (600), `CLIENTS` beside the
browser (4), `RINGFENCE_CHROMIUM` (the one on the PATH).
"""

import asyncio
import os
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil
from playwright.async_api import Page
from rich.console import Console
from rich.table import Table

from api.console_files import CONSOLE
from benchmarks.brokers import Started
from benchmarks.changes import Changes
from benchmarks.desk import desk
from benchmarks.feed_client import Listening, listening
from benchmarks.night import night
from benchmarks.running import MIB
from benchmarks.scrolling import Scrolled, chromium, queue_page, scrolled
from benchmarks.timing import percentile
from engine.clock import SystemClock

ALERTS = int(os.environ.get("ALERTS", "5000"))
RATE = float(os.environ.get("RATE", "20"))
SECONDS = float(os.environ.get("SECONDS", "600"))
CLIENTS = int(os.environ.get("CLIENTS", "4"))
LEAST_FRAMES = 50.0
MOST_GROWTH = 0.05
STRETCH_S = 10.0
WARM_S = 60.0
_ROUNDS = 5
_Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Looked:
    """What the browser showed."""

    scrolled: Scrolled
    rows: int
    """Rows at the end, once nothing changed any more."""
    errors: tuple[str, ...]


def main() -> bool:
    """Run, print, and return whether all is as it must be."""
    return asyncio.run(_run())


async def _run() -> bool:
    program = chromium() if (CONSOLE / "index.html").exists() else None
    people = night(SystemClock().now(), ALERTS)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        async with desk(Path(name), people, ALERTS) as (broker, engine):
            print(f"{ALERTS} alerts open after {time.perf_counter() - began:.0f} s")
            rows = [await _snapshot(engine.url, compressed=each) for each in (False, True)]
            changes = Changes(people, engine.url, broker)
            looked, measured = await _measured(engine, changes, program)
    _print(f"{ALERTS} open alerts, {RATE:.0f} changes/s: engine and API", [*rows, *measured])
    if looked is None:
        print("no Chromium, or no console built (make console): what a browser does is left out")
        return True
    _print(f"the queue in Chromium, scrolled for {SECONDS:.0f} s", _browser_rows(looked.scrolled))
    return _verdict(looked, len({each["wearer_id"] for each in changes.alerts.values()}))


async def _snapshot(url: str, *, compressed: bool) -> _Row:
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


async def _measured(
    engine: Started, changes: Changes, program: str | None
) -> tuple[Looked | None, list[_Row]]:
    process = psutil.Process(engine.pid)
    async with AsyncExitStack() as stack:
        page = None
        if program is not None:
            page = await stack.enter_async_context(queue_page(engine.url, program))
        for _ in range(CLIENTS - 1):
            feed = await stack.enter_async_context(listening(engine.url))
            stack.callback(asyncio.create_task(_drain(feed)).cancel)
        before, began = process.cpu_times(), time.perf_counter()
        looking = asyncio.create_task(_look(page)) if page is not None else None
        await changes.run(RATE, SECONDS)
        after, took = process.cpu_times(), time.perf_counter() - began
        looked = await looking if looking is not None else None
    cpu = after.user + after.system - before.user - before.system
    return looked, [
        ("changes made", ", ".join(f"{name} {count}" for name, count in changes.made.items())),
        ("refused", str(changes.refused)),
        ("open at the end", str(len(changes.alerts))),
        ("processor of engine and API", f"{cpu / took:.0%} of one core"),
        ("memory of engine and API", f"{process.memory_info().rss / MIB:.0f} MiB"),
        ("device to client", _delays(changes.device_s)),
        ("operator to client", _delays(changes.operator_s)),
    ]


async def _drain(feed: Listening) -> None:
    async for _event in feed.events():
        pass


async def _look(page: Page) -> Looked:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    result = await scrolled(page, SECONDS, STRETCH_S)
    # The rows stand still while somebody scrolls, and then show what has come.
    await asyncio.sleep(3.0)
    rows = await page.locator("[role=treegrid]").get_attribute("aria-rowcount")
    return Looked(result, int(rows or 0), tuple(errors))


def _browser_rows(seen: Scrolled) -> list[_Row]:
    frames, each = seen.frames_ms, [stretch.per_second for stretch in seen.stretches]
    p50, p95, p99 = (percentile(frames, share) for share in (0.5, 0.95, 0.99))
    slow = sum(frame > 1e3 / LEAST_FRAMES for frame in frames) / len(frames)
    first, last = seen.stretches[0], seen.stretches[-1]
    return [
        ("frames a second", f"{seen.per_second:.1f}; stretches {min(each):.1f} to {max(each):.1f}"),
        (
            "a frame",
            f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms, {max(frames):.0f} most",
        ),
        ("frames over 20 ms", f"{slow:.1%} of {len(frames)}"),
        ("main thread at work", f"{seen.busy:.0%} of the time"),
        ("load of the machine", f"{os.getloadavg()[1]:.1f} on {os.cpu_count()} cores in 5 min"),
        ("heap, collected", f"{first.heap_bytes / MIB:.1f} to {last.heap_bytes / MIB:.1f} MiB"),
        ("heap grows", f"{seen.growth_bytes_a_minute(WARM_S) / 1024:+.1f} KiB a minute"),
        ("DOM nodes", f"{first.nodes} to {last.nodes}"),
    ]


def _verdict(looked: Looked, wearers: int) -> bool:
    seen = looked.scrolled
    stretches = sorted(each.per_second for each in seen.stretches)
    smooth = min(seen.per_second, stretches[len(stretches) // 10]) >= LEAST_FRAMES
    usual = median(each.heap_bytes for each in seen.stretches)
    flat = 10 * seen.growth_bytes_a_minute(WARM_S) < MOST_GROWTH * usual
    complete = looked.rows == wearers
    print(
        f"{'smooth' if smooth else 'NOT smooth'}; memory {'flat' if flat else 'NOT flat'}; "
        f"{looked.rows} rows for {wearers} wearers with alerts: "
        f"{'complete' if complete else 'NOT complete'}; {len(looked.errors)} errors in the page"
    )
    return smooth and flat and complete and not looked.errors


def _delays(seconds: list[float]) -> str:
    p50, p95, worst = (percentile(seconds, share) * 1e3 for share in (0.5, 0.95, 1.0))
    return f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, worst {worst:.0f} ms of {len(seconds)}"


def _print(title: str, rows: list[_Row]) -> None:
    table = Table(title=title, show_header=False)
    for row in rows:
        table.add_row(*row)
    Console(width=100).print(table)
