"""Every reason to refuse a payload, or a part of one, is told with field, value and fix."""

import pytest

from engine.core.decode import decode
from engine.core.rejection import Reason, Rejection
from engine.core.wire import MAX_ITEMS, MAX_PAYLOAD_BYTES, MAX_POSITIONS

TOPIC = "ringfence/v1/acme/d1/telemetry"
TIME = '"time":"2026-03-01T21:15:00Z"'


def only(payload: str | bytes, topic: str = TOPIC) -> Rejection:
    """Return the one rejection of a payload."""
    raw = payload if isinstance(payload, bytes) else payload.encode()
    (rejection,) = decode(topic, raw).rejections
    return rejection


def message(*fields: str) -> str:
    """Return a message of device d1 with further fields."""
    return "{" + ",".join(('"device":"d1"', *fields)) + "}"


def position(*fields: str) -> str:
    """Return a message with one position at 52.5, 13.4 with further (or overriding) fields."""
    return message('"positions":[{' + ",".join((TIME, '"lat":52.5,"lon":13.4', *fields)) + "}]")


def event(*fields: str) -> str:
    """Return a message with one event made of the fields."""
    return message('"events":[{' + ",".join(fields) + "}]")


WHOLE = [
    (b"", "payload is empty: write one message"),
    (b" \n", "payload is empty: write one message"),
    (b"{", "truncated: write complete JSON in UTF-8 (payload is {)"),
    (b'{"device":"d1"', "truncated: write complete JSON"),
    (b'{"device":"d1"}{"device":"d1"}', "trailing characters (byte 16): write complete JSON"),
    (b'{"device":"d1","battery_pct":NaN}', "JSON has no NaN or Infinity, leave out a field"),
    (b'{"device":"d1","battery_pct":-Infinity}', "JSON has no NaN or Infinity, leave out"),
    (b"\xef\xbb\xbf{}", "begins with a byte order mark: write UTF-8 without one"),
    (b"\xff\xfe{", "invalid character (byte 0): write complete JSON"),
    (rb'{"device":"\ud800 and more"}', "end of hex escape (byte 17): write complete JSON"),
    (b"{'device': 'd1'}", "write complete JSON in UTF-8 (payload is {'device': 'd1'})"),
    (b'{"device":"d1","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply: write"),
    (b"[" * 100_000, "nested too deeply: write messages as the contract shows"),
]


@pytest.mark.parametrize(("payload", "detail"), WHOLE)
def test_unreadable_payloads(payload: bytes, detail: str) -> None:
    """What is not complete JSON in UTF-8 is bad_json, with the place and what to do."""
    rejection = only(payload)
    assert (rejection.reason, rejection.field) == (Reason.BAD_JSON, None)
    assert detail in rejection.detail


FIELDS = [
    # payload, reason, field, parts of the detail: value and fix
    ("[]", "wrong_type", "$", "payload is []: write at least one message"),
    ("7", "wrong_type", "$", "payload is 7: write a JSON object"),
    ("null", "wrong_type", "$", "payload is null: write a JSON object"),
    ('["x"]', "wrong_type", "$[0]", '$[0] is "x": write a JSON object'),
    ("{}", "wrong_type", "$.device", "device is missing: write the device's id"),
    ('{"device":null}', "wrong_type", "$.device", "device is missing: write the device's id"),
    ('{"device":5}', "wrong_type", "$.device", "device is 5: write the device's id, as in the"),
    ('{"device":""}', "out_of_range", "$.device", 'device is "": write the device\'s id'),
    ('{"device":"d2"}', "device_mismatch", "$.device", "device is d2 but the topic says d1: pub"),
    (message('"seq":-1'), "out_of_range", "$.seq", "seq is -1: write a whole number from 0"),
    (message('"seq":1.5'), "wrong_type", "$.seq", "seq is 1.5: write a whole number from 0"),
    (message('"seq":9223372036854775808'), "out_of_range", "$.seq", "seq is 9223372036854775808: "),
    (message('"seq":' + "9" * 5000), "out_of_range", "$.seq", "seq is " + "9" * 60 + "...: write"),
    (message('"battery_pct":101'), "out_of_range", "$.battery_pct", "is 101: write percent of f"),
    (message('"battery_pct":-1'), "out_of_range", "$.battery_pct", "from 0 to 100, or leave it o"),
    (message('"charging":"yes"'), "wrong_type", "$.charging", 'charging is "yes": write true or'),
    (message('"sent_at":5'), "bad_time", "$.sent_at", "sent_at is 5: write an RFC 3339 time"),
    (message('"sent_at":"1980-01-06T00:00:00Z"'), "bad_time", "$.sent_at", "from 1990 to 2199"),
    (message('"positions":{}'), "wrong_type", "$.positions", "positions is {}: write an array"),
    (message('"events":"none"'), "wrong_type", "$.events", 'events is "none": write an array'),
    (message('"positions":[3]'), "wrong_type", "$.positions[0]", "positions[0] is 3: write a JSON"),
    (message('"events":[[]]'), "wrong_type", "$.events[0]", "events[0] is []: write a JSON object"),
    (message('"positions":[{"lat":1,"lon":1}]'), "wrong_type", "$.positions[0].time", "is missing"),
    (position('"lat":90.1'), "out_of_range", "$.positions[0].lat", "lat is 90.1: write degrees no"),
    (position('"lat":1e999'), "out_of_range", "$.positions[0].lat", "lat is 1e999: write degrees"),
    (position('"lat":null'), "wrong_type", "$.positions[0].lat", "lat is missing: write degrees n"),
    (position('"lon":-180.5'), "out_of_range", "$.positions[0].lon", "lon is -180.5: write degree"),
    (position('"lon":"13.4"'), "wrong_type", "$.positions[0].lon", 'lon is "13.4": write degrees '),
    (
        position('"accuracy_m":-1'),
        "out_of_range",
        "$.positions[0].accuracy_m",
        "is -1: write the r",
    ),
    (position('"mechanism":"gps"'), "out_of_range", "$.positions[0].mechanism", '"gps": write one'),
    (position('"hdop":-0.1'), "out_of_range", "$.positions[0].hdop", "hdop is -0.1: write the hor"),
    (
        position('"satellites":1.5'),
        "wrong_type",
        "$.positions[0].satellites",
        "is 1.5: write the s",
    ),
    (position('"speed_mps":-1'), "out_of_range", "$.positions[0].speed_mps", "or leave it out"),
    (position('"heading_deg":361'), "out_of_range", "$.positions[0].heading_deg", "from 0 to 360"),
    (
        position('"altitude_m":1e9'),
        "out_of_range",
        "$.positions[0].altitude_m",
        "is 1e9: write met",
    ),
    (
        position('"time":"2026-03-01T21:15:00"'),
        "bad_time",
        "$.positions[0].time",
        'time is "2026-03-01T21:15:00": add an offset to it, or write an RFC 3339 time',
    ),
    (position('"time":"yesterday"'), "bad_time", "$.positions[0].time", '"yesterday": write an RF'),
    (
        position('"time":1772399700'),
        "bad_time",
        "$.positions[0].time",
        "is 1772399700: write an RF",
    ),
    (position('"time":"1989-12-31T23:59:59Z"'), "bad_time", "$.positions[0].time", "1990 to 2199"),
    (position('"time":"2200-01-01T00:00:00Z"'), "bad_time", "$.positions[0].time", "1990 to 2199"),
    (position('"time":"2016-12-31T23:59:60Z"'), "bad_time", "$.positions[0].time", "59:60Z"),
    (event(TIME), "wrong_type", "$.events[0].type", "type is missing: write 1 to 64 characters"),
    (event(TIME, '"type":""'), "out_of_range", "$.events[0].type", 'type is "": write 1 to 64 cha'),
    (
        event(TIME, r'"type":"a\u0000"'),
        "out_of_range",
        "$.events[0].type",
        r'"a\u0000": write 1 to',
    ),
    (
        event(TIME, '"type":"a","state":"up"'),
        "out_of_range",
        "$.events[0].state",
        '"up": write one',
    ),
    (event('"type":"a"'), "wrong_type", "$.events[0].time", "time is missing: write an RFC 3339"),
    (
        event('"type":"a","time":"x"'),
        "bad_time",
        "$.events[0].time",
        'time is "x": write an RFC 33',
    ),
    (b'{"device":"d\xff1"}', "bad_json", "$.device", r'device is "d\xff1": write the device'),
]


@pytest.mark.parametrize(("payload", "reason", "field", "detail"), FIELDS)
def test_refused_fields(payload: str | bytes, reason: str, field: str, detail: str) -> None:
    """A field that is missing, mistyped or out of range is named with its path, value and fix."""
    rejection = only(payload)
    assert (rejection.reason, rejection.field) == (reason, field)
    assert detail in rejection.detail


def test_oversized_payload() -> None:
    """A payload one byte beyond 1 MiB is refused by its size; one of 1 MiB is not."""
    fitting = message().encode().ljust(MAX_PAYLOAD_BYTES)
    assert decode(TOPIC, fitting).rejections == ()
    rejection = only(fitting + b" ")
    assert rejection.reason is Reason.OVERSIZED
    assert "payload is 1048577 bytes: send at most 1048576" in rejection.detail


def test_malformed_topic() -> None:
    """A payload on a topic that names no device is refused, and nobody is said to have spoken."""
    decoded = decode("ringfence/v1/d1/telemetry", message().encode())
    assert (decoded.source, decoded.messages) == (None, ())
    assert [r.reason for r in decoded.rejections] == [Reason.MALFORMED_TOPIC]


@pytest.mark.parametrize("stored_as", ["one message", "many messages", "with a bad one"])
def test_too_many_positions(stored_as: str) -> None:
    """With 1,001 positions none is taken, however they are spread, but the alarms are."""
    fix = f'{{{TIME},"lat":1,"lon":1}}'
    alarm = f'"events":[{{{TIME},"type":"sos"}}]'
    if stored_as == "many messages":
        fixes = f'"positions":[{fix}]'
        messages = [message(fixes)] * MAX_POSITIONS + [message(fixes, alarm)]
        payload = "[" + ",".join(messages) + "]"
    else:
        last = fix if stored_as == "one message" else "{}"
        fixes = ",".join([fix] * MAX_POSITIONS + [last])
        payload = message(f'"positions":[{fixes}]', alarm)
    decoded = decode(TOPIC, payload.encode())
    (rejection,) = decoded.rejections
    assert rejection.reason is Reason.TOO_MANY_POSITIONS
    assert "payload holds 1001 positions, none of which was taken" in rejection.detail
    assert not any(taken.positions for taken in decoded.messages)
    assert decoded.messages[-1].events[0].type == "sos"


def test_as_many_positions_as_allowed() -> None:
    """With 1,000 positions all are taken."""
    fix = f'{{{TIME},"lat":1,"lon":1}}'
    payload = message(f'"positions":[{",".join([fix] * MAX_POSITIONS)}]')
    decoded = decode(TOPIC, payload.encode())
    assert decoded.rejections == ()
    assert len(decoded.messages[0].positions) == MAX_POSITIONS


@pytest.mark.parametrize("item", ["sound messages", "sound events", "bad messages", "bad events"])
def test_too_many_items(item: str) -> None:
    """Ten thousand messages and events are taken or told apart; one more, and nothing is taken."""

    def payload(count: int) -> bytes:
        if "messages" in item:
            one = message() if "sound" in item else "{}"
            return f"[{','.join([one] * count)}]".encode()
        one = f'{{{TIME},"type":"x"}}' if "sound" in item else "{}"
        return message(f'"events":[{",".join([one] * (count - 1))}]').encode()

    allowed = decode(TOPIC, payload(MAX_ITEMS))
    assert Reason.OVERSIZED not in {r.reason for r in allowed.rejections}
    assert bool(allowed.rejections) == ("bad" in item)
    refused = decode(TOPIC, payload(MAX_ITEMS + 1))
    assert refused.messages == ()
    assert [r.reason for r in refused.rejections] == [Reason.OVERSIZED]
    assert "more than 10000 messages and events" in refused.rejections[0].detail


def test_number_of_rejections_is_bounded() -> None:
    """A payload with a thousand faults lists twenty and says how many more there are."""
    payload = message(f'"positions":[{",".join(["{}"] * 1000)}]')
    rejections = decode(TOPIC, payload.encode()).rejections
    assert len(rejections) == 21
    assert rejections[19].field == "$.positions[19].time"
    assert "980 more faults in this payload are not listed" in rejections[20].detail
