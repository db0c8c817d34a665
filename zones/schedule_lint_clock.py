"""What changes of the clocks do to the windows of a schedule in the months to come.

A window as long by the clock as it is in fact needs no word. Otherwise it vanishes (clocks skip all
of it), is at most half as long, at least twice as long, or only stretched. Each is listed by local
clocks and in UTC, so that what will happen that night is agreed on before.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from zones.finding import Detail, Finding, FindingSeverity
from zones.instant import SECOND, render
from zones.interval import Interval
from zones.schedule import Schedule
from zones.wallclock import Occurrence, local

_ORDER: Final = ("window_skipped", "window_halved", "window_doubled", "window_stretched")
_WORDS: Final[dict[str, tuple[FindingSeverity, str]]] = {
    "window_skipped": (
        FindingSeverity.WARNING,
        "clocks skip all of it, so it is never in force that day",
    ),
    "window_halved": (FindingSeverity.WARNING, "clocks skip half of it or more"),
    "window_doubled": (FindingSeverity.WARNING, "it lasts twice as long or more"),
    "window_stretched": (FindingSeverity.NOTE, "it is longer or shorter than by the clock"),
}


def clock_findings(schedule: Schedule, span: Interval) -> Iterator[Finding]:
    """Yield a finding for each thing that changes of the clocks do within a span."""
    found: dict[str, list[Occurrence]] = {}
    for each in schedule.occurrences(span.start, span.end):
        code = _code(each)
        if code and span.start <= each.start < span.end and not _in_hole(schedule, each):
            found.setdefault(code, []).append(each)
    for code in _ORDER:
        if code in found:
            yield _finding(code, sorted(found[code], key=lambda each: each.start), schedule)


def _in_hole(schedule: Schedule, occurrence: Occurrence) -> bool:
    return any(
        hole.start <= occurrence.start and occurrence.end <= hole.end for hole in schedule.holes
    )


def _code(occurrence: Occurrence) -> str | None:
    """Return what happens to an occurrence; None if it is as long as by the clock."""
    real, by_clock = _lengths(occurrence)
    if real == by_clock:
        return None
    if real <= 0:
        return "window_skipped"
    if 2 * real <= by_clock:
        return "window_halved"
    return "window_doubled" if real >= 2 * by_clock else "window_stretched"


def _lengths(occurrence: Occurrence) -> tuple[float, float]:
    """Return real seconds, and seconds by the clock."""
    by_clock = (occurrence.end_wall - occurrence.start_wall).total_seconds()
    return (occurrence.end - occurrence.start) / SECOND, by_clock


def _finding(code: str, occurrences: Iterable[Occurrence], schedule: Schedule) -> Finding:
    listed = tuple(_told(each, schedule) for each in occurrences)
    severity, words = _WORDS[code]
    first = listed[0]
    hours = (
        f"{first['start_asked']} to {first['end_asked']} is {_length(first['length_s'])} instead "
        f"of {_length(first['clock_length_s'])}"
    )
    more = f", and {len(listed) - 1} more in 24 months" if len(listed) > 1 else ""
    return Finding(code, severity, f"{words}: {hours}{more}", "", listed)


def _told(each: Occurrence, schedule: Schedule) -> dict[str, Detail]:
    real, by_clock = _lengths(each)
    return {
        "start_asked": each.start_wall.isoformat(" ", "minutes"),
        "end_asked": each.end_wall.isoformat(" ", "minutes"),
        "start": render(each.start),
        "end": render(each.end),
        "start_local": local(each.start, schedule.timezone).isoformat(),
        "end_local": local(each.end, schedule.timezone).isoformat(),
        "length_s": real,
        "clock_length_s": by_clock,
    }


def _length(seconds: Detail) -> str:
    minutes = round(float(seconds or 0.0) / 60.0)
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest)
    return " ".join(parts) or "nothing"
