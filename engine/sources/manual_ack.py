"""Acknowledge MQTT deliveries when we say so: everything private of aiomqtt and paho is in here.

aiomqtt has no manual acknowledgement: it acknowledges on arrival, before anything is stored, and
its queue discards when full. paho, under it, can leave the acknowledgement to us. So this file
reaches into aiomqtt for its paho client, takes each message straight from paho's callback, and
sends the PUBACKs itself, a whole batch as one write. Nothing else in the project may touch a
private name of either library.

Packet identifiers belong to one connection: a `ManualAck` serves one connection and is thrown away
with it.
"""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import aiomqtt
import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

_PUBACK: Final = struct.Struct(">BBH")
_PUBACK_TYPE: Final = 0x40
_READS_PER_TURN: Final = 256


@dataclass(frozen=True, slots=True)
class Arrival:
    """One PUBLISH packet as read: `packet_id` is 0 at QoS 0, which needs no acknowledgement."""

    topic: str
    payload: bytes
    packet_id: int
    qos: int


class ManualAck:
    """Manual acknowledgement on one aiomqtt client that has not connected yet."""

    def __init__(self, client: aiomqtt.Client, arrived: Callable[[Arrival], None]) -> None:
        """Take over the client's messages; `arrived` is called for each in the event loop."""
        self._client = client
        self._paho = client._client
        self._arrived = arrived
        self._arrivals = 0
        self.session_present: bool | None = None
        """Whether the broker remembered our session; None before the connection."""
        self._paho.manual_ack_set(True)
        self._paho.on_message = self._on_message
        self._paho.on_connect = self._on_connect
        self._read_one = self._paho.loop_read
        self._paho.loop_read = self._read  # type: ignore[method-assign]

    def acknowledge(self, packet_ids: Iterable[int]) -> None:
        """Send a PUBACK for each, in order, as one write."""
        packets = b"".join(_PUBACK.pack(_PUBACK_TYPE, 2, packet_id) for packet_id in packet_ids)
        if packets:
            self._paho._packet_queue(_PUBACK_TYPE, packets, 0, 1)

    def abandon(self) -> None:
        """Close the socket, whatever state the connection is in."""
        self._paho._sock_close()
        for outcome in (self._client._connected, self._client._disconnected):
            if outcome.done() and not outcome.cancelled():
                outcome.exception()  # seen, or the event loop reports it as never retrieved

    def _read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Read until nothing more arrives: aiomqtt reads one packet a turn of the event loop."""
        code = MQTTErrorCode.MQTT_ERR_SUCCESS
        for _ in range(_READS_PER_TURN):
            before = self._arrivals
            code = self._read_one(max_packets)
            if code != MQTTErrorCode.MQTT_ERR_SUCCESS or self._arrivals == before:
                break
        return code

    def _on_message(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = message._topic.decode("utf-8", "backslashreplace")
        self._arrivals += 1
        self._arrived(Arrival(topic, bytes(message.payload), message.mid, message.qos))

    def _on_connect(
        self,
        client: paho.Client,
        data: object,
        flags: paho.ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        self.session_present = flags.session_present
        self._client._on_connect(client, data, flags, reason, properties)
