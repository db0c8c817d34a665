"""Curfews: a state over time, in one window from second 1000 to second 5000; by the second.

Home is a circle of 50 m round metre 1000.
"""

from datetime import time

import pytest

from engine.core.condition_json import read_condition
from engine.core.fold import Report
from engine.core.order import ConditionKind, Supervision
from tests import judgement_kit
from tests.judgement_kit import T0, Told, at, circle, condition, judged, position, supervision
from zones.instant import SECOND, parse
from zones.interval import Interval
from zones.schedule import Schedule
from zones.weekly import WeeklyWindow
from zones.window import Window

HOME, OUT = 1000.0, 0.0
HOUSE = circle("H", HOME, 50)
WINDOW = Window(at(1000), at(5000))


def curfew(*windows: Window, passes: tuple[Interval, ...] = ()) -> Supervision:
    """Return a curfew at home."""
    hours = Schedule("UTC", extra=windows or (WINDOW,), passes=passes)
    return supervision(condition(ConditionKind.CURFEW, HOUSE, schedule=hours))


def told(judged_by: Supervision, *reports: Report, until: float) -> list[Told]:
    """Return what the wearer did; positions in doubt are the device's affair."""
    every = judgement_kit.told(judged_by, *reports, until=until)
    return [each for each in every if each[0] != "implausible_position"]


def out(*seconds: float) -> list[Report]:
    """Return positions away from home, none the same as another."""
    return [position(each, OUT - each / 1000) for each in seconds]


def home(*seconds: float) -> list[Report]:
    """Return positions at home, none the same as another."""
    return [position(each, HOME + each / 1000) for each in seconds]


KINDS = [
    (
        "absent at start, and not back yet",
        [*out(900, 1060, 1120)],
        1200,
        ("curfew_absent_at_start", "confirmed", (1000, 1000), None, 2),
    ),
    (
        "absent at start, back late",
        [*out(900, 1060, 1120), *home(1180)],
        1200,
        ("curfew_late_return", "confirmed", (1000, 1000), (1120, 1180), 2),
    ),
    (
        "left, and not back yet",
        [*home(900, 1060), *out(1120, 1180)],
        1200,
        ("curfew_left_during", "confirmed", (1060, 1120), None, 2),
    ),
    (
        "left and came back",
        [*home(900, 1060), *out(1120, 1180), *home(1240)],
        1300,
        ("curfew_left_during", "confirmed", (1060, 1120), (1180, 1240), 2),
    ),
    (
        "left and was out at the end",
        [*home(900, 1060), *out(4900, 4960)],
        5000,
        ("curfew_out_at_end", "confirmed", (1060, 4900), (5000, 5000), 2),
    ),
    (
        "out from beginning to end",
        [*out(900, 1060, 4960)],
        5000,
        ("curfew_out_entire", "confirmed", (1000, 1000), (5000, 5000), 2),
    ),
]


@pytest.mark.parametrize(
    ("reports", "until", "expected"),
    [case[1:] for case in KINDS],
    ids=[case[0] for case in KINDS],
)
def test_what_a_broken_curfew_is_called(
    reports: list[Report], until: float, expected: tuple[object, ...]
) -> None:
    """How it began and how it ended give a broken curfew its kind."""
    (found,) = told(curfew(), *reports, until=until)
    assert found[:5] == expected
    assert found[5] in range(949, 956)


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        (
            [*home(900, 1060), *out(1120, 1180)],
            ("curfew_left_during", "confirmed", (1060, 1120), (1180, 5000), 2),
        ),
        (
            [*out(900, 1060, 1120)],
            ("curfew_absent_at_start", "confirmed", (1000, 1000), (1120, 5000), 2),
        ),
        ([*out(900)], ("curfew_absent_at_start", "brief", (1000, 1000), (1000, 5000), 0)),
    ],
    ids=["left", "absent", "absent for all that is known"],
)
def test_who_is_not_seen_at_the_end_was_not_out_at_the_end(
    reports: list[Report], expected: tuple[object, ...]
) -> None:
    """Silence is no absence: unseen at the end, nobody knows when the wearer came back."""
    (found,) = told(curfew(), *reports, until=5000)
    assert found[:5] == expected


def test_obeyed() -> None:
    """Who comes home before the window and leaves after it has broken nothing."""
    reports = [*out(700), *home(960, 1200, 4999.999999), *out(5000, 5060)]
    assert told(curfew(), *reports, until=9000) == []


@pytest.mark.parametrize(("last", "opens"), [(700, True), (699.999999, False)])
def test_opening_while_out(last: float, opens: bool) -> None:
    """The position that still holds when the window opens begins what a crossing would."""
    engine = told(curfew(), *out(last, 1060), until=1060)
    assert [each[2] for each in engine] == [(1000, 1000) if opens else (1000, 1060)]
    assert [each[4] for each in engine] == [1]


def test_a_held_position_is_no_witness() -> None:
    """The position that held at the opening counts towards no threshold."""
    assert told(curfew(), *out(940), until=1000) == []
    (found,) = told(curfew(), *out(940, 1060), *home(1120), until=1120)
    assert found[:5] == ("curfew_late_return", "brief", (1000, 1000), (1060, 1120), 1)


def test_what_held_is_kept_as_evidence() -> None:
    """An episode that a held position began names it."""
    (episode,) = judged(curfew(), *out(940, 1060, 1120), until=1120)
    roles = [(each.role, each.fix_time) for each in episode.evidence]
    assert roles == [
        ("held", at(940)),
        ("violation", at(1060)),
        ("violation", at(1120)),
        ("deepest", at(1120)),
    ]


def test_home_without_a_witness_of_the_contrary_is_brief() -> None:
    """Out when the window opened, home at the first word after: brief, on no position."""
    (found,) = told(curfew(), *out(940), *home(1060), until=1060)
    assert found[:5] == ("curfew_late_return", "brief", (1000, 1000), (1000, 1060), 0)


def test_home_at_the_very_opening() -> None:
    """A position at home at the instant the window opens refutes the one that held."""
    assert told(curfew(), *out(940), *home(1000), until=5000) == []


def test_a_stale_position_opens_nothing() -> None:
    """What is older than max age says nothing about the opening, and silence is no absence."""
    assert told(curfew(), *out(600), until=5000) == []


def test_absent_at_start_when_first_seen_out() -> None:
    """Seen out before ever seen home in the window is absent at start, since then at the latest."""
    (found,) = told(curfew(), *out(500, 2000, 2060), until=2060)
    assert found[:4] == ("curfew_absent_at_start", "confirmed", (1000, 2000), None)


def test_windows_are_half_open() -> None:
    """The end of a window is no longer in it, its start is."""
    assert told(curfew(), *home(4990), *out(5000, 5060), until=6000) == []
    (found,) = told(curfew(), *home(600), *out(1000, 1060), until=1060)
    assert found[:5] == ("curfew_absent_at_start", "confirmed", (1000, 1000), None, 2)


def test_a_pass_is_a_hole() -> None:
    """In a pass a wearer may be out; when it ends it is as if a window opened."""
    leave = curfew(passes=(Interval(at(2000), at(3000)),))
    assert told(leave, *home(1990), *out(2000, 2060, 2900), *home(2990, 3060), until=3060) == []
    (found,) = told(leave, *home(1990), *out(2900, 3060, 3120), *home(3180), until=3180)
    assert found[:5] == ("curfew_late_return", "confirmed", (3000, 3000), (3120, 3180), 2)


def test_a_pass_ends_what_runs() -> None:
    """Who was out when a pass began was out at the end of that part of the window."""
    leave = curfew(passes=(Interval(at(2000), at(3000)),))
    (found,) = told(leave, *home(1800), *out(1860, 1920), *home(2990), until=5000)
    assert found[:4] == ("curfew_out_at_end", "confirmed", (1800, 1860), (2000, 2000))


def test_any_of_several_addresses() -> None:
    """Being at any of the addresses keeps a curfew; leaving all of them breaks it."""
    hours = Schedule("UTC", extra=(WINDOW,))
    second = circle("H2", 3000, 50)
    both = supervision(condition(ConditionKind.CURFEW, HOUSE, second, schedule=hours))
    reports = [*home(990), position(1060, 3000), *home(1120), *out(1180, 1240)]
    (found,) = told(both, *reports, position(1300, 3001), until=1300)
    assert found[:5] == ("curfew_left_during", "confirmed", (1120, 1180), (1240, 1300), 2)


def test_an_address_of_the_window() -> None:
    """A window with an address of its own is kept there and not at home."""
    elsewhere = Window(at(1000), at(2000), ("H2",))
    hours = Schedule("UTC", extra=(elsewhere, Window(at(2000), at(5000))))
    places = [circle("H2", 3000, 50)]
    rule = condition(ConditionKind.CURFEW, HOUSE, places=places, schedule=hours)
    there = [position(1000 + 60 * k, 3000 + k) for k in range(17)]
    assert told(supervision(rule), *there, *home(2000, 2060), until=2060) == []
    (found,) = told(supervision(rule), *home(990, 1060, 1120), until=1120)
    assert found[:4] == ("curfew_absent_at_start", "confirmed", (1000, 1000), None)


@pytest.mark.parametrize(
    ("date", "opens", "closes"),
    [
        ("2026-06-10", "20:00", "04:00"),
        ("2026-03-28", "21:00", "04:00"),
        ("2026-10-24", "20:00", "05:00"),
    ],
    ids=["a plain night", "the night that skips an hour", "the night that repeats one"],
)
def test_a_night_of_changing_clocks(date: str, opens: str, closes: str) -> None:
    """22:00 to 06:00 by Berlin's clocks is what those clocks show, whatever the length."""
    start = parse(f"{date}T{opens}:00Z")
    end = parse(f"{date}T{closes}:00Z") + 86_400 * SECOND
    hours = Schedule(
        "Europe/Berlin", weekly=(WeeklyWindow(frozenset(range(7)), time(22), time(6)),)
    )
    rule = condition(ConditionKind.CURFEW, HOUSE, schedule=hours)
    first, last = (start - T0) / SECOND, (end - T0) / SECOND
    reports = [*out(first - 120), *out(first + 60, first + 120), *out(last - 60)]
    night = supervision(rule, started_at=start - 3600 * SECOND)
    (found,) = told(night, *reports, *home(last - 1e-6 + 60), until=last + 60)
    assert found[:4] == ("curfew_out_entire", "confirmed", (first, first), (last, last))


def test_a_curfew_as_an_order_writes_it() -> None:
    """An order's JSON form means the same: daily hours, and a pass over one night."""
    written = {
        "id": "c",
        "kind": "curfew",
        "zone": "H",
        "weekly": [{"days": "daily", "start": "22:00", "end": "06:00"}],
        "passes": [{"start": "2026-06-01T22:00:00+02:00", "end": "2026-06-02T06:00:00+02:00"}],
    }
    hours = read_condition(written, "Europe/Berlin").schedule
    rule = condition(ConditionKind.CURFEW, HOUSE, schedule=hours)
    first_night, second_night = 8 * 3600, 32 * 3600
    reports = out(first_night + 60, first_night + 120, second_night + 60, second_night + 120)
    (found,) = told(supervision(rule), *reports, until=second_night + 120)
    assert found[2] == (second_night, second_night + 60)
