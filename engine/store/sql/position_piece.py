"""A piece of merging in the making: put in order, packed some pages at a time, and then written.

Only the last step writes anything. The steps before may be transactions of their own, between which
batches are taken, so none of them stands in their way for long. What a piece rests on is committed
then, and it is written only if all of that still is as it was.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from engine.core.number_coding import Press
from engine.core.placed_positions import PlacedPositions
from engine.core.position import PositionKey, Quarantine
from engine.store.sql.position_pages import PackedPage, divided, packed
from zones.instant import Instant

PACKED_AT_ONCE: Final = 4
"""Pages packed in a step."""

Place = tuple[int, Instant]
"""An activation and an instant."""


class FromBatches(msgspec.Struct, frozen=True, eq=False):
    """What a piece made of batches rests on."""

    first_position_ids: tuple[int, ...]
    verdicts: Mapping[tuple[int, PositionKey], Quarantine | None]
    """Those that were written into the positions."""


class FromRuns(msgspec.Struct, frozen=True, eq=False):
    """What a piece made of the first pages of runs rests on."""

    runs: tuple[tuple[object, ...], ...]
    """Their rows."""
    bodies: Mapping[int, bytes]
    """Of each page that was read."""
    many: Sequence[int]
    """How many positions leave each run: those before `end`, all if it is None."""
    end: Place | None


class Piece:
    """Positions in their order that go to a run, and their pages as far as they are packed."""

    def __init__(
        self, source: FromBatches | FromRuns, positions: PlacedPositions, *, quickly: bool
    ) -> None:
        """Take positions that nothing is packed of; quickly packed are those soon merged."""
        self.source = source
        self.positions = positions
        self.pages: list[PackedPage] = []
        self._left = divided(positions)
        self._quickly = quickly

    @property
    def packed(self) -> bool:
        """Whether all pages are packed."""
        return not self._left

    def pack(self, press: Press) -> None:
        """Pack some more pages."""
        some, self._left = self._left[:PACKED_AT_ONCE], self._left[PACKED_AT_ONCE:]
        self.pages += [packed(press, page, quickly=self._quickly) for page in some]
