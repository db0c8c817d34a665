"""The schedule linter finds hours that are allowed and likely not what was meant.

A rule each: a forgotten day, gaps of minutes, overlaps, windows of 24 hours or more, hours that are
never in force, passes that cover nothing or everything, what is over, repetitions that never come.
What changes of the clocks do is `schedule_lint_clock`'s. A pass of a curfew is meant to make a
hole; so gaps and overlaps are looked for in the windows before passes are cut out of them.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final

from zones.finding import Detail, Finding, FindingSeverity, worst_first
from zones.instant import DAY, HOUR, MINUTE, Duration, Instant, render
from zones.interval import BEGINNING, END, Interval, normalize, subtract
from zones.recurrence import Recurrence, recurring_occurrences
from zones.schedule import Schedule
from zones.schedule_lint_clock import clock_findings
from zones.timeline import Rules, join, windows_between
from zones.wallclock import LATEST, local
from zones.weekly import DAY_NAMES, WeeklyWindow, weekly_occurrences
from zones.window import Window

HORIZON: Final[Duration] = 731 * DAY
"""How far ahead is looked: 24 months."""
_SOON: Final[Duration] = 16 * DAY
_GAP: Final[Duration] = 30 * MINUTE
"""Windows no farther apart than this were likely meant to touch."""
_REPEATS_WITHIN: Final[Duration] = 10 * 366 * DAY
_LONGEST: Final[Duration] = 24 * HOUR

_DAY_S: Final = 86_400
_WEEK_S: Final = 7 * _DAY_S

_ERROR, _WARNING, _NOTE = FindingSeverity

Named = tuple[str, Window]
"""A window and the rule that it comes from."""


def lint_schedule(schedule: Schedule, now: Instant) -> tuple[Finding, ...]:
    """Return what is likely wrong with a schedule as of `now`, worst first."""
    start = max(now, schedule.effective_from or now)
    end = min(start + HORIZON, schedule.effective_until or END, LATEST)
    span = Interval(start, max(end, start + 1))
    found = [finding for rule in _RULES for finding in rule(schedule, span)]
    return worst_first([*found, *clock_findings(schedule, span)])


@lru_cache(maxsize=16)
def _uncut(schedule: Schedule, span: Interval) -> tuple[Window, ...]:
    """Return the windows as they are before passes."""
    parts = (schedule.weekly, schedule.recurrences, schedule.extra, schedule.always)
    return windows_between(Rules(schedule.timezone, *parts), (), span.start, span.end)


def _forgotten_day(schedule: Schedule, _: Interval) -> Iterator[Finding]:
    """Find hours that some window covers on all days of the week but one."""
    if schedule.recurrences:
        return
    told: set[int] = set()
    for i, weekly in enumerate(schedule.weekly):
        missing = [day for day in range(len(DAY_NAMES)) if not _covered(schedule, weekly, day)]
        if len(missing) == 1 and missing[0] not in told:
            told.add(missing[0])
            yield _forgotten(weekly, missing[0], f"weekly[{i}]")


def _covered(schedule: Schedule, weekly: WeeklyWindow, day: int) -> bool:
    """Tell whether any window covers a part of a window's hours on a day, by the clock."""
    start, end = _in_week(weekly, day)
    return any(
        other_start + shift < end and start < other_end + shift
        for other in schedule.weekly
        for other_start, other_end in (_in_week(other, each) for each in other.days)
        for shift in (-_WEEK_S, 0, _WEEK_S)
    )


def _in_week(weekly: WeeklyWindow, day: int) -> tuple[float, float]:
    """Return seconds by the clock from the beginning of the week."""
    start, end = (
        each.hour * 3600 + each.minute * 60 + each.second for each in (weekly.start, weekly.end)
    )
    length = end - start if end > start else end - start + _DAY_S
    return day * _DAY_S + start, day * _DAY_S + start + length


def _forgotten(weekly: WeeklyWindow, day: int, path: str) -> Finding:
    hours = f"{weekly.start.isoformat('minutes')} to {weekly.end.isoformat('minutes')}"
    words = f"{hours} is in force on every day but {_DAYS[day]}: add the day, if it is meant to be"
    return Finding("day_forgotten", _WARNING, words, path, ({"day": DAY_NAMES[day]},))


_DAYS: Final = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip


def _gaps(schedule: Schedule, span: Interval) -> Iterator[Finding]:
    windows = join(
        Window(each.start, each.end) for each in _uncut(schedule, span) if each.start > BEGINNING
    )
    seen: dict[tuple[str, str], list[Interval]] = {}
    for one, other in pairwise(windows):
        if 0 < other.start - one.end <= _GAP:
            gap = Interval(one.end, other.start)
            clocks = (_clock(gap.start, schedule), _clock(gap.end, schedule))
            seen.setdefault(clocks, []).append(gap)
    for (start, end), gaps in seen.items():
        minutes = (gaps[0].end - gaps[0].start) / MINUTE
        yield Finding(
            "gap",
            _WARNING,
            f"not in force from {start} to {end}, {minutes:g} min, {_times(len(gaps))} in the 24 "
            f"months from {_day(span.start, schedule)}: let one window end when the next starts",
            "",
            tuple(_told(gap, schedule) for gap in gaps[:3]),
        )


def _overlaps(schedule: Schedule, span: Interval) -> Iterator[Finding]:
    """Find rules whose windows overlap; each pair of rules once."""
    named = [each for each in _named(schedule, span) if each[1].end > span.start]
    ordered = sorted(named, key=lambda each: (each[1].start, each[1].end))
    found: dict[tuple[str, str], tuple[Window, Window]] = {}
    for index, (name, window) in enumerate(ordered):
        for other, later in ordered[index + 1 :]:
            if later.start >= window.end:
                break
            found.setdefault((name, other), (window, later))
    for (name, other), (one, two) in found.items():
        if (other, name) in found and other < name:
            continue
        yield _overlap(name, other, one, two, schedule)


def _overlap(name: str, other: str, one: Window, two: Window, schedule: Schedule) -> Finding:
    both = Interval(two.start, min(one.end, two.end))
    same = one.places == two.places
    advice = (
        "one of them is not needed there"
        if same
        else "there the wearer may be at the places of either"
    )
    what = f"{name} overlaps itself" if name == other else f"{name} and {other} overlap"
    hours = f"{_moment(both.start, schedule)} to {_moment(both.end, schedule)}"
    message = f"{what}, first from {hours}: {advice}"
    severity = _NOTE if same else _WARNING
    return Finding("overlap", severity, message, other, (_told(both, schedule),))


def _named(schedule: Schedule, span: Interval) -> Iterator[Named]:
    until = span.end
    for i, weekly in enumerate(schedule.weekly):
        yield from _weekly_windows(f"weekly[{i}]", weekly, schedule.timezone, span.start, until)
    for i, recurrence in enumerate(schedule.recurrences):
        for each in recurring_occurrences(recurrence, span.start, until):
            if each.start < each.end:
                yield f"ical event {i + 1}", Window(each.start, each.end, each.places)
    for i, extra in enumerate(schedule.extra):
        yield f"extra[{i}]", extra


def _weekly_windows(
    name: str, weekly: WeeklyWindow, zone: str, start: Instant, end: Instant
) -> Iterator[Named]:
    for each in weekly_occurrences(weekly, zone, start, end):
        if each.start < each.end:
            yield name, Window(each.start, each.end, each.places)


def _long_windows(schedule: Schedule, _: Interval) -> Iterator[Finding]:
    for i, weekly in enumerate(schedule.weekly):
        if weekly.start == weekly.end and weekly.start.hour + weekly.start.minute:
            clock = weekly.start.isoformat("minutes")
            words = f"{clock} to {clock} is 24 hours: give another end, if it is to be shorter"
            yield Finding("whole_day", _WARNING, words, f"weekly[{i}]", ({"hours": 24.0},))
    for i, extra in enumerate(schedule.extra):
        if extra.end - extra.start > _LONGEST:
            yield _long(f"extra[{i}]", (extra.end - extra.start) / HOUR)
    for i, each in enumerate(schedule.recurrences):
        hours = (each.end - each.start).total_seconds() / 3600.0
        if hours > _LONGEST / HOUR:
            yield _long(f"ical event {i + 1}", hours)


def _long(path: str, hours: float) -> Finding:
    words = f"a window of {hours:g} hours, more than a day: check its end"
    return Finding("long_window", _WARNING, words, path, ({"hours": hours},))


def _never(schedule: Schedule, span: Interval) -> Iterator[Finding]:
    if schedule.windows(span.start, min(span.end, span.start + _SOON)) or schedule.windows(
        span.start, span.end
    ):
        return
    since = schedule.effective_from
    starts = [each.start for each in schedule.extra] + [each.first for each in schedule.recurrences]
    begun = min([*starts, span.start - HORIZON]) if since is None else since
    past = [] if begun >= span.start else schedule.windows(begun, span.start)
    if past:
        words = f"no longer in force: the last window ended {_moment(past[-1].end, schedule)}"
        yield Finding("over", _NOTE, words, "", ({"ended": render(past[-1].end)},))
    elif schedule.next_change(span.start) is None:
        words = "never in force: no window is left by the effective dates, passes and suspensions"
        yield Finding("never_in_force", _ERROR, words)


def _passes(schedule: Schedule, span: Interval) -> Iterator[Finding]:
    named = [("pass", f"passes[{i}]", each) for i, each in enumerate(schedule.passes)]
    named += [
        ("suspension", f"suspensions[{i}]", each) for i, each in enumerate(schedule.suspensions)
    ]
    for word, path, each in named:
        if each.end <= span.start:
            words = f"this {word} ended {_moment(each.end, schedule)}: it is over"
            yield Finding("over", _NOTE, words, path, ({"ended": render(each.end)},))
        elif not _uncut(schedule, each):
            words = f"this {word} covers no window: check its dates"
            yield Finding("pass_covers_nothing", _WARNING, words, path, (_told(each, schedule),))
    yield from _everything(schedule, span)
    for i, extra in enumerate(schedule.extra):
        if extra.end <= span.start:
            words = f"this window ended {_moment(extra.end, schedule)}: it is over"
            yield Finding("over", _NOTE, words, f"extra[{i}]", ({"ended": render(extra.end)},))


def _everything(schedule: Schedule, span: Interval) -> Iterator[Finding]:
    """Find passes that, one by one or together, leave nothing of the windows."""
    windows = normalize(
        Interval(max(each.start, span.start), min(each.end, span.end))
        for each in _uncut(schedule, span)
        if each.end > span.start and each.start < span.end
    )
    passes = normalize((*schedule.passes, *schedule.suspensions))
    if windows and passes and not subtract(windows, passes):
        words = "passes and suspensions cover every window there is: nothing is left in force"
        yield Finding("pass_covers_everything", _ERROR, words, "passes")


def _repetitions(schedule: Schedule, _: Interval) -> Iterator[Finding]:
    for i, each in enumerate(schedule.recurrences):
        path, number = f"ical event {i + 1}", _number_of(each)
        if number == 0:
            words = "this event never occurs: every repetition of it is excepted"
            yield Finding("rule_never_occurs", _ERROR, words, path)
        elif number == 1 and each.rule and not each.added:
            words = f"the rule {each.rule} names no day but the first in ten years: check it"
            yield Finding("rule_never_repeats", _WARNING, words, path)


def _number_of(recurrence: Recurrence) -> int:
    """Return 0, 1 or 2 (for more): how often a recurrence occurs in ten years."""
    until = min(recurrence.first + _REPEATS_WITHIN, LATEST)
    starts = {
        each.start_wall for each in recurring_occurrences(recurrence, recurrence.first, until)
    }
    return min(2, len(starts))


def _always(schedule: Schedule, span: Interval) -> Iterator[Finding]:
    if schedule.always:
        return
    for each in _uncut(schedule, span):
        if each.start == BEGINNING and each.end == END:
            words = "the windows leave no pause: it is in force at all times; leave them out"
            yield Finding("no_pause", _NOTE, words)


_RULES: Final[tuple[Callable[[Schedule, Interval], Iterable[Finding]], ...]] = (
    _never,
    _forgotten_day,
    _gaps,
    _overlaps,
    _long_windows,
    _passes,
    _repetitions,
    _always,
)


def _told(span: Interval, schedule: Schedule) -> dict[str, Detail]:
    return {
        "start": render(span.start),
        "end": render(span.end),
        "start_local": local(span.start, schedule.timezone).isoformat(),
        "end_local": local(span.end, schedule.timezone).isoformat(),
        "length_s": (span.end - span.start) / 1e6,
    }


def _clock(instant: Instant, schedule: Schedule) -> str:
    return local(instant, schedule.timezone).strftime("%H:%M")


def _day(instant: Instant, schedule: Schedule) -> str:
    return local(instant, schedule.timezone).date().isoformat()


def _moment(instant: Instant, schedule: Schedule) -> str:
    return f"{_day(instant, schedule)} {_clock(instant, schedule)}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
