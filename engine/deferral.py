"""What was put off: stored and acknowledged, and judged behind what is of now.

The rule is `core.urgency`. The store holds the messages; memory holds, for each topic of which
something waits, which they are, and follows the store: a transaction that fails leaves both as they
were. A message is judged as if it had just been delivered, with the time of its receipt, and is
deleted here in the transaction that puts it into the journal: so it is judged once, whenever the
engine is killed. It belongs to the thread that makes transactions; others read numbers.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import structlog

from engine.core.topic import TelemetryTopic, parse_telemetry_topic
from engine.core.urgency import BULK_BYTES, CAUGHT_UP, divide, states_events
from engine.ruling import Ruling
from engine.sources.source import Delivery
from engine.store.deferred_part import Deferred, DeferredMessage
from engine.store.protocol import Transaction
from zones.instant import Instant

_log = structlog.get_logger(__name__)


Piece = Mapping[str, int]
"""Of topics, how many of their messages are judged now, the first of each."""


class Turn(NamedTuple):
    """A batch as it is taken."""

    at_once: Sequence[Delivery]
    """What is judged now,"""
    put_off: Sequence[Delivery]
    """what is stored to be judged later,"""
    caught_up: Piece
    """and what is judged before it: what was put off of the same devices."""


class _Waiting(NamedTuple):
    """What waits of one topic."""

    since: Instant
    """Receipt of the first."""
    ids: tuple[int, ...]


class Deferral:
    """Which messages were put off and wait to be judged."""

    def __init__(self, at_rest: Callable[[str], bool]) -> None:
        """Begin with nothing; `at_rest` tells of a topic whether nothing runs."""
        self._at_rest = at_rest
        self._urgent: dict[str, _Waiting] = {}
        self._rest: dict[str, _Waiting] = {}
        self._arrived: deque[tuple[Instant, str]] = deque()
        """When what waits of each topic began to, and of others that wait no more."""
        self.messages = 0
        """How many wait."""
        self.oldest: Instant | None = None
        """When the first of these was received; None if there is none."""

    def __contains__(self, topic: object) -> bool:
        """Tell whether anything of a topic waits."""
        return topic in self._urgent or topic in self._rest

    def load(self, transaction: Transaction) -> None:
        """Take what the store holds, to begin with."""
        self._put(transaction.deferred.waiting())

    def turn(self, batch: Sequence[Delivery]) -> Turn:
        """Return how a batch is taken."""
        sizes = [len(each.payload) for each in batch]
        if not self.messages and max(sizes, default=0) <= BULK_BYTES:
            return Turn(batch, (), {})
        divided = divide([each.topic for each in batch], sizes, self)
        return Turn(
            [batch[index] for index in divided.at_once],
            [batch[index] for index in divided.put_off],
            self._caught_up(divided.behind),
        )

    def piece(self, most: int) -> Piece:
        """Return what is to be judged next, no more messages than asked for."""
        chosen: dict[str, int] = {}
        for topic, waiting in chain(self._urgent.items(), self._rest.items()):
            chosen[topic] = min(most, len(waiting.ids))
            most -= chosen[topic]
            if not most:
                break
        return chosen

    def take(self, transaction: Transaction, ruling: Ruling, turn: Turn) -> list[Deferred]:
        """Judge what is of now, after what was put off of it, and store what is put off.

        Returns what `keep` is to be told once it is committed.
        """
        before = self._read(transaction, turn.caught_up)
        ruling.take([*before, *turn.at_once] if before else turn.at_once)
        return self._store(transaction, turn.put_off)

    def keep(self, put_off: Iterable[Deferred], judged: Piece) -> None:
        """Take what was committed: messages put off, and those that were judged."""
        for topic, many in judged.items():
            queue = self._urgent if topic in self._urgent else self._rest
            since, ids = queue[topic]
            self.messages -= many
            if many == len(ids):
                del queue[topic]
            else:
                queue[topic] = _Waiting(since, ids[many:])
        self._put(put_off)

    def urge(self, topics: Iterable[str]) -> None:
        """Let what waits of topics be judged before others."""
        for topic in topics:
            if topic in self._rest:
                self._urgent[topic] = self._rest.pop(topic)

    def _read(self, transaction: Transaction, piece: Piece) -> list[Delivery]:
        """Return messages as they were delivered, and delete them from the store.

        What is damaged stays there and is reported: nobody can judge it.
        """
        ids = [each for topic, many in piece.items() for each in self._waiting(topic).ids[:many]]
        if not ids:
            return []
        found = transaction.deferred.get(ids)
        there = [each.note.deferred_id for each in found]
        transaction.deferred.remove(there)
        if len(there) < len(ids):
            lost = sorted({*ids} - {*there})
            _log.error("messages put off cannot be read: restore a backup", deferred_ids=lost)
        return [Delivery(note.topic, payload, note.received_at, None) for note, payload in found]

    def _store(self, transaction: Transaction, deliveries: Sequence[Delivery]) -> list[Deferred]:
        if not deliveries:
            return []
        ids = transaction.next_ids("deferred", len(deliveries))
        pairs = list(zip(ids, deliveries, strict=True))
        messages = [
            DeferredMessage(
                Deferred(number, each.received_at, each.topic, self._is_urgent(each)),
                each.payload,
            )
            for number, each in pairs
        ]
        transaction.deferred.append(messages)
        return [each.note for each in messages]

    def _caught_up(self, topics: Iterable[str]) -> Piece:
        chosen: dict[str, int] = {}
        left = CAUGHT_UP
        for topic in topics:
            many = len(self._waiting(topic).ids)
            if many <= left:
                chosen[topic] = many
                left -= many
        return chosen

    def _waiting(self, topic: str) -> _Waiting:
        return self._urgent.get(topic) or self._rest[topic]

    def _put(self, notes: Iterable[Deferred]) -> None:
        for note in notes:
            if note.urgent:
                self.urge([note.topic])
            self.messages += 1
            queue = self._urgent if note.urgent or note.topic in self._urgent else self._rest
            before = queue.get(note.topic)
            if before is None:
                self._arrived.append((note.received_at, note.topic))
                queue[note.topic] = _Waiting(note.received_at, (note.deferred_id,))
            else:
                queue[note.topic] = _Waiting(before.since, (*before.ids, note.deferred_id))
        while self._arrived and not self._still_waits(*self._arrived[0]):
            self._arrived.popleft()
        self.oldest = self._arrived[0][0] if self._arrived else None

    def _is_urgent(self, delivery: Delivery) -> bool:
        return states_events(delivery.payload) or not self._at_rest(delivery.topic)

    def _still_waits(self, since: Instant, topic: str) -> bool:
        return topic in self and self._waiting(topic).since == since


def vendors_heard(deliveries: Iterable[Delivery]) -> dict[str, Instant]:
    """Return when each vendor was last heard by deliveries."""
    heard: dict[str, Instant] = {}
    for each in deliveries:
        source = parse_telemetry_topic(each.topic)
        if isinstance(source, TelemetryTopic):
            heard[source.vendor] = max(each.received_at, heard.get(source.vendor, 0))
    return heard
