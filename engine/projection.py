"""What was appended is sorted behind the batches, and never further behind than is stated.

Where the engine is idle, as soon as it is worth while: from `UNMERGED_BATCHES` batches or
`UNMERGED_POSITIONS` positions on. Under load, a piece between two batches from `LOADED` times as
much on; and from `MOST` times as much on no batch is taken before it is less. No answer of the
store depends on it: what is not merged yet is read where it is, only more slowly.
"""

from typing import Final

import structlog

from engine.core.number_decoding import CodingError
from engine.store.positions_part import UNMERGED_BATCHES, UNMERGED_POSITIONS
from engine.store.protocol import Store

LOADED: Final = 4
"""How many times as much as is worth while is merged under load."""
MOST: Final = 8
"""How many times as much no batch is taken from."""

_log = structlog.get_logger(__name__)


class Projection:
    """Keeps count of what is not merged yet, and merges it piece by piece."""

    def __init__(self, store: Store) -> None:
        """Begin without knowing what the store has not merged: the first piece tells."""
        self._store = store
        self._batches = 0
        self._positions = 0
        self._damaged = False

    @property
    def overdue(self) -> bool:
        """True if no batch is to be taken before a piece has been merged."""
        return self._has(MOST)

    @property
    def behind(self) -> bool:
        """True if nothing that was put off is to be judged before a piece has been merged."""
        return self._has(LOADED)

    def _has(self, times: int) -> bool:
        batches, positions = times * UNMERGED_BATCHES, times * UNMERGED_POSITIONS
        return not self._damaged and (self._batches >= batches or self._positions >= positions)

    def note(self, positions: int) -> None:
        """Count a batch that was appended."""
        self._batches += bool(positions)
        self._positions += positions

    def step(self, *, idle: bool) -> bool:
        """Merge a piece if it is time to, and tell if there was any.

        What cannot be read is reported, and left for people to restore: alerts come first.
        """
        if self._damaged:
            return False
        try:
            with self._store.write() as transaction:
                merged = transaction.positions.merge(1 if idle else LOADED)
                self._batches, self._positions = transaction.positions.unmerged()
        except CodingError as error:
            self._damaged = True
            _log.error("stored positions cannot be merged: restore a backup", problem=str(error))
            return False
        return merged
