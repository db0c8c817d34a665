"""A weekly window is in force at the same hours of the same days, by the clocks of a zone.

It belongs to the day on which it starts: `22:00-06:00` on Friday ends on Saturday morning. An end
that is not after the start is on the next day, so equal times make 24 hours.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from zones.instant import Instant
from zones.wallclock import EARLIEST, LATEST, Occurrence, local, occurrence
from zones.window import checked_places

DAY_NAMES: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_GROUPS: Final = {
    "daily": frozenset(range(7)),
    "weekdays": frozenset(range(5)),
    "weekends": frozenset((5, 6)),
}
_DAYS_FIX: Final = "use 'daily', 'weekdays', 'weekends', names like 'mon,wed' or a range 'mon-fri'"
_TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_ONE_DAY: Final = timedelta(days=1)
_DAYS_BEFORE: Final = 2
_DAYS_AFTER: Final = 1
"""Start days beside those of a query whose windows can reach it: the day before, and one more on
either side for clocks that skip or repeat a day."""


@dataclass(frozen=True, slots=True)
class WeeklyWindow:
    """Hours by the clock on given start days (0 is Monday), with addresses of its own or none.

    Raises:
        ValueError: no days, a day outside 0-6, a time with an offset, or an empty place.
    """

    days: frozenset[int]
    start: time
    end: time
    places: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", checked_places(self.places))
        if not self.days or not self.days <= _DAY_GROUPS["daily"]:
            raise ValueError(
                f"days: {sorted(self.days)} must name at least one day from 0 (Monday) to 6 "
                "(Sunday): add the days on which the window starts"
            )
        for name, value in (("start", self.start), ("end", self.end)):
            if value.tzinfo is not None:
                raise ValueError(
                    f"{name}: {value.isoformat()} has an offset: give the wall time alone, the "
                    "schedule's timezone says which clocks"
                )


def parse_weekly(
    days: str | Iterable[str], start: str, end: str, places: Iterable[str] = ()
) -> WeeklyWindow:
    """Return the weekly window of its texts, for example ('mon-fri', '22:00', '06:00').

    Raises:
        ValueError: a text that is none, naming the field, the value and the fix.
    """
    return WeeklyWindow(
        parse_days(days), parse_time(start), parse_time(end, is_end=True), tuple(places)
    )


def parse_days(text: str | Iterable[str]) -> frozenset[int]:
    """Return the days (0 is Monday) of 'daily', 'weekdays', 'weekends', 'mon,wed', 'fri-mon'.

    A list of such texts means all of them; long names ('Monday') and capitals are accepted.

    Raises:
        ValueError: an unknown name, or no day at all.
    """
    texts = text.split(",") if isinstance(text, str) else list(text)
    days = frozenset(day for each in texts for day in _days_of(each, text))
    if not days:
        raise ValueError(f"days: {text!r} names no day: {_DAYS_FIX}")
    return days


def _days_of(name: str, text: object) -> frozenset[int]:
    if not isinstance(name, str):
        raise ValueError(f"days: {name!r} in {text!r} is not a name: {_DAYS_FIX}")  # noqa: TRY004
    name = name.strip().lower()
    if name in _DAY_GROUPS:
        return _DAY_GROUPS[name]
    first, dash, last = name.partition("-")
    start = _day(first, text)
    length = (_day(last, text) - start) % 7 if dash else 0
    return frozenset((start + i) % 7 for i in range(length + 1))


_LONG_NAMES: Final = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip
_DAY_NUMBERS: Final = {
    name: number for names in (DAY_NAMES, _LONG_NAMES) for number, name in enumerate(names)
}


def _day(name: str, text: object) -> int:
    number = _DAY_NUMBERS.get(name.strip())
    if number is None:
        raise ValueError(f"days: {name.strip()!r} in {text!r} is not a day: {_DAYS_FIX}")
    return number


def parse_time(text: str, *, is_end: bool = False) -> time:
    """Return the wall time of 'HH:MM' or 'HH:MM:SS'. As an end, '24:00' is the next midnight.

    Raises:
        ValueError: not such a time.
    """
    field = "end" if is_end else "start"
    if isinstance(text, str):
        if is_end and text in ("24:00", "24:00:00"):
            return time(0)
        match = _TIME.fullmatch(text)
        if match:
            return time(int(match[1]), int(match[2]), int(match[3] or 0))
    ends = "24:00" if is_end else "23:59"
    raise ValueError(f"{field}: {text!r} is not a time of day: use HH:MM from 00:00 to {ends}")


def weekly_length(window: WeeklyWindow) -> timedelta:
    """Return the hours that a window lasts in a week, by the clock."""
    start, end = (
        timedelta(hours=t.hour, minutes=t.minute, seconds=t.second, microseconds=t.microsecond)
        for t in (window.start, window.end)
    )
    return len(window.days) * (end - start if end > start else end - start + _ONE_DAY)


def weekly_occurrences(
    window: WeeklyWindow, zone: str, after: Instant, until: Instant
) -> Iterator[Occurrence]:
    """Yield the occurrences that intersect or touch [after, until], by day, empty ones too."""
    for day in _days_between(after, until, zone):
        if day.weekday() in window.days:
            found = occurrence_on(window, day, zone)
            if found.end >= after and found.start <= until:
                yield found


def occurrence_on(window: WeeklyWindow, day: date, zone: str) -> Occurrence:
    """Return what a weekly window means on a start day."""
    last = day if window.end > window.start else day + _ONE_DAY
    start = datetime.combine(day, window.start)
    return occurrence(start, datetime.combine(last, window.end), zone, window.places)


def _days_between(after: Instant, until: Instant, zone: str) -> Iterator[date]:
    first, last = (
        local(min(max(each, EARLIEST), LATEST), zone).toordinal() for each in (after, until)
    )
    return (date.fromordinal(day) for day in range(first - _DAYS_BEFORE, last + _DAYS_AFTER + 1))
