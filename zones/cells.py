"""Boxes found by place in a spatial hash: cells of the plane, and in each the boxes that meet it.

A box stands in cells of a size of its own kind: the smallest of ``CELL_DEG``, twice that, and
so on, of which it is no longer than ``CELLS_LONG``. So a box is in few cells, and what is looked
for is looked for once on each level in use. Cells are not kept but hashed, ``u + v·stride`` modulo
the number of slots, neighbours in a row side by side; a slot lists the boxes of all cells that fall
into it. So a box found in a slot is a candidate: whoever asks compares the box itself. The stride
is the golden section of the number of slots, which keeps the cells of one box in slots apart.

A slot's list is a stretch of one pool: its start and its length in one number. Adding a box writes
to the few slots it is in; a list without room moves to the pool's end and takes twice the room.
Threads may look while one adds: a length is written after what it covers.
"""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from zones.metric import Floats, expand

Indices: TypeAlias = NDArray[np.intp]

CELL_DEG: Final = 0.002
CELLS_LONG: Final = 2
LEVELS: Final = 19
"""On the last one a single cell is the earth."""
MOST_CELLS: Final = 8192
"""A window over more cells than this is not looked for by cells."""

_LEAST_BITS: Final = 10
_GOLDEN: Final = 0.6180339887498949
_ROOMY: Final = 1 << 20
"""Up to so many entries have two to four slots each, more of them one or two."""
_LENGTH_BITS: Final = 24
_LENGTH: Final = (1 << _LENGTH_BITS) - 1
_SALT: Final = 1 << 20
"""How many rows of cells each level's begin after those of the level before."""
_PER_DEGREE: Final = 1.0 / CELL_DEG


class Cells:
    """Boxes by number, in cells.

    Attributes:
        entries: in how many slots the boxes are, all together.
    """

    __slots__ = ("_bits", "_end", "_levels", "_pool", "_room", "_slots", "_stride", "entries")

    def __init__(self, boxes: Floats, numbers: Indices) -> None:
        """Take boxes, shape (n, 4) as west, south, east, north in -180..180, and their numbers."""
        level = _levels_of(boxes)
        self._levels = np.unique(level)
        owner, u, v = _covered(boxes, level)
        self.entries = len(owner)
        crowded = self.entries > _ROOMY
        self._bits = max(_LEAST_BITS, self.entries.bit_length() + (not crowded))
        self._stride = int(_GOLDEN * (1 << self._bits)) | 1
        slot = self._hashed(u, v, level[owner])
        order = np.argsort(slot, kind="stable")
        length = np.bincount(slot, minlength=1 << self._bits)
        start = np.cumsum(length) - length
        self._slots = np.where(length > 0, start << _LENGTH_BITS | length, 0)
        self._room: dict[int, int] = {}
        self._pool = numbers[owner[order]].astype(np.int32)
        self._end = len(owner)

    @property
    def is_full(self) -> bool:
        """Whether slots have become crowded, or the pool is half holes: time to build anew."""
        return self.entries > 1 << self._bits or self._end > 4 * self.entries + 4096

    def add(self, number: int, box: Floats) -> None:
        """Add a box, shape (4,), under a number."""
        boxes = box[None, :]
        level = _levels_of(boxes)
        owner, u, v = _covered(boxes, level)
        for slot in self._hashed(u, v, level[owner]).tolist():
            self._append(slot, number)
        self.entries += len(owner)
        # Last: a level is looked at once there is something on it.
        self._levels = np.union1d(self._levels, level)

    def at(self, lon: Floats, lat: Floats) -> tuple[Indices, Indices]:
        """Return (row, box): for each place the boxes that may hold it, each once."""
        u, v = _cell(lon, 180.0), _cell(lat, 90.0)
        levels = self._levels
        if len(levels) != 1:
            shift = levels[:, None]
            u, v, levels = u >> shift, v >> shift, levels[:, None]
        elif levels[0]:
            u, v = u >> levels, v >> levels
        listed = self._slots.take(self._hashed(u, v, levels).ravel())
        hit = listed.nonzero()[0]
        listed = listed.take(hit)
        row, box = self._members(listed)
        row = hit.take(row)
        return (row if len(self._levels) == 1 else row % len(lon)), box

    def at_one(self, lon: float, lat: float) -> list[int]:
        """Return the boxes that may hold one place, each once."""
        u, v = int((lon + 180.0) * _PER_DEGREE), int((lat + 90.0) * _PER_DEGREE)
        found: list[int] = []
        for level in self._levels.tolist():
            slot = (u >> level) + ((v >> level) + level * _SALT) * self._stride
            listed = int(self._slots[slot & ((1 << self._bits) - 1)])
            if listed:
                start = listed >> _LENGTH_BITS
                found += self._pool[start : start + (listed & _LENGTH)].tolist()
        return found

    def within(self, windows: Floats) -> tuple[Indices, Indices, Indices]:
        """Return (row, box, vast): the boxes that may meet windows, some of them more than once.

        ``vast`` are the windows over too many cells, of which nothing else is said. Windows as
        boxes are, shape (n, 4).
        """
        level = np.tile(self._levels, len(windows))
        row = np.arange(len(windows)).repeat(len(self._levels))
        u, v, columns, count = _ranges(windows.take(row, axis=0), level)
        vast = np.bincount(row, count, len(windows)) > MOST_CELLS
        fits = (~vast[row]).nonzero()[0]
        owner, u, v = _laid_out(*(each.take(fits) for each in (u, v, columns, count)))
        listed = self._slots.take(self._hashed(u, v, level.take(fits).take(owner)))
        found, box = self._members(listed)
        return row.take(fits).take(owner).take(found), box, vast.nonzero()[0]

    def _append(self, slot: int, number: int) -> None:
        listed = int(self._slots[slot])
        start, length = listed >> _LENGTH_BITS, listed & _LENGTH
        room = self._room.get(slot, length)
        if length == room:
            end = self._end + max(4, 2 * room)
            if end > len(self._pool):
                self._pool = np.concatenate([self._pool, np.zeros(end, dtype=np.int32)])
            self._pool[self._end : self._end + length] = self._pool[start : start + length]
            start, self._room[slot], self._end = self._end, end - self._end, end
        self._pool[start + length] = number
        self._slots[slot] = start << _LENGTH_BITS | (length + 1)

    def _members(self, listed: Indices) -> tuple[Indices, Indices]:
        length = listed & _LENGTH
        ends = length.cumsum()
        row = np.arange(len(listed)).repeat(length)
        at = np.arange(len(row)) + ((listed >> _LENGTH_BITS) - (ends - length)).take(row)
        return row, self._pool.take(at)

    def _hashed(self, u: Indices, v: Indices, level: Indices) -> Indices:
        slot: Indices = u + (v + level * _SALT) * self._stride
        slot &= (1 << self._bits) - 1
        return slot


def _cell(degrees: Floats, offset: float) -> Indices:
    cell: Indices = ((degrees + offset) * _PER_DEGREE).astype(np.intp)
    return cell


def _levels_of(boxes: Floats) -> Indices:
    """Return on which level each box stands."""
    longest = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    sizes = CELLS_LONG * CELL_DEG * 2.0 ** np.arange(LEVELS - 1)
    return np.searchsorted(sizes, longest)


def _ranges(boxes: Floats, level: Indices) -> tuple[Indices, Indices, Indices, Indices]:
    """Return of the cells that each box meets: first column and row, columns, number of all."""
    shift = level
    west, east = (_cell(boxes[:, each], 180.0) >> shift for each in (0, 2))
    south, north = (_cell(boxes[:, each], 90.0) >> shift for each in (1, 3))
    columns = east - west + 1
    return west, south, columns, columns * (north - south + 1)


def _laid_out(
    u: Indices, v: Indices, columns: Indices, count: Indices
) -> tuple[Indices, Indices, Indices]:
    """Return (range, column, row) of each cell of ranges of cells."""
    owner = np.arange(len(count)).repeat(count)
    within = expand(np.zeros(len(count), dtype=np.intp), count)
    down, right = np.divmod(within, columns.take(owner))
    return owner, u.take(owner) + right, v.take(owner) + down


def _covered(boxes: Floats, level: Indices) -> tuple[Indices, Indices, Indices]:
    """Return (box, column, row) of each cell that each box meets."""
    return _laid_out(*_ranges(boxes, level))
