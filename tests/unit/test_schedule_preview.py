"""Previews of schedules around changes of the clocks."""

from datetime import datetime

import pytest

from zones.instant import DAY, HOUR, parse
from zones.interval import END, Interval
from zones.preview import preview
from zones.schedule import Recurrence, Schedule
from zones.weekly import parse_weekly

BERLIN = "Europe/Berlin"


def test_a_row_shows_local_time_and_utc() -> None:
    """An ordinary window is shown by local clocks with offset and zone, in UTC, and how long."""
    schedule = Schedule(BERLIN, (parse_weekly("mon", "22:00", "06:00:30", ["home"]),))
    (row,) = preview(schedule, parse("2026-01-05T00:00:00Z"), 7)
    assert row.start_local == "Mon 2026-01-05 22:00 CET (UTC+01:00)"
    assert row.end_local == "Tue 2026-01-06 06:00:30 CET (UTC+01:00)"
    assert (row.start_utc, row.end_utc) == ("2026-01-05T21:00:00Z", "2026-01-06T05:00:30Z")
    assert (row.start, row.end) == (parse(row.start_utc), parse(row.end_utc))
    assert (row.timezone, row.length_s, row.places) == (BERLIN, 8 * 3600 + 30, ("home",))
    assert row.note == ""


SPRING, AUTUMN = "2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z"
NOTES = [
    ("22:00", "06:00", SPRING, "one hour shorter: clocks go forward"),
    ("22:00", "06:00", AUTUMN, "one hour longer: clocks go back"),
    ("02:30", "08:00", SPRING, "starts 03:00, 02:30 does not exist that day"),
    (
        "22:00",
        "02:30",
        SPRING,
        "ends 03:00, 02:30 does not exist that day; one hour shorter: clocks go forward",
    ),
    (
        "02:30",
        "08:00",
        AUTUMN,
        "starts at the first 02:30, which comes twice that day; one hour longer: clocks go back",
    ),
    (
        "22:00",
        "02:30",
        AUTUMN,
        "ends at the second 02:30, which comes twice that day; one hour longer: clocks go back",
    ),
    (
        "02:15",
        "02:45",
        SPRING,
        "never in force: clocks skip from Sun 2026-03-29 02:15 to Sun 2026-03-29 02:45",
    ),
    ("08:00", "12:00", SPRING, ""),
]


@pytest.mark.parametrize(("start", "end", "day", "note"), NOTES)
def test_what_a_change_of_the_clocks_does_is_said(
    start: str, end: str, day: str, note: str
) -> None:
    """Moved, stretched and vanished windows say so."""
    schedule = Schedule(BERLIN, (parse_weekly("daily", start, end),))
    (row,) = preview(schedule, parse(day), 1)
    assert row.note == note


@pytest.mark.parametrize(
    ("zone", "day", "hours", "notes"),
    [
        (
            "Australia/Lord_Howe",
            "2026-10-03T12:00:00Z",
            ("02:15", "06:00"),
            ["starts 02:30, 02:15 does not exist that day"],
        ),
        (
            "Australia/Lord_Howe",
            "2026-10-03T10:00:00Z",
            ("22:00", "06:00"),
            ["30 minutes shorter: clocks go forward"],
        ),
        (
            "Pacific/Apia",
            "2011-12-30T08:00:00Z",
            ("22:00", "06:00"),
            ["24 hours shorter: clocks go forward"],
        ),
    ],
)
def test_odd_changes_are_said_too(
    zone: str, day: str, hours: tuple[str, str], notes: list[str]
) -> None:
    """Half an hour and a day that never was are told as such."""
    schedule = Schedule(zone, (parse_weekly("daily", *hours),))
    rows = preview(schedule, parse(day), 1)
    assert [each.note for each in rows] == notes


def test_a_recurrence_by_other_clocks_is_noted_by_its_own() -> None:
    """What another zone's clocks did to an event is told by these, and only when they did."""
    start, end = datetime(2026, 3, 7, 2, 30), datetime(2026, 3, 7, 5)  # noqa: DTZ001
    event = Recurrence("America/New_York", start, end, "FREQ=DAILY;COUNT=3")
    rows = preview(Schedule(BERLIN, recurrences=(event,)), parse("2026-03-07T00:00:00Z"), 5)
    assert [each.note for each in rows] == ["", "starts 03:00, 02:30 does not exist that day", ""]
    assert rows[1].start_local == "Sun 2026-03-08 08:00 CET (UTC+01:00)"


def test_what_has_no_end_says_so() -> None:
    """A window without ends, or with one, is shown without inventing dates."""
    start = parse("2026-01-05T00:00:00Z")
    (row,) = preview(Schedule(BERLIN, always=True), start, 1)
    assert (row.start_local, row.start_utc) == ("no beginning", "no beginning")
    assert (row.end_local, row.end_utc) == ("no end", "no end")
    assert (row.length_s, row.note) == (None, "")
    (row,) = preview(Schedule(BERLIN, always=True, effective_from=start + HOUR), start, 1)
    assert (row.start_utc, row.end_utc) == ("2026-01-05T01:00:00Z", "no end")


def test_a_suspended_window_is_not_reported_as_skipped() -> None:
    """Skipped hours that a suspension covers anyway are not listed."""
    start = parse(SPRING)
    schedule = Schedule(
        BERLIN,
        (parse_weekly("daily", "02:15", "02:45"),),
        suspensions=(Interval(start - DAY, END),),
    )
    assert preview(schedule, start, 1) == ()


@pytest.mark.parametrize("days", [0, -1, 3661])
def test_a_preview_has_a_sensible_length(days: int) -> None:
    """A preview of no days or of more than ten years is refused."""
    with pytest.raises(ValueError, match=f"^days: {days} must be from 1 to 3660"):
        preview(Schedule(BERLIN, always=True), 0, days)
