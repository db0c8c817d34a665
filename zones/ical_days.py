"""Holidays from iCalendar text: its all-day events, by name."""

from datetime import date, datetime, timedelta
from typing import Any, Final

import recurring_ical_events
from icalendar import Calendar, Component

from zones.holiday import Holiday
from zones.ical_event import LIBRARY_ERRORS

MOST_DAYS: Final = 366
"""Holidays of one reading."""


def read_holidays(text: str, since: date, until: date) -> list[Holiday]:
    """Return the holidays of iCalendar text from `since` to before `until`, by date.

    An event of several days is a holiday on each of them. Cancelled events are left out.

    Raises:
        ValueError: no calendar, an event with times of day, or more than 366 holidays.
    """
    calendar = _calendar(text)
    for event in calendar.walk("VEVENT"):
        _check_all_day(event)
    try:
        events = recurring_ical_events.of(calendar).between(since, until)
        found = sorted({each for event in events for each in _days(event, since, until)})
    except (*LIBRARY_ERRORS, RecursionError) as error:
        raise ValueError(f"iCalendar: {error}") from None
    if len(found) > MOST_DAYS:
        raise ValueError(
            f"iCalendar: {len(found)} holidays are over {MOST_DAYS}: ask for fewer days"
        )
    return found


def _calendar(text: str) -> Component:
    try:
        calendar = Calendar.from_ical(text)
    except (*LIBRARY_ERRORS, RecursionError) as error:
        raise ValueError(f"iCalendar: the text cannot be read: {error}") from None
    if not isinstance(calendar, Component) or calendar.name != "VCALENDAR":
        raise ValueError("iCalendar: it is not a calendar: put it in a VCALENDAR")
    return calendar


def _check_all_day(event: Component) -> None:
    start = getattr(event.get("DTSTART"), "dt", None)
    if start is None or isinstance(start, datetime):
        name = event.get("SUMMARY", event.get("UID", "without a name"))
        raise ValueError(
            f"event {str(name)!r}: a holiday is a whole day: give DTSTART;VALUE=DATE, or write its "
            "hours as a window or a pass"
        )


def _days(event: Component, since: date, until: date) -> list[Holiday]:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return []
    start, end = (_date(event.get(name)) for name in ("DTSTART", "DTEND"))
    if start is None:
        return []
    length = 1 if end is None else max(1, (end - start).days)
    days = (start + timedelta(days=number) for number in range(min(length, MOST_DAYS + 1)))
    return [Holiday(day, str(event.get("SUMMARY", ""))) for day in days if since <= day < until]


def _date(value: Any) -> date | None:  # noqa: ANN401 - whatever the library read
    found = getattr(value, "dt", None)
    if isinstance(found, datetime):
        return found.date()
    return found if isinstance(found, date) else None
