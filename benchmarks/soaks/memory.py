"""Does the engine's memory stay flat under load that goes on?

A fleet calls in over the embedded broker, synced each second, on clocks that run at 60 times: ten
minutes are ten hours of wearers' lives, curfews and late uploads included. All of them are there
from the first minute, so their number explains no growth.

One thing grows by design, up to a bound: the page cache that SQLite was granted (64 MiB), for as
long as the whole database fits into it. It is subtracted, and shown. Flat means: of the rest, the
median of a minute grows by less than 5 % from minute 3 to the last.

Environment: `RATE` positions a second (500), `MINUTES` (10).
"""

import asyncio
import os
import tempfile
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from statistics import linear_regression, median

from rich.console import Console
from rich.table import Table

from benchmarks.brokers import engine_behind, reached
from benchmarks.load import START
from benchmarks.running import MIB, Sample, Watch
from engine.clock import ScaledClock, SystemClock
from simulators.cast import cast
from simulators.device import Delivery
from simulators.fleet import play
from zones.instant import SECOND

RATE = float(os.environ.get("RATE", "500"))
MINUTES = int(os.environ.get("MINUTES", "10"))
SPEED = 60.0
INTERVAL_S = 60.0
LEAD_S = 15.0
WARM_MINUTES = 3
MOST_GROWTH = 0.05
CACHE_BYTES = 64 * MIB
"""What `engine.store.sql.sqlite` grants the writing connection."""

IN_MEMORY = 1.2
"""What a page takes in memory, of its size in the file. Measured: granted 1 MiB instead of 64, the
same engine under the same load grew by 0.2 MiB from minute 3 to minute 9."""


def main() -> bool:
    """Run, print, and return whether memory is flat."""
    samples = asyncio.run(_run())
    minutes = [list(each) for _, each in groupby(samples, lambda each: int(each.at_s // 60))]
    minutes = minutes[:MINUTES]
    table = Table(title=f"Memory under {RATE:.0f} positions/s, {MINUTES} minutes")
    for name in (
        "minute",
        "memory, MiB",
        "without page cache",
        "stored/s",
        "in flight, most",
        "behind",
        "processor",
    ):
        table.add_column(name, justify="right")
    for number, minute in enumerate(minutes, 1):
        table.add_row(str(number), *_row(minute))
    Console(width=100).print(table)
    return _verdict(minutes)


def _row(minute: list[Sample]) -> tuple[str, ...]:
    first, last = minute[0], minute[-1]
    took_s = max(1e-9, last.at_s - first.at_s)
    return (
        f"{median(each.rss_bytes for each in minute) / MIB:.1f}",
        f"{_memory(minute) / MIB:.1f}",
        f"{(last.stored - first.stored) / took_s:.0f}",
        str(max(each.in_flight for each in minute)),
        str(last.published - last.stored),
        f"{(last.cpu_s - first.cpu_s) / took_s:.0%}",
    )


def _memory(minute: list[Sample]) -> float:
    """Return what the process holds beside the page cache."""
    return median(map(_without_cache, minute))


def _without_cache(sample: Sample) -> int:
    return sample.rss_bytes - min(CACHE_BYTES, round(IN_MEMORY * sample.database_bytes))


def _verdict(minutes: list[list[Sample]]) -> bool:
    warm = minutes[WARM_MINUTES - 1 :]
    growth = _memory(warm[-1]) / _memory(warm[0]) - 1
    late = [each for minute in warm for each in minute]
    slope = linear_regression(
        [each.at_s for each in late], [_without_cache(each) for each in late]
    ).slope
    flat = growth < MOST_GROWTH
    first, middle, last = (_memory(minutes[at]) / MIB for at in (0, len(minutes) // 2, -1))
    print(
        f"without page cache: first {first:.1f}, middle {middle:.1f}, last {last:.1f} MiB; "
        f"from minute {WARM_MINUTES} on {growth:+.1%}, {slope * 60 / MIB:+.2f} MiB a minute: "
        f"{'flat' if flat else 'NOT flat'}"
    )
    return flat


async def _run() -> list[Sample]:
    acting = cast(START, (), round(RATE * INTERVAL_S / SPEED), seed=7, days=2)
    published = 0

    def sent(_delivery: Delivery) -> None:
        nonlocal published
        published += 1

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clock = ScaledClock(START, SPEED, SystemClock().now() + round(LEAD_S * SECOND))
        async with (
            reached(folder / "broker", acting.vendors, sync_always=False) as ours,
            engine_behind(ours, acting, folder, clock) as engine,
        ):
            playing = asyncio.create_task(play(acting.deliveries(), ours.connected, clock, sent))
            await asyncio.sleep(clock.real_seconds(START))
            watch = Watch(engine.pid, engine.url, engine.database, lambda: published)
            async with watch.running(every_s=1.0):
                await asyncio.sleep(MINUTES * 60)
            playing.cancel()
            with suppress(asyncio.CancelledError):
                await playing
    return watch.samples
