"""Columns hold a few instants for each of many activations, so that all are compared at once.

A row is found by its key in a dictionary; rows are never taken away, as activations are not.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from zones.instant import Instant

Instants = NDArray[np.int64]
Marks = NDArray[np.bool_]

_FEWEST = 64


class Columns:
    """Named columns of instants, one row a key; a row that is new begins with the defaults."""

    def __init__(self, **defaults: Instant) -> None:
        self._defaults = defaults
        self._rows: dict[int, int] = {}
        self._keys = np.empty(_FEWEST, np.int64)
        self._columns = {name: np.full(_FEWEST, each) for name, each in defaults.items()}

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self._rows)

    def __getitem__(self, name: str) -> Instants:
        """Return a column, in the order in which its rows came; what is set in it stays set."""
        return self._columns[name][: len(self._rows)]

    def __iter__(self) -> Iterator[int]:
        """Iterate over the keys."""
        return iter(self._rows)

    def put(self, key: int, **values: Instant) -> None:
        """Set some of the values of a row."""
        row = self.row(key)
        for name, value in values.items():
            self._columns[name][row] = value

    def row(self, key: int) -> int:
        """Return which row a key has, a new one if it has none."""
        row = self._rows.get(key)
        return self._new(key) if row is None else row

    def keys_where(self, marked: Marks, order: Instants, most: int | None = None) -> list[int]:
        """Return the keys of the marked rows, by a column and then as they came.

        With `most`, no more than that come, the least by the column; of equal ones any.
        """
        rows = np.flatnonzero(marked)
        if most is not None and len(rows) > most:
            rows = np.sort(rows[np.argpartition(order[rows], most)[:most]])
        found: list[int] = self._keys[rows[np.argsort(order[rows], kind="stable")]].tolist()
        return found

    def _new(self, key: int) -> int:
        row = len(self._rows)
        if row == len(self._keys):
            self._keys = np.resize(self._keys, 2 * row)
            for name, default in self._defaults.items():
                grown = np.full(2 * row, default)
                grown[:row] = self._columns[name]
                self._columns[name] = grown
        self._keys[row] = key
        self._rows[key] = row
        return row
