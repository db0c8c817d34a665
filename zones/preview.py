"""A preview shows what a schedule will mean: its windows by local clocks and in UTC, day by day.

A window that a change of the clocks moved, stretched or cut says so in words, and one that falls
into skipped hours and so is never in force is listed as empty: it must not just be missing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from zones.instant import DAY, HOUR, MINUTE, SECOND, Duration, Instant, render
from zones.interval import BEGINNING, END
from zones.schedule import Schedule
from zones.wallclock import Occurrence, end_of, local, start_of
from zones.weekly import DAY_NAMES
from zones.window import Window

_MOST_DAYS: Final = 3_660
_UNBOUNDED: Final = {BEGINNING: "no beginning", END: "no end"}


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One window of a preview.

    `start_local` and `end_local` are local times with offset and zone abbreviation, `start_utc` and
    `end_utc` RFC 3339 in UTC; 'no beginning' and 'no end' where there is none. `length_s` is the
    real length in seconds, None without both ends. `note` is empty on an ordinary day.
    """

    start: Instant
    end: Instant
    start_local: str
    end_local: str
    start_utc: str
    end_utc: str
    timezone: str
    length_s: float | None
    places: tuple[str, ...]
    note: str


def preview(schedule: Schedule, start: Instant, days: int) -> tuple[PreviewRow, ...]:
    """Return the windows of the `days` times 24 hours from `start`, in order.

    Raises:
        ValueError: `days` is not 1 to 3660.
    """
    if not 1 <= days <= _MOST_DAYS:
        raise ValueError(f"days: {days} must be from 1 to {_MOST_DAYS}: ask for fewer or more")
    until = start + days * DAY
    asked = schedule.occurrences(start - DAY, until + DAY)
    starts = {each.start: each for each in asked}
    ends = {each.end: each for each in asked}
    rows = [
        _row(each, schedule.timezone, _notes(each, schedule.timezone, starts, ends))
        for each in schedule.windows(start, until)
    ]
    rows += [
        _row(each, schedule.timezone, (_never(each),))
        for each in asked
        if each.start == each.end
        and start <= each.start < until
        and not any(each.start in hole for hole in schedule.holes)
    ]
    return tuple(sorted(rows, key=lambda row: (row.start, row.end)))


def _row(span: Window | Occurrence, zone: str, notes: Iterable[str]) -> PreviewRow:
    bounded = span.start > BEGINNING and span.end < END
    return PreviewRow(
        start=span.start,
        end=span.end,
        start_local=_local_text(span.start, zone),
        end_local=_local_text(span.end, zone),
        start_utc=_UNBOUNDED.get(span.start) or render(span.start),
        end_utc=_UNBOUNDED.get(span.end) or render(span.end),
        timezone=zone,
        length_s=(span.end - span.start) / SECOND if bounded else None,
        places=span.places,
        note="; ".join(notes),
    )


def _local_text(instant: Instant, zone: str) -> str:
    """Return, for example, 'Sun 2026-03-29 03:00 CEST (UTC+02:00)'."""
    if instant in _UNBOUNDED:
        return _UNBOUNDED[instant]
    shown = local(instant, zone)
    return f"{_dated(shown)} {shown.tzname()} (UTC{shown.isoformat()[-6:]})"


def _dated(wall: datetime) -> str:
    day = DAY_NAMES[wall.weekday()].capitalize()
    return f"{day} {wall.date().isoformat()} {_clock(wall)}"


def _clock(wall: datetime) -> str:
    text = wall.time().isoformat()
    return text.removesuffix(":00") if len(text) == len("00:00:00") else text


def _notes(
    window: Window, zone: str, starts: dict[Instant, Occurrence], ends: dict[Instant, Occurrence]
) -> Iterator[str]:
    """Yield what changes of the clocks did to a window."""
    if window.start in starts:
        asked = starts[window.start]
        yield from _moved("starts", window.start, asked.start_wall, asked.timezone, "first")
    if window.end in ends:
        asked = ends[window.end]
        yield from _moved("ends", window.end, asked.end_wall, asked.timezone, "second")
    if window.start > BEGINNING and window.end < END:
        yield from _stretched(window, zone)


def _moved(verb: str, instant: Instant, wall: datetime, zone: str, which: str) -> Iterator[str]:
    shown = local(instant, zone).replace(tzinfo=None)
    if shown != wall:
        same_day = shown.date() == wall.date()
        missing = f"{_clock(wall)} does not exist that day" if same_day else _skipped(wall)
        yield f"{verb} {_clock(shown)}, {missing}"
    elif start_of(wall, zone) != end_of(wall, zone):
        yield f"{verb} at the {which} {_clock(wall)}, which comes twice that day"


def _skipped(wall: datetime) -> str:
    return f"{_dated(wall)} does not exist"


def _never(asked: Occurrence) -> str:
    return (
        f"never in force: clocks skip from {_dated(asked.start_wall)} to {_dated(asked.end_wall)}"
    )


def _stretched(window: Window, zone: str) -> Iterator[str]:
    start, end = (local(each, zone).replace(tzinfo=None) for each in (window.start, window.end))
    by_clock = (end - start) // timedelta(microseconds=1)
    extra = window.end - window.start - by_clock
    if extra:
        longer = "longer: clocks go back" if extra > 0 else "shorter: clocks go forward"
        yield f"{_length_text(abs(extra))} {longer}"


def _length_text(length: Duration) -> str:
    for unit, name in ((HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second")):
        if length % unit == 0:
            count = length // unit
            return f"one {name}" if count == 1 else f"{count} {name}s"
    return f"{length / SECOND} seconds"
