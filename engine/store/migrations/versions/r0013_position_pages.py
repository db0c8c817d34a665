"""Positions are kept in sorted pages, and what was appended last beside them.

The rows there are become the pages of one run. A digest is not stored any more: it follows from
what the device stated.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import msgspec
import numpy as np
import sqlalchemy as sa
from alembic import op

from engine.core.number_coding import Press
from engine.core.packed_positions import pack_page
from engine.core.placed_positions import PlacedPositions, newest_of_each, placed_together
from engine.core.position import Mechanism, Position, Quarantine
from engine.core.position_columns import columns_of
from engine.store.sql.columns import INT64

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_PAGE = 1024
_LEAST = -(2**63)
_PLACES = ("position_id", "block_id", "message_index")
_SIGNED = ("lat", "lon", "speed_mps", "heading_deg", "altitude_m")
_ROWS = sa.text("SELECT * FROM positions ORDER BY activation_id, fix_time, seq, digest")


def upgrade() -> None:
    """Create the tables, and move the positions into them."""
    op.create_table(
        "position_batches",
        _id("first_position_id"),
        _int("block_id"),
        _int("positions"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("first_position_id", name="position_batches_pkey"),
    )
    runs = op.create_table(
        "position_runs",
        _id("run_id"),
        _int("level"),
        _int("positions"),
        _int("min_fix_time"),
        _int("max_fix_time"),
        sa.Column("target_run_id", INT64, nullable=True),
        _int("cut_activation_id"),
        _int("cut_fix_time"),
        sa.PrimaryKeyConstraint("run_id", name="position_runs_pkey"),
    )
    pages = op.create_table(
        "position_pages",
        _id("page_id"),
        _int("run_id"),
        _int("first_activation_id"),
        _int("first_fix_time"),
        _int("last_activation_id"),
        _int("last_fix_time"),
        _int("min_fix_time"),
        _int("max_fix_time"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("page_id", name="position_pages_pkey"),
    )
    last = ("run_id", "last_activation_id", "last_fix_time", "page_id", "first_activation_id")
    times = ("first_fix_time", "min_fix_time", "max_fix_time")
    op.create_index("position_pages_last", "position_pages", [*last, *times])
    op.create_table(
        "position_verdicts",
        _id("activation_id"),
        _id("fix_time"),
        _id("seq"),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("quarantine", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "activation_id", "fix_time", "seq", "digest", name="position_verdicts_pkey"
        ),
        sqlite_with_rowid=False,
    )
    newest = op.create_table(
        "position_newest",
        _id("shard"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("shard", name="position_newest_pkey"),
    )
    _move(runs, pages, newest)
    op.drop_index("positions_position_id", "positions")
    op.drop_table("positions")


def _id(name: str) -> "sa.Column[int]":
    return sa.Column(name, INT64, autoincrement=False, nullable=False)


def _int(name: str) -> "sa.Column[int]":
    return sa.Column(name, INT64, nullable=False)


def _move(runs: sa.Table, pages: sa.Table, newest: sa.Table) -> None:
    connection, press = op.get_bind(), Press()
    page_id = moved = 0
    instants: list[int] = []
    tops: list[PlacedPositions] = []
    for page_id, page in enumerate(_pages(connection), 1):
        ids, times = page.columns.activation_id, page.columns.fix_time
        bounds = (ids[0], times[0], ids[-1], times[-1], times.min(), times.max())
        row = (page_id, 1, *map(int, bounds), pack_page(press, page))
        connection.execute(pages.insert().values(row))
        instants += map(int, (times.min(), times.max()))
        moved += len(page)
        tops.append(newest_of_each(page))
    if not moved:
        return
    run = (1, 0, moved, min(instants), max(instants), None, _LEAST, _LEAST)
    connection.execute(runs.insert().values(run))
    every = newest_of_each(placed_together(tops))
    shards = every.columns.activation_id >> 10
    for shard in np.unique(shards).tolist():
        body = pack_page(press, every.take(shards == shard))
        connection.execute(newest.insert().values((shard, body)))
    last = sa.text("INSERT INTO counters (counter, value) VALUES (:counter, :value)")
    connection.execute(last, {"counter": "position_run", "value": 1})
    connection.execute(last, {"counter": "position_page", "value": page_id})


def _pages(connection: sa.Connection) -> Iterator[PlacedPositions]:
    rows = connection.execute(_ROWS.execution_options(yield_per=_PAGE))
    for part in rows.partitions(_PAGE):
        yield PlacedPositions(
            columns_of(map(_position, part)),
            *(np.array([row._mapping[name] for row in part], np.int64) for name in _PLACES),
        )


def _position(row: sa.Row[Any]) -> Position:
    values = {name: value for name, value in row._mapping.items() if name not in _PLACES}
    values["digest"] = bytes(values["digest"])
    for name in ("accuracy_assumed", "late", "charging"):
        values[name] = None if values[name] is None else bool(values[name])
    quarantine = values["quarantine"]
    values["quarantine"] = None if quarantine is None else Quarantine(quarantine)
    values["mechanism"] = Mechanism(values["mechanism"])
    return _with_signs(Position(**values))


def _with_signs(position: Position) -> Position:
    """Return a position with the signs of its zeros, which SQLite lost, as its digest has them."""
    zeros = [name for name in _SIGNED if getattr(position, name) == 0.0]
    for signs in product((0.0, -0.0), repeat=len(zeros)):
        signed = msgspec.structs.replace(position, **dict(zip(zeros, signs, strict=True)))
        if not zeros or columns_of([signed]).digest(0) == position.digest:
            return signed
    return position
