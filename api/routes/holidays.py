"""Holidays of a schedule: days with other hours, worked out before they are stored."""

from datetime import date, timedelta
from typing import Any

import msgspec
from fastapi import APIRouter

from api.openapi import refusals
from api.problems import field_error, invalid
from api.schemas.condition import ExtraIn, ScheduleFields, SpanIn
from api.schemas.schedule import HolidayOut, HolidaysIn, HolidaysOut
from api.shell import AtHand
from api.views.schedule import read_draft
from engine.core.condition_schedule import write_schedule
from zones.holiday import Holiday, HolidayHours, holiday_hours, hours_of_weekday, with_holidays
from zones.ical_days import read_holidays
from zones.instant import Instant, render
from zones.schedule import Schedule
from zones.wallclock import local
from zones.weekly import DAY_NAMES, WeeklyWindow, parse_weekly

router = APIRouter(prefix="/v1/schedules", tags=["schedules"])

_EARLIEST, _LATEST = date(1970, 1, 1), date(2199, 12, 31)
_YEAR = timedelta(days=366)


@router.post(
    "/holidays",
    operation_id="add_holidays",
    summary="Days with other hours, for a schedule",
    responses=refusals(body=True),
)
def add_holidays(shell: AtHand, body: HolidaysIn) -> HolidaysOut:
    """Return what makes days holidays: suspensions and extra windows, and the schedule with them.

    Days come by date, or are the all-day events of a calendar. They have the weekly hours of
    another day of the week, hours of their own, or none. Nothing is stored: put the schedule into
    a condition of an order.
    """
    schedule = read_draft(body.schedule, "body.schedule")
    found = _holidays(body, schedule, shell.now())
    hours = holiday_hours(schedule, {each.day for each in found}, _instead(body, schedule))
    return HolidaysOut(
        days=[HolidayOut(day=each.day.isoformat(), name=each.name) for each in found],
        suspensions=[
            SpanIn(start=render(each.start), end=render(each.end)) for each in hours.suspensions
        ],
        extra=[
            ExtraIn(start=render(each.start), end=render(each.end), places=list(each.places))
            for each in hours.extra
        ],
        schedule=_fields(schedule, hours),
    )


def _holidays(body: HolidaysIn, schedule: Schedule, now: Instant) -> list[Holiday]:
    for i, each in enumerate(body.days):
        if not _EARLIEST <= each.day <= _LATEST:
            fix = "is not in the years 1970 to 2199"
            raise invalid([field_error(f"body.days[{i}].day", fix, each.day.isoformat())])
    named = {Holiday(each.day, each.name) for each in body.days}
    if body.calendar is not None:
        since = local(now, schedule.timezone).date() if body.from_ is None else body.from_
        since = min(max(since, _EARLIEST), _LATEST)
        until = since + _YEAR if body.until is None else min(body.until, _LATEST + _YEAR)
        try:
            named |= set(read_holidays(body.calendar, since, until))
        except ValueError as error:
            raise invalid([field_error("body.calendar", str(error))]) from None
    return sorted(named)


def _instead(body: HolidaysIn, schedule: Schedule) -> tuple[WeeklyWindow, ...]:
    if body.as_weekday is not None and body.hours:
        raise invalid([field_error("body.hours", "give either hours or as_weekday, not both")])
    if body.as_weekday is not None:
        return hours_of_weekday(schedule, DAY_NAMES.index(body.as_weekday))
    found = []
    for i, each in enumerate(body.hours):
        try:
            found.append(parse_weekly("daily", each.start, each.end, tuple(each.places)))
        except ValueError as error:
            raise invalid([field_error(f"body.hours[{i}]", str(error))]) from None
    if schedule.always and found:
        fix = "what is always in force has no other hours on a holiday: leave them out"
        raise invalid([field_error("body.hours", fix)])
    return tuple(found)


def _fields(schedule: Schedule, hours: HolidayHours) -> ScheduleFields:
    wire: dict[str, Any] = msgspec.to_builtins(write_schedule(with_holidays(schedule, hours)))
    return ScheduleFields.model_validate(wire)
