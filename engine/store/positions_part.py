"""What the engine and the API need of stored positions; see `engine.store.protocol`."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.core.position import Position, PositionKey, Quarantine
from engine.core.position_columns import PositionColumns
from engine.store.page import Page
from zones.instant import Instant
from zones.interval import END

UNMERGED_BATCHES: Final = 256
"""Batches from which on it is worth while to merge them,"""
UNMERGED_POSITIONS: Final = 1 << 13
"""and positions in them; a piece of merging takes about so many."""


class StoredPosition(msgspec.Struct, frozen=True, kw_only=True):
    """A position with its place in the store and in the journal."""

    position_id: int
    block_id: int
    message_index: int
    position: Position


class Unmerged(NamedTuple):
    """What has been appended and not yet sorted into what is read fast."""

    batches: int
    positions: int


class PositionsPart(Protocol):
    """Positions, judged and quarantined.

    How far merging has come changes no answer. Two positions of an activation with one key are one
    position delivered twice: it is read once, as it was first stored.
    """

    def append(
        self,
        columns: PositionColumns,
        first_position_id: int,
        block_id: int,
        message_index: NDArray[np.int64],
    ) -> None:
        """Store the new positions of one batch, which get ids from `first_position_id` on.

        `message_index` says which message of the journal block each is from. The caller leaves out
        those that are stored already (`known`, `newest_keys`).
        """

    def merge(self, times: int = 1) -> bool:
        """Do a short step of sorting what was appended, and tell if there was any to do.

        Several steps make a piece, and nothing is begun before there is `times` as much to do as
        makes it worth while. A transaction that wrote something before does a whole piece at once.
        """

    def unmerged(self) -> Unmerged:
        """Return how much of what was appended is not merged yet."""

    def known(self, keys: Mapping[int, Collection[PositionKey]]) -> set[tuple[int, PositionKey]]:
        """Return those of the keys, by activation, that are stored already."""

    def newest_keys(self) -> Mapping[int, PositionKey]:
        """Return each activation's greatest stored key, quarantined positions included."""

    def newest_of_each(self) -> PositionColumns:
        """Return each activation's position with the greatest key, as it was first judged."""

    def since(
        self, activation_id: int, instant: Instant, until: Instant = END
    ) -> Sequence[Position]:
        """Return those with instant <= fix_time < until, in key order, quarantined included."""

    def newest(self, activation_id: int) -> Position | None:
        """Return the newest judged position; None if there is none."""

    def newest_vitals(self, activation_id: int, since: Instant) -> Position | None:
        """Return the newest position since an instant whose message stated the battery."""

    def set_quarantine(
        self, activation_id: int, verdicts: Mapping[PositionKey, Quarantine | None]
    ) -> None:
        """Store verdicts that evidence which came later has changed."""

    def track(
        self, wearer_id: str, since: Instant, until: Instant, page: Page
    ) -> Sequence[StoredPosition]:
        """Return a wearer's positions with since <= fix_time < until, oldest first.

        The page's cursor is (fix_time, position_id).
        """

    def count(self) -> int:
        """Return how many positions are stored, the canary's not."""
