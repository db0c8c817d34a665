"""Positions with their places in store and journal, as columns, and the order they are kept in.

The order is that of activation, then of judgement: (fix_time, seq, digest). A digest is made only
where all before it is equal, which is rare. Of positions that are equal in all of it, one delivered
twice, the first is kept: that with the least id.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.core.position import PositionKey, Quarantine
from engine.core.position_columns import (
    QUARANTINES,
    PositionColumns,
    Whole,
    columns_of,
    united,
)
from engine.core.wanted_keys import WantedKeys
from zones.instant import Instant

_WORD: Final = 62
"""Bits of a whole number that two together may take to be compared as one."""


class PlacedPositions(msgspec.Struct, frozen=True, eq=False):
    """Positions with where each is in the store and in the journal; arrays of one length."""

    columns: PositionColumns
    position_id: Whole
    block_id: Whole
    message_index: Whole

    def __len__(self) -> int:
        """Return how many positions there are."""
        return len(self.position_id)

    def take(self, index: "NDArray[Any] | slice") -> "PlacedPositions":
        """Return the positions at indices, or in a slice, or those that are marked."""
        return PlacedPositions(
            self.columns.take(index),
            self.position_id[index],
            self.block_id[index],
            self.message_index[index],
        )


def placed_together(parts: Sequence[PlacedPositions]) -> PlacedPositions:
    """Return the positions of several parts, at least one, one part after the other."""
    if len(parts) == 1:
        return parts[0]
    return PlacedPositions(
        united([part.columns for part in parts]),
        np.concatenate([part.position_id for part in parts]),
        np.concatenate([part.block_id for part in parts]),
        np.concatenate([part.message_index for part in parts]),
    )


NONE: Final = PlacedPositions(columns_of(()), *(np.zeros(0, np.int64) for _ in range(3)))
"""No positions."""


def in_order(positions: PlacedPositions, most: int | None = None) -> PlacedPositions:
    """Return positions in their order, each once; no more than the first `most`, if given."""
    columns = positions.columns
    order = _by_time(columns)
    if _alike(columns.activation_id[order], columns.fix_time[order]).any():
        keys = (positions.position_id, columns.seq, columns.fix_time, columns.activation_id)
        order = np.lexsort(keys)
        alike = _alike(columns.activation_id[order], columns.fix_time[order], columns.seq[order])
        if alike.any():
            order = _by_content(columns, order, alike)
    return positions.take(order[:most])


def of_activation(
    positions: PlacedPositions, activation_id: int, since: Instant, until: Instant
) -> PlacedPositions:
    """Return, of positions in order, one activation's with since <= fix_time <= until."""
    ids = positions.columns.activation_id
    start, end = np.searchsorted(ids, activation_id), np.searchsorted(ids, activation_id, "right")
    times = positions.columns.fix_time[start:end]
    first, end = (
        start + np.searchsorted(times, since),
        start + np.searchsorted(times, until, "right"),
    )
    return positions.take(slice(int(first), int(end)))


def newest_of_each(positions: PlacedPositions) -> PlacedPositions:
    """Return, of positions in order, the last of each activation."""
    ids = positions.columns.activation_id
    return positions.take(np.append(ids[1:] != ids[:-1], True) if len(ids) else slice(0))


def places_of(
    positions: PlacedPositions, keys: Mapping[int, Collection[PositionKey]]
) -> dict[tuple[int, PositionKey], int]:
    """Return where in positions in order those with these keys, by activation, are."""
    columns = positions.columns
    places = WantedKeys(keys).at(columns.activation_id, columns.fix_time)
    found = {(int(columns.activation_id[place]), columns.key(place)): place for place in places}
    return {named: place for named, place in found.items() if named[1] in keys[named[0]]}


def with_verdicts(
    positions: PlacedPositions, verdicts: Mapping[int, Quarantine | None]
) -> PlacedPositions:
    """Return positions with other verdicts on those at these places."""
    if not verdicts:
        return positions
    quarantine = positions.columns.quarantine.copy()
    for index, verdict in verdicts.items():
        quarantine[index] = QUARANTINES.index(verdict)
    columns = msgspec.structs.replace(positions.columns, quarantine=quarantine)
    return msgspec.structs.replace(positions, columns=columns)


def _by_time(columns: PositionColumns) -> NDArray[np.intp]:
    """Return the order by activation and time."""
    ids, times = columns.activation_id, columns.fix_time
    if not len(ids):
        return np.zeros(0, np.intp)
    least, earliest = int(ids.min()), int(times.min())
    bits = (int(times.max()) - earliest).bit_length()
    if bits + (int(ids.max()) - least).bit_length() > _WORD:
        return np.lexsort((times, ids))
    # One number instead of two, and one already sorted in parts: several times faster.
    return np.argsort(((ids - least) << bits) + (times - earliest), kind="stable")


def _alike(*columns: Whole) -> NDArray[np.bool_]:
    """Return which places equal the one after them in all of these."""
    same: NDArray[np.bool_] = np.logical_and.reduce([each[1:] == each[:-1] for each in columns])
    return same


def _by_content(
    columns: PositionColumns, order: NDArray[np.intp], alike: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Return the order with those that only their digests tell apart put by these, each once."""
    ends = np.append(alike, False)
    starts = np.flatnonzero(ends & ~np.concatenate(([False], alike)))
    order, kept = order.copy(), np.ones(len(order), bool)
    for start in starts:
        end = start + int(np.argmin(ends[start:])) + 1
        first: dict[bytes, np.intp] = {}
        for index in order[start:end]:
            first.setdefault(columns.digest(int(index)), index)
        order[start : start + len(first)] = [first[digest] for digest in sorted(first)]
        kept[start + len(first) : end] = False
    return order[kept]
