"""A recurrence is a wall-time event and its repetitions, as iCalendar (RFC 5545) means them.

Start, end, added and excepted starts are wall times of the recurrence's own zone, and every
repetition is as long by the clock as the first; what a repetition means in instants is decided by
`wallclock`, like any other wall time. The repetitions themselves are found by the library
`recurring_ical_events`, which is given wall times only and so has no say in that.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

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
from zones.weekly import check_places

_FREQUENCIES: Final = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_MOST_REPETITIONS: Final = 10_000
_MARGIN: Final = timedelta(days=3)


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
        check_places(self.places)
        for value in (self.start, self.end, *self.added, *self.excepted):
            if value.tzinfo is not None:
                raise ValueError(
                    f"Recurrence: {value.isoformat()} has an offset: give the wall time alone, "
                    "`timezone` says which clocks"
                )
        if self.end <= self.start:
            raise ValueError(
                f"Recurrence: end {self.end} is not after start {self.start}: give a later end"
            )
        if self.rule:
            _check_rule(self.rule)

    @property
    def first(self) -> Instant:
        """The start of the earliest repetition, or an instant before it."""
        return start_of(min(self.start, *self.added, self.start), self.timezone)

    @property
    def is_endless(self) -> bool:
        """Whether the rule has no last repetition."""
        return bool(self.rule) and not {"UNTIL", "COUNT"} & set(vRecur.from_ical(self.rule))

    @property
    def settled(self) -> Instant:
        """An instant after which the recurrence is over or, if endless, only its rule speaks."""
        starts = [self.start, *self.added, *self.excepted]
        if self.rule:
            rule = vRecur.from_ical(self.rule)
            starts += rule.get("UNTIL", [])
            if "COUNT" in rule:
                starts.append(_last_counted(self))
        return end_of(max(starts) + (self.end - self.start), self.timezone)


def _check_rule(text: str) -> None:
    """Check that a rule can be followed at a bounded cost."""
    try:
        rule = vRecur.from_ical(text)
    except ValueError as error:
        raise ValueError(f"RRULE: {text!r} cannot be read: {error}") from None
    frequency = rule.get("FREQ", [""])[0]
    if frequency not in _FREQUENCIES:
        raise ValueError(
            f"RRULE: FREQ {frequency!r} in {text!r}: use one of {', '.join(_FREQUENCIES)}"
        )
    count = rule.get("COUNT", [1])[0]
    if not 1 <= count <= _MOST_REPETITIONS:
        raise ValueError(
            f"RRULE: COUNT {count} in {text!r}: use 1 to {_MOST_REPETITIONS}, or UNTIL"
        )


def _last_counted(recurrence: Recurrence) -> datetime:
    found = _query(recurrence).between(recurrence.start, local(LATEST, "UTC").replace(tzinfo=None))
    return max((event.start for event in found), default=recurrence.start)


@lru_cache(maxsize=4096)
def _query(recurrence: Recurrence) -> recurring_ical_events.CalendarQuery:
    event = Event()
    event.add("UID", "1")
    event.add("DTSTART", recurrence.start)
    event.add("DTEND", recurrence.end)
    if recurrence.rule:
        event.add("RRULE", vRecur.from_ical(recurrence.rule))
    for each in recurrence.added:
        event.add("RDATE", each)
    for each in recurrence.excepted:
        event.add("EXDATE", each)
    calendar = Calendar()
    calendar.add_component(event)
    return recurring_ical_events.of(calendar)


def recurring_occurrences(
    recurrence: Recurrence, after: Instant, until: Instant
) -> Iterator[Occurrence]:
    """Yield the occurrences that intersect or touch [after, until], empty ones too."""
    zone = recurrence.timezone
    low, high = (
        local(min(max(each, EARLIEST), LATEST), zone).replace(tzinfo=None)
        for each in (after, until)
    )
    for event in _query(recurrence).between(low - _MARGIN, high + _MARGIN):
        found = occurrence(event.start, event.end, zone, recurrence.places)
        if found.end >= after and found.start <= until:
            yield found
