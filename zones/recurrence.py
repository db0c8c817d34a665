"""A recurrence is an event in wall time and its repetitions, as iCalendar (RFC 5545) means them.

Start, end, added and excepted starts are wall times of the recurrence's own zone, and every
repetition is as long by the clock as the first; what a repetition means in instants is decided by
`wallclock`, like any other wall time. The repetitions themselves are found by the library
`recurring_ical_events`, which is given wall times only and so has no say in that. As with most
calendars, `start` itself is a repetition even where the rule does not name its day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

import recurring_ical_events
from icalendar import Calendar, Event, vRecur

from zones.instant import Instant
from zones.repetition_rule import check_rule, repeats_weekly, until_of
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

_LAST_YEAR: Final = 9_000
_MARGIN: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """An event from `start` to `end` (wall times without offset) and its repetitions.

    `rule` is the value of an RRULE, whose UNTIL is a wall time too; `added` and `excepted` are
    further and cancelled starts (RDATE, EXDATE). All are kept in one spelling, to compare equal.

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
        for name in ("added", "excepted"):
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))
        if self.rule:
            object.__setattr__(self, "rule", check_rule(self.rule, self.start))
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
    def repeats_weekly(self) -> bool:
        """Whether the rule gives the same days every week."""
        return bool(self.rule) and repeats_weekly(vRecur.from_ical(self.rule))

    @property
    def settled(self) -> Instant:
        """An instant from which the recurrence is over or, if endless, only its rule speaks."""
        starts = [self.start, *self.added, *self.excepted]
        if self.rule:
            rule = vRecur.from_ical(self.rule)
            starts += [until_of(rule)] if "UNTIL" in rule else []
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


def _check_followed(recurrence: Recurrence) -> None:
    """Check that the library can follow the rule, whose values only it knows all about."""
    try:
        next(_repetitions(recurrence, recurrence.start, recurrence.end), None)
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        raise ValueError(
            f"RRULE: {recurrence.rule!r} has a value out of range: correct it"
        ) from error


def _last_counted(recurrence: Recurrence) -> datetime:
    end = local(LATEST, "UTC").replace(tzinfo=None)
    starts = (start for start, _ in _repetitions(recurrence, recurrence.start, end))
    return max(starts, default=recurrence.start)  # none where all of them are excepted


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
        event.add("RRULE", vRecur.from_ical(recurrence.rule))
    for name, starts in (("RDATE", recurrence.added), ("EXDATE", recurrence.excepted)):
        for each in starts:
            event.add(name, each)
    calendar = Calendar()
    calendar.add_component(event)
    return recurring_ical_events.of(calendar)
