"""A statement is one delivery, opened: what it says of which activation, and what is not taken."""

import msgspec

from engine.core.attribute import Attribution
from engine.core.decode import decode
from engine.core.device_event import DeviceEvent
from engine.core.position import Position
from engine.core.rejection import Rejection
from engine.core.topic import TelemetryTopic
from zones.instant import Instant


class Statement(msgspec.Struct):
    """What one delivery says, in the order in which it says it."""

    source: TelemetryTopic | None
    """Who spoke; None if the topic does not say."""
    positions: list[Position]
    events: list[DeviceEvent]
    rejections: list[Rejection]
    heard: dict[int, Instant]
    """When each activation was heard (receive time)."""


def read_statement(
    attribution: Attribution, topic: str, payload: bytes, received_at: Instant
) -> Statement:
    """Return what a payload says by those who wore the devices; no payload raises."""
    decoded = decode(topic, payload)
    vendor = "" if decoded.source is None else decoded.source.vendor
    statement = Statement(decoded.source, [], [], list(decoded.rejections), {})
    for message in decoded.messages:
        said = attribution.attribute(vendor, message, received_at)
        statement.positions += said.positions
        statement.events += said.events
        statement.rejections += said.rejections
        if said.activation_id is not None:
            statement.heard[said.activation_id] = received_at
    return statement
