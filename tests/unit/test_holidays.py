"""Holidays: days with other hours, as suspensions and extra windows; and the next clock change."""

from datetime import date

import pytest

from zones.clock_change import next_clock_change
from zones.holiday import holiday_hours, hours_of_weekday, with_holidays
from zones.ical_days import read_holidays
from zones.instant import HOUR, MINUTE, parse, render
from zones.schedule import Schedule
from zones.weekly import parse_weekly

BERLIN = "Europe/Berlin"
MAY_DAY = date(2026, 5, 1)  # a Friday
CURFEW = Schedule(
    BERLIN,
    weekly=(
        parse_weekly("sun,mon,tue,wed,thu", "22:00", "06:00"),
        parse_weekly("fri,sat", "20:00", "08:00"),
    ),
)
SCHOOL = Schedule(BERLIN, weekly=(parse_weekly("weekdays", "07:00", "18:00"),))


def windows(schedule: Schedule, first: str, last: str) -> list[tuple[str, str]]:
    """Return the windows between two days as UTC, to the minute."""
    found = schedule.windows(parse(f"{first}T00:00:00Z"), parse(f"{last}T00:00:00Z"))
    return [(render(each.start)[5:16], render(each.end)[5:16]) for each in found]


def test_on_a_holiday_without_hours_what_starts_that_day_is_suspended() -> None:
    """The window of the night before still ends in the morning of the holiday."""
    free = with_holidays(CURFEW, holiday_hours(CURFEW, [MAY_DAY]))
    assert windows(free, "2026-04-30", "2026-05-03") == [
        ("04-29T20:00", "04-30T04:00"),
        ("04-30T20:00", "05-01T04:00"),
        ("05-02T18:00", "05-03T06:00"),
    ]
    assert (
        windows(with_holidays(SCHOOL, holiday_hours(SCHOOL, [MAY_DAY])), "2026-05-01", "2026-05-04")
        == []
    )


def test_a_holiday_can_have_the_hours_of_another_day_of_the_week() -> None:
    """1 May, a Friday, with the hours of a Sunday: home from 22:00 to 06:00, not 20:00 to 08:00."""
    sunday = hours_of_weekday(CURFEW, 6)
    like_sunday = with_holidays(CURFEW, holiday_hours(CURFEW, [MAY_DAY], sunday))
    assert windows(like_sunday, "2026-05-01", "2026-05-02") == [
        ("04-30T20:00", "05-01T04:00"),
        ("05-01T20:00", "05-02T04:00"),
    ]


def test_hours_instead_may_be_longer_than_the_usual_ones() -> None:
    """What they cover beyond the usual hours is in force too."""
    longer = holiday_hours(CURFEW, [MAY_DAY], [parse_weekly("daily", "18:00", "10:00")])
    assert longer.suspensions == ()
    assert windows(with_holidays(CURFEW, longer), "2026-05-01", "2026-05-02")[1:] == [
        ("05-01T16:00", "05-02T08:00")
    ]


def test_holidays_in_a_row_do_not_cut_each_other() -> None:
    """Two days with hours instead: the first one's morning is not suspended with the second."""
    days = [MAY_DAY, date(2026, 5, 2)]
    hours = holiday_hours(CURFEW, days, [parse_weekly("daily", "12:00", "09:00")])
    assert windows(with_holidays(CURFEW, hours), "2026-05-01", "2026-05-03")[1:] == [
        ("05-01T10:00", "05-02T07:00"),
        ("05-02T10:00", "05-03T07:00"),
    ]


def test_what_is_always_in_force_rests_for_the_day() -> None:
    """By the local calendar, also on a day of 23 hours; hours instead have nothing to add to."""
    always = Schedule(BERLIN, always=True)
    spring = holiday_hours(always, [date(2026, 3, 29)])
    assert [each.end - each.start for each in spring.suspensions] == [23 * HOUR]


def test_holidays_twice_are_holidays_once() -> None:
    """What is there already is not added again."""
    hours = holiday_hours(CURFEW, [MAY_DAY])
    once = with_holidays(CURFEW, hours)
    assert with_holidays(once, hours) == once


CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//y//EN
BEGIN:VEVENT
UID:1
SUMMARY:New Year
DTSTART;VALUE=DATE:20200101
RRULE:FREQ=YEARLY
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:Christmas
DTSTART;VALUE=DATE:20261225
DTEND;VALUE=DATE:20261227
END:VEVENT
END:VCALENDAR
"""


def test_a_calendar_of_holidays_is_read_by_name() -> None:
    """Repetitions are followed, several days are each a holiday."""
    found = read_holidays(CALENDAR, date(2026, 3, 1), date(2027, 3, 1))
    assert [(each.day.isoformat(), each.name) for each in found] == [
        ("2026-12-25", "Christmas"),
        ("2026-12-26", "Christmas"),
        ("2027-01-01", "New Year"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no calendar", "iCalendar"),
        (CALENDAR.replace("DTSTART;VALUE=DATE:20261225", "DTSTART:20261225T100000Z"), "whole day"),
        (CALENDAR.replace("YEARLY", "DAILY"), "over 366"),
    ],
)
def test_what_is_no_calendar_of_holidays_is_refused(text: str, words: str) -> None:
    """The refusal names what is wrong."""
    with pytest.raises(ValueError, match=words):
        read_holidays(text, date(2026, 3, 1), date(2028, 3, 1))


@pytest.mark.parametrize(
    ("zone", "at", "shift"),
    [
        (BERLIN, "2026-03-29T01:00:00Z", HOUR),
        ("Australia/Lord_Howe", "2026-04-04T15:00:00Z", -30 * MINUTE),
        ("America/New_York", "2026-03-08T07:00:00Z", HOUR),
    ],
)
def test_the_next_clock_change_is_found_to_the_second(zone: str, at: str, shift: int) -> None:
    """Forward the day is shorter, back it is longer; also by half an hour."""
    found = next_clock_change(zone, parse("2026-03-01T12:34:56.789Z"))
    assert found is not None
    assert (render(found.at), found.shift) == (at, shift)
    again = next_clock_change(zone, found.at)
    assert again is not None
    assert again.at > found.at
    just = next_clock_change(zone, found.at - 1)
    assert just == found


def test_where_clocks_stand_there_is_no_change() -> None:
    """UTC never changes."""
    assert next_clock_change("UTC", parse("2026-03-01T00:00:00Z")) is None
