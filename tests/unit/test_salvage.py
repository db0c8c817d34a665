"""A fault costs what it is in, and nothing beside it."""

from datetime import UTC, datetime

import pytest

from engine.core.decode import decode
from engine.core.device_event import EventState
from engine.core.wire import Message, WireEvent, WirePosition

TOPIC = "ringfence/v1/acme/d1/telemetry"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIX = '{"time":"2026-03-01T12:00:00Z","lat":52.5,"lon":13.4}'
SOS = '{"type":"sos","state":"start","time":"2026-03-01T12:00:00Z"}'
POSITION = WirePosition(time=NOON, lat=52.5, lon=13.4)
ALARM = WireEvent(type="sos", state=EventState.START, time=NOON)


def taken(payload: str) -> tuple[tuple[Message, ...], list[str | None]]:
    """Return the messages of a payload, and the fields that were refused."""
    decoded = decode(TOPIC, payload.encode())
    return decoded.messages, [rejection.field for rejection in decoded.rejections]


@pytest.mark.parametrize("bad", ["null", "7", "[]", "{}", '{"device":"d2"}', '"x"'])
def test_bad_message_costs_no_neighbour(bad: str) -> None:
    """Between two good messages of an array, one that cannot be taken loses neither."""
    good = f'{{"device":"d1","seq":4,"positions":[{FIX}]}}'
    messages, refused = taken(f"[{good},{bad},{good}]")
    assert messages == (Message(device="d1", seq=4, positions=(POSITION,)),) * 2
    assert len(refused) == 1
    assert str(refused[0]).startswith("$[1]")


def test_bad_position_costs_no_neighbour_and_no_alarm() -> None:
    """Of three positions and an alarm only the bad position is refused."""
    bad = FIX.replace("52.5", "152.5")
    messages, refused = taken(
        f'{{"device":"d1","seq":9,"sent_at":"2026-03-01T12:00:00Z","battery_pct":50,"charging":true,'
        f'"positions":[{FIX},{bad},{FIX}],"events":[{SOS}]}}'
    )
    assert messages == (
        Message(
            device="d1",
            seq=9,
            sent_at=NOON,
            positions=(POSITION, POSITION),
            events=(ALARM,),
            battery_pct=50,
            charging=True,
        ),
    )
    assert refused == ["$.positions[1].lat"]


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ('"seq":"x"', "seq"),
        ('"sent_at":"noon"', "sent_at"),
        ('"battery_pct":300', "battery_pct"),
        ('"charging":1', "charging"),
        ('"positions":7', "positions"),
    ],
)
def test_bad_message_field_counts_as_left_out(field: str, name: str) -> None:
    """A message-level field that is refused costs neither positions nor alarms."""
    fixes = "" if name == "positions" else f'"positions":[{FIX}],'
    messages, refused = taken(f'{{"device":"d1",{fixes}"events":[{SOS}],{field}}}')
    positions = () if name == "positions" else (POSITION,)
    assert messages == (Message(device="d1", positions=positions, events=(ALARM,)),)
    assert refused == [f"$.{name}"]


def test_bad_events_field_costs_no_position() -> None:
    """Events that are no array cost the positions nothing."""
    messages, refused = taken(f'{{"device":"d1","positions":[{FIX}],"events":{{}}}}')
    assert messages == (Message(device="d1", positions=(POSITION,)),)
    assert refused == ["$.events"]


@pytest.mark.parametrize("device", ["", '"device":5,', '"device":null,'])
def test_alarm_counts_though_the_message_does_not_name_the_device(device: str) -> None:
    """The topic says whose alarm it is if the message does not, and the omission is told."""
    messages, refused = taken(f'{{{device}"events":[{SOS}]}}')
    assert messages == (Message(device="d1", events=(ALARM,)),)
    assert refused == ["$.device"]


def test_message_of_another_device_is_nobodys() -> None:
    """If message and topic contradict each other, not even the alarm is pinned on anyone."""
    messages, refused = taken(f'{{"device":"d2","positions":[{FIX}],"events":[{SOS}]}}')
    assert (messages, refused) == ((), ["$.device"])


@pytest.mark.parametrize(
    ("text", "event", "fields"),
    [
        ('{"type":"sos","time":"x"}', WireEvent(type="sos"), ["time"]),
        ('{"type":"sos"}', WireEvent(type="sos"), ["time"]),
        (
            '{"type":"sos","state":"end","time":5}',
            WireEvent(type="sos", state=EventState.END),
            ["time"],
        ),
        (SOS.replace('"start"', '"on"'), WireEvent(type="sos", time=NOON), ["state"]),
        ('{"type":"sos","state":1}', WireEvent(type="sos"), ["time", "state"]),
        (SOS.replace("2026", "2226"), WireEvent(type="sos", state=EventState.START), ["time"]),
    ],
)
def test_alarm_is_never_filtered(text: str, event: WireEvent, fields: list[str]) -> None:
    """An event counts if its type can be read; what else is wrong with it is told."""
    messages, refused = taken(f'{{"device":"d1","events":[{text}]}}')
    assert messages == (Message(device="d1", events=(event,)),)
    assert refused == [f"$.events[0].{name}" for name in fields]


def test_event_without_a_type_costs_no_neighbour() -> None:
    """An event of which nothing can be known is refused, the one beside it is taken."""
    messages, refused = taken(f'{{"device":"d1","events":[{{"state":"start"}},{SOS}]}}')
    assert messages == (Message(device="d1", events=(ALARM,)),)
    assert refused == ["$.events[0].type", "$.events[0].time"]


def test_message_with_nothing_sound_but_its_device_was_heard() -> None:
    """A device whose every position is refused is still known to be alive."""
    messages, refused = taken('{"device":"d1","positions":[{}]}')
    assert (messages, refused) == ((Message(device="d1"),), ["$.positions[0].time"])


NULLED = (
    '{"device":"d1","seq":null,"sent_at":null,"battery_pct":null,"charging":null,"events":null,'
    '"positions":[{"time":"2026-03-01T12:00:00Z","lat":52.5,"lon":13.4,"accuracy_m":null,'
    '"mechanism":null,"hdop":null,"satellites":null,"speed_mps":null,"heading_deg":null,'
    '"altitude_m":null}]}'
)


def test_null_is_absent() -> None:
    """A field that is null is a field that is left out, and no fault."""
    assert taken(NULLED) == ((Message(device="d1", positions=(POSITION,)),), [])
    nothing = '{"device":"d1","positions":null,"events":[{"type":"sos","state":null,"time":"%s"}]}'
    at_noon = WireEvent(type="sos", time=NOON)
    assert taken(nothing % "2026-03-01T12:00:00Z")[0] == (Message(device="d1", events=(at_noon,)),)


def test_unknown_fields_are_ignored() -> None:
    """What the contract does not know costs nothing, not even if its text is not UTF-8."""
    payload = b'{"device":"d1","operator":"M\xfcller","\xff":[{"x":[1,2,{}]}],"fw":"9.1"}'
    decoded = decode(TOPIC, payload)
    assert (decoded.messages, decoded.rejections) == ((Message(device="d1"),), ())


def test_last_of_two_equal_names_counts() -> None:
    """A repeated name is no fault: its last value counts, for good and bad messages alike."""
    assert taken('{"device":"d1","seq":1,"seq":2}') == ((Message(device="d1", seq=2),), [])
    messages, refused = taken('{"device":"d1","seq":1,"seq":2,"charging":0}')
    assert (messages, refused) == ((Message(device="d1", seq=2),), ["$.charging"])


def test_offsets_are_honoured() -> None:
    """A time with an offset is the same instant as its UTC form."""
    payload = '{"device":"d1","sent_at":"2026-03-01T13:30:00.5+01:30"}'
    (message,) = taken(payload)[0]
    assert message.sent_at == NOON.replace(microsecond=500_000)
