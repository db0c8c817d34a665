"""The intake makes reports of deliveries: decoded, attributed, and only what is new.

Nothing is lost: what cannot be used becomes a rejection that keeps the payload. What was delivered
before changes nothing; a message that holds nothing new is not kept a second time.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import msgspec

from engine.core.attribute import Attribution
from engine.core.device_event import DeviceEvent
from engine.core.position import Position, PositionKey
from engine.core.rejection import Rejection
from engine.core.statement import read_statement
from engine.core.topic import TelemetryTopic
from engine.sources.source import Delivery
from engine.store.protocol import Transaction
from zones.instant import Instant

T = TypeVar("T")


class Opened(msgspec.Struct):
    """One delivery, opened: what it says, of which only the new is kept."""

    delivery: Delivery
    source: TelemetryTopic | None
    positions: list[Position]
    events: list[DeviceEvent]
    rejections: list[Rejection]
    heard: dict[int, Instant]
    """When each activation was heard (receive time)."""

    @property
    def new(self) -> bool:
        """True if anything in it was not known before."""
        return bool(self.positions or self.events or self.rejections)


def open_batch(
    deliveries: Iterable[Delivery],
    attribution: Attribution,
    transaction: Transaction,
    newest: Callable[[int], PositionKey | None],
    in_hand: Callable[[int], Iterable[PositionKey]],
) -> list[Opened]:
    """Open deliveries and drop from them what is known, from the store or from each other.

    `newest` is the greatest key known of an activation, `in_hand` the keys of those of its
    positions that were taken from the same batch already.
    """
    opened = [_open(delivery, attribution) for delivery in deliveries]
    _drop_known_positions(opened, transaction, newest, in_hand)
    _drop_known_events(opened, transaction)
    return opened


def _open(delivery: Delivery, attribution: Attribution) -> Opened:
    said = read_statement(attribution, delivery.topic, delivery.payload, delivery.received_at)
    return Opened(delivery, said.source, said.positions, said.events, said.rejections, said.heard)


def _drop_known_positions(
    opened: Sequence[Opened],
    transaction: Transaction,
    newest: Callable[[int], PositionKey | None],
    in_hand: Callable[[int], Iterable[PositionKey]],
) -> None:
    doubtful: dict[int, set[PositionKey]] = defaultdict(set)
    for each in opened:
        for position in each.positions:
            known = newest(position.activation_id)
            if known is not None and position.key <= known:
                doubtful[position.activation_id].add(position.key)
    seen = transaction.positions.known(doubtful)
    seen.update((each, key) for each in doubtful for key in in_hand(each))
    for each in opened:
        each.positions = [
            position
            for position in each.positions
            if _is_new((position.activation_id, position.key), seen)
        ]


def _drop_known_events(opened: Sequence[Opened], transaction: Transaction) -> None:
    digests: dict[int, set[bytes]] = defaultdict(set)
    for each in opened:
        for event in each.events:
            digests[event.activation_id].add(event.digest)
    seen = {
        (activation_id, digest)
        for activation_id, some in digests.items()
        for digest in transaction.events.known(activation_id, some)
    }
    for each in opened:
        each.events = [
            event for event in each.events if _is_new((event.activation_id, event.digest), seen)
        ]


def _is_new(item: T, seen: set[T]) -> bool:
    if item in seen:
        return False
    seen.add(item)
    return True
