"""When the rules of a schedule are in force, as windows: joined, split and cut.

- Windows of the same places that overlap or touch are one window.
- Where windows of different places overlap, the condition is met at any of the places of those in
  force: the overlap is a window of its own whose places are all of theirs, sorted.
- Passes, suspensions and the time outside the effective dates are holes: no window is in force.

A window is complete whatever was asked: it is followed to its true start and end, so its start
identifies it. Rules that are in force without a break have neither (`BEGINNING`, `END`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from itertools import chain, pairwise
from operator import attrgetter
from typing import Final

from zones.instant import DAY, Duration, Instant
from zones.interval import BEGINNING, END, Intervals, first_ending_after
from zones.recurrence import Recurrence, recurring_occurrences
from zones.wallclock import EARLIEST, LATEST, Occurrence
from zones.weekly import WeeklyWindow, weekly_length, weekly_occurrences
from zones.window import OWN, Window

_STEP: Final[Duration] = 16 * DAY
"""What is the same every week and in force without a break for two always is."""

_WEEK: Final = timedelta(days=7)
_LONGEST_PAUSE: Final[Duration] = 5_000 * DAY
"""An endless recurrence without a change for that long (13 years) is taken never to change: its
rule repeats at least every 4 years, and 29 February at least every 8."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What puts a condition in force, before holes are cut."""

    timezone: str
    weekly: tuple[WeeklyWindow, ...]
    recurrences: tuple[Recurrence, ...]
    extra: tuple[Window, ...]
    always: bool


def windows_between(
    rules: Rules, holes: Intervals, after: Instant, until: Instant
) -> tuple[Window, ...]:
    """Return the complete windows that intersect [after, until), in order."""
    found = cut(_follow(rules, after, until), holes)
    return tuple(each for each in found if each.end > after and each.start < until)


def occurrences(rules: Rules, after: Instant, until: Instant) -> Iterator[Occurrence]:
    """Yield every single occurrence that intersects or touches [after, until], empty ones too."""
    return chain(
        *(weekly_occurrences(each, rules.timezone, after, until) for each in rules.weekly),
        *(recurring_occurrences(each, after, until) for each in rules.recurrences),
    )


def is_endless(rules: Rules) -> bool:
    """Return whether rules are in force without a break before or after some instant."""
    return rules.always or bool(_steady(rules).unbroken)


def next_start(rules: Rules, holes: Intervals, after: Instant) -> Instant | None:
    """Return the first start at or after an instant at which no window is in force."""
    probe: Instant | None = after
    while probe is not None and probe < LATEST:
        for window in windows_between(rules, holes, probe, probe + _STEP):
            if window.start >= after:
                return window.start
        probe = _next_probe(rules, holes, probe + _STEP)
    return None


def _next_probe(rules: Rules, holes: Intervals, instant: Instant) -> Instant | None:
    """Return the next instant from which a search for a start can go on, if any."""
    for hole in holes:
        if instant in hole:
            return hole.end
    steady = _steady(rules)
    if rules.weekly or (rules.recurrences and steady.first <= instant < steady.last):
        return instant
    if steady.endless:
        last = max(steady.last, *(hole.end for hole in holes if hole.end < END), steady.first)
        return instant if instant < last + _LONGEST_PAUSE else None
    starts = [each.start for each in rules.extra] + [each.first for each in rules.recurrences]
    return min((each for each in starts if each >= instant), default=None)


@dataclass(frozen=True, slots=True)
class _Steady:
    """Before `first` and after `last` only weekly windows and endless recurrences speak.

    `unbroken` are the windows that are in force without a break there.
    """

    first: Instant
    last: Instant
    endless: bool
    unbroken: tuple[Window, ...]


@lru_cache(maxsize=65_536)
def _steady(rules: Rules) -> _Steady:
    bounds = [edge for each in rules.recurrences for edge in (each.first, each.settled)]
    bounds += [edge for each in rules.extra for edge in (each.start, each.end)]
    finite = [each for each in bounds if EARLIEST <= each <= LATEST] or [0]
    first, last = min(finite), max(finite)
    endless = [each for each in rules.recurrences if each.is_endless]
    head: list[Window] = []
    if sum(map(weekly_length, rules.weekly), timedelta()) >= _WEEK:
        head = _unbroken(rules, first - _STEP, first, Window(BEGINNING, first))
    tail = _unbroken(rules, last, last + _STEP, Window(last, END)) if head or endless else []
    if tail and not _is_weekly(rules, endless):
        tail = _unbroken(rules, last, last + _LONGEST_PAUSE, Window(last, END))
    return _Steady(first, last, bool(endless), (*head, *tail))


def _is_weekly(rules: Rules, endless: list[Recurrence]) -> bool:
    """Return whether weekly windows and endless recurrences are the same every week.

    In two zones they are not, as their clocks do not change together.
    """
    zones = {each.timezone for each in endless} | ({rules.timezone} if rules.weekly else set())
    return len(zones) == 1 and all(each.repeats_weekly for each in endless)


def _unbroken(rules: Rules, start: Instant, end: Instant, whole: Window) -> list[Window]:
    """Return `whole`, with its places, if the rules are in force from `start` to `end` throughout.

    `whole` is what they are then in force for.
    """
    return [
        replace(whole, places=each.places)
        for each in join(_single(rules, start, end))
        if each.start <= start and end <= each.end
    ]


def _follow(rules: Rules, after: Instant, until: Instant) -> list[Window]:
    """Return windows of which those that intersect [after, until) are complete."""
    if rules.always:
        return [Window(BEGINNING, END)]
    left, right, reach = after - DAY, until + DAY, DAY
    while True:
        windows = join((*_single(rules, left, right), *_steady(rules).unbroken))
        near = [each for each in windows if each.end > after and each.start < until]
        reach *= 2
        if near and BEGINNING < near[0].start < left:
            left -= reach
        elif near and right < near[-1].end < END:
            right += reach
        else:
            return near


def _single(rules: Rules, after: Instant, until: Instant) -> list[Window]:
    """Return each occurrence and extra window that intersects or touches [after, until]."""
    found = [
        Window(each.start, each.end, each.places)
        for each in occurrences(rules, after, until)
        if each.start < each.end
    ]
    found += [each for each in rules.extra if each.end >= after and each.start <= until]
    return found


def join(windows: Iterable[Window]) -> list[Window]:
    """Return windows joined where they overlap or touch, and split where their places differ."""
    ordered = sorted(windows, key=attrgetter("start"))
    if len({each.places for each in ordered}) > 1:
        return _join_places(ordered)
    joined: list[Window] = []
    for each in ordered:
        if joined and each.start <= joined[-1].end:
            if each.end > joined[-1].end:
                joined[-1] = Window(joined[-1].start, each.end, joined[-1].places)
        else:
            joined.append(each)
    return joined


def _join_places(windows: Iterable[Window]) -> list[Window]:
    """Return windows joined and split by the places of those in force at each instant."""
    edges: dict[Instant, Counter[tuple[str, ...]]] = {}
    for each in windows:
        edges.setdefault(each.start, Counter())[each.places] += 1
        edges.setdefault(each.end, Counter())[each.places] -= 1
    joined: list[Window] = []
    active: Counter[tuple[str, ...]] = Counter()
    for start, end in pairwise(sorted(edges)):
        active.update(edges[start])
        met_at = {places for places, count in active.items() if count > 0}
        if not met_at:
            continue
        places = _any_of(met_at)
        if joined and joined[-1].end == start and joined[-1].places == places:
            joined[-1] = Window(joined[-1].start, end, places)
        else:
            joined.append(Window(start, end, places))
    return joined


def _any_of(alternatives: set[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the places of windows that are in force together."""
    if alternatives == {()}:
        return ()
    return tuple(sorted({each for places in alternatives for each in places or (OWN,)}))


def cut(windows: Iterable[Window], holes: Intervals) -> list[Window]:
    """Return the parts of windows that lie in no hole."""
    if not holes:
        return list(windows)
    return [part for each in windows for part in _parts(each, holes)]


def _parts(window: Window, holes: Intervals) -> Iterator[Window]:
    start = window.start
    for i in range(first_ending_after(holes, start), len(holes)):
        if holes[i].start >= window.end:
            break
        if holes[i].start > start:
            yield Window(start, holes[i].start, window.places)
        start = holes[i].end
    if start == window.start:
        yield window
    elif start < window.end:
        yield Window(start, window.end, window.places)
