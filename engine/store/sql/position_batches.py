"""What was appended last stays as it came, a row a batch, until it is merged into pages.

This is all that a batch pays for its positions: one row, in the transaction that acknowledges it.
Whoever reads opens the batches that are stored, each once in a process (`Shelf`): they are few, for
merging keeps them few.
"""

from collections.abc import Collection
from itertools import accumulate
from typing import Final

import numpy as np
from sqlalchemy import bindparam, delete, select

from engine.core.number_coding import Press, Whole
from engine.core.packed_positions import pack_batch, unpack_batch
from engine.core.placed_positions import PlacedPositions, in_order
from engine.core.position_columns import PositionColumns
from engine.store.positions_part import UNMERGED_POSITIONS, Unmerged
from engine.store.sql.position_shelf import Shelf
from engine.store.sql.schema import position_batches
from engine.store.sql.session import SqlSession, chunks

MOST_IN_BATCH: Final = UNMERGED_POSITIONS
"""Positions in one row; a larger batch takes several, so that no piece of merging is large."""

_ROW: Final = position_batches.c
_UNMERGED: Final = "SELECT count(*), sum(positions) FROM position_batches"
_SIZES: Final = select(_ROW.first_position_id, _ROW.positions).order_by(_ROW.first_position_id)


class SqlBatches:
    """The batches that are not merged yet, inside one transaction."""

    def __init__(self, session: SqlSession, shelf: Shelf, press: Press) -> None:
        self._session = session
        self._shelf = shelf
        self._press = press
        self._appended: dict[int, PlacedPositions] = {}
        self._removed: set[int] = set()

    def append(
        self, columns: PositionColumns, first_position_id: int, block_id: int, index: Whole
    ) -> None:
        """Store a batch."""
        rows = []
        for start in range(0, len(columns), MOST_IN_BATCH):
            part, number = columns, index
            if len(columns) > MOST_IN_BATCH:
                here = slice(start, start + MOST_IN_BATCH)
                part, number = columns.take(here), index[here]
            first = first_position_id + start
            rows.append((first, block_id, len(part), pack_batch(part, number)))
            ids, block = np.arange(first, first + len(part)), np.full(len(part), block_id)
            self._appended[first] = PlacedPositions(part, ids, block, number)
        self._session.insert(position_batches, rows)

    def committed(self) -> None:
        """Note that the transaction was committed."""
        if self._appended or self._removed:
            self._shelf.keep(self._appended, self._removed)

    def unmerged(self) -> Unmerged:
        """Return how many batches and positions there are."""
        batches, positions = self._session.fixed(_UNMERGED) or (0, 0)
        return Unmerged(batches, int(positions or 0))

    def sizes(self) -> dict[int, int]:
        """Return how many positions each batch has, by its first position id, oldest first."""
        rows = self._session.rows(_SIZES)
        return {row.first_position_id: row.positions for row in rows}

    def opened(self) -> list[PlacedPositions]:
        """Return all batches, oldest first, the positions of each in order."""
        stored = list(self.sizes())
        # What this transaction appended may be rolled back, and its ids given again.
        older = [each for each in stored if each not in self._appended]
        own = [each for each in stored if each in self._appended]
        return [*self._shelf.get(older, self._read), *self._read(own).values()]

    def oldest(self, most: int) -> dict[int, int]:
        """Return sizes of the oldest batches that together have no more positions, at least one."""
        sizes = self.sizes()
        sums = accumulate(sizes.values())
        fitting = sum(total <= most for total in sums)
        return dict(list(sizes.items())[: max(1, fitting)])

    def read(self, first_position_ids: Collection[int]) -> list[PlacedPositions]:
        """Return batches, the positions of each in any order."""
        kept = self._shelf.appended(first_position_ids)
        kept |= self._read([each for each in first_position_ids if each not in kept])
        return [kept[each] for each in first_position_ids]

    def remove(self, first_position_ids: Collection[int]) -> None:
        """Delete batches."""
        gone = delete(position_batches).where(_ROW.first_position_id == bindparam("gone"))
        self._session.change(gone, [{"gone": each} for each in first_position_ids])
        self._removed.update(first_position_ids)

    def _read(self, wanted: Collection[int]) -> dict[int, PlacedPositions]:
        found: dict[int, PlacedPositions] = {}
        for part in chunks(wanted):
            query = select(position_batches).where(_ROW.first_position_id.in_(part))
            for row in self._session.rows(query.order_by(_ROW.first_position_id)):
                first = row.first_position_id
                placed = unpack_batch(self._press, row.body, first, row.block_id)
                found[first] = in_order(placed)
        return found
