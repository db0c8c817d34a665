"""Does taking positions cost more the more are stored?

A store is filled with a country's positions a batch of 1,000 at a time, as the engine appends and
merges them; the second half is measured at two sizes. Processor time, commits and merging included;
no judging, which does not look at history. `HISTORY` in the environment says how many there are at
the end, more than the fewer it is compared with.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.country import FLIP, Country
from benchmarks.row import Row
from benchmarks.timing import Effort
from engine.core.position_columns import ARRAYS, DTYPES, PositionColumns
from engine.store import Store, migrate, open_store
from zones.instant import MINUTE, SECOND

BATCH: Final = 1_000
_MERGE_EVERY: Final = 8
"""Batches."""


def rows(effort: Effort) -> list[Row]:
    """Return the rows of this family."""
    most = int(float(os.environ.get("HISTORY", effort.pick(800_000, 10_000_000))))
    few = effort.pick(200_000, 1_000_000)
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{Path(name) / 'history.db'}"
        migrate(url)
        with closing(open_store(url)) as store:
            early, late = _rates(store, few, most)
            used = store.size().used_bytes / most
    return [
        Row(
            id="history_growth",
            question=f"Positions taken into a store that holds {most:,} already?",
            value=late,
            unit="positions/s",
            rival=f"one that holds {few:,}",
            rival_value=early,
        ),
        Row(
            id="projection_bytes_per_position",
            question="Bytes a position takes in it, without the journal?",
            value=used,
            unit="bytes/position",
            rival="of 60 bytes, journal included",
            rival_value=60.0,
        ),
    ]


def _rates(store: Store, few: int, most: int) -> tuple[float, float]:
    """Return positions per second of processor time, over the second half of few and of most."""
    spent, marks, ends = 0.0, {}, (few // 2, few, most // 2, most)
    for number, columns in enumerate(_batches(Country(own=0), most // BATCH)):
        began = time.process_time()
        with store.write() as transaction:
            first = number * BATCH + 1
            transaction.positions.append(columns, first, number + 1, np.arange(BATCH))
        while number % _MERGE_EVERY == 0 and _merged(store):
            pass
        spent += time.process_time() - began
        for end in ends:
            if (number + 1) * BATCH == end - end % BATCH:
                marks[end] = spent
    return (
        (ends[1] - ends[0]) / (marks[ends[1]] - marks[ends[0]]),
        (ends[3] - ends[2]) / (marks[ends[3]] - marks[ends[2]]),
    )


def _merged(store: Store) -> bool:
    with store.write() as transaction:
        return transaction.positions.merge()


def _batches(country: Country, count: int) -> Iterator[PositionColumns]:
    """Yield a country's positions minute by minute, in the order of their times."""
    rng, everyone = np.random.default_rng(country.seed), country.wearers
    order, homes = rng.permutation(everyone), country.homes
    absent: dict[str, Any] = {
        name: np.full(BATCH, np.nan if kind is np.float64 else -1, kind)
        for name, kind in zip(ARRAYS, DTYPES, strict=True)
    }
    zero = np.zeros(BATCH, np.int8)
    for number in range(count):
        turn = np.arange(number * BATCH, (number + 1) * BATCH)
        who, minute = order[turn % everyone], turn // everyone
        fix_time = FLIP + minute * MINUTE + turn % everyone * 60 // everyone * SECOND
        at = np.round(homes[who] + rng.normal(0.0, 3e-5, (BATCH, 2)), 6)
        known: dict[str, Any] = {
            "activation_id": who + 1,
            "fix_time": fix_time,
            "received_at": fix_time + rng.integers(300_000, 2_300_000, BATCH),
            "seq": minute,
            "lat": at[:, 1],
            "lon": at[:, 0],
            "accuracy_m": np.round(rng.uniform(4.0, 12.0, BATCH), 1),
            "battery_pct": 40.0 + who % 60,
        }
        flags = dict.fromkeys(("accuracy", "mechanism", "late", "quarantine"), zero)
        yield PositionColumns(**(absent | known | flags))
