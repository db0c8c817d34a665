"""A local day is the time from one midnight of a zone's clocks to the next: 23, 24 or 25 hours."""

from datetime import date, datetime, time, timedelta

from zones.instant import Instant
from zones.interval import Interval
from zones.wallclock import local, start_of


def local_day(day: date, timezone: str) -> Interval | None:
    """Return a date by the clocks of an IANA zone; None where they skipped it."""
    start, end = (_midnight(each, timezone) for each in (day, day + timedelta(days=1)))
    return Interval(start, end) if start < end else None


def date_at(instant: Instant, timezone: str) -> date:
    """Return the date that the clocks of an IANA zone show."""
    return local(instant, timezone).date()


def _midnight(day: date, timezone: str) -> Instant:
    return start_of(datetime.combine(day, time.min), timezone)
