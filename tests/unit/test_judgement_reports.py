"""What reports lead to whatever the conditions: plausibility, conflicts, silence and faults."""

from collections.abc import Sequence

import pytest

from engine.core.device_event import EventState
from engine.core.fold import Report
from engine.core.order import ConditionKind
from engine.core.plausibility import implied_speed_mps
from engine.core.position import Position, Quarantine
from tests.judgement_kit import (
    MAX_AGE_S,
    Engine,
    at,
    circle,
    condition,
    event,
    judged,
    position,
    supervision,
    told,
)
from zones.schedule import Schedule
from zones.window import Window

FREE = supervision()
FAR = 50_000.0
START, END, AT = EventState.START, EventState.END, EventState.AT


def verdicts(*reports: Report) -> list[Quarantine | None]:
    """Return what becomes of positions, in order."""
    engine = Engine(FREE)
    engine.take(reports, at(100_000))
    return [each.quarantine for each in engine.archive.positions()]


NO, YES = Quarantine.IMPLAUSIBLE, None


@pytest.mark.parametrize(
    ("metres", "expected"),
    [
        ([0, FAR, 10], [YES, NO, YES]),
        ([0, FAR, FAR + 10, 20], [YES, NO, NO, YES]),
        ([0, FAR, FAR + 10, FAR + 20], [YES, YES, YES, YES]),
        ([0, FAR, FAR + 10, FAR + 20, 30], [YES, YES, YES, YES, NO]),
        ([0, FAR, -FAR, FAR, -FAR], [YES, NO, NO, NO, NO]),
        ([0, FAR, FAR + 10, -FAR, -FAR + 10, -FAR + 20], [YES, NO, NO, YES, YES, YES]),
        ([0, FAR, 10, FAR + 10, FAR + 20], [YES, NO, YES, NO, NO]),
    ],
)
def test_three_in_a_row_that_agree(
    metres: Sequence[float], expected: list[Quarantine | None]
) -> None:
    """A position nobody could reach is not judged, unless three in a row agree."""
    reports = [position(10 * index, each) for index, each in enumerate(metres)]
    assert verdicts(*reports) == expected


@pytest.mark.parametrize(("metres", "expected"), [(4219, YES), (4221, NO)])
def test_the_speed_is_taken_beyond_the_accuracies(
    metres: float, expected: Quarantine | None
) -> None:
    """70 m/s for a minute are 4,200 m; two accuracies of 10 m explain 20 m more."""
    assert verdicts(position(0, 0), position(60, metres)) == [YES, expected]


def test_the_speed_is_taken_over_a_second_at_least() -> None:
    """Two positions of one instant, or nearly, may be a second's travel apart."""
    first, later = position(0, 0, 10.0), position(0, 90.1, 10.0, seq=1)
    assert implied_speed_mps(first, later) == pytest.approx(70.1, abs=0.01)


def test_accepted_positions_are_judged_at_their_own_time() -> None:
    """Positions that were in doubt count when they were measured, not when they were believed."""
    hours = Schedule("UTC", extra=(Window(at(0), at(145)),))
    rule = condition(ConditionKind.EXCLUSION, circle("X", FAR, 100), schedule=hours)
    jumped = [position(60 * k, FAR + k) for k in (1, 2, 3)]
    (found,) = told(supervision(rule), position(0, 0), *jumped, until=180)
    assert found == ("exclusion_entered", "confirmed", (0, 60), (145, 145), 2, 99)


def test_what_was_in_doubt_had_not_been_lost() -> None:
    """A location is not lost while positions arrive that later prove to be true."""
    jumped = [position(second, FAR + second) for second in (100, 380, 500)]
    assert told(FREE, position(0, 0), *jumped, until=500) == []


def test_what_stays_in_doubt_does_not_locate() -> None:
    """Positions nobody could reach show that the device is heard, but not where it is."""
    jumps = [position(second, way * FAR) for second, way in ((100, 1), (301, -1), (400, 1))]
    found = told(FREE, position(0, 0), *jumps, until=500)
    assert found == [
        ("implausible_position", "confirmed", (0, 100), None, 3, 0),
        ("location_lost", "confirmed", (0, 300), None, 0, 0),
    ]


def test_of_a_tie_the_smaller_digest_is_judged() -> None:
    """Two positions of one time and sequence: content decides, and the other is a conflict."""
    one, other = sorted((position(0, 0), position(0, 5)), key=lambda each: each.digest)
    engine = Engine(FREE)
    engine.take([other], at(1))
    engine.take([one], at(2))
    assert [each.quarantine for each in engine.archive.positions()] == [None, Quarantine.CONFLICT]
    assert engine.archive.positions()[0] == one


@pytest.mark.parametrize(("heard", "lost"), [(MAX_AGE_S, False), (MAX_AGE_S + 1e-6, True)])
def test_location_lost(heard: float, lost: bool) -> None:
    """Heard when its last position no longer holds, a device's location is lost since then."""
    found = told(FREE, position(0, 0), event(heard), until=heard)
    expected = [("location_lost", "confirmed", (0, MAX_AGE_S), None, 0, 0)]
    assert found == (expected if lost else [])


def test_location_found() -> None:
    """The next judged position ends a lost location: after it last was heard without."""
    found = told(FREE, position(0, 0), event(400), event(500), position(600, 5), until=600)
    assert found == [("location_lost", "confirmed", (0, 300), (500, 600), 0, 0)]


def test_never_located() -> None:
    """A device that is heard but never located loses its location max age after the start."""
    assert told(FREE, event(300.000001), until=301) == [
        ("location_lost", "confirmed", (0, 300), None, 0, 0)
    ]


def test_silence_is_no_lost_location() -> None:
    """Nothing heard is not a location lost: that is a missed call-in, judged by receipt."""
    assert told(FREE, position(0, 0), until=100_000) == []


def test_late_positions_retract_a_lost_location() -> None:
    """Positions that turn up later show that the location was not lost."""
    engine = Engine(FREE)
    engine.take([position(0, 0), event(400)], at(400))
    assert [each.kind.value for each in engine.standing()] == ["location_lost"]
    engine.take([position(200, 5)], at(410))
    assert engine.standing() == []


FAULTS = [
    ("start", [(100, START)], [((100, 100), None)]),
    ("start and end", [(100, START), (200, END)], [((100, 100), (100, 200))]),
    (
        "start, again, end",
        [(100, START), (150, START), (200, END)],
        [((100, 100), (150, 200))],
    ),
    ("in one instant", [(100, START), (100, END)], [((100, 100), (100, 100))]),
    ("without length", [(100, AT)], [((100, 100), (100, 100))]),
    ("twice", [(1, START), (2, END), (3, START)], [((1, 1), (1, 2)), ((3, 3), None)]),
    ("an end alone", [(100, END)], []),
]


@pytest.mark.parametrize(
    ("parts", "expected"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS]
)
def test_faults_are_pairs(
    parts: list[tuple[float, EventState]], expected: list[tuple[object, object]]
) -> None:
    """A fault lasts from its start to its end, confirmed by the device's word alone."""
    reports = [event(second, "strap_tamper", state) for second, state in parts]
    found = told(FREE, *reports, until=1000)
    assert [each[:2] for each in found] == [("strap_tamper", "confirmed")] * len(expected)
    assert [(each[2], each[3]) for each in found] == expected


def test_faults_of_two_kinds_hold_apart() -> None:
    """The end of one fault does not end another."""
    reports = (event(1, "jamming", START), event(2, "sos", START), event(3, "jamming", END))
    found = told(FREE, *reports, until=10)
    assert [(each[0], each[3]) for each in found] == [("jamming", (1, 3)), ("sos", None)]


def test_unknown_types_are_no_fault() -> None:
    """A type the engine does not know, or one it gives itself, makes no episode."""
    reports = [event(1, kind, START) for kind in ("hot", "location_lost", "exclusion_entered")]
    assert told(FREE, *reports, until=10) == []


def test_taken_off() -> None:
    """What holds when the device is taken off ends then; from the shelf it reports nothing."""
    worn = supervision(ended_at=at(1000))
    reports: list[Report] = [position(0, 0), event(500), event(600, "strap_tamper", START)]
    assert told(worn, *reports, until=999.999999) == [
        ("location_lost", "confirmed", (0, 300), None, 0, 0),
        ("strap_tamper", "confirmed", (600, 600), None, 0, 0),
    ]
    shelf = [event(1000, "sos", START), event(5000)]
    assert told(worn, *reports, *shelf, until=9000) == [
        ("location_lost", "confirmed", (0, 300), (500, 1000), 0, 0),
        ("strap_tamper", "confirmed", (600, 600), (600, 1000), 0, 0),
    ]


def test_quarantined_positions_are_no_evidence() -> None:
    """A position that cannot be is in no episode's evidence."""
    rule = condition(ConditionKind.EXCLUSION, circle("X", 0, 100))
    reports: list[Position] = [position(60 * k, k) for k in range(1, 4)]
    glitch = position(150, FAR)
    episode, doubt = judged(supervision(rule), *reports, glitch, until=200)
    assert doubt.kind == "implausible_position"
    assert glitch.digest not in {each.digest for each in episode.evidence}
    assert episode.ended is None
