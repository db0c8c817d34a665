"""What one MQTT connection delivered and is not acknowledged yet.

At QoS 1 the broker bounds it (the protocol does, at 65,535): each packet identifier in use names
one unacknowledged message, so the same message under an identifier we hold is a redelivery and is
dropped here. QoS 0 has no such bound and no promise: beyond ours it is dropped and counted.

A delivery's token is its packet identifier, 0 at QoS 0. It is acknowledged only as the very
delivery that was handed out: identifiers come round again, on this connection and on the next.
"""

from collections.abc import Callable, Sequence
from typing import Final, cast

import structlog

from engine.sources.inbox import Inbox
from engine.sources.source import Delivery
from zones.instant import Instant

MOST_WAITING_BYTES: Final = 64 * 1024 * 1024
"""Payload bytes that wait to be taken, from which on no more should be read."""

_log = structlog.get_logger(__name__)


class Unacknowledged:
    """The deliveries of one connection, from arrival to acknowledgement."""

    def __init__(self, inbox: Inbox, max_in_flight: int) -> None:
        self.qos_0_dropped = 0
        self._inbox = inbox
        self._max_in_flight = max_in_flight
        self._held: dict[object, Delivery] = {}
        """By packet identifier, oldest first."""
        self._unnumbered: dict[Delivery, None] = {}
        """Those that have no packet identifier, or lost it to a later one; oldest first."""
        self._warned = False

    @property
    def in_flight(self) -> int:
        """Deliveries not acknowledged yet."""
        return len(self._held) + len(self._unnumbered)

    @property
    def full(self) -> bool:
        """Whether a bound is passed: more is in flight than allowed, or too many bytes wait."""
        return (
            self.in_flight > self._max_in_flight or self._inbox.waiting_bytes > MOST_WAITING_BYTES
        )

    @property
    def oldest(self) -> Instant | None:
        """When the oldest of these arrived; None if there is none."""
        oldest = (next(iter(some), None) for some in (self._held.values(), self._unnumbered))
        return min((each.received_at for each in oldest if each is not None), default=None)

    def when_wanted(self, resume: Callable[[], None]) -> None:
        """Let it be called when somebody waits for deliveries and there are none."""
        self._inbox.wanted = resume

    def arrived(self, deliveries: Sequence[Delivery]) -> None:
        """Hold what arrived, in its order, and hand it to the inbox."""
        held = self._held
        self._inbox.put(
            [
                each
                for each in deliveries
                if (each.token and held.setdefault(each.token, each) is each) or self._is_new(each)
            ]
        )
        if len(held) > self._max_in_flight:
            self._warn()

    def acknowledge(self, batch: Sequence[Delivery]) -> list[int]:
        """Forget deliveries and return the packet identifiers this frees, in order.

        Those of another connection are left out, and those acknowledged before.
        """
        held = self._held
        numbers = [
            number for each in batch if held.get(number := each.token) is each and held.pop(number)
        ]
        if self._unnumbered:
            for each in batch:
                self._unnumbered.pop(each, None)
        return cast("list[int]", numbers)

    def _is_new(self, delivery: Delivery) -> bool:
        """Hold one that has no identifier, or another's; False if it is not to be handed out."""
        if not delivery.token:
            if self.in_flight >= self._max_in_flight:
                self._drop(delivery)
                return False
            self._unnumbered[delivery] = None
            return True
        other = self._held[delivery.token]
        if other.topic == delivery.topic and other.payload == delivery.payload:
            return False
        self._unnumbered[other] = None
        self._held[delivery.token] = delivery
        return True

    def _drop(self, delivery: Delivery) -> None:
        self.qos_0_dropped += 1
        if self.qos_0_dropped.bit_count() == 1:
            _log.warning(
                "mqtt.qos_0_dropped",
                topic=delivery.topic,
                dropped=self.qos_0_dropped,
                fix="telemetry is to be published at QoS 1",
            )

    def _warn(self) -> None:
        if not self._warned:
            self._warned = True
            _log.warning(
                "mqtt.in_flight_over_bound",
                bound=self._max_in_flight,
                fix="lower the broker's limit of messages in flight for one client",
            )
