"""An agenda says when each activation is to be looked at next, and holds one entry of each.

What has become due stays due until it is entered anew: a transaction that fails forgets nothing.
Superseded entries are left where they are until they are as many as the valid ones, so that the
agenda never grows with what has happened, only with the number of activations.
"""

import heapq
from typing import Final

from zones.instant import Instant
from zones.interval import END

_SLACK: Final = 64


class Agenda:
    """When each of many activations is due."""

    def __init__(self) -> None:
        self._heap: list[tuple[Instant, int]] = []
        self._entered: dict[int, Instant] = {}
        self._owed: dict[int, None] = {}

    def __len__(self) -> int:
        """Return how many entries are held, superseded ones included."""
        return len(self._heap)

    def enter(self, activation_id: int, due: Instant) -> None:
        """Enter when an activation is due next, END for never; it replaces what was entered."""
        self._owed.pop(activation_id, None)
        if due >= END:
            self._entered.pop(activation_id, None)
        elif self._entered.get(activation_id) != due:
            self._entered[activation_id] = due
            heapq.heappush(self._heap, (due, activation_id))
            self._tidy()

    def due(self, now: Instant) -> list[int]:
        """Return the activations that have become due by `now` and were not entered anew since."""
        while self._heap and self._heap[0][0] <= now:
            due, activation_id = heapq.heappop(self._heap)
            if self._entered.get(activation_id) == due:
                del self._entered[activation_id]
                self._owed[activation_id] = None
        return list(self._owed)

    def _tidy(self) -> None:
        if len(self._heap) > 2 * len(self._entered) + _SLACK:
            self._heap = [(due, activation_id) for activation_id, due in self._entered.items()]
            heapq.heapify(self._heap)
