"""A statement is one delivery, opened: what it says of which activation, and what is not taken."""

import msgspec

from engine.core.attribute import Attributed, Attribution
from engine.core.decode import decode
from engine.core.device_event import HEARD, DeviceEvent, EventState
from engine.core.position import NEVER_JUDGED, Position
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
        statement.events += _heard_without_position(said, received_at)
        statement.rejections += said.rejections
        if said.activation_id is not None:
            statement.heard[said.activation_id] = received_at
    return statement


def _heard_without_position(said: Attributed, received_at: Instant) -> list[DeviceEvent]:
    """Return that a device was heard whose positions are all quarantined at receipt."""
    useless = said.positions and all(
        position.quarantine in NEVER_JUDGED for position in said.positions
    )
    if not useless or said.activation_id is None:
        return []
    return [
        DeviceEvent(
            activation_id=said.activation_id,
            time=received_at,
            received_at=received_at,
            type=HEARD,
            state=EventState.AT,
            digest=said.positions[0].digest,
        )
    ]
