"""What was opened once is kept open, for every transaction of the process.

A batch is not changed between its commit and the merge that removes it, and its id is not given
again. So what is found here under an id of a batch that is stored is that batch. What this process
appended is kept as it was once it is committed, as much of it as merging lets pile up: whoever
merges need not read and unpack it again. A page can be changed: it is kept with the bytes it was
opened from.
"""

from collections.abc import Callable, Collection, Mapping
from threading import Lock
from typing import Final

from engine.core.placed_positions import PlacedPositions
from engine.store.sql.position_piece import Piece

MOST_APPENDED: Final = 1 << 16
"""Positions kept that were appended: twice what is merged under load."""


class Shelf:
    """Opened batches, by the first of their position ids, and pages that are being merged.

    Safe for threads.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._opened: dict[int, PlacedPositions] = {}
        self._pages: dict[int, tuple[bytes, PlacedPositions]] = {}
        self._appended: dict[int, PlacedPositions] = {}
        self._many = 0
        self.piece: Piece | None = None
        """The piece of merging in hand: of whoever is alone with the positions."""
        self._lock = Lock()

    def keep(self, appended: Mapping[int, PlacedPositions], removed: Collection[int]) -> None:
        """Keep batches that were appended, and put away those that were removed: all committed."""
        with self._lock:
            self._appended |= appended
            self._many += sum(map(len, appended.values()))
            for each in removed:
                self._many -= len(self._appended.pop(each, ()))
            while self._many > MOST_APPENDED:
                self._many -= len(self._appended.pop(next(iter(self._appended))))

    def appended(self, wanted: Collection[int]) -> dict[int, PlacedPositions]:
        """Return those batches that are kept as they were appended, not put in order."""
        with self._lock:
            return {each: self._appended[each] for each in wanted if each in self._appended}

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

    def pages(
        self, bodies: Mapping[int, bytes], opening: Callable[[bytes], PlacedPositions]
    ) -> dict[int, PlacedPositions]:
        """Return pages opened, and keep these open, in place of those of the last time."""
        with self._lock:
            before = self._pages
        opened = {
            page_id: before[page_id]
            if page_id in before and before[page_id][0] == body
            else (body, opening(body))
            for page_id, body in bodies.items()
        }
        with self._lock:
            self._pages = opened
        return {page_id: placed for page_id, (_, placed) in opened.items()}
