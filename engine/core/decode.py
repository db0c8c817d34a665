"""Decode one payload: a message, or an array of messages that a device had stored.

The fast path is one decoder call for a payload that is sound as a whole. Anything else is taken
apart (see `engine.core.salvage`). Every payload gives at least one message or one rejection;
no payload, whatever its bytes, raises.
"""

from typing import Final

import msgspec

from engine.core.fields import UNREADABLE
from engine.core.rejection import Reason, Rejection
from engine.core.salvage import salvage
from engine.core.topic import TelemetryTopic, parse_telemetry_topic
from engine.core.wire import EARLIEST, LATEST, MAX_ITEMS, MAX_PAYLOAD_BYTES, MAX_POSITIONS, Message


class Decoded(msgspec.Struct, frozen=True):
    """What one payload holds: messages in the order they were sent, and what was not taken."""

    source: TelemetryTopic | None
    """Who spoke; None if the topic does not say."""
    messages: tuple[Message, ...] = ()
    rejections: tuple[Rejection, ...] = ()


_PAYLOAD: Final = msgspec.json.Decoder(Message | list[Message])


def decode(topic: str, payload: bytes) -> Decoded:
    """Return the messages and rejections of one payload published to a telemetry topic."""
    source = parse_telemetry_topic(topic)
    if isinstance(source, Rejection):
        return Decoded(None, (), (source,))
    if len(payload) > MAX_PAYLOAD_BYTES:
        return Decoded(source, (), (_oversized(len(payload)),))
    try:
        found = _PAYLOAD.decode(payload)
    except UNREADABLE:
        return Decoded(source, *salvage(source.device, payload))
    messages = (found,) if isinstance(found, Message) else tuple(found)
    if _are_sound(messages, source.device):
        return Decoded(source, messages)
    return Decoded(source, *salvage(source.device, payload))


def _are_sound(messages: tuple[Message, ...], device: str) -> bool:
    """Return True if what the types alone cannot say holds as well."""
    positions = 0
    items = len(messages)
    for message in messages:
        if message.device != device:
            return False
        if message.sent_at is not None and not EARLIEST <= message.sent_at < LATEST:
            return False
        for position in message.positions:
            if not EARLIEST <= position.time < LATEST:
                return False
        for report in message.in_range:
            if not EARLIEST <= report.time < LATEST:
                return False
        for event in message.events:
            if event.time is None or not EARLIEST <= event.time < LATEST:
                return False
        positions += len(message.positions) + len(message.in_range)
        items += len(message.events)
    return bool(messages) and positions <= MAX_POSITIONS and items <= MAX_ITEMS


def _oversized(size: int) -> Rejection:
    return Rejection(
        Reason.OVERSIZED,
        f"payload is {size} bytes: send at most {MAX_PAYLOAD_BYTES}, in several payloads",
    )
