"""Schedules from iCalendar text (RFC 5545), and, with `write_ical`, back.

Events without a category of ours are when the condition is in force; those that are passes and
suspensions must come to an end. An event that replaces a repetition of another takes its place,
the higher SEQUENCE counts, and cancelled events (STATUS) are left out. What an event means is
`ical_event`'s rule.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from icalendar import Calendar, Component, vRecur

from zones.ical_event import LIBRARY_ERRORS, CalendarEvent, read_event
from zones.ical_write import (
    ALWAYS,
    DAY_CODES,
    EFFECTIVE_FROM,
    EFFECTIVE_UNTIL,
    Kind,
    weekly_recurrence,
    write_ical,
)
from zones.instant import Instant, parse
from zones.interval import Interval
from zones.recurrence import Recurrence, recurring_occurrences
from zones.schedule import Schedule
from zones.wallclock import local, start_of
from zones.weekly import WeeklyWindow
from zones.window import Window

__all__ = ["read_ical", "write_ical"]

_MOST_SPANS: Final = 1_000
_FOLD: Final = re.compile(r"\r?\n[ \t]")
_TWO_ZONES: Final = re.compile(r"^[^:\n]*TZID=(?!UTC|Etc/UTC)[^:\n]*:\d{8}T\d{6}Z", re.MULTILINE)


def read_ical(text: str, timezone: str) -> Schedule:
    """Return the schedule of iCalendar text. `timezone` is the schedule's zone (IANA name).

    Raises:
        ValueError: not iCalendar, or an event that cannot be followed; names it and the fix.
    """
    calendar = _parse(text)
    events = _replaced([read_event(each, timezone) for each in calendar.walk("VEVENT")])
    windows = [each.time for each in events if not each.kind]
    schedule = Schedule(
        timezone=timezone,
        extra=tuple(each for each in windows if isinstance(each, Window)),
        passes=tuple(span for each in events if each.kind == Kind.PASS for span in _spans(each)),
        suspensions=tuple(
            span for each in events if each.kind == Kind.SUSPENSION for span in _spans(each)
        ),
        recurrences=tuple(each for each in windows if isinstance(each, Recurrence)),
        effective_from=_instant(calendar, EFFECTIVE_FROM),
        effective_until=_instant(calendar, EFFECTIVE_UNTIL),
        always=str(calendar.get(ALWAYS, "")).upper() == "TRUE",
    )
    return _with_weekly_windows(schedule)


def _with_weekly_windows(schedule: Schedule) -> Schedule:
    """Return the schedule with those recurrences as weekly windows that were written as such."""
    pairs = [(each, _weekly(each, schedule)) for each in schedule.recurrences]
    return replace(
        schedule,
        weekly=tuple(weekly for _, weekly in pairs if weekly is not None),
        recurrences=tuple(recurrence for recurrence, weekly in pairs if weekly is None),
    )


def _weekly(recurrence: Recurrence, schedule: Schedule) -> WeeklyWindow | None:
    rule = vRecur.from_ical(recurrence.rule)
    if "BYDAY" not in rule or not recurrence.repeats_weekly:
        return None
    days = frozenset(DAY_CODES.index(str(each)) for each in rule["BYDAY"])
    start, end = recurrence.start.time(), recurrence.end.time()
    weekly = WeeklyWindow(days, start, end, recurrence.places)
    return weekly if weekly_recurrence(weekly, schedule) == recurrence else None


def _parse(text: str) -> Component:
    try:
        calendar = Calendar.from_ical(text)
    except (*LIBRARY_ERRORS, RecursionError) as error:
        raise ValueError(f"iCalendar: the text cannot be read: {error}") from None
    if calendar.name != "VCALENDAR":
        raise ValueError(f"iCalendar: {calendar.name} is not a calendar: put it in a VCALENDAR")
    for name, problem in calendar.errors:
        raise ValueError(f"iCalendar: {name or 'a line'} cannot be read: {problem}")
    if found := _TWO_ZONES.search(_FOLD.sub("", text)):
        raise ValueError(
            f"iCalendar: {found[0].strip()!r} has both a TZID and the Z of UTC: leave one out"
        )
    return calendar


def _instant(calendar: Component, name: str) -> Instant | None:
    if name not in calendar:
        return None
    try:
        return parse(str(calendar[name]))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _replaced(events: list[CalendarEvent]) -> list[CalendarEvent]:
    """Return the events in force: cancelled ones left out, and repetitions that are replaced."""
    series: dict[object, list[CalendarEvent]] = defaultdict(list)
    for number, each in enumerate(events):
        series[each.uid or number].append(each)
    return [each for group in series.values() for each in _replaced_in(group)]


def _replaced_in(group: list[CalendarEvent]) -> Iterator[CalendarEvent]:
    """Yield what is in force of the events with one UID."""
    latest: dict[tuple[datetime, str] | None, CalendarEvent] = {}
    for each in group:
        other = latest.get(each.replaces)
        if other is not None and other.sequence == each.sequence:
            raise ValueError(f"event {each.uid}: it is given twice: use a UID for each event")
        if other is None or other.sequence < each.sequence:
            latest[each.replaces] = each
    first = latest.pop(None, None)
    if first is not None and first.is_cancelled:
        return
    if first is not None:
        yield from _without(first, [each for each in latest if each is not None])
    yield from (each for each in latest.values() if not each.is_cancelled)


def _without(
    event: CalendarEvent, replaced: Iterable[tuple[datetime, str]]
) -> Iterator[CalendarEvent]:
    """Yield an event without the repetitions that others replace."""
    when = event.time
    if isinstance(when, Window):
        if all(start_of(*each) != when.start for each in replaced):
            yield event
        return
    walls = tuple(
        wall if zone == when.timezone else _wall_in(when.timezone, start_of(wall, zone))
        for wall, zone in replaced
    )
    yield replace(event, time=replace(when, excepted=when.excepted + walls))


def _wall_in(zone: str, instant: Instant) -> datetime:
    return local(instant, zone).replace(tzinfo=None)


def _spans(event: CalendarEvent) -> tuple[Interval, ...]:
    """Return the intervals of a pass or suspension, of which there are not too many."""
    when = event.time
    if isinstance(when, Window):
        return (Interval(when.start, when.end),)
    if when.is_endless:
        raise ValueError(f"event {event.uid}: a {event.kind} must not repeat for ever: add UNTIL")
    spans = tuple(
        Interval(each.start, each.end)
        for each in recurring_occurrences(when, when.first, when.settled)
        if each.start < each.end
    )
    if len(spans) > _MOST_SPANS:
        raise ValueError(
            f"event {event.uid}: {len(spans)} repetitions of a {event.kind} are more than "
            f"{_MOST_SPANS}: add an earlier UNTIL"
        )
    return spans
