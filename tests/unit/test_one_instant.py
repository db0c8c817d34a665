"""What ends and begins again in one instant never ended: the words of an instant are one word."""

from itertools import product

import msgspec
import pytest

from engine.core.device_event import CLOCK_WRONG, DeviceEvent, EventState
from engine.core.fold import Report, in_order
from engine.core.state import ActivationState
from tests.judgement_kit import Engine, Span, at, event, position, span, supervision

FREE = supervision()
FAR = 50_000.0
START, END, AT = EventState.START, EventState.END, EventState.AT
Said = tuple[str, Span, Span | None]
"""Kind, start and end of an episode."""


def told(*reports: Report, until: float = 400) -> list[Said]:
    """Return what a story leads to; the same whether it comes at once or report by report."""
    at_once, one_by_one = Engine(FREE), Engine(FREE)
    at_once.take(reports, at(until))
    for each in in_order(reports):
        one_by_one.take([each], max(one_by_one.now, at(0)))
        one_by_one.restart()
    one_by_one.take((), at(until))
    assert one_by_one.standing() == at_once.standing()
    return [
        (each.kind.value, span(each.started), None if each.ended is None else span(each.ended))
        for each in at_once.standing()
    ]


def words(seconds: float, *charging: bool) -> list[Report]:
    """Return messages of one instant that say in this order whether the device is charging."""
    return [position(seconds, 0, seq=seq, charging=word) for seq, word in enumerate(charging)]


def without_length(second: float, kind: str, device: str = "d") -> DeviceEvent:
    """Return an event without length; told by two devices it has two digests."""
    return event(second, kind, AT, device)


@pytest.mark.parametrize("said", list(product((True, False), repeat=4)), ids=str)
def test_one_instant_is_one_session_of_charging(said: tuple[bool, ...]) -> None:
    """However often the word changes, it is one session, going on if the last word says so."""
    expected = [("charging", (100, 100), None if said[-1] else (100, 100))] if any(said) else []
    assert told(*words(100, *said)) == expected


@pytest.mark.parametrize("said", list(product((True, False), repeat=3)), ids=str)
def test_a_session_of_charging_goes_on_over_an_instant(said: tuple[bool, ...]) -> None:
    """What held before an instant and holds after it was one session all along."""
    ended = (100.0 if any(said) else 40.0, 100.0)
    expected = [("charging", (40, 40), None if said[-1] else ended)]
    assert told(*words(40, True), *words(100, *said)) == expected


def test_another_instant_is_another_session() -> None:
    """A microsecond later it is a session of its own."""
    reports = [*words(100, True, False), *words(100.000001, True)]
    assert told(*reports) == [
        ("charging", (100, 100), (100, 100)),
        ("charging", (100.000001, 100.000001), None),
    ]


def test_a_heard_and_a_located_device_are_asked_alike() -> None:
    """A position that says charging and a message that says not, and says so again, are one."""
    reports: list[Report] = [position(100, 0, charging=True)]
    reports += [event(100, seq=seq, charging=seq > 3) for seq in range(9)]
    (session,) = told(*reports)
    assert session[:2] == ("charging", (100, 100))


def levels(*percent: float) -> list[Report]:
    """Return messages of one instant that state these charges in this order."""
    return [position(100, 0, seq=seq, battery_pct=each) for seq, each in enumerate(percent)]


def test_a_battery_level_of_one_instant() -> None:
    """A level left and reached again in one instant was never left."""
    dead = "battery_dead"
    assert told(*levels(1, 60, 1)) == [(dead, (100, 100), None)]
    assert told(*levels(1, 60, 1, 60)) == [(dead, (100, 100), (100, 100))]
    before: list[Report] = [event(40, dead, START)]
    assert told(*before, *levels(60, 1)) == [(dead, (40, 40), None)]


def test_a_clock_that_is_wrong_right_and_wrong_at_one_receipt() -> None:
    """Whatever the digests order, there is one episode of a wrong clock."""
    reports = [event(100, kind, seq=s) for s in range(6) for kind in (CLOCK_WRONG, "heard")]
    (skew,) = told(*reports)
    assert skew[:2] == ("clock_skew", (100, 100))


def test_doubts_of_one_instant_are_one_run() -> None:
    """Positions here and far away in turn, all of one instant, are one run in doubt."""
    reports = [position(40, 0)]
    reports += [position(100, FAR * (seq % 2), seq=seq) for seq in range(7)]
    assert told(*reports) == [("implausible_position", (100, 100), (100, 100))]
    assert told(*reports, position(100, FAR, seq=7)) == [("implausible_position", (100, 100), None)]


@pytest.mark.parametrize("kind", ["sos", "case_tamper", "charging", "battery_low"])
def test_what_has_no_length_is_told_once(kind: str) -> None:
    """Two events without length at one instant, told with different digests, are one fault."""
    twice = [without_length(100, kind), without_length(100, kind, "e")]
    assert told(*twice) == [(kind, (100, 100), (100, 100))]


def test_a_beacon_moved_is_told_once() -> None:
    """A beacon's own word and the device's word of it, of one instant, are one."""
    moved = [without_length(100, "beacon_moved", each) for each in ("d", "HU-1")]
    reports = [msgspec.structs.replace(each, beacon_id="HU-1") for each in moved]
    assert told(*reports) == [("beacon_moved", (100, 100), (100, 100))]


def test_tampers_of_one_instant_are_one_tamper() -> None:
    """Three tampers told for one instant are not three in 24 h; at three instants they are."""
    tampers = [without_length(100, "strap_tamper", each) for each in "def"]
    assert [kind for kind, *_ in told(*tampers)] == ["strap_tamper"]
    apart = [without_length(100 + n, "strap_tamper") for n in range(3)]
    assert "tamper_repeated" in [kind for kind, *_ in told(*apart)]


def test_checkpoints_of_before_still_decode() -> None:
    """A checkpoint that knows nothing of faults that wait reads as one in which none does."""
    engine = Engine(FREE)
    engine.take(words(100, True, False), at(100))
    state = engine.docket.state
    assert state.waiting
    kept = msgspec.msgpack.decode(msgspec.msgpack.encode(state))
    del kept["waiting"]
    older = msgspec.msgpack.decode(msgspec.msgpack.encode(kept), type=ActivationState)
    assert older == msgspec.structs.replace(state, waiting=())
