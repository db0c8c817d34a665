"""Attribution loses nothing, depends on content alone, and finds who wore the device."""

from hypothesis import given
from hypothesis import strategies as st

from engine.core.activation_history import ActivationHistory
from engine.core.attribute import Attributed, Attribution
from engine.core.device_event import DeviceEvent, EventState
from engine.core.evidence import MAX_AHEAD
from engine.core.order import Activation
from engine.core.position import NEVER_JUDGED, Quarantine
from engine.core.registry import Device
from engine.core.wire import Message, WireEvent, WirePosition
from zones.instant import DAY, HOUR, Instant, parse, to_datetime

START = parse("2026-01-01T00:00:00Z")
INSTANTS = st.integers(-10, 400).map(lambda hours: START + hours * HOUR)
FAR = INSTANTS | st.integers(parse("1990-01-01T00:00:00Z"), parse("2199-12-31T00:00:00Z"))
DEVICE = Device(vendor="acme", device_id="d1")
EVENTS = st.builds(
    WireEvent,
    type=st.sampled_from(["sos", "strap_tamper", "x"]),
    time=st.none() | FAR.map(to_datetime),
    state=st.sampled_from(EventState),
)
POSITIONS = st.builds(
    WirePosition, time=FAR.map(to_datetime), lat=st.floats(-90, 90), lon=st.floats(-180, 180)
)
MESSAGES = st.builds(
    Message,
    device=st.just("d1"),
    seq=st.integers(0, 9),
    sent_at=st.none() | FAR.map(to_datetime),
    positions=st.lists(POSITIONS, max_size=4).map(tuple),
    events=st.lists(EVENTS, max_size=4).map(tuple),
)


def worn(activation_id: int, started_at: Instant, ended_at: Instant | None) -> Activation:
    """Return an activation of acme's d1."""
    return Activation(
        activation_id=activation_id,
        wearer_id=f"w{activation_id}",
        vendor="acme",
        device_id="d1",
        started_at=started_at,
        ended_at=ended_at,
    )


@st.composite
def wearings(draw: st.DrawFn) -> list[Activation]:
    """Draw activations that do not overlap, back to back or with gaps, shuffled."""
    times = sorted(draw(st.lists(INSTANTS, min_size=2, max_size=12)))
    pairs = zip(times[::2], times[1::2], strict=False)
    spans: list[tuple[Instant, Instant | None]] = [(a, b) for a, b in pairs if a < b]
    if draw(st.booleans()) or not spans:
        spans.append((times[-1], None))
    ids = draw(st.permutations(range(1, len(spans) + 1)))
    return draw(st.permutations([worn(i, a, b) for i, (a, b) in zip(ids, spans, strict=True)]))


def searched(activations: list[Activation], time: Instant) -> tuple[int, Quarantine | None]:
    """Return the activation of an instant as the rule says it, by looking at each one."""
    for each in activations:
        if each.started_at <= time and (each.ended_at is None or time < each.ended_at):
            return each.activation_id, None
    later = [each for each in activations if each.started_at > time]
    if later:
        nearest = min(later, key=lambda each: each.started_at)
        return nearest.activation_id, Quarantine.BEFORE_ACTIVATION
    last = max(activations, key=lambda each: each.started_at)
    return last.activation_id, Quarantine.AFTER_ACTIVATION


@given(wearings(), FAR)
def test_instants_find_their_activation(activations: list[Activation], time: Instant) -> None:
    """An instant is placed as a search through every activation would place it."""
    activation, outside = ActivationHistory.of(activations).place(time)
    assert (activation.activation_id, outside) == searched(activations, time)


@given(wearings(), MESSAGES, INSTANTS)
def test_nothing_is_lost(
    activations: list[Activation], message: Message, received_at: Instant
) -> None:
    """Every position and event comes out, in order, each with its activation; silence is heard."""
    attributed = Attribution([DEVICE], activations).attribute("acme", message, received_at)
    assert attributed.rejections == ()
    assert [position.lat for position in attributed.positions] == [
        stated.lat for stated in message.positions
    ]
    said, itself = parted(attributed, message)
    assert [event.type for event in said] == [stated.type for stated in message.events]
    judged = [each for each in attributed.positions if each.quarantine not in NEVER_JUDGED]
    worn = any(each.worn_at(received_at) for each in activations)
    if worn or not message.positions:
        assert [event.type for event in itself] in (
            [[], ["clock_wrong"]] if judged else [["heard"], ["clock_wrong"]] + [[]] * (not worn)
        )
    for position in attributed.positions:
        ahead = position.fix_time - received_at > MAX_AHEAD
        activation_id, outside = searched(activations, received_at if ahead else position.fix_time)
        assert position.activation_id == activation_id
        assert position.quarantine == (Quarantine.FUTURE if ahead else outside)
    for event in attributed.events:
        activation_id, outside = searched(activations, event.time)
        assert event.activation_id == activation_id
        assert event.time <= received_at + MAX_AHEAD
        assert not outside or event.time >= received_at - 366 * DAY


def parted(
    attributed: Attributed, message: Message
) -> tuple[tuple[DeviceEvent, ...], tuple[DeviceEvent, ...]]:
    """Return the events that a message states, and the one, if any, that it is itself."""
    count = len(message.events)
    return attributed.events[:count], attributed.events[count:]


def identities(attributed: Attributed, message: Message) -> tuple[set[object], set[bytes]]:
    """Return what tells duplicates from news: of what is stated, and of the message itself."""
    said, itself = parted(attributed, message)
    stated: set[object] = {position.key for position in attributed.positions}
    return stated | {event.digest for event in said}, {event.digest for event in itself}


@given(wearings(), MESSAGES, INSTANTS, INSTANTS)
def test_duplicates_are_recognised_whenever_they_come(
    activations: list[Activation], message: Message, first: Instant, second: Instant
) -> None:
    """Delivered again, a message that states a time has the identities it had before.

    That it was heard, or its clock is wrong, may be known by one receipt alone; never twice.
    """
    if message.sent_at is None:
        message = Message(device="d1", sent_at=to_datetime(START), positions=message.positions)
    registry = Attribution([DEVICE], activations)
    stated, itself = identities(registry.attribute("acme", message, first), message)
    again, still = identities(registry.attribute("acme", message, second), message)
    assert again == stated
    assert len(itself | still) <= 1


@given(wearings(), MESSAGES, INSTANTS, st.data())
def test_changing_is_rebuilding(
    activations: list[Activation], message: Message, received_at: Instant, data: st.DataObject
) -> None:
    """A registry that grew step by step attributes as one that was built at once."""
    whole = Attribution([DEVICE], activations)
    stepwise = Attribution([DEVICE])
    for activation in activations:
        if data.draw(st.booleans()):
            running = worn(activation.activation_id, activation.started_at, None)
            stepwise = stepwise.changed([DEVICE], [running])
    for activation in activations:
        stepwise = stepwise.changed([], [activation])
    assert stepwise.attribute("acme", message, received_at) == whole.attribute(
        "acme", message, received_at
    )
