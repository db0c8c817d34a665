"""Each activation's newest position, kept where it is found without reading all history.

A shard is a page of the newest positions of activations whose ids are neighbours. It is brought up
to date where positions come into a run of level `SHARDED`, as each of them does once. So the newest
of all are those in the shards, in the runs of the levels below it and in the batches, together.
"""

from typing import Final

import numpy as np
from sqlalchemy import select

from engine.core.number_coding import Press
from engine.core.packed_positions import pack_page_quickly, unpack_page
from engine.core.placed_positions import (
    PlacedPositions,
    in_order,
    newest_of_each,
    placed_together,
)
from engine.store.sql.backend import Conflict
from engine.store.sql.schema import position_newest
from engine.store.sql.session import SqlSession, chunks

SHARDED: Final = 3
"""Low enough that few runs are below it, high enough that few shards are touched at a time."""

_SHARD_BITS: Final = 10


class SqlNewest:
    """The shards, inside one transaction."""

    def __init__(self, session: SqlSession, press: Press) -> None:
        self._session = session
        self._press = press

    def all(self) -> list[PlacedPositions]:
        """Return what all shards hold, each in order."""
        rows = self._session.rows(select(position_newest))
        return [unpack_page(self._press, row.body) for row in rows]

    def note(self, positions: PlacedPositions) -> None:
        """Bring the shards up to date with positions in their order."""
        newest = newest_of_each(positions)
        shards = newest.columns.activation_id >> _SHARD_BITS
        wanted, starts = np.unique(shards, return_index=True)
        stored = self._stored(wanted.tolist())
        ends = np.append(starts[1:], len(shards))
        rows = []
        for shard, start, end in zip(wanted.tolist(), starts, ends, strict=True):
            page = newest.take(slice(int(start), int(end)))
            if shard in stored:
                page = newest_of_each(in_order(placed_together([stored[shard], page])))
            rows.append((shard, pack_page_quickly(page)))
        self._session.insert(position_newest, rows, Conflict.REPLACE)

    def _stored(self, shards: list[int]) -> dict[int, PlacedPositions]:
        found: dict[int, PlacedPositions] = {}
        for part in chunks(shards):
            query = select(position_newest).where(position_newest.c.shard.in_(part))
            for row in self._session.rows(query):
                found[row.shard] = unpack_page(self._press, row.body)
        return found
