"""Whatever the bytes, the decoder answers; whatever is sound, it takes, beside anything else."""

from datetime import UTC, timedelta, timezone

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from engine.core.decode import Decoded, decode
from engine.core.device_event import EventState
from engine.core.position import Mechanism
from engine.core.rejection import Rejection
from engine.core.salvage import MAX_REJECTIONS, salvage
from engine.core.wire import EARLIEST, LATEST, Message, WireEvent, WirePosition

TOPIC = "ringfence/v1/acme/d1/telemetry"


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Return finite numbers from low to high."""
    return st.floats(low, high, allow_nan=False)


def maybe(strategy: st.SearchStrategy[float]) -> st.SearchStrategy[float | None]:
    """Return values that may be absent."""
    return st.none() | strategy


OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.builds(
    lambda time, offset: time.replace(tzinfo=UTC).astimezone(offset),
    st.datetimes(EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None) - timedelta(days=1)),
    OFFSETS | st.just(UTC),
)
SEQS = st.integers(0, 2**63 - 1)
TYPES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=64
)
POSITIONS = st.builds(
    WirePosition,
    time=TIMES,
    lat=numbers(-90, 90),
    lon=numbers(-180, 180),
    accuracy_m=maybe(numbers(0, 20_000_000)),
    mechanism=st.sampled_from(Mechanism),
    hdop=maybe(numbers(0, 10_000)),
    satellites=st.none() | st.integers(0, 1000),
    speed_mps=maybe(numbers(0, 10_000)),
    heading_deg=maybe(numbers(0, 360)),
    altitude_m=maybe(numbers(-20_000, 100_000)),
)
EVENTS = st.builds(WireEvent, type=TYPES, time=TIMES, state=st.sampled_from(EventState))
MESSAGES = st.builds(
    Message,
    device=st.just("d1"),
    seq=SEQS,
    sent_at=st.none() | TIMES,
    positions=st.lists(POSITIONS, max_size=3).map(tuple),
    events=st.lists(EVENTS, max_size=3).map(tuple),
    battery_pct=maybe(numbers(0, 100)),
    charging=st.none() | st.booleans(),
)
SPACES = st.text(" \t\r\n", max_size=3).map(str.encode)
NUMERALS = st.sampled_from(
    [b"1e999", b"-1e999", b"9" * 400, b"9" * 5000, b"-0", b"1e-999", b"NaN", b"-Infinity", b"0x1"]
)
STRINGS = st.sampled_from(
    [b'"\\ud800"', b'"\\ud800\\udc00"', b'"\\u0000"', b'"\xff"', b'"\x00"', b"\xef\xbb\xbf", b'"']
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
TREES = st.recursive(
    SCALARS, lambda part: st.lists(part) | st.dictionaries(st.text(), part), max_leaves=12
)
NAMES = st.sampled_from(
    [name for kind in (Message, WirePosition, WireEvent) for name in kind.__struct_fields__]
)
NEAR_TREES = st.recursive(
    SCALARS | st.sampled_from(["d1", "2026-03-01T12:00:00Z", "sos", "gnss", 0, 1, 52.5]),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(NAMES, part, max_size=7),
    max_leaves=40,
)


def check(decoded: Decoded) -> None:
    """Assert what holds for the answer to any payload."""
    assert decoded.messages or decoded.rejections
    assert len(decoded.rejections) <= MAX_REJECTIONS + 1
    for message in decoded.messages:
        assert message.device == "d1"
        assert all(EARLIEST <= position.time < LATEST for position in message.positions)
    for rejection in decoded.rejections:
        assert rejection.detail.isprintable()
        assert len(rejection.detail) < 400
    encoded = msgspec.json.encode([decoded.messages, decoded.rejections])
    assert msgspec.json.decode(encoded, type=tuple[tuple[Message, ...], tuple[Rejection, ...]]) == (
        decoded.messages,
        decoded.rejections,
    )


@given(st.binary())
def test_any_bytes_are_answered(payload: bytes) -> None:
    """Random bytes never raise, and give at least a message or a rejection."""
    check(decode(TOPIC, payload))


@given(TREES | NEAR_TREES)
def test_any_json_is_answered(tree: object) -> None:
    """Random JSON, also of the contract's own names, is answered."""
    check(decode(TOPIC, msgspec.json.encode(tree)))


@given(MESSAGES, st.data())
def test_any_mutated_message_is_answered(message: Message, data: st.DataObject) -> None:
    """A good message with bytes replaced, inserted or cut out anywhere is answered."""
    payload = msgspec.json.encode(message)
    start = data.draw(st.integers(0, len(payload)))
    end = data.draw(st.integers(start, min(len(payload), start + 20)))
    middle = data.draw(st.binary(max_size=8) | NUMERALS | STRINGS)
    check(decode(TOPIC, payload[:start] + middle + payload[end:]))


@given(
    st.lists(st.sampled_from([b"[", b'{"x":', b'{"positions":', b'{"events":', b"[["]), max_size=3),
    st.sampled_from([0, 1, 300, 5000, 100_000]),
    st.booleans(),
)
@example([b"[", b'{"positions":'], 100_000, False)
def test_any_nesting_is_answered(openings: list[bytes], levels: int, closed: bool) -> None:
    """Nesting of any depth, complete or not, is answered."""
    opened = b"".join(openings) * levels
    closings = opened[::-1].translate(bytes.maketrans(b"[{", b"]}"), b'"xpositionsevents:')
    payload = opened + (b"1" + closings if closed else b"")
    check(decode(TOPIC, b'{"device":"d1","x":' + payload + b"}"))
    check(decode(TOPIC, payload))


@given(st.text())
def test_any_topic_is_answered(topic: str) -> None:
    """Random topics never raise."""
    decoded = decode(topic, b"{}")
    assert decoded.rejections
    assert decoded.rejections[0].detail.isascii()


@given(MESSAGES | st.lists(MESSAGES, min_size=1, max_size=3), SPACES, SPACES)
def test_good_messages_are_taken_whole(
    sent: Message | list[Message], before: bytes, after: bytes
) -> None:
    """What the contract allows is taken as it was sent, alike on the fast and on the slow path."""
    payload = before + msgspec.json.encode(sent) + after
    messages = tuple(sent) if isinstance(sent, list) else (sent,)
    decoded = decode(TOPIC, payload)
    assert (decoded.messages, decoded.rejections) == (messages, ())
    assert salvage("d1", payload) == (messages, ())


BAD_ITEMS = NUMERALS.filter(lambda text: text[:1] in b"-19" and b"I" not in text) | st.sampled_from(
    [b"null", b"7", b"[]", b"{}", b'"x"', b'{"time":5}', b'{"lat":91}', b'{"type":"\\u0000"}']
)


@given(st.lists(POSITIONS | BAD_ITEMS, max_size=6), st.lists(EVENTS | BAD_ITEMS, max_size=6))
def test_bad_items_cost_nothing_beside_them(
    positions: list[WirePosition | bytes], events: list[WireEvent | bytes]
) -> None:
    """Between bad items every good position and event is taken, in order; each bad one is told."""

    def text(items: list[WirePosition | bytes] | list[WireEvent | bytes]) -> bytes:
        return b",".join(i if isinstance(i, bytes) else msgspec.json.encode(i) for i in items)

    payload = b'{"device":"d1","positions":[%b],"events":[%b]}' % (text(positions), text(events))
    decoded = decode(TOPIC, payload)
    (message,) = decoded.messages
    assert message.positions == tuple(p for p in positions if isinstance(p, WirePosition))
    assert message.events == tuple(e for e in events if isinstance(e, WireEvent))
    paths = {str(told.field).rsplit("].", 1)[0].rstrip("]") for told in decoded.rejections}
    bad = {f"$.positions[{i}" for i, item in enumerate(positions) if isinstance(item, bytes)}
    bad |= {f"$.events[{i}" for i, item in enumerate(events) if isinstance(item, bytes)}
    assert paths == bad
