"""How many positions a second get from the vendors' backends through the broker into the store?

Embedded broker, QoS 1, one process publishing as fast as the broker acknowledges, `ringfence run`
as its own process; a position counts when a reader finds it in the store. The rival takes the same
messages from an equal broker and parses nothing. They take turns; whoever has no turn is idle.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.brokers import engine_behind, reached
from benchmarks.load import Load, distinct_positions
from benchmarks.row import Row
from benchmarks.timing import Effort
from engine.clock import ScaledClock, SystemClock
from engine.store import Store

POLL_S = 0.005
PATIENCE_S = 300.0


def rows(effort: Effort, load: Load) -> list[Row]:
    """Return a row for each way the broker may store."""
    return [asyncio.run(_row(effort, load, sync_always=sync)) for sync in (True, False)]


async def _row(effort: Effort, load: Load, *, sync_always: bool) -> Row:
    rounds, share = effort.pick(3, 7), effort.pick(400, 2_500)
    rates, rivals = [], []
    names = load.acting.vendors
    clock = ScaledClock(load.end, 1.0, SystemClock().now())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with (
            reached(folder / "engines", names, sync_always=sync_always) as ours,
            reached(folder / "sinks", names, sync_always=sync_always) as rival,
            engine_behind(ours, load.acting, folder, clock) as engine,
            _sink(rival.broker.url_for_engine(), folder / "count") as sunk,
        ):
            expected = 0
            for number in range(rounds + 1):
                part = load.deliveries[number * share : (number + 1) * share]
                expected = len(distinct_positions(load.deliveries[: (number + 1) * share]))
                before = _stored(engine.store)
                took = await _timed(ours.publish(part), partial(_holds, engine.store, expected))
                rate = (expected - before) / took
                took = await _timed(rival.publish(part), partial(sunk, (number + 1) * share))
                if number:
                    rates.append(rate)
                    rivals.append(share / took)
    how = "synced before each PUBACK (default)" if sync_always else "synced each second"
    return Row(
        id=f"delivery-sync-{'always' if sync_always else 'each-second'}",
        question=f"From publish to judged and stored, broker {how}?",
        value=median(rates),
        unit="positions/s",
        rival="a sink that parses and stores nothing (messages/s)",
        rival_value=median(rivals),
    )


async def _timed(publishing: Awaitable[None], done: Callable[[], bool]) -> float:
    """Return the seconds until everything is published and has come to its end.

    Raises:
        TimeoutError: it has not in time.
    """
    clock = asyncio.get_running_loop().time
    began = clock()
    async with asyncio.timeout(PATIENCE_S):
        await publishing
        while not done():
            await asyncio.sleep(POLL_S)
    return clock() - began


def _stored(store: Store) -> int:
    with store.read() as transaction:
        return transaction.positions.count()


def _holds(store: Store, count: int) -> bool:
    return _stored(store) >= count


@asynccontextmanager
async def _sink(url: str, counted: Path) -> AsyncIterator[Callable[[int], bool]]:
    """Run a sink in a process of its own; the block can ask whether it has taken so many."""
    counted.write_text("0")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.sink", url, str(counted)), env=dict(os.environ)
    )
    try:
        yield lambda count: int(counted.read_text() or 0) >= count
    finally:
        process.terminate()
        await process.wait()
