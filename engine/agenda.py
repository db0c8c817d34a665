"""An agenda says when each activation is to be looked at next: one column of instants.

To look is to compare the column with the time: for 250,000 activations a tenth of a millisecond,
however many of them become due at one instant. What has become due stays due until it is entered
anew: a transaction that fails forgets nothing.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.columns import Columns
from zones.instant import Instant
from zones.interval import END


class Agenda:
    """When each of many activations is due."""

    def __init__(self) -> None:
        self._due = Columns(due=END)

    def __len__(self) -> int:
        """Return how many activations it knows."""
        return len(self._due)

    def enter(self, activation_id: int, due: Instant) -> None:
        """Enter when an activation is due next, END for never; it replaces what was entered."""
        self._due.put(activation_id, due=due)

    def row(self, activation_id: int) -> int:
        """Return the number by which `enter_many` knows an activation."""
        return self._due.row(activation_id)

    def enter_many(self, rows: NDArray[np.int64], due: NDArray[np.int64]) -> None:
        """Enter when activations are due next, given by their rows."""
        self._due["due"][rows] = due

    def due(self, now: Instant, most: int | None = None) -> list[int]:
        """Return the activations that are due by `now`, the longest due first.

        No more than `most` if it is given.
        """
        column = self._due["due"]
        return self._due.keys_where(column <= min(now, END - 1), column, most)

    def __iter__(self) -> Iterator[int]:
        """Iterate over the activations it knows."""
        return iter(self._due)
