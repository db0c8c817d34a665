"""How many positions a second does the engine store and judge, on each store; what takes the time?

1,000 wearers, batches of 1,000 deliveries, every condition, tick and journal block as in service;
no broker, no network. The naive stack takes the same deliveries in turn, fewer of them.
"""

import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.alone import Engine
from benchmarks.load import Load
from benchmarks.naive import Naive, postgres, sqlite
from benchmarks.row import Row
from benchmarks.stages import Stopwatch
from benchmarks.timing import Effort, seconds
from engine.store import migrate, open_store
from simulators.postgres_server import postgres_server

BATCH = 1_000
_NAIVE = "json + shapely per point + one commit a position, judging nothing else"


def deliveries_needed(effort: Effort) -> int:
    """Return how many deliveries the rows are made of."""
    return BATCH * (2 * effort.pick(3, 20) + 1)


def sqlite_rows(effort: Effort, load: Load) -> list[Row]:
    """Return rate, stages and bytes on SQLite."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'engine.db'}"
        watch = Stopwatch()
        with closing(sqlite(folder / "naive.db")) as connection:
            rate, rival, positions = _measured(effort, load, url, connection, watch)
        return [_rate("engine-sqlite", "SQLite", rate, rival), *_stage_rows(watch, positions)]


def postgresql_rows(effort: Effort, load: Load) -> list[Row]:
    """Return the rate on PostgreSQL; no row if no server starts here."""
    try:
        with postgres_server() as url, closing(postgres(url)) as connection:
            rate, rival, _ = _measured(effort, load, url, connection)
    except RuntimeError as error:
        print(f"left out: {error}")
        return []
    return [_rate("engine-postgresql", "PostgreSQL", rate, rival)]


def _measured(
    effort: Effort,
    load: Load,
    url: str,
    connection: Any,  # noqa: ANN401 - either database
    watch: Stopwatch | None = None,
) -> tuple[float, float, int]:
    """Return positions a second of engine and naive stack, and how many the watch saw."""
    migrate(url)
    rounds, few = effort.pick(3, 20), effort.pick(100, 400)
    firsts = range(0, deliveries_needed(effort), BATCH)
    parts = [load.deliveries[first : first + BATCH] for first in firsts]
    with closing(open_store(url)) as store:
        engine, naive = Engine(store, load.acting), Naive(connection, load)
        engine.take(parts[0])
        rates, rivals, watched = [], [], 0
        for number in range(rounds):
            part, next_part = parts[2 * number + 1], parts[2 * number + 2]
            rates.append(_per_second(engine, partial(engine.take, part)))
            rivals.append(few / seconds(partial(naive.take, part[:few])))
            if watch is not None:
                before = engine.positions
                with watch.running():
                    engine.take(next_part)
                watched += engine.positions - before
    return median(rates), median(rivals), watched


def _per_second(engine: Engine, run: Callable[[], object]) -> float:
    before = engine.positions
    took = seconds(run)
    return (engine.positions - before) / took


def _rate(name: str, store: str, value: float, rival_value: float) -> Row:
    return Row(
        id=name,
        question=f"The engine alone on {store}: positions stored and fully judged?",
        value=value,
        unit="positions/s",
        rival=_NAIVE,
        rival_value=rival_value,
    )


def _stage_rows(watch: Stopwatch, positions: int) -> list[Row]:
    whole_us = sum(watch.seconds.values()) / positions * 1e6
    stages = sorted(watch.seconds.items(), key=lambda each: -each[1])
    return [
        Row(
            id=f"engine-sqlite-stage-{number}",
            question=f"… of that: {stage}",
            value=taken / positions * 1e6,
            unit="µs/position",
            rival="of all stages together",
            rival_value=whole_us,
        )
        for number, (stage, taken) in enumerate(stages, 1)
    ]
