"""One event of an iCalendar text (RFC 5545), read to the letter or refused.

- An event is in force from DTSTART to DTEND, by the clocks of its TZID, of UTC, or, with neither,
  of the zone given; RRULE, RDATE and EXDATE repeat it. DTEND is required: to the library that
  repeats events a DURATION is wall time and to RFC 5545 it is not, so an hour would be in doubt.
- CATEGORIES PASS and SUSPENSION make it a pass or a suspension.
- X-RINGFENCE-PLACE, one for each, are the zone ids of its places.
- RECURRENCE-ID says which repetition of the event with the same UID it replaces.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from icalendar import Component, vRecur

from zones.ical_write import PLACE, Kind
from zones.instant import SECOND, Instant, from_datetime
from zones.interval import END
from zones.recurrence import Recurrence
from zones.repetition_rule import rule_text, until_of
from zones.wallclock import end_of, local, start_of, timezone, timezone_names
from zones.window import Window

_SINGLE: Final = ("DTSTART", "DTEND", "DURATION", "RRULE", "RECURRENCE-ID", "UID", "STATUS")
_UTC: Final = "UTC"

LIBRARY_ERRORS: Final = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
"""What the library raises on malformed text."""


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """An event as read: its time, and the wall time and zone of the repetition it replaces."""

    uid: str
    sequence: int
    kind: Kind
    is_cancelled: bool
    time: Recurrence | Window
    replaces: tuple[datetime, str] | None


def read_event(event: Component, zone: str) -> CalendarEvent:
    """Return an event as read. `zone` is that of times which name none (IANA name).

    Raises:
        ValueError: the event cannot be followed to the letter; names it and the fix.
    """
    try:
        return _event(event, zone)
    except LIBRARY_ERRORS as error:
        name = f"{event.get('UID', 'without UID')} ({event.get('SUMMARY', 'no summary')})"
        raise ValueError(f"event {name}: {error}") from None


def _event(event: Component, zone: str) -> CalendarEvent:
    for broken, problem in event.errors:
        raise ValueError(f"{broken or 'a line'} cannot be read: {problem}")
    for name in _SINGLE:
        if isinstance(event.get(name), list):
            raise ValueError(f"{name} is given more than once: keep one")  # noqa: TRY004
    when = _time(event, zone)
    categories = [str(each).upper() for each in _values(event, "CATEGORIES")]
    return CalendarEvent(
        uid=str(event.get("UID", "")),
        sequence=int(event.get("SEQUENCE", 0)),
        kind=next(
            (each for each in (Kind.PASS, Kind.SUSPENSION) if each in categories), Kind.WINDOW
        ),
        is_cancelled=str(event.get("STATUS", "")).upper() == "CANCELLED",
        time=when,
        replaces=_replaces(event, zone),
    )


def _replaces(event: Component, zone: str) -> tuple[datetime, str] | None:
    if "RECURRENCE-ID" not in event:
        return None
    replaced, start = _property(event, "RECURRENCE-ID"), _property(event, "DTSTART")
    if "RANGE" in replaced.params:
        raise ValueError("RECURRENCE-ID: RANGE is not supported: give each changed event its own")
    if isinstance(replaced.dt, datetime) != isinstance(start.dt, datetime):
        raise ValueError(f"RECURRENCE-ID {replaced.dt}: give a time if DTSTART is one, or a date")
    return _wall(replaced, zone)


def _property(event: Component, name: str) -> Any:  # noqa: ANN401 - the library's own types
    return event[name]


def _values(event: Component, name: str) -> Iterator[Any]:
    """Yield the values of a property that may be repeated and may hold a list."""
    found = event.get(name, [])
    for each in found if isinstance(found, list) else [found]:
        yield from getattr(each, "dts", None) or getattr(each, "cats", None) or [each]


def _time(event: Component, zone: str) -> Recurrence | Window:
    """Return when an event is, with its repetitions."""
    start_property, end_property = _ends(event)
    start, own_zone = _wall(start_property, zone)
    places = tuple(str(each) for each in _values(event, PLACE))
    if own_zone == _UTC and not {"RRULE", "RDATE", "EXDATE"} & set(event):
        end = end_of(*_wall(end_property, zone))
        return Window(start_of(start, _UTC), END if end > END - SECOND else end, places)
    return Recurrence(
        timezone=own_zone,
        start=start,
        end=_in_zone(end_property, zone, own_zone, end_of),
        rule=_rule(_property(event, "RRULE"), own_zone) if "RRULE" in event else "",
        added=_starts(event, "RDATE", start, own_zone),
        excepted=_starts(event, "EXDATE", start, own_zone),
        places=places,
    )


def _ends(event: Component) -> tuple[Any, Any]:
    """Return the start and end of an event, both times or both dates."""
    for name in ("DTSTART", "DTEND"):
        if name not in event:
            instead = " instead of DURATION" if "DURATION" in event else ""
            raise ValueError(f"{name} is missing: give it{instead}")
    start, end = _property(event, "DTSTART"), _property(event, "DTEND")
    if isinstance(start.dt, datetime) != isinstance(end.dt, datetime):
        raise ValueError(f"DTSTART {start.dt} and DTEND {end.dt}: give two times or two dates")
    return start, end


def _wall(value: Any, zone: str) -> tuple[datetime, str]:  # noqa: ANN401 - a library property
    """Return the wall time of a property and its zone: `zone` where it names none."""
    if not isinstance(value.dt, date):
        raise ValueError(f"{value.dt} is not a date or a time: give one")  # noqa: TRY004
    if not isinstance(value.dt, datetime):
        return datetime.combine(value.dt, time()), zone
    name = value.params.get("TZID")
    if name is None:
        return value.dt.replace(tzinfo=None), zone if value.dt.tzinfo is None else _UTC
    if name not in timezone_names():
        name = getattr(value.dt.tzinfo, "key", name)
    timezone(name)
    return value.dt.replace(tzinfo=None), name


def _in_zone(
    value: Any,  # noqa: ANN401 - a library property
    zone: str,
    own_zone: str,
    resolve: Callable[[datetime, str], Instant],
) -> datetime:
    """Return a property as a wall time of an event's own zone."""
    wall, its_zone = _wall(value, zone)
    if its_zone == own_zone:
        return wall
    return local(resolve(wall, its_zone), own_zone).replace(tzinfo=None)


def _starts(event: Component, name: str, start: datetime, zone: str) -> tuple[datetime, ...]:
    """Return the starts of RDATE or EXDATE; a date means the time of the first start."""
    starts = []
    for each in _values(event, name):
        if isinstance(each.dt, tuple):
            raise ValueError(f"{name}: periods are not supported: give an event for each")  # noqa: TRY004
        wall = _in_zone(each, zone, zone, start_of)
        is_day = not isinstance(each.dt, datetime)
        starts.append(datetime.combine(wall, start.time()) if is_day else wall)
    return tuple(starts)


def _rule(rule: vRecur, zone: str) -> str:
    """Return a rule whose UNTIL, which is in UTC, is a wall time."""
    if "UNTIL" in rule:
        until = until_of(rule)
        if until.tzinfo is not None:
            until = local(from_datetime(until), zone).replace(tzinfo=None)
        rule = vRecur(rule | {"UNTIL": [until]})
    return rule_text(rule)
