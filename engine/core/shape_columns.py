"""Shapes of lanes as columns, from which many lanes of few shapes are written at once."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.core.lane_shape import Shape
from engine.core.position_columns import Small, Whole
from engine.core.ragged import Ragged, spread
from engine.core.turns import MOST_SETS, MOST_TURNS, UNKNOWN
from zones.interval import END

_SINGLE: Final = ("shared_factor", "shared_plus_m", "max_age")


class Entries:
    """Places or fences of shapes, one shape's after the other's; `zone` is its place in a list."""

    def __init__(self, of_each: Sequence[Sequence[tuple[float, ...]]], *names: str) -> None:
        """Take of each shape its entries, whose values go by these names."""
        self._count = np.array([len(each) for each in of_each], np.int64)
        self._first = np.cumsum(self._count) - self._count
        flat = np.array([entry for each in of_each for entry in each], np.float64)
        self._columns = dict(zip(names, flat.reshape(-1, len(names)).T, strict=True))

    def write(self, rows: Whole, which: Whole, zones: Whole, first: Whole, table: Ragged) -> None:
        """Write to rows the entries of a shape each, given which.

        A row's zones are those at `first` in `zones`, and after it.
        """
        count = self._count[which]
        at = spread(self._first[which], count)
        columns = {name: column[at] for name, column in self._columns.items()}
        own = np.repeat(first, count) + columns["zone"].astype(np.int64)
        table.put(rows, count, **{**columns, "zone": zones[own]})


class ShapeColumns:
    """Shapes, each at one index of every array."""

    def __init__(self, shapes: Sequence[Shape]) -> None:
        """Take these shapes."""
        self.turns: Whole = np.full((len(shapes), MOST_TURNS), END)
        self.sets: Small = np.full((len(shapes), MOST_TURNS + 1), UNKNOWN, np.int8)
        self.groups: Whole = np.zeros((len(shapes), MOST_SETS), np.int64)
        for index, each in enumerate(shapes):
            self.turns[index, : len(each.turns)] = each.turns
            self.sets[index, : len(each.sets)] = each.sets
            self.groups[index, : len(each.groups)] = each.groups
        self.single = {name: _of_each(shapes, name) for name in _SINGLE}
        """Columns of what each has one of."""
        self.places = Entries([each.places for each in shapes], "zone", "set", "group", "factor")
        self.fences = Entries([each.fences for each in shapes], "zone", "factor", "plus_m")


def _of_each(shapes: Iterable[Shape], name: str) -> NDArray[Any]:
    return np.array([getattr(each, name) for each in shapes])
