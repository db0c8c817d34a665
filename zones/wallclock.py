"""A wall time means the instant at which the clocks of its zone show it, and sometimes they do not.

For the wall time w of a zone, with local(t) what its clocks show at the instant t:

    as a start   the first t with local(t) >= w
    as an end    the last  t with local(t) <= w, or where that is only approached, its limit

So a wall time that exists once means that instant; one that clocks skip means the first instant
after the gap, as a start and as an end; one that happens twice means its first occurrence as a
start and its second as an end. The rule also holds where a whole day is skipped or repeated.

Zones come from the installed `tzdata` package only, never from the machine: the same evidence gives
the same hours on another machine, and `timezone_database` names the release for the record.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib import import_module
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from zones.instant import DAY, SECOND, Instant, to_datetime
from zones.interval import BEGINNING, END

EARLIEST: Final[Instant] = BEGINNING + 30 * DAY
LATEST: Final[Instant] = END - 30 * DAY
"""The years that wall times are worked out for, a month short of what a date can hold."""

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall time has no offset
_STEP: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A stretch of wall time and the instants it means: [start, end), empty when clocks skip it.

    `start_wall` and `end_wall` are what was asked for, by the clocks of `timezone` (an IANA name);
    `places` are zone ids.
    """

    start: Instant
    end: Instant
    start_wall: datetime
    end_wall: datetime
    timezone: str
    places: tuple[str, ...]


def timezone_database() -> str:
    """Return the release of the IANA time zone database in use, for example '2026c'."""
    return str(import_module("tzdata").IANA_VERSION)


@cache
def timezone_names() -> frozenset[str]:
    """Return the names of all IANA time zones."""
    return frozenset(files("tzdata").joinpath("zones").read_text("ascii").split())


@cache
def timezone(name: str) -> ZoneInfo:
    """Return the zone of an IANA name.

    Raises:
        ValueError: there is no such zone.
    """
    if name not in timezone_names():
        close = get_close_matches(name, timezone_names(), n=1)
        fix = f"did you mean {close[0]!r}?" if close else "use one like 'Europe/Berlin'"
        raise ValueError(f"timezone: {name!r} is not an IANA time zone: {fix}")
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def local(instant: Instant, zone: str) -> datetime:
    """Return the aware local time of an instant. Its offset is that zone's at that instant."""
    return to_datetime(instant).astimezone(timezone(zone))


@lru_cache(maxsize=65_536)
def start_of(wall: datetime, zone: str) -> Instant:
    """Return the instant of a wall time (without offset) as a start."""
    first, second = _readings(wall, zone)
    return first if first <= second else _gap_end(wall, zone, second, first)


@lru_cache(maxsize=65_536)
def end_of(wall: datetime, zone: str) -> Instant:
    """Return the instant of a wall time (without offset) as an end."""
    first, second = _readings(wall, zone)
    return second if first <= second else _gap_end(wall, zone, second, first)


def occurrence(
    start: datetime, end: datetime, zone: str, places: tuple[str, ...] = ()
) -> Occurrence:
    """Return what the wall times from `start` to `end` mean in a zone."""
    return Occurrence(start_of(start, zone), end_of(end, zone), start, end, zone, places)


def _readings(wall: datetime, zone: str) -> tuple[Instant, Instant]:
    """Return the instants of a wall time by the offset before and by the one after a change.

    Both are equal away from a change; the first is the later one in a gap (PEP 495).
    """
    aware = wall.replace(tzinfo=timezone(zone), fold=0)
    since_epoch = (wall - _EPOCH) // _STEP
    before, after = aware.utcoffset(), aware.replace(fold=1).utcoffset()
    assert before is not None  # noqa: S101 - a ZoneInfo knows its offset at every wall time
    assert after is not None  # noqa: S101
    return since_epoch - before // _STEP, since_epoch - after // _STEP


def _gap_end(wall: datetime, zone: str, low: Instant, high: Instant) -> Instant:
    """Return the first instant in (low, high] at which clocks show more than a skipped time."""
    low, high = low // SECOND, -(-high // SECOND)
    while high - low > 1:
        middle = (low + high) // 2
        if local(middle * SECOND, zone).replace(tzinfo=None) > wall:
            high = middle
        else:
            low = middle
    return high * SECOND
