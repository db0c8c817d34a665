"""Batches that were opened once are kept open, for every transaction of the process.

A batch is not changed between its commit and the merge that removes it, and its id is not given
again. So what is found here under an id of a batch that is stored is that batch.
"""

from collections.abc import Callable, Collection
from threading import Lock

from engine.core.placed_positions import PlacedPositions


class Shelf:
    """Opened batches, by the first of their position ids; safe for threads."""

    def __init__(self) -> None:
        """Begin with none."""
        self._opened: dict[int, PlacedPositions] = {}
        self._lock = Lock()

    def get(
        self,
        stored: Collection[int],
        read: Callable[[Collection[int]], dict[int, PlacedPositions]],
    ) -> list[PlacedPositions]:
        """Return the batches that are stored, of which those not opened yet are read.

        What is older than all that are stored was merged, and is put away.
        """
        with self._lock:
            opened = {each: self._opened[each] for each in stored if each in self._opened}
        opened |= read([each for each in stored if each not in opened])
        with self._lock:
            self._opened |= opened
            for each in [one for one in self._opened if one < min(stored, default=one + 1)]:
                del self._opened[each]
        return [opened[each] for each in stored]
