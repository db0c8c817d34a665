"""How much disk does a position take, for ever: row, indexes, journal, episodes and checkpoints?"""

import tempfile
from contextlib import closing
from pathlib import Path

from benchmarks.alone import Engine
from benchmarks.load import Load
from benchmarks.naive import Naive, sqlite
from benchmarks.row import Row
from benchmarks.timing import Effort
from engine.store import migrate, open_store

_MOST = 1_000_000


BATCHES = (20, 1_000)
"""Deliveries in a transaction: a quiet engine's, and a busy one's."""


def rows(effort: Effort, load: Load) -> list[Row]:
    """Return the rows of this family."""
    part = load.deliveries[: effort.pick(1_000, 20_000)]
    return [row for batch in BATCHES for row in _rows(Load(load.acting, part), batch)]


def _rows(load: Load, batch: int) -> list[Row]:
    firsts = range(0, len(load.deliveries), batch)
    parts = [load.deliveries[first : first + batch] for first in firsts]
    raw = sum(len(each.payload) for each in load.deliveries)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'engine.db'}"
        migrate(url)
        with closing(open_store(url)) as store:
            engine = Engine(store, load.acting)
            before = _bytes_in(folder / "engine.db")
            for part in parts:
                engine.take(part)
            positions = engine.positions
            with store.read() as transaction:
                blocks = transaction.journal.blocks(0, _MOST)
            journal = sum(len(each.body) for each in blocks)
        taken = _bytes_in(folder / "engine.db") - before
        with closing(sqlite(folder / "naive.db")) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            Naive(connection, load).take(load.deliveries)
        naive = _bytes_in(folder / "naive.db")
    return [
        _row(
            f"size-journal-{batch}",
            f"The raw messages in the journal, sealed and compressed {batch} to a block?",
            journal / positions,
            "the payloads as they came",
            raw / positions,
        ),
        _row(
            f"size-store-{batch}",
            f"The whole store on SQLite, journal included, batches of {batch}?",
            taken / positions,
            "the naive stack's only table, no index, no raw message",
            naive / positions,
        ),
    ]


def _bytes_in(path: Path) -> int:
    """Return the size of a database that nobody has open, its log moved into it."""
    with closing(sqlite(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.stat().st_size


def _row(name: str, question: str, value: float, rival: str, rival_value: float) -> Row:
    return Row(
        id=name,
        question=question,
        value=value,
        unit="bytes/position",
        rival=rival,
        rival_value=rival_value,
    )
