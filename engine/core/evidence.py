"""Evidence is what a message says, by the activation it says it about.

Each position and event goes, by its own time, to the activation of the device that was worn then
(see `engine.core.activation_history`). A position more than 2 min in the future of its receipt, or
outside of every activation, is quarantined: kept and shown, not judged.

An alarm is never filtered. An event outside of every activation is attributed like a position and
keeps its time. An event whose clock must be wrong happened at its receipt: one more than 2 min in
the future of it, or more than 366 days back and outside of every activation. An event without a
usable time happened when its message was sent.

The message itself becomes an event where no position of it is judged, since it proves that the
device could be heard: `heard`, at `sent_at` if it has no positions, at its receipt if all of them
are quarantined. If any time in it must be wrong, it becomes `clock_wrong`, at its receipt. What is
known by its receipt is known by that of its first delivery: both have one digest, over what is
stated alone, so a message delivered again never adds to it.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Final, NamedTuple

import msgspec

from engine.core.activation_history import ActivationHistory
from engine.core.device_event import CLOCK_WRONG, HEARD, DeviceEvent, EventState
from engine.core.position import (
    NEVER_JUDGED,
    Position,
    Quarantine,
    content_digest,
    effective_accuracy_m,
)
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
    seq: int | None = None
    battery_pct: float | None = None
    charging: bool | None = None


def positions_of(
    history: ActivationHistory, message: Message, received_at: Instant
) -> tuple[Position, ...]:
    """Return the positions of a message whose device has been worn at some time.

    The newest one carries what the message states of the battery.
    """
    stated = message.positions
    newest = max(stated, key=_time) if len(stated) > 1 else None
    return tuple(
        [
            _position(history, message, each, received_at, whole=newest is None or each is newest)
            for each in stated
        ]
    )


def events_of(
    history: ActivationHistory,
    message: Message,
    received_at: Instant,
    positions: Sequence[Position],
) -> tuple[DeviceEvent, ...]:
    """Return the events of a message whose device has been worn at some time.

    `positions` are those of the message, attributed.
    """
    sent_at = received_at if message.sent_at is None else from_datetime(message.sent_at)
    wrong = sent_at - received_at > MAX_AHEAD
    unjudged = [position for position in positions if position.quarantine in NEVER_JUDGED]
    if message.positions and not (wrong or unjudged or message.events):
        return ()
    reports = [
        Report(
            sent_at if event.time is None else from_datetime(event.time),
            event.type,
            event.state,
            event.beacon,
        )
        for event in message.events
    ]
    events = [_event(history, message.device, report, received_at) for report in reports]
    wrong |= any(each.time != report.time for each, report in zip(events, reports, strict=True))
    wrong |= any(position.quarantine is Quarantine.FUTURE for position in unjudged)
    located = len(unjudged) < len(positions)
    carried = bool(message.positions) or (message.battery_pct, message.charging) == (None, None)
    if wrong or not located or not carried:
        at = received_at if wrong or (positions and not located) else sent_at
        events += _itself(history, message, at, received_at, positions, wrong=wrong)
    return tuple(events)


def events_of_beacon(
    history: ActivationHistory, message: Message, received_at: Instant
) -> tuple[DeviceEvent, ...]:
    """Return the events of a beacon's own message, as those of the wearer whose it is.

    That the beacon is heard, or by what clock, says nothing of the wearer's device.
    """
    events = events_of(history, message, received_at, ())
    return tuple(
        msgspec.structs.replace(event, beacon_id=event.beacon_id or message.device)
        for event in events
        if event.type not in (HEARD, CLOCK_WRONG)
    )


def event_digest(device: str, report: Report) -> bytes:
    """Return 16 bytes that are equal exactly for the same report (BLAKE2b).

    The time is the one stated: a corrected one depends on the receipt, and duplicates differ in it.
    """
    stated = f"{report.time}\n{report.state.value}\n{device}\n{report.type}"
    stated += "" if report.beacon_id is None else f"\n{report.beacon_id}"
    if report.seq is not None:
        stated += f"\n{report.seq}\n{report.battery_pct}\n{report.charging}"
    return blake2b(stated.encode(), digest_size=16).digest()


def _sent(message: Message) -> Instant:
    return 0 if message.sent_at is None else from_datetime(message.sent_at)


def _time(stated: WirePosition) -> datetime:
    return stated.time


def _itself(
    history: ActivationHistory,
    message: Message,
    at: Instant,
    received_at: Instant,
    positions: Sequence[Position],
    *,
    wrong: bool,
) -> list[DeviceEvent]:
    """Return the event that a message itself is; none if nobody wears a device that is heard."""
    if (wrong or positions) and history.current(received_at) is None:
        return []
    report = Report(
        at,
        HEARD,
        EventState.AT,
        seq=message.seq,
        battery_pct=message.battery_pct,
        charging=message.charging,
    )
    event = _event(history, message.device, report, received_at)
    stated = report if message.sent_at is None else report._replace(time=_sent(message))
    digest = positions[0].digest if positions else event_digest(message.device, stated)
    kind = CLOCK_WRONG if wrong else HEARD
    return [msgspec.structs.replace(event, type=kind, digest=digest)]


def _position(
    history: ActivationHistory,
    message: Message,
    stated: WirePosition,
    received_at: Instant,
    *,
    whole: bool,
) -> Position:
    fix_time, seq = from_datetime(stated.time), message.seq
    battery_pct, charging = (message.battery_pct, message.charging) if whole else (None, None)
    ahead = fix_time - received_at > MAX_AHEAD
    activation, outside = history.place(received_at if ahead else fix_time)
    accuracy_m, assumed = effective_accuracy_m(stated.accuracy_m, stated.hdop, stated.mechanism)
    return Position(
        activation_id=activation.activation_id,
        fix_time=fix_time,
        received_at=received_at,
        seq=seq,
        digest=_digest(fix_time, seq, stated, battery_pct, charging),
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
        battery_pct=battery_pct,
        charging=charging,
        quarantine=Quarantine.FUTURE if ahead else outside,
    )


def _digest(
    fix_time: Instant,
    seq: int,
    stated: WirePosition,
    battery_pct: float | None,
    charging: bool | None,
) -> bytes:
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
        battery_pct,
        charging,
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
        seq=report.seq,
        battery_pct=report.battery_pct,
        charging=report.charging,
    )
