"""Windows around every change of the clocks, against a walk through the minutes.

The reference knows nothing of offsets, folds or gaps. It walks minute by minute through UTC, reads
the wall clock at each, and applies the rule of the design's section 5.6 to what it reads: a window
opens when the clock first shows its start, or first shows more if it never shows it, and closes
when the clock last shows its end, or first shows more if it never does.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from zones.instant import MINUTE, Instant
from zones.interval import BEGINNING, END
from zones.schedule import Schedule, WeeklyWindow, Window
from zones.wallclock import timezone
from zones.weekly import parse_weekly

ZONES = (
    "Africa/Casablanca",
    "Africa/El_Aaiun",
    "America/Caracas",
    "America/New_York",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Pyongyang",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Apia",
    "Pacific/Chatham",
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNBOUNDED = (BEGINNING, END)
NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001
MINUTES_A_DAY = 1440
REACH = 4 * MINUTES_A_DAY
"""How far the walk goes on either side of a change; the inner half is compared."""
PIECE = 60
"""Clocks that show the same offset an hour apart have not changed in between."""

HOURS = (
    ("22:00", "06:00"),
    ("00:00", "00:00"),
    ("02:30", "02:30"),
    ("01:30", "02:30"),
    ("02:15", "02:45"),
    ("00:00", "00:30"),
    ("23:30", "00:15"),
    ("01:00", "02:00"),
    ("02:00", "03:00"),
    ("02:45", "02:15"),
    ("08:00", "17:00"),
)
WINDOWS = (
    *(parse_weekly("daily", *each) for each in HOURS),
    parse_weekly("mon,wed,fri", "22:00", "06:00"),
    parse_weekly("fri,sat", "00:00", "24:00"),
    parse_weekly("weekends", "02:30", "02:30"),
    parse_weekly("sun", "01:30", "02:30"),
)


def offset_minutes(zone: str, minute: int) -> int:
    """Return what the clocks of a zone are ahead of UTC at a minute since 1970."""
    shown = (EPOCH + timedelta(minutes=minute)).astimezone(timezone(zone))
    offset = shown.utcoffset()
    assert offset is not None
    return offset // timedelta(minutes=1)


@cache
def changes(zone: str) -> tuple[int, ...]:
    """Return the minutes since 1970 of all changes of a zone's clocks from 2005 to 2035."""
    start, end = (
        (datetime(year, 1, 1, tzinfo=UTC) - EPOCH) // timedelta(minutes=1) for year in (2005, 2036)
    )
    hours = [offset_minutes(zone, minute) for minute in range(start, end, 6 * 60)]
    found = []
    for i in np.flatnonzero(np.diff(hours)):
        minute = start + int(i) * 6 * 60
        while offset_minutes(zone, minute) == hours[i]:
            minute += 1
        found.append(minute)
    return tuple(found)


@cache
def walk(zone: str, change: int) -> NDArray[np.int64]:
    """Return what the clocks show, minutes since 1970, at each minute around a change."""
    pieces = []
    for start in range(change - REACH, change + REACH, PIECE):
        first, last = offset_minutes(zone, start), offset_minutes(zone, start + PIECE)
        minutes = range(start, start + PIECE)
        steady = first == last
        pieces.append([first] * PIECE if steady else [offset_minutes(zone, m) for m in minutes])
    return np.arange(change - REACH, change + REACH) + np.concatenate(pieces)


def opens(clock: NDArray[np.int64], wall: int) -> int:
    """Return the minute of the walk in which the clock first shows a time, or first shows more."""
    shown = np.flatnonzero(clock == wall)
    return int(shown[0]) if len(shown) else first_after(clock, wall)


def closes(clock: NDArray[np.int64], wall: int) -> int:
    """Return the minute of the walk in which the clock last shows a time, or first shows more."""
    shown = np.flatnonzero(clock == wall)
    return int(shown[-1]) if len(shown) else first_after(clock, wall)


def first_after(clock: NDArray[np.int64], wall: int) -> int:
    """Return the minute of the walk in which the clock first shows more, its length if never."""
    later = np.flatnonzero(clock > wall)
    return int(later[0]) if len(later) else len(clock)


def in_force(clock: NDArray[np.int64], window: WeeklyWindow) -> NDArray[np.bool_]:
    """Return for each minute of a walk whether a weekly window is in force, by the clock alone."""
    mask = np.zeros(len(clock), dtype=bool)
    day = date(1970, 1, 1) + timedelta(days=int(clock[0]) // MINUTES_A_DAY + 1)
    for start_day in (day + timedelta(days=i) for i in range(2 * REACH // MINUTES_A_DAY - 2)):
        if start_day.weekday() in window.days:
            same_day = window.end > window.start
            end_day = start_day if same_day else start_day + timedelta(days=1)
            start = wall_minute(start_day, window.start)
            mask[opens(clock, start) : closes(clock, wall_minute(end_day, window.end))] = True
    return mask


def wall_minute(day: date, at: time) -> int:
    """Return a wall time as minutes since 1970."""
    return (datetime.combine(day, at) - NAIVE_EPOCH) // timedelta(minutes=1)


INNER = slice(REACH // 2, REACH + REACH // 2)


def inner_span(change: int) -> tuple[Instant, Instant]:
    """Return the instants between which the windows are compared."""
    return (change - REACH // 2) * MINUTE, (change + REACH // 2) * MINUTE


def covered(windows: tuple[Window, ...], change: int) -> NDArray[np.bool_]:
    """Return for each minute of the inner walk whether one of the windows covers it."""
    mask = np.zeros(REACH, dtype=bool)
    first = change - REACH // 2
    for each in windows:
        assert all(edge % MINUTE == 0 for edge in (each.start, each.end) if edge not in UNBOUNDED)
        start, end = each.start // MINUTE - first, each.end // MINUTE - first
        mask[max(start, 0) : max(end, 0)] = True
    return mask


@pytest.mark.parametrize("zone", ZONES)
def test_windows_agree_with_the_clock_around_every_change(zone: str) -> None:
    """Around each change from 2005 to 2035 windows hold exactly the minutes the clock says."""
    assert changes(zone)
    for change in changes(zone):
        clock = walk(zone, change)
        for window in WINDOWS:
            windows = Schedule(zone, (window,)).windows(*inner_span(change))
            expected = in_force(clock, window)[INNER]
            np.testing.assert_array_equal(covered(windows, change), expected, f"{change} {window}")


day_sets = st.frozensets(st.integers(0, 6), min_size=1)
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
near_midnight_and_two = st.sampled_from([time(h, m) for h in (0, 1, 2, 3, 23) for m in (0, 15, 30)])
clock_times = times | near_midnight_and_two
places = st.sampled_from([(), ("a",), ("b",), ("a", "b")])
weekly_windows = st.builds(WeeklyWindow, day_sets, clock_times, clock_times, places)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.lists(weekly_windows, min_size=1, max_size=4))
def test_several_windows_and_their_places_agree_with_the_clock(
    data: st.DataObject, weekly: list[WeeklyWindow]
) -> None:
    """At each minute the places are those of all the windows that the clock puts in force."""
    zone = data.draw(st.sampled_from(ZONES))
    change = data.draw(st.sampled_from(changes(zone)))
    windows = Schedule(zone, tuple(weekly)).windows(*inner_span(change))
    clock = walk(zone, change)
    for place in ("", "a", "b"):
        having = [each for each in weekly if place in (each.places or ("",))]
        expected = np.zeros(2 * REACH, dtype=bool)
        for each in having:
            expected |= in_force(clock, each)
        met_there = tuple(each for each in windows if place in (each.places or ("",)))
        np.testing.assert_array_equal(covered(met_there, change), expected[INNER])
    for left, right in pairwise(windows):
        assert left.end <= right.start
        assert left.end < right.start or left.places != right.places
