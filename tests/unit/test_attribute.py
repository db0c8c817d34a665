"""Whose a message is, and what of it is judged."""

import pytest

from engine.core.attribute import Attributed, Attribution
from engine.core.device_event import CLOCK_WRONG, HEARD, DeviceEvent, EventState
from engine.core.order import Activation
from engine.core.position import Mechanism, Position, Quarantine, content_digest
from engine.core.registry import Device
from engine.core.rejection import Reason
from engine.core.wire import Message, WireEvent, WirePosition
from zones.instant import DAY, HOUR, MICROSECOND, MINUTE, Instant, parse, to_datetime

MAX_AHEAD = 2 * MINUTE
MAX_BACKLOG = 366 * DAY
NOON = parse("2026-03-01T12:00:00Z")
ACME_1 = Device(vendor="acme", device_id="d1")
OTHER_1 = Device(vendor="other", device_id="d1")
OTHER_9 = Device(vendor="other", device_id="d9")
SPARE = Device(vendor="acme", device_id="spare")


def worn(
    activation_id: int,
    started_at: Instant,
    ended_at: Instant | None = None,
    vendor: str = "acme",
    device: str = "d1",
) -> Activation:
    """Return an activation, of acme's d1 unless told otherwise."""
    return Activation(
        activation_id=activation_id,
        wearer_id=f"w{activation_id}",
        vendor=vendor,
        device_id=device,
        started_at=started_at,
        ended_at=ended_at,
    )


FIRST = worn(1, NOON - 30 * DAY, NOON - 20 * DAY)
SECOND = worn(2, NOON - 10 * DAY)
REGISTRY = Attribution([ACME_1, OTHER_9, SPARE], [FIRST, SECOND])


def fix(time: Instant) -> WirePosition:
    """Return a position measured at that time."""
    return WirePosition(time=to_datetime(time), lat=52.5, lon=13.4, accuracy_m=5)


def attribute(
    message: Message, received_at: Instant = NOON, registry: Attribution = REGISTRY
) -> Attributed:
    """Attribute a message of acme's."""
    return registry.attribute("acme", message, received_at)


def judged(time: Instant, received_at: Instant = NOON) -> tuple[int, Quarantine | None]:
    """Return to whom a position measured at that time goes, and why it is not judged."""
    message = Message(device="d1", positions=(fix(time),))
    (position,) = attribute(message, received_at).positions
    assert (position.fix_time, position.received_at) == (time, received_at)
    return position.activation_id, position.quarantine


def told(
    time: Instant | None, received_at: Instant = NOON, sent_at: Instant | None = None
) -> tuple[int, Instant]:
    """Return to whom an alarm stated for that time goes, and when it counts."""
    alarm = WireEvent(type="sos", time=None if time is None else to_datetime(time))
    message = Message(
        device="d1",
        sent_at=None if sent_at is None else to_datetime(sent_at),
        positions=(fix(received_at),),
        events=(alarm,),
    )
    event, *itself = attribute(message, received_at).events
    assert event.received_at == received_at
    assert [each.type for each in itself] in ([], [CLOCK_WRONG])
    return event.activation_id, event.time


@pytest.mark.parametrize(
    ("vendor", "device", "reason", "fix_it"),
    [
        ("acme", "d7", Reason.UNKNOWN_DEVICE, "is not registered: register it, or correct"),
        ("acme", "d9", Reason.VENDOR_MISMATCH, "belongs to another vendor: publish with that"),
        ("acme", "spare", Reason.NO_ACTIVATION, "is worn by nobody: activate it on a wearer"),
    ],
)
def test_message_of_nobody(vendor: str, device: str, reason: Reason, fix_it: str) -> None:
    """A message that is nobody's is rejected with device, vendor and what to do, and no more."""
    message = Message(device=device, positions=(fix(NOON),), events=(WireEvent(type="sos"),))
    attributed = REGISTRY.attribute(vendor, message, NOON)
    (rejection,) = attributed.rejections
    assert attributed == Attributed(rejections=(rejection,))
    assert (rejection.reason, rejection.field) == (reason, "$.device")
    assert rejection.detail.startswith(f"device {device} of vendor {vendor} {fix_it}")
    assert "other " not in rejection.detail.replace("another", "")


def test_position_is_complete() -> None:
    """Everything the device stated is in the position, and the digest is over just that."""
    stated = WirePosition(
        time=to_datetime(NOON),
        lat=52.5,
        lon=13.4,
        accuracy_m=7.5,
        mechanism=Mechanism.WIFI,
        hdop=1.5,
        satellites=9,
        speed_mps=1.25,
        heading_deg=271,
        altitude_m=40,
    )
    (position,) = attribute(Message(device="d1", seq=8, positions=(stated,)), NOON + 5).positions
    assert position == Position(
        activation_id=2,
        fix_time=NOON,
        received_at=NOON + 5,
        seq=8,
        digest=content_digest(NOON, 8, 52.5, 13.4, 7.5, Mechanism.WIFI, 1.5, 9, 1.25, 271.0, 40.0),
        lat=52.5,
        lon=13.4,
        accuracy_m=7.5,
        mechanism=Mechanism.WIFI,
        satellites=9,
        hdop=1.5,
        speed_mps=1.25,
        heading_deg=271,
        altitude_m=40,
    )


@pytest.mark.parametrize(
    ("accuracy_m", "hdop", "mechanism", "expected"),
    [
        (7.0, 2.0, Mechanism.CELL, (7.0, False)),
        (0.0, 2.0, Mechanism.GNSS, (10.0, True)),
        (None, 1.5, Mechanism.WIFI, (7.5, True)),
        (0.0, None, Mechanism.CELL, (1000.0, True)),
        (None, None, Mechanism.GNSS, (10.0, True)),
    ],
)
def test_missing_accuracy_is_assumed_but_not_stated(
    accuracy_m: float | None,
    hdop: float | None,
    mechanism: Mechanism,
    expected: tuple[float, bool],
) -> None:
    """A missing or zero accuracy follows from hdop or mechanism; the digest is of what was said."""
    stated = WirePosition(
        time=to_datetime(NOON),
        lat=1,
        lon=2,
        accuracy_m=accuracy_m,
        hdop=hdop,
        mechanism=mechanism,
    )
    (position,) = attribute(Message(device="d1", positions=(stated,))).positions
    assert (position.accuracy_m, position.accuracy_assumed) == expected
    assert position.digest == content_digest(NOON, 0, 1, 2, accuracy_m, mechanism, hdop)


@pytest.mark.parametrize(
    ("time", "received_at", "expected"),
    [
        (NOON, NOON, (2, None)),
        (NOON - 25 * DAY, NOON, (1, None)),
        (NOON - 31 * DAY, NOON, (1, Quarantine.BEFORE_ACTIVATION)),
        (NOON - 15 * DAY, NOON, (2, Quarantine.BEFORE_ACTIVATION)),
        (NOON + MAX_AHEAD, NOON, (2, None)),
        (NOON + MAX_AHEAD + MICROSECOND, NOON, (2, Quarantine.FUTURE)),
        (NOON, NOON - 25 * DAY, (1, Quarantine.FUTURE)),
        (NOON, NOON - 15 * DAY, (2, Quarantine.FUTURE)),
    ],
)
def test_positions_by_fix_time(
    time: Instant, received_at: Instant, expected: tuple[int, Quarantine | None]
) -> None:
    """A position goes to who wore the device then; outside of that, or ahead, it is not judged."""
    assert judged(time, received_at) == expected


def test_position_after_the_last_wearer() -> None:
    """What a returned device measures is the last wearer's, but not judged."""
    returned = Attribution([ACME_1], [FIRST])
    message = Message(device="d1", positions=(fix(NOON),))
    attributed = attribute(message, NOON, returned)
    assert attributed.activation_id is None
    assert [(p.activation_id, p.quarantine) for p in attributed.positions] == [
        (1, Quarantine.AFTER_ACTIVATION)
    ]


def test_one_message_of_two_wearers() -> None:
    """Positions stored while one person wore the device and sent by the next go each to its own."""
    message = Message(device="d1", positions=(fix(NOON - 25 * DAY), fix(NOON)))
    attributed = attribute(message)
    assert [position.activation_id for position in attributed.positions] == [1, 2]
    assert attributed.activation_id == 2
    assert attributed.rejections == ()


@pytest.mark.parametrize(
    ("time", "received_at", "sent_at", "expected"),
    [
        # in its activation: as stated
        (NOON - MINUTE, NOON, None, (2, NOON - MINUTE)),
        (NOON - 25 * DAY, NOON, None, (1, NOON - 25 * DAY)),
        # outside of every activation: attributed like a position, as stated
        (NOON - 15 * DAY, NOON, None, (2, NOON - 15 * DAY)),
        (NOON - MAX_BACKLOG, NOON, None, (1, NOON - MAX_BACKLOG)),
        # a clock that must be wrong: at the receipt
        (NOON + MAX_AHEAD, NOON, None, (2, NOON + MAX_AHEAD)),
        (NOON + MAX_AHEAD + MICROSECOND, NOON, None, (2, NOON)),
        (NOON - MAX_BACKLOG - MICROSECOND, NOON, None, (2, NOON)),
        (NOON - MAX_BACKLOG - 15 * DAY, NOON - 15 * DAY, None, (1, NOON - MAX_BACKLOG - 15 * DAY)),
        # without a time: when it was sent, else at the receipt
        (None, NOON, NOON - HOUR, (2, NOON - HOUR)),
        (None, NOON, None, (2, NOON)),
        (None, NOON, NOON + HOUR, (2, NOON)),
    ],
)
def test_alarms_by_time(
    time: Instant | None,
    received_at: Instant,
    sent_at: Instant | None,
    expected: tuple[int, Instant],
) -> None:
    """An alarm is attributed whatever its time; an impossible time is replaced by the receipt's."""
    assert told(time, received_at, sent_at) == expected


def test_old_alarm_of_a_long_activation_keeps_its_time() -> None:
    """An event that was stored for years within one activation is believed."""
    long = Attribution([ACME_1], [worn(5, NOON - 1000 * DAY)])
    alarm = WireEvent(type="sos", time=to_datetime(NOON - 900 * DAY))
    message = Message(device="d1", positions=(fix(NOON),), events=(alarm,))
    (event,) = attribute(message, NOON, long).events
    assert event.time == NOON - 900 * DAY


def test_events_are_kept_as_they_are() -> None:
    """Type and state of an event stay, known or not."""
    events = (
        WireEvent(type="strap_tamper", state=EventState.START, time=to_datetime(NOON)),
        WireEvent(type="Gurt geöffnet", state=EventState.END, time=to_datetime(NOON)),
    )
    attributed = attribute(Message(device="d1", positions=(fix(NOON),), events=events))
    assert [(event.type, event.state) for event in attributed.events] == [
        ("strap_tamper", EventState.START),
        ("Gurt geöffnet", EventState.END),
    ]


@pytest.mark.parametrize(
    ("sent_at", "itself", "time"),
    [
        (NOON - HOUR, HEARD, NOON - HOUR),
        (None, HEARD, NOON),
        (NOON + 1, HEARD, NOON + 1),
        (NOON + MAX_AHEAD + 1, CLOCK_WRONG, NOON),
    ],
)
def test_message_without_positions_was_heard(
    sent_at: Instant | None, itself: str, time: Instant
) -> None:
    """A message without positions is one event of its own, when sent; at receipt if it is ahead."""
    stated = None if sent_at is None else to_datetime(sent_at)
    alarm = WireEvent(type="sos", time=to_datetime(NOON))
    attributed = attribute(Message(device="d1", sent_at=stated, events=(alarm,)))
    assert [(event.type, event.state, event.time) for event in attributed.events] == [
        ("sos", EventState.AT, NOON),
        (itself, EventState.AT, time),
    ]


def test_message_with_positions_is_no_heard_event() -> None:
    """A position proves by itself that the device could be heard."""
    assert attribute(Message(device="d1", positions=(fix(NOON),))).events == ()


FUTURE = NOON + MAX_AHEAD + MICROSECOND


@pytest.mark.parametrize(
    ("fixes", "events", "sent_at", "expected"),
    [
        ([NOON], [], NOON, None),
        ([FUTURE], [], NOON, CLOCK_WRONG),
        ([NOON, FUTURE], [], NOON, CLOCK_WRONG),
        ([NOON], [FUTURE], NOON, CLOCK_WRONG),
        ([NOON], [NOON - MAX_BACKLOG - MICROSECOND], NOON, CLOCK_WRONG),
        ([NOON], [], FUTURE, CLOCK_WRONG),
        ([], [], FUTURE, CLOCK_WRONG),
        ([NOON - 15 * DAY], [], NOON, HEARD),
        ([NOON - 15 * DAY, NOON], [], NOON, None),
    ],
)
def test_what_a_message_is_itself(
    fixes: list[Instant], events: list[Instant], sent_at: Instant, expected: str | None
) -> None:
    """A message none of whose positions is judged was heard; one with an impossible time is wrong.

    Either is noted at the receipt, with the message's number and what it states of the battery.
    """
    message = Message(
        device="d1",
        seq=7,
        sent_at=to_datetime(sent_at),
        positions=tuple(fix(each) for each in fixes),
        events=tuple(WireEvent(type="sos", time=to_datetime(each)) for each in events),
        battery_pct=12.0,
        charging=True,
    )
    itself = [each for each in attribute(message).events if each.type != "sos"]
    assert [each.type for each in itself] == ([] if expected is None else [expected])
    for each in itself:
        assert (each.time, each.seq, each.battery_pct, each.charging) == (NOON, 7, 12.0, True)


def test_the_newest_position_carries_the_battery() -> None:
    """What a message states of the battery was so when its newest position was measured."""
    fixes = (fix(NOON - HOUR), fix(NOON), fix(NOON - MINUTE))
    message = Message(device="d1", positions=fixes, battery_pct=12.0, charging=False)
    found = [(each.battery_pct, each.charging) for each in attribute(message).positions]
    assert found == [(None, None), (12.0, False), (None, None)]


def digest(device: str = "d1", received_at: Instant = NOON, **event: object) -> bytes:
    """Return the digest of an alarm at noon with other content."""
    content = {"type": "sos", "state": EventState.AT, "time": to_datetime(NOON)} | event
    alarm = WireEvent(**content)  # type: ignore[arg-type]
    registry = Attribution([Device(vendor="acme", device_id=device)], [worn(1, 0, device=device)])
    message = Message(device=device, positions=(fix(NOON),), events=(alarm,))
    found, *_ = attribute(message, received_at, registry).events
    assert isinstance(found, DeviceEvent)
    return found.digest


def test_event_delivered_twice_has_one_digest() -> None:
    """A report has the same digest at every delivery, even if its time had to be replaced."""
    ahead = to_datetime(NOON + DAY)
    assert len({digest(), digest(received_at=NOON + HOUR)}) == 1
    assert len({digest(time=ahead), digest(time=ahead, received_at=NOON + HOUR)}) == 1


def test_different_reports_have_different_digests() -> None:
    """A report that differs in device, time, type or state is another report."""
    assert len(digest()) == 16
    others = [
        digest(device="d2"),
        digest(time=to_datetime(NOON + 1)),
        digest(type="sos2"),
        digest(state=EventState.START),
    ]
    assert len({digest(), *others}) == 5


def test_changed_registry_makes_a_new_attribution() -> None:
    """Changes show in the new attribution only, and only for the devices they touch."""
    ended = worn(2, SECOND.started_at, NOON - DAY)
    third = worn(3, NOON - HOUR)
    changed = REGISTRY.changed([OTHER_1], [ended, third])
    fixes = fix(NOON), fix(NOON - 12 * HOUR), fix(NOON - 2 * DAY)
    message = Message(device="d1", positions=fixes)
    assert [p.activation_id for p in attribute(message, NOON, changed).positions] == [3, 3, 2]
    assert [p.activation_id for p in attribute(message).positions] == [2, 2, 2]
    for registry, reason in ((changed, Reason.NO_ACTIVATION), (REGISTRY, Reason.VENDOR_MISMATCH)):
        (rejection,) = registry.attribute("other", Message(device="d1"), NOON).rejections
        assert rejection.reason is reason


def test_equal_device_ids_of_two_vendors_are_two_devices() -> None:
    """A vendor's device never speaks for another vendor's of the same name."""
    theirs = worn(4, 0, vendor="other")
    registry = Attribution([ACME_1, OTHER_1], [SECOND, theirs])
    message = Message(device="d1", positions=(fix(NOON),))
    assert registry.attribute("acme", message, NOON).activation_id == 2
    assert registry.attribute("other", message, NOON).activation_id == 4
