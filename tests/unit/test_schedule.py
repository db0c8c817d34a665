"""When a schedule is in force."""

import pickle
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
import pytest

from zones.instant import DAY, HOUR, Instant, parse, render
from zones.interval import BEGINNING, END, Interval
from zones.schedule import OWN, Recurrence, Schedule, WeeklyWindow, Window
from zones.weekly import parse_weekly

BERLIN = "Europe/Berlin"
NIGHTLY = parse_weekly("daily", "22:00", "06:00")
MONDAY = parse("2026-01-05T00:00:00+01:00")


def local_windows(schedule: Schedule, start: Instant = MONDAY, days: int = 1) -> list[str]:
    """Return windows as 'start/end places' in UTC."""
    return [
        f"{render(each.start)}/{render(each.end)} {','.join(each.places)}".strip()
        for each in schedule.windows(start, start + days * DAY)
    ]


def hours(start: int, end: int, *places: str) -> Window:
    """Return a window of hours since Monday."""
    return Window(MONDAY + start * HOUR, MONDAY + end * HOUR, places)


def span(start: int, end: int) -> Interval:
    """Return an interval of hours since Monday."""
    return Interval(MONDAY + start * HOUR, MONDAY + end * HOUR)


def test_a_night_belongs_to_the_day_on_which_it_starts() -> None:
    """A window across midnight on Mondays is on Monday evening and Tuesday morning."""
    schedule = Schedule(BERLIN, (parse_weekly("mon", "22:00", "06:00"),))
    assert local_windows(schedule, days=7) == ["2026-01-05T21:00:00Z/2026-01-06T05:00:00Z"]


def test_windows_are_whole_whatever_was_asked() -> None:
    """A window that began before the range, or ends after it, keeps its start and end."""
    schedule = Schedule(BERLIN, (NIGHTLY,))
    expected = ("2026-01-04T21:00:00Z/2026-01-05T05:00:00Z",)
    assert schedule.windows(MONDAY, MONDAY) == ()
    found = schedule.windows(MONDAY + HOUR, MONDAY + HOUR + 1)
    assert tuple(f"{render(each.start)}/{render(each.end)}" for each in found) == expected


@pytest.mark.parametrize(
    ("asked", "inside"),
    [(-2 * HOUR, True), (6 * HOUR - 1, True), (6 * HOUR, False), (-2 * HOUR - 1, False)],
)
def test_windows_are_half_open(asked: int, inside: bool) -> None:
    """A window is in force at its start and no longer at its end."""
    assert (Schedule(BERLIN, (NIGHTLY,)).window_at(MONDAY + asked) is not None) == inside


WINDOWS: list[tuple[str, list[Window], list[Window]]] = [
    ("back to back", [hours(1, 2), hours(2, 3)], [hours(1, 3)]),
    ("overlapping", [hours(1, 4), hours(2, 3)], [hours(1, 4)]),
    ("apart", [hours(1, 2), hours(3, 4)], [hours(1, 2), hours(3, 4)]),
    (
        "other places, touching",
        [hours(1, 2, "a"), hours(2, 3, "b")],
        [hours(1, 2, "a"), hours(2, 3, "b")],
    ),
    (
        "other places, overlapping",
        [hours(1, 3, "b"), hours(2, 4, "a")],
        [hours(1, 2, "b"), hours(2, 3, "a", "b"), hours(3, 4, "a")],
    ),
    (
        "one within the other",
        [hours(1, 5), hours(2, 3, "a")],
        [hours(1, 2), hours(2, 3, OWN, "a"), hours(3, 5)],
    ),
    (
        "places in another order",
        [hours(1, 2, "a", "b"), hours(2, 3, "b", "a")],
        [hours(1, 3, "a", "b")],
    ),
    (
        "three",
        [hours(1, 4, "a"), hours(2, 5, "a"), hours(3, 6, "b")],
        [hours(1, 3, "a"), hours(3, 5, "a", "b"), hours(5, 6, "b")],
    ),
    ("unbounded", [Window(BEGINNING, MONDAY), hours(0, 2)], [Window(BEGINNING, MONDAY + 2 * HOUR)]),
]


@pytest.mark.parametrize(
    ("given", "expected"), [each[1:] for each in WINDOWS], ids=[each[0] for each in WINDOWS]
)
def test_windows_join_and_split_by_place(given: list[Window], expected: list[Window]) -> None:
    """Same places join, other places split, and both count where windows overlap."""
    schedule = Schedule(BERLIN, extra=tuple(given))
    assert schedule.windows(MONDAY, MONDAY + DAY) == tuple(expected)
    assert Schedule(BERLIN, extra=tuple(reversed(given))).windows(MONDAY, MONDAY + DAY) == tuple(
        expected
    )


def test_the_own_places_can_be_among_others() -> None:
    """Where a window of the condition's places overlaps another, both kinds of places count."""
    assert Window(0, 1, (OWN, "b")).places_or(("home", "b")) == ("home", "b")
    assert Window(0, 1).places_or(("home",)) == ("home",)
    assert Window(0, 1, ("b",)).places_or(("home",)) == ("b",)
    assert Window(0, 1, (OWN,)) == Window(0, 1)


HOLES: list[tuple[str, dict[str, Any], list[Window]]] = [
    ("a pass splits", {"passes": (span(3, 4),)}, [hours(2, 3), hours(4, 6)]),
    ("a suspension splits", {"suspensions": (span(3, 4),)}, [hours(2, 3), hours(4, 6)]),
    ("a pass from the start", {"passes": (span(1, 3),)}, [hours(3, 6)]),
    ("a pass to the end", {"passes": (span(5, 6),)}, [hours(2, 5)]),
    ("a pass over all of it", {"passes": (span(2, 6),)}, []),
    ("passes that overlap", {"passes": (span(1, 4), span(3, 5))}, [hours(5, 6)]),
    ("a pass beside it", {"passes": (span(6, 8), span(0, 2))}, [hours(2, 6)]),
    ("effective from", {"effective_from": MONDAY + 3 * HOUR}, [hours(3, 6)]),
    ("effective until", {"effective_until": MONDAY + 3 * HOUR}, [hours(2, 3)]),
]


@pytest.mark.parametrize(
    ("fields", "expected"), [each[1:] for each in HOLES], ids=[each[0] for each in HOLES]
)
def test_what_takes_away_cuts_windows(fields: dict[str, Any], expected: list[Window]) -> None:
    """Passes, suspensions and effective dates cut windows, and always is cut alike."""
    schedule = Schedule(BERLIN, extra=(hours(2, 6),), **fields)
    assert schedule.windows(MONDAY, MONDAY + DAY) == tuple(expected)
    always = Schedule(BERLIN, always=True, **fields)
    cut = [
        (max(each.start, MONDAY + 2 * HOUR), min(each.end, MONDAY + 6 * HOUR))
        for each in always.windows(MONDAY + 2 * HOUR, MONDAY + 6 * HOUR)
    ]
    assert cut == [(each.start, each.end) for each in expected]


@pytest.mark.parametrize(
    "schedule",
    [
        Schedule(BERLIN, always=True),
        Schedule(BERLIN, (parse_weekly("daily", "00:00", "24:00"),)),
        Schedule(BERLIN, (parse_weekly("daily", "02:30", "02:30"),)),
        Schedule(
            BERLIN,
            (parse_weekly("mon-sat", "00:00", "24:00"), parse_weekly("sun", "00:00", "24:00")),
        ),
        Schedule(BERLIN, (parse_weekly("daily", "06:00", "22:00"), NIGHTLY)),
        Schedule(BERLIN, (parse_weekly("daily", "06:00", "22:00"), NIGHTLY), extra=(hours(1, 9),)),
    ],
    ids=[
        "always",
        "whole days",
        "from half past two",
        "two windows",
        "day and night",
        "and an extra",
    ],
)
def test_what_is_in_force_without_a_break_has_no_ends(schedule: Schedule) -> None:
    """Rules without a break are one window from BEGINNING to END, across changes of the clocks."""
    whole = Window(BEGINNING, END)
    assert schedule.windows(MONDAY, MONDAY + 400 * DAY) == (whole,)
    assert schedule.window_at(MONDAY) == whole
    assert schedule.next_change(MONDAY) is None


def test_days_at_one_place_and_nights_at_another_alternate() -> None:
    """Places that take turns without a break give windows with ends of their own."""
    schedule = Schedule(BERLIN, (parse_weekly("daily", "06:00", "22:00", ["work"]), NIGHTLY))
    assert local_windows(schedule, MONDAY + 12 * HOUR, 1) == [
        "2026-01-05T05:00:00Z/2026-01-05T21:00:00Z work",
        "2026-01-05T21:00:00Z/2026-01-06T05:00:00Z",
        "2026-01-06T05:00:00Z/2026-01-06T21:00:00Z work",
    ]


def test_an_endless_recurrence_without_a_break_has_no_end() -> None:
    """A daily event of a whole day is one window from its first day on."""
    start = datetime(2026, 1, 1)  # noqa: DTZ001
    daily = Recurrence(BERLIN, start, datetime(2026, 1, 2), "FREQ=DAILY")  # noqa: DTZ001
    schedule = Schedule(BERLIN, recurrences=(daily,))
    assert schedule.windows(MONDAY, MONDAY + DAY) == (Window(parse("2025-12-31T23:00:00Z"), END),)
    assert schedule.next_change(MONDAY - 100 * DAY) == parse("2025-12-31T23:00:00Z")
    assert schedule.next_change(MONDAY) is None


def test_clocks_of_two_zones_that_change_apart_leave_a_gap() -> None:
    """Hours that fit together by two zones' clocks break in the weeks in which these differ."""
    start, end = datetime(2020, 1, 1, 6), datetime(2020, 1, 1, 18)  # noqa: DTZ001
    schedule = Schedule(
        BERLIN,
        (parse_weekly("daily", "00:00", "12:00"),),
        recurrences=(Recurrence("America/New_York", start, end, "FREQ=DAILY"),),
    )
    window = schedule.window_at(MONDAY)
    assert window == Window(parse("2025-11-01T23:00:00Z"), parse("2026-03-08T22:00:00Z"))


@pytest.mark.parametrize(
    ("fields", "asked", "expected"),
    [
        ({"suspensions": (Interval(MONDAY, MONDAY + 3000 * DAY),)}, MONDAY, "2034-03-23T23:00:00Z"),
        ({"suspensions": (Interval(MONDAY, END),)}, MONDAY, None),
        ({"effective_from": parse("2040-06-01T00:00:00Z")}, MONDAY, "2040-06-01T00:00:00Z"),
        ({"effective_until": MONDAY + HOUR}, MONDAY, "2026-01-05T00:00:00Z"),
        ({"effective_until": MONDAY + HOUR}, MONDAY + HOUR, None),
    ],
)
def test_the_next_change_is_found_however_far(
    fields: dict[str, Any], asked: Instant, expected: str | None
) -> None:
    """Years of suspension or before the effective date do not hide what comes after."""
    found = Schedule(BERLIN, (NIGHTLY,), **fields).next_change(asked)
    assert (found and render(found)) == expected


@pytest.mark.parametrize(
    ("rule", "asked", "expected"),
    [
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2024-03-01", "2028-02-28T23:00:00Z"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=2", "2028-03-01", None),
        ("FREQ=YEARLY;INTERVAL=4;UNTIL=20290101", "2024-03-01", "2028-02-28T23:00:00Z"),
        ("", "2024-02-01", "2024-02-28T23:00:00Z"),
        ("", "2024-03-01", None),
        ("", "1990-01-01", "2024-02-28T23:00:00Z"),
    ],
)
def test_the_next_change_of_rare_events(rule: str, asked: str, expected: str | None) -> None:
    """An event on 29 February is found four years ahead, and after its last there is none."""
    event = Recurrence(BERLIN, datetime(2024, 2, 29), datetime(2024, 2, 29, 1), rule)  # noqa: DTZ001
    found = Schedule(BERLIN, recurrences=(event,)).next_change(parse(f"{asked}T00:00:00Z"))
    assert (found and render(found)) == expected


@pytest.mark.parametrize("days", range(1, 40))
def test_the_next_change_is_found_on_any_day(days: int) -> None:
    """A single window is found from weeks before, on whichever day it starts."""
    start = parse("2026-01-01T00:00:00Z")
    schedule = Schedule(BERLIN, extra=(Window(start + days * DAY, start + days * DAY + HOUR),))
    assert schedule.next_change(start) == start + days * DAY


def test_a_long_event_beside_an_endless_one_has_an_end() -> None:
    """An event of weeks is not taken for endless because a weekly one goes on for ever."""
    first, last = datetime(2026, 1, 5), datetime(2026, 3, 5)  # noqa: DTZ001
    weekly = Recurrence(BERLIN, first, datetime(2026, 1, 5, 1), "FREQ=WEEKLY")  # noqa: DTZ001
    schedule = Schedule(BERLIN, recurrences=(weekly, Recurrence(BERLIN, first, last)))
    assert schedule.window_at(MONDAY) == Window(MONDAY, parse("2026-03-05T00:00:00+01:00"))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"timezone": "Mars/Base", "always": True}, "^timezone: 'Mars/Base' is not an IANA"),
        ({}, "never in force"),
        ({"always": True, "weekly": (NIGHTLY,)}, "^always: True leaves nothing"),
        (
            {"always": True, "effective_from": MONDAY, "effective_until": MONDAY},
            "^effective_from and effective_until: end 2026-01-04T23:00:00Z is not after",
        ),
    ],
)
def test_a_schedule_is_valid_once_built(fields: dict[str, Any], message: str) -> None:
    """A schedule that means nothing is refused with the field, the value and the fix."""
    with pytest.raises(ValueError, match=message):
        Schedule(**{"timezone": BERLIN} | fields)


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (MONDAY, MONDAY, "is not after start"),
        (
            MONDAY,
            MONDAY - 1,
            "end 2026-01-04T22:59:59.999999Z is not after start 2026-01-04T23:00:00Z",
        ),
        (BEGINNING - 1, MONDAY, "years 1 to 9999"),
        (MONDAY, END + 1, "years 1 to 9999"),
    ],
)
def test_intervals_and_windows_run_forwards(start: Instant, end: Instant, message: str) -> None:
    """An interval or window that is empty, reversed or beyond all dates is refused."""
    for kind in (Interval, Window):
        with pytest.raises(ValueError, match=f"^{kind.__name__}: .*{message}"):
            kind(start, end)


def test_a_range_runs_forwards() -> None:
    """Asking for the windows of a reversed range is an error."""
    with pytest.raises(ValueError, match=r"^until: .*swap"):
        Schedule(BERLIN, always=True).windows(MONDAY, MONDAY - 1)


def test_what_was_worked_out_is_no_part_of_the_value() -> None:
    """A schedule that was asked equals, hashes, encodes and copies like one that was not."""
    asked, fresh = (Schedule(BERLIN, (NIGHTLY,), passes=(span(1, 2),)) for _ in range(2))
    before = msgspec.json.encode(fresh)
    assert asked.next_change(MONDAY) == MONDAY + HOUR
    assert asked == fresh
    assert hash(asked) == hash(fresh)
    assert msgspec.json.encode(asked) == before
    assert msgspec.json.decode(before, type=Schedule) == asked
    assert pickle.loads(pickle.dumps(asked)).next_change(MONDAY) == MONDAY + HOUR  # noqa: S301
    assert replace(asked, passes=()).next_change(MONDAY) == MONDAY + 6 * HOUR


def test_weekly_windows_are_hashable_values() -> None:
    """Equal hours are equal values, so that many wearers share what is worked out for them."""
    one, other = (WeeklyWindow(frozenset((0,)), NIGHTLY.start, NIGHTLY.end) for _ in range(2))
    assert len({one, other}) == 1
    first, second = (Schedule(BERLIN, (each,)) for each in (one, other))
    assert first.window_at(MONDAY + 23 * HOUR) is second.window_at(MONDAY + 23 * HOUR)
