"""A schedule as iCalendar text (RFC 5545), for other calendars and back again.

A weekly window becomes a weekly event, in force from the effective date or else from the year 2000;
a recurrence stays what it is; an extra window, a pass and a suspension become single events in UTC,
the last two by their category. What iCalendar has no word for, other than in a description, is in
properties of our own: the zone ids of an event's places, and on the calendar whether the condition
is in force always and its effective dates.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from icalendar import Calendar, Event, vRecur, vText

from zones.instant import SECOND, Instant, parse, render, to_datetime
from zones.interval import END, Interval
from zones.recurrence import Recurrence
from zones.repetition_rule import until_of
from zones.schedule import Schedule
from zones.wallclock import LATEST, local, start_of, timezone
from zones.weekly import WeeklyWindow, occurrence_on
from zones.window import Window

PLACE: Final = "X-RINGFENCE-PLACE"
ALWAYS: Final = "X-RINGFENCE-ALWAYS"
EFFECTIVE_FROM: Final = "X-RINGFENCE-EFFECTIVE-FROM"
EFFECTIVE_UNTIL: Final = "X-RINGFENCE-EFFECTIVE-UNTIL"

_FIRST_DAY: Final = date(2000, 1, 1)
_FIRST_INSTANT: Final = parse("2000-01-03T00:00:00Z")
_LONGEST_RUN: Final = timedelta(days=36_000)
DAY_CODES: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Kind(StrEnum):
    """What an event is: its category."""

    WINDOW = ""
    PASS = "PASS"  # noqa: S105 - an authorised absence
    SUSPENSION = "SUSPENSION"


def write_ical(schedule: Schedule) -> str:
    """Return a schedule as iCalendar text, which `read_ical` reads back with the same windows.

    Weekly windows without an effective date are written from the year 2000 on.

    Raises:
        ValueError: a time with a fraction of a second, which iCalendar cannot express.
    """
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//Ringfence//Schedule//EN")
    calendar.add("X-WR-TIMEZONE", schedule.timezone)
    if schedule.always:
        calendar.add(ALWAYS, "TRUE")
    for name, instant in (
        (EFFECTIVE_FROM, schedule.effective_from),
        (EFFECTIVE_UNTIL, schedule.effective_until),
    ):
        if instant is not None:
            calendar.add(name, render(instant))
    for number, event in enumerate(_events(schedule), start=1):
        event.add("UID", f"{number}@ringfence")
        event.add("DTSTAMP", to_datetime(0))
        calendar.add_component(event)
    return str(calendar.to_ical().decode())


def _events(schedule: Schedule) -> Iterator[Event]:
    for weekly in schedule.weekly:
        yield _recurrence_event(weekly_recurrence(weekly, schedule), "Weekly window")
    for recurrence in schedule.recurrences:
        yield _recurrence_event(recurrence, "Window")
    for window in schedule.extra:
        yield _span_event(window, "Extra window", places=window.places)
    for interval in schedule.passes:
        yield _span_event(interval, "Pass", kind=Kind.PASS)
    for interval in schedule.suspensions:
        yield _span_event(interval, "Suspension", kind=Kind.SUSPENSION)


def weekly_recurrence(weekly: WeeklyWindow, schedule: Schedule) -> Recurrence:
    """Return the recurrence as which a weekly window is written.

    Within the effective dates it means the same, or without them from the year 2000 on.
    """
    first = occurrence_on(weekly, _first_day(weekly, schedule), schedule.timezone)
    rule = "FREQ=WEEKLY;BYDAY=" + ",".join(DAY_CODES[day] for day in sorted(weekly.days))
    if schedule.effective_until is not None and schedule.effective_until < LATEST:
        until = local(schedule.effective_until, schedule.timezone).replace(tzinfo=None)
        if timedelta() < until - first.start_wall < _LONGEST_RUN:
            rule += f";UNTIL={until.date():%Y%m%d}"
    return Recurrence(
        schedule.timezone, first.start_wall, first.end_wall, rule, places=weekly.places
    )


def _first_day(weekly: WeeklyWindow, schedule: Schedule) -> date:
    """Return the first start day of a weekly window that ends within the effective dates."""
    start = schedule.effective_from
    if start is None or start < _FIRST_INSTANT:
        start, day = _FIRST_INSTANT, _FIRST_DAY
    else:
        day = local(start, schedule.timezone).date() - timedelta(days=2)
    while (
        day.weekday() not in weekly.days
        or occurrence_on(weekly, day, schedule.timezone).end <= start
    ):
        day += timedelta(days=1)
    return day


def _recurrence_event(recurrence: Recurrence, summary: str) -> Event:
    event = _event(summary, recurrence.places)
    zone = recurrence.timezone
    _add_wall(event, "DTSTART", recurrence.start, zone)
    _add_wall(event, "DTEND", recurrence.end, zone)
    if recurrence.rule:
        rule = vRecur.from_ical(recurrence.rule)
        if "UNTIL" in rule:
            rule["UNTIL"] = [to_datetime(start_of(until_of(rule), zone))]
        event.add("RRULE", rule)
    for name, starts in (("RDATE", recurrence.added), ("EXDATE", recurrence.excepted)):
        for each in starts:
            _add_wall(event, name, each, zone)
    return event


def _span_event(
    span: Window | Interval, summary: str, places: tuple[str, ...] = (), kind: Kind = Kind.WINDOW
) -> Event:
    event = _event(summary, places)
    event.add("DTSTART", _utc(span.start))
    event.add("DTEND", _utc(span.end))
    if kind:
        event.add("CATEGORIES", [kind.value])
    return event


def _event(summary: str, places: tuple[str, ...]) -> Event:
    event = Event()
    event.add("SUMMARY", summary)
    for place in places:
        text = vText(place)
        text.params["VALUE"] = "TEXT"  # without it a reader must not undo the escapes
        event.add(PLACE, text)
    return event


def _add_wall(event: Event, name: str, wall: datetime, zone: str) -> None:
    _check_whole_second(wall.microsecond, str(wall))
    event.add(name, wall.replace(tzinfo=timezone(zone)))


def _utc(instant: Instant) -> datetime:
    if instant == END:
        return to_datetime(END).replace(microsecond=0)
    _check_whole_second(instant % SECOND, render(instant))
    return to_datetime(instant)


def _check_whole_second(fraction: int, text: str) -> None:
    if fraction:
        raise ValueError(f"iCalendar: {text} has a fraction of a second: give whole seconds")
