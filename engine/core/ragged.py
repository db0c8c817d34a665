"""Rows of different lengths in a few flat arrays: of each row, where it begins and how long it is.

A row that is set anew is written over if it fits, else at the end. What is left behind is given
back once it is more than what is in use. So an edit costs what the row is long, however many rows
there are.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]
_FEWEST: Final = 64


def spread(first: Indices, count: Indices) -> Indices:
    """Return the places of rows, one row after the other: first, first + 1, … of each."""
    total = int(count.sum())
    ends = np.cumsum(count)
    return np.arange(total) + np.repeat(first - ends + count, count)


class Ragged:
    """Rows by number, each some entries; an entry has one value in each column."""

    def __init__(self, **kinds: type[np.generic]) -> None:
        """Name the columns with their types."""
        self._first = np.zeros(_FEWEST, np.int64)
        self.count = np.zeros(_FEWEST, np.int64)
        """How many entries each row has."""
        self._columns: dict[str, NDArray[Any]] = {
            name: np.zeros(_FEWEST, kind) for name, kind in kinds.items()
        }
        self._end = 0
        self._used = 0

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return a whole column; `places` says where a row is in it."""
        return self._columns[name]

    def places(self, rows: Indices) -> tuple[Indices, Indices]:
        """Return how many entries each of the rows has, and where in the columns, row by row."""
        count = self.count[rows]
        return count, spread(self._first[rows], count)

    def put(self, rows: Indices, count: Indices, **values: NDArray[Any]) -> None:
        """Set rows, each once: how many entries each has, and of each column these, row by row."""
        if not len(rows):
            return
        self._reach(int(rows.max()))
        former, total = self.count[rows], int(count.sum())
        grown = count > former
        more = count[grown]
        self._make_room(int(more.sum()))
        self._first[rows[grown]] = self._end + np.cumsum(more) - more
        self._end += int(more.sum())
        places = spread(self._first[rows], count)
        for name, column in values.items():
            self._columns[name][places] = column
        self.count[rows] = count
        self._used += total - int(former.sum())
        if self._end > 2 * self._used + _FEWEST:
            self._compact()

    def _reach(self, row: int) -> None:
        if row >= len(self.count):
            more = np.zeros(max(row + 1, 2 * len(self.count)) - len(self.count), np.int64)
            self._first = np.concatenate([self._first, more])
            self.count = np.concatenate([self.count, more])

    def _make_room(self, size: int) -> None:
        for name, column in self._columns.items():
            if self._end + size > len(column):
                grown = np.zeros(2 * (self._end + size), column.dtype)
                grown[: self._end] = column[: self._end]
                self._columns[name] = grown

    def _compact(self) -> None:
        count, places = self.places(np.arange(len(self.count)))
        for name, column in self._columns.items():
            self._columns[name] = column[places]
        self._first = np.cumsum(count) - count
        self._end = self._used = len(places)
        self._make_room(_FEWEST)
