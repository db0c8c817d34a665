"""A holiday is a day with other hours: those of another day of the week, hours of its own, or none.

It is no rule of its own: it becomes suspensions and extra windows of the schedule, which everybody
can read and the judgement knows already. The windows that start on the day are suspended, but for
what the hours instead, or a window of the day before, cover; the hours instead are extra windows.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import chain

from zones.instant import DAY
from zones.interval import Interval, Intervals, normalize, subtract
from zones.schedule import Schedule
from zones.wallclock import Occurrence, start_of
from zones.weekly import WeeklyWindow, occurrence_on
from zones.window import Window

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Holiday:
    """A day with other hours, by the schedule's clocks."""

    day: date
    name: str = ""


@dataclass(frozen=True, slots=True)
class HolidayHours:
    """What holidays add to a schedule."""

    suspensions: Intervals
    extra: tuple[Window, ...]


def hours_of_weekday(schedule: Schedule, weekday: int) -> tuple[WeeklyWindow, ...]:
    """Return the weekly windows that start on a day of the week (0 is Monday)."""
    return tuple(each for each in schedule.weekly if weekday in each.days)


def holiday_hours(
    schedule: Schedule, days: Collection[date], instead: Iterable[WeeklyWindow] = ()
) -> HolidayHours:
    """Return what makes days holidays on which the hours `instead` hold, whatever their days.

    Days before 1900 or after 2199 are the caller's mistake.
    """
    if not days:
        return HolidayHours((), ())
    zone = schedule.timezone
    hours = tuple(instead)
    extra = [occurrence_on(each, day, zone) for day in sorted(days) for each in hours]
    usual, others = _usual(schedule, days)
    kept = normalize(map(_span, chain(others, (each for each in extra if each.start < each.end))))
    added = [Window(each.start, each.end, each.places) for each in extra if each.start < each.end]
    known = {(each.start, each.end, each.places) for each in usual}
    return HolidayHours(
        subtract(normalize(map(_span, usual)), kept),
        tuple(each for each in added if (each.start, each.end, each.places) not in known),
    )


def with_holidays(schedule: Schedule, hours: HolidayHours) -> Schedule:
    """Return a schedule with holidays; what it has already is not added twice."""
    suspensions = (each for each in hours.suspensions if each not in schedule.suspensions)
    extra = (each for each in hours.extra if each not in schedule.extra)
    return replace(
        schedule,
        suspensions=(*schedule.suspensions, *suspensions),
        extra=(*schedule.extra, *(() if schedule.always else extra)),
    )


def _usual(schedule: Schedule, days: Collection[date]) -> tuple[list[Occurrence], list[Occurrence]]:
    """Return the windows that start on the days, and others around them."""
    zone = schedule.timezone
    if schedule.always:
        return [_whole_day(day, zone) for day in sorted(days)], []
    usual: list[Occurrence] = []
    others: list[Occurrence] = []
    for around in _around(days, zone):
        for each in schedule.occurrences(around.start, around.end):
            if each.start < each.end:
                (usual if each.start_wall.date() in days else others).append(each)
    return usual, others


def _around(days: Collection[date], zone: str) -> Intervals:
    """Return the days with two before and after each, in which windows that overlap begin."""
    starts = (start_of(datetime.combine(day, time()), zone) for day in days)
    return normalize(Interval(each - 2 * DAY, each + 3 * DAY) for each in starts)


def _whole_day(day: date, zone: str) -> Occurrence:
    start, end = (datetime.combine(each, time()) for each in (day, day + _ONE_DAY))
    return Occurrence(start_of(start, zone), start_of(end, zone), start, end, zone, ())


def _span(occurrence: Occurrence) -> Interval:
    return Interval(occurrence.start, occurrence.end)
