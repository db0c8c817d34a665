"""Each finding of the schedule linter, with the nearest schedule that has it not."""

from datetime import datetime
from typing import Any

import pytest

from engine.core.condition_lint import lint_condition
from engine.core.order import ConditionKind, Parameters, Stay
from engine.core.registry import OrderCondition
from zones.finding import Finding
from zones.instant import DAY, Instant, parse
from zones.interval import Interval
from zones.recurrence import Recurrence
from zones.schedule import Schedule
from zones.schedule_lint import lint_schedule
from zones.weekly import parse_weekly
from zones.window import Window

BERLIN = "Europe/Berlin"
NOW = parse("2026-02-02T12:00:00Z")
"""A Monday."""


def span(start: str, end: str) -> Interval:
    """Return an interval of UTC times."""
    return Interval(parse(start + "Z"), parse(end + "Z"))


def window(start: str, end: str) -> Window:
    """Return a window of UTC times."""
    return Window(parse(start + "Z"), parse(end + "Z"))


def hours(*weekly: tuple[str, str, str], zone: str = "UTC", **more: Any) -> Schedule:  # noqa: ANN401
    """Return a schedule of weekly hours."""
    return Schedule(zone, weekly=tuple(parse_weekly(*each) for each in weekly), **more)


def event(rule: str, start: str = "2026-02-03 10:00", **more: Any) -> Schedule:  # noqa: ANN401
    """Return a schedule of one event of an hour."""
    at = datetime.fromisoformat(start)
    recurrence = Recurrence("UTC", at, at.replace(hour=at.hour + 1), rule, **more)
    return Schedule("UTC", recurrences=(recurrence,))


def found(schedule: Schedule, code: str, now: Instant = NOW) -> list[Finding]:
    """Return the findings of one code."""
    return [each for each in lint_schedule(schedule, now) if each.code == code]


NIGHTS = ("daily", "22:00", "06:00")
FIRST = NOW + DAY

CASES: list[tuple[str, Schedule, Schedule]] = [
    (
        "day_forgotten",
        hours(("mon-sat", "22:00", "06:00")),
        hours(("mon-fri", "22:00", "06:00")),
    ),
    (
        "day_forgotten",
        hours(("mon-fri", "22:00", "06:00"), ("sun", "20:00", "06:00")),
        hours(("mon-fri", "22:00", "06:00"), ("sat,sun", "20:00", "06:00")),
    ),
    (
        "day_forgotten",
        hours(("mon-sat", "22:00", "24:00"), ("daily", "00:00", "06:00")),
        hours(
            ("mon-sat", "22:00", "24:00"), ("daily", "00:00", "06:00"), ("sun", "23:30", "24:00")
        ),
    ),
    (
        "gap",
        hours(("daily", "22:00", "23:59"), ("daily", "00:00", "06:00")),
        hours(("daily", "22:00", "24:00"), ("daily", "00:00", "06:00")),
    ),
    (
        "gap",
        hours(("daily", "08:00", "12:00"), ("daily", "12:30", "17:00")),
        hours(("daily", "08:00", "12:00"), ("daily", "12:31", "17:00")),
    ),
    (
        "overlap",
        hours(NIGHTS, ("sat", "21:00", "22:01")),
        hours(NIGHTS, ("sat", "21:00", "22:00")),
    ),
    (
        "overlap",
        hours(NIGHTS, extra=(window("2026-07-03T05:59:00", "2026-07-03T09:00:00"),)),
        hours(NIGHTS, extra=(window("2026-07-03T06:00:00", "2026-07-03T09:00:00"),)),
    ),
    (
        "whole_day",
        hours(("mon", "22:00", "22:00")),
        hours(("mon", "22:00", "21:59")),
    ),
    ("whole_day", hours(("mon", "00:30", "00:30")), hours(("mon", "00:00", "24:00"))),
    (
        "long_window",
        Schedule("UTC", extra=(Window(FIRST, FIRST + DAY + 1),)),
        Schedule("UTC", extra=(Window(FIRST, FIRST + DAY),)),
    ),
    (
        "never_in_force",
        hours(
            ("sun", "10:00", "11:00"),
            effective_from=parse("2026-03-02T00:00:00Z"),
            effective_until=parse("2026-03-08T10:00:00Z"),
        ),
        hours(
            ("sun", "10:00", "11:00"),
            effective_from=parse("2026-03-02T00:00:00Z"),
            effective_until=parse("2026-03-08T10:01:00Z"),
        ),
    ),
    (
        "over",
        hours(NIGHTS, effective_until=parse("2026-02-02T06:00:00Z")),
        hours(NIGHTS, effective_until=parse("2026-02-02T22:01:00Z")),
    ),
    (
        "over",
        hours(NIGHTS, passes=(span("2026-02-01T21:00:00", "2026-02-02T12:00:00"),)),
        hours(NIGHTS, passes=(span("2026-02-01T21:00:00", "2026-02-02T12:00:01"),)),
    ),
    (
        "over",
        hours(NIGHTS, extra=(window("2026-02-01T12:00:00", "2026-02-01T14:00:00"),)),
        hours(NIGHTS, extra=(window("2026-02-03T12:00:00", "2026-02-03T14:00:00"),)),
    ),
    (
        "pass_covers_nothing",
        hours(NIGHTS, passes=(span("2026-02-03T06:00:00", "2026-02-03T22:00:00"),)),
        hours(NIGHTS, passes=(span("2026-02-03T06:00:00", "2026-02-03T22:00:01"),)),
    ),
    (
        "pass_covers_everything",
        hours(
            NIGHTS,
            passes=(span("2026-02-02T12:00:00", "2026-03-01T00:00:00"),),
            effective_until=parse("2026-03-01T00:00:00Z"),
        ),
        hours(
            NIGHTS,
            passes=(span("2026-02-02T12:00:00", "2026-02-28T23:59:00"),),
            effective_until=parse("2026-03-01T00:00:00Z"),
        ),
    ),
    (
        "rule_never_occurs",
        event("FREQ=DAILY;COUNT=1", excepted=(datetime(2026, 2, 3, 10),)),  # noqa: DTZ001
        event("FREQ=DAILY;COUNT=2", excepted=(datetime(2026, 2, 3, 10),)),  # noqa: DTZ001
    ),
    (
        "rule_never_repeats",
        event("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO"),
        event("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=TU"),
    ),
    (
        "no_pause",
        hours(("daily", "06:00", "18:00"), ("daily", "18:00", "06:00")),
        hours(("daily", "06:00", "18:00"), ("daily", "18:01", "06:00")),
    ),
    (
        "window_skipped",
        hours(("sun", "02:15", "02:45"), zone=BERLIN),
        hours(("sun", "02:15", "03:15"), zone=BERLIN),
    ),
    (
        "window_halved",
        hours(("sun", "02:30", "03:30"), zone=BERLIN),
        hours(("sun", "01:30", "04:30"), zone=BERLIN),
    ),
    (
        "window_doubled",
        hours(("sun", "02:00", "03:00"), zone=BERLIN),
        hours(("sun", "01:00", "03:00"), zone=BERLIN),
    ),
    ("window_stretched", hours(NIGHTS, zone=BERLIN), hours(NIGHTS, zone="Asia/Tokyo")),
]


@pytest.mark.parametrize(("code", "bad", "good"), CASES)
def test_a_finding_is_made_and_not_for_the_nearest_good_schedule(
    code: str, bad: Schedule, good: Schedule
) -> None:
    """The linter draws the line between the two."""
    assert found(bad, code)
    assert not found(good, code)


def test_an_ordinary_curfew_has_no_warning() -> None:
    """What people write every day is only told of the nights on which clocks change."""
    schedule = hours(
        NIGHTS, zone=BERLIN, passes=(span("2026-02-06T21:00:00", "2026-02-07T05:00:00"),)
    )
    assert {each.code for each in lint_schedule(schedule, NOW)} == {"window_stretched"}


def test_windows_on_the_nights_clocks_change_are_listed_in_local_time_and_utc() -> None:
    """Four changes in 24 months: what was asked for, and what it means."""
    [finding] = found(hours(NIGHTS, zone=BERLIN), "window_stretched")
    assert len(finding.details) == 4
    assert finding.details[0] == {
        "start_asked": "2026-03-28 22:00",
        "end_asked": "2026-03-29 06:00",
        "start": "2026-03-28T21:00:00Z",
        "end": "2026-03-29T04:00:00Z",
        "start_local": "2026-03-28T22:00:00+01:00",
        "end_local": "2026-03-29T06:00:00+02:00",
        "length_s": 25_200.0,
        "clock_length_s": 28_800.0,
    }
    assert "7 h instead of 8 h, and 3 more in 24 months" in finding.message


def test_a_gap_says_when_and_how_often() -> None:
    """The words name both times, the length and the number."""
    [gap] = found(hours(("daily", "22:00", "23:59"), ("daily", "00:00", "06:00")), "gap")
    assert gap.message.startswith("not in force from 23:59 to 00:00, 1 min, 731 times")


def test_overlapping_addresses_are_a_warning_equal_ones_a_note() -> None:
    """At two addresses at once the wearer may be at either: that is worth asking."""
    home, mother = parse_weekly("daily", "22:00", "06:00"), parse_weekly("sat", "20:00", "23:00")
    away = parse_weekly("sat", "20:00", "23:00", ("MOTHER",))
    [same] = found(Schedule("UTC", weekly=(home, mother)), "overlap")
    [other] = found(Schedule("UTC", weekly=(home, away)), "overlap")
    assert (same.severity, other.severity) == ("note", "warning")
    assert same.message == (
        "weekly[1] and weekly[0] overlap, first from 2026-02-07 22:00 to 2026-02-07 23:00: one of "
        "them is not needed there"
    )


def test_the_worst_comes_first() -> None:
    """Errors before warnings before notes."""
    schedule = hours(
        ("mon-sat", "22:00", "22:00"),
        passes=(span("2020-01-01T00:00:00", "2030-01-01T00:00:00"),),
    )
    severities = [each.severity.value for each in lint_schedule(schedule, NOW)]
    assert severities[0] == "error"
    assert severities == sorted(severities, key=("error", "warning", "note").index)


def condition(dwell_s: float, schedule: Schedule) -> OrderCondition:
    """Return a curfew."""
    return OrderCondition(
        condition_id="c",
        kind=ConditionKind.CURFEW,
        zone_ids=("H",),
        schedule=schedule,
        parameters=Parameters(dwell_s=dwell_s),
    )


def test_a_dwell_that_no_window_is_long_enough_for() -> None:
    """Violating from the first to the last instant of a window must be enough to be confirmed."""
    short = hours(("mon", "10:00", "10:30"))
    [finding] = [
        each
        for each in lint_condition(condition(1800, short), NOW)
        if each.code == "dwell_exceeds_window"
    ]
    assert finding.details == ({"dwell_s": 1800, "longest_window_s": 1800.0},)
    assert lint_condition(condition(1799, short), NOW) == ()
    assert lint_condition(condition(1e6, Schedule("UTC", always=True)), NOW) == ()


def test_an_event_of_which_nothing_is_left_is_never_in_force() -> None:
    """Every repetition excepted: no window, and no error either."""
    only = datetime(2026, 2, 3, 10)  # noqa: DTZ001 - a wall time
    schedule = event("FREQ=DAILY;COUNT=1", excepted=(only,))
    assert schedule.window_at(parse("2026-02-03T10:30:00Z")) is None
    assert schedule.next_change(NOW) is None


@pytest.mark.parametrize(
    ("minimum_s", "severity"), [(1800.0, None), (1801.0, "warning"), (3601.0, "error")]
)
def test_a_stay_longer_than_the_window(minimum_s: float, severity: str | None) -> None:
    """An attendance may ask for the whole of its shortest window, and for no more."""
    schedule = hours(("mon", "10:00", "10:30"), ("thu", "10:00", "11:00"))
    attendance = OrderCondition(
        condition_id="a",
        kind=ConditionKind.ATTENDANCE,
        zone_ids=("COURT",),
        schedule=schedule,
        stay=Stay(minimum_s=minimum_s),
    )
    found = [each for each in lint_condition(attendance, NOW) if each.code == "stay_exceeds_window"]
    assert [each.severity for each in found] == ([severity] if severity else [])
