"""What the engine needs of messages that are stored and acknowledged, and not judged yet.

They are in the journal only once they are judged, in the transaction that deletes them here. So the
journal has every message in the order of judging, after the registry by which it was judged.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple, Protocol

from zones.instant import Instant


class Deferred(NamedTuple):
    """A message that was put off, without its payload."""

    deferred_id: int
    received_at: Instant
    topic: str
    urgent: bool
    """It is judged before others: see `engine.core.urgency`."""


class DeferredMessage(NamedTuple):
    """A message that was put off, whole."""

    note: Deferred
    payload: bytes


class DeferredPart(Protocol):
    """Messages that were put off."""

    def append(self, messages: Sequence[DeferredMessage]) -> None:
        """Store messages."""

    def waiting(self) -> Iterator[Deferred]:
        """Yield what is put off in the order of arrival."""

    def get(self, deferred_ids: Collection[int]) -> Sequence[DeferredMessage]:
        """Return messages by id, in the order of arrival.

        Those that are not there are left out, and those whose payload is damaged.
        """

    def remove(self, deferred_ids: Collection[int]) -> None:
        """Delete messages."""
