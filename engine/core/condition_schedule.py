"""The hours of a condition as JSON: when it is in force.

In force are the `weekly` windows (wall times of the wearer's time zone), the `extra` windows and
the events of `ical` (iCalendar text); less `passes` and `suspensions`; within `effective_from` and
`effective_until`. Without any window it is always in force. What is not weekly is an RFC 3339 time
with an offset. Passes, suspensions and effective dates in `ical` count like those beside it; an
`ical` that has nothing but those is refused: write them as `passes` and `suspensions`.
"""

from collections.abc import Callable, Iterable
from datetime import time
from typing import TypeVar

from engine.core.condition_wire import (
    ConditionError,
    ExtraJson,
    ScheduleJson,
    SpanJson,
    WeeklyJson,
    demand,
)
from zones.ical import read_ical, write_ical
from zones.instant import Instant, parse, render
from zones.interval import BEGINNING, END, Interval
from zones.recurrence import Recurrence
from zones.schedule import Schedule
from zones.wallclock import timezone as check_timezone
from zones.weekly import DAY_NAMES, WeeklyWindow, parse_days, parse_time
from zones.window import Window

_Read = TypeVar("_Read")


def _effective(schedule: Schedule) -> tuple[Instant | None, Instant | None]:
    return schedule.effective_from, schedule.effective_until


def read_schedule(wire: ScheduleJson, timezone: str) -> Schedule:
    """Return the schedule of its JSON form; `timezone` is the wearer's (IANA name).

    Raises:
        ConditionError: what is wrong, where, and how to put it right.
    """
    _at("timezone", timezone, lambda: check_timezone(timezone))
    calendar = _calendar(wire.ical, timezone)
    since, until = (None, None) if calendar is None else _effective(calendar)
    since = _instant(wire.effective_from, "effective_from", since)
    until = _instant(wire.effective_until, "effective_until", until)
    if since is not None and until is not None:
        fix = f"is not after effective_from, {render(since)}: give a later time, or none"
        demand(until > since, "effective_until", render(until), fix)
    weekly = tuple(_weekly(each, f"weekly[{i}]") for i, each in enumerate(wire.weekly))
    extra = tuple(_extra(each, f"extra[{i}]") for i, each in enumerate(wire.extra))
    passes = _intervals(wire.passes, "passes")
    suspensions = _intervals(wire.suspensions, "suspensions")
    recurrences: tuple[Recurrence, ...] = ()
    if calendar is not None:
        weekly, extra = weekly + calendar.weekly, extra + calendar.extra
        passes, suspensions = passes + calendar.passes, suspensions + calendar.suspensions
        recurrences = calendar.recurrences
    return Schedule(
        timezone,
        weekly=weekly,
        extra=extra,
        passes=passes,
        suspensions=suspensions,
        recurrences=recurrences,
        effective_from=since,
        effective_until=until,
        always=not (weekly or extra or recurrences),
    )


def write_schedule(schedule: Schedule) -> ScheduleJson:
    """Return the JSON form of a schedule: reading it with its time zone gives an equal one."""
    recurrences = schedule.recurrences
    limits = (schedule.effective_from, schedule.effective_until)
    since, until = (None if at is None else render(at) for at in limits)
    return ScheduleJson(
        weekly=tuple(map(_weekly_json, schedule.weekly)),
        passes=tuple(SpanJson(render(each.start), render(each.end)) for each in schedule.passes),
        suspensions=tuple(
            SpanJson(render(each.start), render(each.end)) for each in schedule.suspensions
        ),
        extra=tuple(
            ExtraJson(render(each.start), render(each.end), each.places) for each in schedule.extra
        ),
        ical=write_ical(Schedule(schedule.timezone, recurrences=recurrences))
        if recurrences
        else None,
        effective_from=since,
        effective_until=until,
    )


def _at(path: str, value: object, read: Callable[[], _Read]) -> _Read:
    """Return what `read` returns, with its ValueError placed at `path`."""
    try:
        return read()
    except ValueError as error:
        field = path.rpartition(".")[2]
        raise ConditionError(path, value, str(error).removeprefix(f"{field}: ")) from None


def _calendar(text: str | None, timezone: str) -> Schedule | None:
    return None if text is None else _at("ical", text, lambda: read_ical(text, timezone))


def _instant(text: str | None, path: str, default: Instant | None) -> Instant | None:
    return default if text is None else _at(path, text, lambda: _parse(text))


def _parse(text: str) -> Instant:
    instant = parse(text)
    if not BEGINNING <= instant <= END:
        raise ValueError("is not in the years 1 to 9999 in UTC: leave it out for no limit")
    return instant


def _weekly(wire: WeeklyJson, path: str) -> WeeklyWindow:
    days = _at(f"{path}.days", wire.days, lambda: parse_days(wire.days))
    start = _at(f"{path}.start", wire.start, lambda: parse_time(wire.start))
    end = _at(f"{path}.end", wire.end, lambda: parse_time(wire.end, is_end=True))
    return _at(f"{path}.places", wire.places, lambda: WeeklyWindow(days, start, end, wire.places))


def _extra(wire: ExtraJson, path: str) -> Window:
    start, end = _span(wire.start, wire.end, path)
    demand(all(wire.places), f"{path}.places", wire.places, "has an empty zone id: leave it out")
    return Window(start, end, wire.places)


def _intervals(wire: Iterable[SpanJson], name: str) -> tuple[Interval, ...]:
    spans = (_span(each.start, each.end, f"{name}[{i}]") for i, each in enumerate(wire))
    return tuple(Interval(start, end) for start, end in spans)


def _span(start: str, end: str, path: str) -> tuple[Instant, Instant]:
    first = _at(f"{path}.start", start, lambda: _parse(start))
    last = _at(f"{path}.end", end, lambda: _parse(end))
    demand(last > first, f"{path}.end", end, f"is not after the start {start}: give a later end")
    return first, last


def _weekly_json(window: WeeklyWindow) -> WeeklyJson:
    every_day = len(window.days) == len(DAY_NAMES)
    days = "daily" if every_day else ",".join(DAY_NAMES[day] for day in sorted(window.days))
    return WeeklyJson(days, _clock(window.start), _clock(window.end), window.places)


def _clock(value: time) -> str:
    return value.isoformat("seconds" if value.second else "minutes")
