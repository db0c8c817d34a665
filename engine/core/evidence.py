"""Evidence is what a message says, by the activation it says it about.

Each position and event goes, by its own time, to the activation of the device that was worn then
(see `engine.core.activation_history`). A position more than 2 min in the future of its receipt, or
outside of every activation, is quarantined: kept and shown, not judged.

An alarm is never filtered. An event outside of every activation is attributed like a position and
keeps its time. An event whose clock must be wrong happened at its receipt: one more than 2 min in
the future of it, or more than 366 days back and outside of every activation. An event without a
usable time happened when its message was sent. A message without positions proves that the device
could be heard: it becomes a `heard` event at `sent_at`.
"""

from hashlib import blake2b
from typing import Final, NamedTuple

import msgspec

from engine.core.activation_history import ActivationHistory
from engine.core.device_event import HEARD, DeviceEvent, EventState
from engine.core.position import Position, Quarantine, content_digest, effective_accuracy_m
from engine.core.wire import Message, WirePosition
from zones.instant import DAY, MINUTE, Duration, Instant, from_datetime

MAX_AHEAD: Final[Duration] = 2 * MINUTE
"""How far a device's clock may run ahead of the receipt."""

MAX_BACKLOG: Final[Duration] = 366 * DAY
"""How far back an event may lie outside of every activation before its clock must be wrong."""


class Report(NamedTuple):
    """One event as stated; without a usable time, as of when its message was sent."""

    time: Instant
    type: str
    state: EventState
    beacon_id: str | None = None


def positions_of(
    history: ActivationHistory, message: Message, received_at: Instant
) -> tuple[Position, ...]:
    """Return the positions of a message whose device has been worn at some time."""
    seq = message.seq
    return tuple([_position(history, seq, stated, received_at) for stated in message.positions])


def events_of(
    history: ActivationHistory, message: Message, received_at: Instant
) -> tuple[DeviceEvent, ...]:
    """Return the events of a message whose device has been worn at some time."""
    located = message.positions or message.in_range
    if located and not message.events:
        return ()
    sent_at = received_at if message.sent_at is None else from_datetime(message.sent_at)
    reports = [
        Report(
            sent_at if event.time is None else from_datetime(event.time),
            event.type,
            event.state,
            event.beacon,
        )
        for event in message.events
    ]
    if not located:
        reports.append(Report(sent_at, HEARD, EventState.AT))
    return tuple([_event(history, message.device, report, received_at) for report in reports])


def events_of_beacon(
    history: ActivationHistory, message: Message, received_at: Instant
) -> tuple[DeviceEvent, ...]:
    """Return the events of a beacon's own message, as those of the wearer whose it is.

    That the beacon is heard says nothing of the wearer's device.
    """
    events = events_of(history, message, received_at)
    return tuple(
        msgspec.structs.replace(event, beacon_id=event.beacon_id or message.device)
        for event in events
        if event.type != HEARD
    )


def event_digest(device: str, report: Report) -> bytes:
    """Return 16 bytes that are equal exactly for the same report (BLAKE2b).

    The time is the one stated: a corrected one depends on the receipt, and duplicates differ in it.
    """
    stated = f"{report.time}\n{report.state.value}\n{device}\n{report.type}"
    stated += "" if report.beacon_id is None else f"\n{report.beacon_id}"
    return blake2b(stated.encode(), digest_size=16).digest()


def _position(
    history: ActivationHistory, seq: int, stated: WirePosition, received_at: Instant
) -> Position:
    fix_time = from_datetime(stated.time)
    ahead = fix_time - received_at > MAX_AHEAD
    activation, outside = history.place(received_at if ahead else fix_time)
    accuracy_m, assumed = effective_accuracy_m(stated.accuracy_m, stated.hdop, stated.mechanism)
    return Position(
        activation_id=activation.activation_id,
        fix_time=fix_time,
        received_at=received_at,
        seq=seq,
        digest=_digest(fix_time, seq, stated),
        lat=stated.lat,
        lon=stated.lon,
        accuracy_m=accuracy_m,
        accuracy_assumed=assumed,
        mechanism=stated.mechanism,
        satellites=stated.satellites,
        hdop=stated.hdop,
        speed_mps=stated.speed_mps,
        heading_deg=stated.heading_deg,
        altitude_m=stated.altitude_m,
        quarantine=Quarantine.FUTURE if ahead else outside,
    )


def _digest(fix_time: Instant, seq: int, stated: WirePosition) -> bytes:
    return content_digest(
        fix_time,
        seq,
        stated.lat,
        stated.lon,
        stated.accuracy_m,
        stated.mechanism,
        stated.hdop,
        stated.satellites,
        stated.speed_mps,
        stated.heading_deg,
        stated.altitude_m,
    )


def _event(
    history: ActivationHistory, device: str, report: Report, received_at: Instant
) -> DeviceEvent:
    time = received_at if report.time - received_at > MAX_AHEAD else report.time
    activation, outside = history.place(time)
    if outside and received_at - time > MAX_BACKLOG:
        time = received_at
        activation, _ = history.place(time)
    return DeviceEvent(
        activation_id=activation.activation_id,
        time=time,
        received_at=received_at,
        type=report.type,
        state=report.state,
        beacon_id=report.beacon_id,
        digest=event_digest(device, report),
    )
