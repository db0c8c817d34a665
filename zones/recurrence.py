"""A recurrence is an event in wall time and its repetitions, as iCalendar (RFC 5545) means them.

Start, end, added and excepted starts are wall times of the recurrence's own zone, and every
repetition is as long by the clock as the first; what a repetition means in instants is decided by
`wallclock`, like any other wall time. The repetitions themselves are found by the library
`recurring_ical_events`, which is given wall times only and so has no say in that. As with most
calendars, `start` itself is a repetition even where the rule does not name its day.

Rules must be cheap to follow: daily or longer, one time of day, at least one repetition in four
years, and either endless or over within 100 years.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import recurring_ical_events
from icalendar import Calendar, Event, vRecur

from zones.instant import Instant
from zones.wallclock import (
    EARLIEST,
    LATEST,
    Occurrence,
    end_of,
    local,
    occurrence,
    start_of,
    timezone,
)
from zones.window import checked_places

_LONGEST_INTERVALS: Final = {"DAILY": 1461, "WEEKLY": 208, "MONTHLY": 48, "YEARLY": 4}
_PARTS: Final = (
    "FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY",
    "BYDAY", "BYSETPOS", "BYHOUR", "BYMINUTE", "BYSECOND",
)  # fmt: skip
_MOST_REPETITIONS: Final = 10_000
_LONGEST_RUN: Final = timedelta(days=36_525)
_LAST_YEAR: Final = 9_000
_MARGIN: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """An event from `start` to `end` (wall times without offset) and its repetitions.

    `rule` is the value of an RRULE, whose UNTIL is a wall time too; `added` and `excepted` are
    further and cancelled starts (RDATE, EXDATE).

    Raises:
        ValueError: an unknown zone, an end not after the start, or a rule that cannot be followed.
    """

    timezone: str
    start: datetime
    end: datetime
    rule: str = ""
    added: tuple[datetime, ...] = ()
    excepted: tuple[datetime, ...] = ()
    places: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        timezone(self.timezone)
        object.__setattr__(self, "places", checked_places(self.places))
        for name, value in (
            ("start", self.start),
            ("end", self.end),
            *(("added", each) for each in self.added),
            *(("excepted", each) for each in self.excepted),
        ):
            _check_wall(name, value)
        if self.end <= self.start:
            raise ValueError(
                f"end: {self.end} is not after start {self.start}: give an end after the start"
            )
        if self.rule:
            _check_rule(self.rule, self.start)
            _check_followed(self)

    @property
    def first(self) -> Instant:
        """The start of the earliest repetition."""
        return start_of(min((self.start, *self.added)), self.timezone)

    @property
    def is_endless(self) -> bool:
        """Whether the rule has no last repetition."""
        return bool(self.rule) and not {"UNTIL", "COUNT"} & set(vRecur.from_ical(self.rule))

    @property
    def settled(self) -> Instant:
        """An instant from which the recurrence is over or, if endless, only its rule speaks."""
        starts = [self.start, *self.added, *self.excepted]
        if self.rule:
            rule = vRecur.from_ical(self.rule)
            starts += [rule_until(rule)] if "UNTIL" in rule else []
            starts += [_last_counted(self)] if "COUNT" in rule else []
        return end_of(max(starts) + (self.end - self.start), self.timezone)


def _check_wall(name: str, value: datetime) -> None:
    if value.tzinfo is not None:
        raise ValueError(
            f"{name}: {value.isoformat()} has an offset: give the wall time alone, `timezone` says "
            "which clocks"
        )
    if value.year > _LAST_YEAR:
        raise ValueError(f"{name}: {value} is after the year {_LAST_YEAR}: give an earlier time")


def _check_rule(text: str, start: datetime) -> None:
    """Check that a rule can be followed, and at a bounded cost."""
    for part in text.split(";"):
        name, _, value = part.partition("=")
        if name.upper() not in _PARTS or not value:
            names = ", ".join(_PARTS)
            raise ValueError(f"RRULE: {part!r} in {text!r}: use NAME=VALUE with one of {names}")
    try:
        rule = vRecur.from_ical(text)
    except ValueError as error:
        raise ValueError(f"RRULE: {text!r} cannot be read: {error}") from None
    _check_numbers(rule, text)
    _check_days(rule, text)
    if "UNTIL" in rule:
        _check_until(rule, text, start)


def _check_numbers(rule: vRecur, text: str) -> None:
    frequency = str(rule.get("FREQ", [""])[0])
    if frequency not in _LONGEST_INTERVALS:
        names = ", ".join(_LONGEST_INTERVALS)
        raise ValueError(f"RRULE: FREQ {frequency!r} in {text!r}: use one of {names}")
    for name, most in (("INTERVAL", _LONGEST_INTERVALS[frequency]), ("COUNT", _MOST_REPETITIONS)):
        value = rule.get(name, [1])[0]
        if not 1 <= value <= most:
            raise ValueError(f"RRULE: {name} {value} in {text!r}: use 1 to {most}")


def _check_days(rule: vRecur, text: str) -> None:
    for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        if len(rule.get(name, [])) > 1:
            raise ValueError(f"RRULE: {name} in {text!r} has many values: use one event for each")
    months = [int(each) for each in rule.get("BYMONTH", range(1, 13))]
    if not all(1 <= month <= 12 for month in months):
        raise ValueError(f"RRULE: BYMONTH in {text!r}: use 1 to 12")
    days = rule.get("BYMONTHDAY", [1])
    if all(abs(day) > monthrange(2024, month)[1] for month in months for day in days):
        raise ValueError(f"RRULE: {text!r} names a day that no such month has: correct BYMONTHDAY")


def _check_until(rule: vRecur, text: str, start: datetime) -> None:
    if "COUNT" in rule:
        raise ValueError(f"RRULE: {text!r} has both COUNT and UNTIL: leave one out")
    until = rule_until(rule)
    if until.tzinfo is not None:
        raise ValueError(f"RRULE: UNTIL in {text!r} has an offset: give the wall time of the zone")
    if until - start > _LONGEST_RUN:
        raise ValueError(
            f"RRULE: UNTIL in {text!r} is over 100 years after the start: leave it out for no end"
        )


def _check_followed(recurrence: Recurrence) -> None:
    """Check that the library can follow the rule, whose values only it knows all about."""
    try:
        next(_repetitions(recurrence, recurrence.start, recurrence.end), None)
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        raise ValueError(f"RRULE: {recurrence.rule!r} cannot be followed: {error}") from None


def rule_until(rule: vRecur) -> datetime:
    """Return the UNTIL of a rule that has one; a date means all of that day."""
    until: Any = rule["UNTIL"][0]
    if isinstance(until, datetime):
        return until
    return datetime(until.year, until.month, until.day, 23, 59, 59)  # noqa: DTZ001 - a wall time


def _last_counted(recurrence: Recurrence) -> datetime:
    end = local(LATEST, "UTC").replace(tzinfo=None)
    return max(start for start, _ in _repetitions(recurrence, recurrence.start, end))


def recurring_occurrences(
    recurrence: Recurrence, after: Instant, until: Instant
) -> Iterator[Occurrence]:
    """Yield the occurrences that intersect or touch [after, until], empty ones too."""
    zone = recurrence.timezone
    low, high = (
        local(min(max(each, EARLIEST), LATEST), zone).replace(tzinfo=None)
        for each in (after, until)
    )
    for start, end in _repetitions(recurrence, low - _MARGIN, high + _MARGIN):
        found = occurrence(start, end, zone, recurrence.places)
        if found.end >= after and found.start <= until:
            yield found


def _repetitions(
    recurrence: Recurrence, low: datetime, high: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the wall-time start and end of the repetitions that intersect [low, high)."""
    for series in _query(recurrence).series:
        for each in series.between(low, high):
            yield each.start, each.end


@lru_cache(maxsize=4096)
def _query(recurrence: Recurrence) -> recurring_ical_events.CalendarQuery:
    """Return the library's own view of a recurrence; it keeps what it has worked out."""
    event = Event()
    event.add("UID", "recurrence")
    event.add("DTSTART", recurrence.start)
    event.add("DTEND", recurrence.end)
    if recurrence.rule:
        rule = vRecur.from_ical(recurrence.rule)
        if "UNTIL" in rule:
            rule["UNTIL"] = [rule_until(rule)]
        event.add("RRULE", rule)
    for name, starts in (("RDATE", recurrence.added), ("EXDATE", recurrence.excepted)):
        for each in starts:
            event.add(name, each)
    calendar = Calendar()
    calendar.add_component(event)
    return recurring_ical_events.of(calendar)
