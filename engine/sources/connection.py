"""What one MQTT connection delivered and is not acknowledged yet.

At QoS 1 the broker bounds it (the protocol does, at 65,535): each packet identifier in use names
one unacknowledged message, so the same message under an identifier we hold is a redelivery and is
dropped here. QoS 0 has no such bound and no promise: beyond ours it is dropped and counted.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import aiomqtt
import structlog

from engine.sources.inbox import Inbox
from engine.sources.manual_ack import Arrival, ManualAck
from engine.sources.source import Delivery
from zones.instant import Instant

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Token:
    """One arrival on one connection; only itself equals it."""

    packet_id: int


class MqttConnection:
    """The deliveries of one connection, from arrival to acknowledgement."""

    def __init__(
        self,
        client: aiomqtt.Client,
        inbox: Inbox,
        now: Callable[[], Instant],
        max_in_flight: int,
    ) -> None:
        self.client = client
        self.wire = ManualAck(client, self._arrived)
        self.qos_0_dropped = 0
        self._inbox = inbox
        self._now = now
        self._max_in_flight = max_in_flight
        self._held: dict[_Token, Delivery] = {}
        self._by_packet: dict[int, _Token] = {}
        self._warned = False

    @property
    def in_flight(self) -> int:
        """Deliveries not acknowledged yet."""
        return len(self._held)

    @property
    def oldest(self) -> Instant | None:
        """When the oldest of these arrived; None if there is none."""
        return next((each.received_at for each in self._held.values()), None)

    def acknowledge(self, batch: Iterable[Delivery]) -> None:
        """Send the acknowledgements; those of another connection are left out."""
        packet_ids = []
        for delivery in batch:
            token = delivery.token
            if not isinstance(token, _Token) or self._held.pop(token, None) is None:
                continue
            if self._by_packet.get(token.packet_id) is token:
                del self._by_packet[token.packet_id]
                packet_ids.append(token.packet_id)
        self.wire.acknowledge(packet_ids)

    def _arrived(self, arrival: Arrival) -> None:
        full = len(self._held) >= self._max_in_flight
        token = _Token(arrival.packet_id)
        if arrival.qos == 0:
            if full:
                self._drop(arrival)
                return
        else:
            if self._is_held(arrival):
                return
            if full:
                self._warn()
            self._by_packet[arrival.packet_id] = token
        delivery = Delivery(arrival.topic, arrival.payload, self._now(), token)
        self._held[token] = delivery
        self._inbox.put(delivery)

    def _is_held(self, arrival: Arrival) -> bool:
        token = self._by_packet.get(arrival.packet_id)
        if token is None:
            return False
        held = self._held[token]
        return held.topic == arrival.topic and held.payload == arrival.payload

    def _drop(self, arrival: Arrival) -> None:
        self.qos_0_dropped += 1
        if self.qos_0_dropped.bit_count() == 1:
            _log.warning(
                "mqtt.qos_0_dropped",
                topic=arrival.topic,
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
