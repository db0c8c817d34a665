"""What becomes of what a device says of itself: battery, count, clock, doubt, repeated tampers."""

from itertools import permutations

import pytest

from engine.core.battery import LEVELS_PCT
from engine.core.device_event import CLOCK_WRONG, DeviceEvent, EventState
from engine.core.episode import Episode
from engine.core.fold import Report
from engine.core.position import Mechanism
from engine.core.sequence import MOST
from tests.judgement_kit import (
    MAX_AGE_S,
    Engine,
    Span,
    at,
    event,
    judged,
    position,
    span,
    supervision,
)

FREE = supervision()
FAR = 50_000.0
START, END, AT = EventState.START, EventState.END, EventState.AT
DAY_S = 86_400
Said = tuple[str, Span, Span | None]
"""Kind, start and end of an episode."""


def told(*reports: Report, until: float, ended_at: float | None = None) -> list[Said]:
    """Return the standing episodes of a story, folded in order."""
    off = None if ended_at is None else at(ended_at)
    return [say(each) for each in judged(supervision(ended_at=off), *reports, until=until)]


def say(episode: Episode) -> Said:
    """Return an episode in few words."""
    ended = None if episode.ended is None else span(episode.ended)
    return episode.kind.value, span(episode.started), ended


def levels(*parts: tuple[float, str, EventState] | tuple[float, float]) -> list[Said]:
    """Return what battery events and percentages lead to; the last one is ten seconds ago."""
    reports: list[Report] = [
        event(part[0], battery_pct=part[1])
        if len(part) == 2
        else event(part[0], f"battery_{part[1]}", part[2])
        for part in parts
    ]
    return told(*reports, until=parts[-1][0] + 10)


BATTERY = [
    (
        "critical after low has left low",
        [(1, "low", START), (5, "critical", START), (9, "dead", START)],
        [("low", (1, 1), (1, 5)), ("critical", (5, 5), (5, 9)), ("dead", (9, 9), None)],
    ),
    (
        "low after critical has left critical",
        [(1, "critical", START), (5, "low", START)],
        [("critical", (1, 1), (1, 5)), ("low", (5, 5), None)],
    ),
    ("again is the same", [(1, "low", START), (5, "low", START)], [("low", (1, 1), None)]),
    ("its own end", [(1, "low", START), (5, "low", END)], [("low", (1, 1), (1, 5))]),
    ("another's end", [(1, "low", START), (5, "dead", END)], [("low", (1, 1), None)]),
    ("an end alone", [(1, "low", END)], []),
    ("without length", [(1, "low", AT)], [("low", (1, 1), (1, 1))]),
    (
        "of one instant the worst",
        [(1, "critical", START), (1, "low", START), (1, "dead", START)],
        [("dead", (1, 1), None)],
    ),
    ("by percent", [(1, 21.0), (2, 20.0), (3, 19.0)], [("low", (2, 2), None)]),
    (
        "by percent, falling",
        [(1, 20.0), (2, 10.0), (3, 1.0)],
        [("low", (1, 1), (1, 2)), ("critical", (2, 2), (2, 3)), ("dead", (3, 3), None)],
    ),
    ("wavering", [(1, 20.0), (2, 25.0), (3, 20.0)], [("low", (1, 1), None)]),
    ("charged by percent", [(1, 20.0), (2, 25.5)], [("low", (1, 1), (1, 2))]),
    (
        "critical wavers, then is low",
        [(1, 10.0), (2, 15.0), (3, 15.5)],
        [("critical", (1, 1), (2, 3)), ("low", (3, 3), None)],
    ),
    ("its own level", [(1, "low", START), (2, 40.0), (3, 50.0)], [("low", (1, 1), None)]),
    ("never an end", [(1, "low", START), (2, 51.0)], [("low", (1, 1), (1, 2))]),
    (
        "worse than reported",
        [(1, "low", START), (2, 9.0)],
        [("low", (1, 1), (1, 2)), ("critical", (2, 2), None)],
    ),
]


@pytest.mark.parametrize(
    ("parts", "expected"), [case[1:] for case in BATTERY], ids=[case[0] for case in BATTERY]
)
def test_one_battery_level_holds_at_a_time(
    parts: list[tuple[float, float]], expected: list[Said]
) -> None:
    """The battery's level is the newest word of it, by event or by percentage."""
    assert levels(*parts) == [(f"battery_{kind}", *bounds) for kind, *bounds in expected]


def test_the_order_of_one_instants_starts_does_not_matter() -> None:
    """Whichever start of one instant has the smaller digest, the worst level counts."""
    kinds = ["battery_low", "battery_critical", "battery_dead"]
    for order in permutations(kinds):
        reports = [
            DeviceEvent(
                activation_id=1,
                time=at(1),
                received_at=at(1),
                type=kind,
                state=START,
                digest=bytes([place]) * 16,
            )
            for place, kind in enumerate(order)
        ]
        assert told(*reports, until=5) == [("battery_dead", (1, 1), None)]


def test_levels_are_worst_first_and_rise() -> None:
    """A level is worse than every level after it, and takes a smaller charge."""
    found = list(LEVELS_PCT.values())
    assert found == sorted(found)
    assert next(iter(LEVELS_PCT)) == "battery_dead"


def test_charging_by_event_and_by_message() -> None:
    """Charging begins and ends with whatever says so first; a message without a word says none."""
    by_message = [
        position(10, 0, charging=True),
        position(20, 0),
        event(30, charging=True),
        event(40, charging=False),
        event(50, charging=False),
    ]
    assert told(*by_message, until=60) == [("charging", (10, 10), (30, 40))]
    both = [
        event(10, "charging", START),
        position(20, 0, charging=False),
        event(30, "charging", END),
    ]
    assert told(*both, until=60) == [("charging", (10, 10), (10, 20))]


def test_what_a_judged_gnss_position_ends() -> None:
    """Motion without GNSS is over once GNSS locates; wifi does not end it."""
    moving = event(10, "motion_without_gnss", START)
    wifi, gnss = position(20, 0, mechanism=Mechanism.WIFI), position(30, 0)
    assert told(moving, wifi, until=40) == [("motion_without_gnss", (10, 10), None)]
    assert told(moving, wifi, gnss, until=40) == [("motion_without_gnss", (10, 10), (10, 30))]
    assert told(event(5, "no_motion", START), gnss, until=40) == [("no_motion", (5, 5), None)]


def numbered(*parts: tuple[float, int]) -> list[Report]:
    """Return positions at times, with numbers."""
    return [position(seconds, seconds / 100, seq=seq) for seconds, seq in parts]


def gaps(*parts: tuple[float, int], until: float) -> list[tuple[Span, Span | None, str]]:
    """Return the sequence gaps of numbered positions."""
    found = judged(FREE, *numbered(*parts), until=until)
    assert {each.kind.value for each in found} <= {"sequence_gap"}
    return [(*say(each)[1:], each.detail) for each in found]


def test_a_gap_is_shown_once_it_is_max_age_old() -> None:
    """Numbers that are missing for max age are one episode, and given up after a day."""
    parts = [(0, 7), (60, 11), (120, 12)]
    assert gaps(*parts, until=60 + MAX_AGE_S - 1e-6) == []
    running = ((0, 60), None, "3 messages missing: 8 to 10")
    assert gaps(*parts, until=60 + MAX_AGE_S) == [running]
    over = ((0, 60), (60, 60 + DAY_S), "3 messages missing: 8 to 10")
    assert gaps(*parts, until=60 + DAY_S) == [over]


COUNTS = [
    ("nothing missing", [(0, 1), (60, 2), (120, 3)], []),
    ("no count", [(0, 0), (60, 0), (120, 0)], []),
    ("several positions of one message", [(0, 1), (60, 1), (120, 2)], []),
    ("two gaps", [(0, 1), (60, 3), (120, 5)], ["2", "4"]),
    ("filled", [(0, 1), (60, 3), (120, 2)], []),
    ("filled in part", [(0, 1), (60, 6), (120, 3)], ["2, 4 to 5"]),
    ("begun anew at 0", [(0, 5000), (60, 0), (120, 1), (180, 2)], []),
    ("begun anew, and a gap then", [(0, 5000), (60, 0), (120, 1), (180, 4)], ["2 to 3"]),
    ("begun anew, one lost at once", [(0, 5000), (60, 1), (120, 3), (180, 4)], []),
    ("a stray one", [(0, 5000), (60, 3), (120, 5001)], []),
    ("a stray one, and a gap", [(0, 5000), (60, 3), (120, 5003)], ["5001 to 5002"]),
    ("the older count goes on", [(0, 50), (60, 1), (120, 2), (180, 51), (240, 52)], []),
    ("it goes on with a gap", [(0, 50), (60, 1), (120, 2), (180, 53)], ["51 to 52"]),
    ("numbered by the clock", [(0, 1000), (60, 1060), (120, 1120), (180, 1180)], []),
    ("as much as is believed", [(0, 1000), (60, 1031)], ["1001 to 1030"]),
    ("more than is believed", [(0, 1000), (60, 1032)], []),
    ("soon after each other", [(0, 1000), (1, 1011)], ["1001 to 1010"]),
    ("newest first after an outage", [(0, 9), (60, 11), (120, 12), (180, 10), (240, 13)], []),
]


@pytest.mark.parametrize(
    ("parts", "expected"), [case[1:] for case in COUNTS], ids=[case[0] for case in COUNTS]
)
def test_how_a_device_counts(parts: list[tuple[float, int]], expected: list[str]) -> None:
    """A number is the next one, fills a gap, leaves one, or begins the count anew."""
    found = [detail.partition(": ")[2] for *_, detail in gaps(*parts, until=1000)]
    assert found == expected


def test_messages_without_positions_count_too() -> None:
    """What was heard without a position has its number, whatever else its clock says."""
    reports: list[Report] = [position(0, 0, seq=1), event(60, seq=2), event(70, CLOCK_WRONG, seq=3)]
    found = told(*reports, position(120, 0, seq=4), until=1000)
    assert [kind for kind, *_ in found] == ["clock_skew"]


def test_a_late_message_fills_a_gap() -> None:
    """A gap that was shown is retracted when what was missing arrives after all."""
    engine = Engine(FREE)
    engine.take(numbered((0, 1), (60, 3), (120, 4)), at(2000))
    assert [each.kind.value for each in engine.standing()] == ["sequence_gap"]
    engine.take(numbered((30, 2)), at(2100))
    assert engine.standing() == []


def test_gaps_are_bounded() -> None:
    """A device that loses every second message has so many gaps open at most."""
    parts = [(10.0 * k, 2 * k) for k in range(MOST + 3)]
    found = gaps(*parts, until=10_000)
    assert len(found) == MOST + 2
    assert [ended is None for _, ended, _ in found] == [False] * 2 + [True] * MOST
    assert found[0][:2] == ((0, 10), (10, 10.0 * (MOST + 1)))


def test_what_is_missing_when_the_device_is_taken_off_is_given_up() -> None:
    """A gap ends with its activation, be it ever so young."""
    reports = numbered((0, 1), (60, 3))
    assert told(*reports, until=200, ended_at=100) == [("sequence_gap", (0, 60), (60, 100))]


def test_a_wrong_clock_is_wrong_until_one_is_right() -> None:
    """Clock skew lasts from the first to the next report of a right clock, at its receipt."""
    wrong = [event(100, CLOCK_WRONG), event(160, CLOCK_WRONG)]
    assert told(*wrong, until=200) == [("clock_skew", (100, 100), None)]
    assert told(*wrong, event(220), until=230) == [("clock_skew", (100, 100), (160, 220))]
    assert told(*wrong, position(220, 0), until=230) == [("clock_skew", (100, 100), (160, 220))]
    before = [position(90, 0), *wrong]
    assert told(*before, until=200) == [("clock_skew", (100, 100), None)]


def test_a_wrong_clock_is_heard() -> None:
    """A device whose clock is wrong is heard without a position."""
    found = told(position(0, 0), event(400, CLOCK_WRONG), until=500)
    assert [kind for kind, *_ in found] == ["location_lost", "clock_skew"]


def doubts(*reports: Report, until: float) -> list[tuple[str, Said, int]]:
    """Return state, bounds and count of the runs of positions in doubt."""
    found = judged(FREE, *reports, until=until)
    return [
        (each.state.value, say(each), each.positions)
        for each in found
        if each.kind == "implausible_position"
    ]


def test_positions_in_doubt_are_an_alert_once_they_are_over_or_three() -> None:
    """One glitch is pending until a judged position follows; alternating ones are not."""
    glitch = [position(0, 0), position(10, FAR)]
    assert doubts(*glitch, until=10) == [("pending", ("implausible_position", (0, 10), None), 1)]
    assert doubts(*glitch, position(20, 5), until=20) == [
        ("confirmed", ("implausible_position", (0, 10), (10, 20)), 1)
    ]
    wild = [position(10 * k, (-1) ** k * FAR * k) for k in range(4)]
    assert doubts(*wild, until=40) == [("confirmed", ("implausible_position", (0, 10), None), 3)]


def test_positions_that_prove_true_were_never_in_doubt() -> None:
    """Three that agree leave no trace of the doubt."""
    moved = [position(0, 0), *(position(10 * k, FAR + k) for k in (1, 2, 3))]
    assert doubts(*moved, until=40) == []


def tampers(*parts: tuple[float, float], kind: str = "strap_tamper") -> list[Report]:
    """Return tampers from-until."""
    return [
        event(second, kind, state)
        for start, end in parts
        for second, state in ((start, START), (end, END))
    ]


def repeated(*reports: Report, until: float) -> list[tuple[Said, str, float]]:
    """Return the episodes of repeated tampers: bounds, detail, when confirmed."""
    return [
        (say(each), each.detail, ((each.confirmed_at or 0) - at(0)) / 1e6)
        for each in judged(FREE, *reports, until=until)
        if each.kind == "tamper_repeated"
    ]


def test_three_brief_tampers_within_a_day_escalate() -> None:
    """They are one episode, from the first to the last, confirmed by the end of the third."""
    three = tampers((100, 110), (4000, 4300), (DAY_S, DAY_S + 110))
    until = 4300 + DAY_S + 1e-6
    assert repeated(*three, until=until - 1) == [
        (("tamper_repeated", (100, 100), None), "3 brief tampers", DAY_S + 110)
    ]
    assert repeated(*three, until=until) == [
        (("tamper_repeated", (100, 100), (DAY_S + 110, until)), "3 brief tampers", DAY_S + 110)
    ]


@pytest.mark.parametrize(
    "reports",
    [
        tampers((100, 110), (200, 210)),
        tampers((100, 110), (200, 210), (300, 600.000001)),
        tampers((100, 110), (4000, 4010), (DAY_S + 100, DAY_S + 110.000001)),
        [event(second, "sos") for second in (1, 2, 3)],
    ],
    ids=["two", "one was long", "over a day apart", "no tampers"],
)
def test_what_does_not_escalate(reports: list[Report]) -> None:
    """Fewer, longer or rarer tampers, and other alarms, stay what they are."""
    assert repeated(*reports, until=3 * DAY_S) == []


def test_strap_and_case_count_together_and_go_on() -> None:
    """A fourth tamper joins the episode; one without length is as brief as can be."""
    reports = [
        *tampers((100, 110)),
        *tampers((200, 210), kind="case_tamper"),
        event(300, "strap_tamper", AT),
        *tampers((DAY_S, DAY_S + 10)),
    ]
    (found,) = repeated(*reports, until=DAY_S + 20)
    assert found == (("tamper_repeated", (100, 100), None), "4 brief tampers", 300)
