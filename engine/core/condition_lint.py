"""The linter of a condition as written: its hours, and whether its parameters fit them."""

from collections.abc import Iterator
from typing import Final

from engine.core.registry import OrderCondition
from zones.finding import Finding, FindingSeverity, worst_first
from zones.instant import DAY, SECOND, Duration, Instant, seconds
from zones.interval import BEGINNING, END
from zones.schedule_lint import lint_schedule

_SAMPLE: Final[Duration] = 366 * DAY


def lint_condition(condition: OrderCondition, now: Instant) -> tuple[Finding, ...]:
    """Return what is likely wrong with a condition as of `now`, worst first."""
    hours = lint_schedule(condition.schedule, now)
    return worst_first([*hours, *_dwell(condition, now), *_stay(condition, now)])


def _dwell(condition: OrderCondition, now: Instant) -> Iterator[Finding]:
    """Find a dwell that no window is long enough for: nothing could ever be confirmed."""
    longest = _longest_window(condition, now)
    dwell_s = condition.parameters.dwell_s
    if longest is None or seconds(dwell_s) < longest:
        return
    hours = longest / SECOND
    words = (
        f"dwell_s is {dwell_s:g}, the longest window {hours:g} seconds: nothing can ever be "
        "confirmed in it; give a shorter dwell_s"
    )
    details = ({"dwell_s": dwell_s, "longest_window_s": hours},)
    yield Finding("dwell_exceeds_window", FindingSeverity.ERROR, words, "dwell_s", details)


def _stay(condition: OrderCondition, now: Instant) -> Iterator[Finding]:
    """Find an attendance that asks for a longer stay than a window lasts."""
    minimum_s = None if condition.stay is None else condition.stay.minimum_s
    lengths = _window_lengths(condition, now)
    if minimum_s is None or not lengths or seconds(minimum_s) <= min(lengths):
        return
    shortest, never = min(lengths) / SECOND, seconds(minimum_s) > max(lengths)
    words = (
        f"minimum_stay_s is {minimum_s:g}, {'every' if never else 'a'} window is shorter, down to "
        f"{shortest:g} seconds: nobody can stay that long; give a shorter stay or longer windows"
    )
    severity = FindingSeverity.ERROR if never else FindingSeverity.WARNING
    details = ({"minimum_stay_s": minimum_s, "shortest_window_s": shortest},)
    yield Finding("stay_exceeds_window", severity, words, "minimum_stay_s", details)


def _longest_window(condition: OrderCondition, now: Instant) -> Duration | None:
    """Return the length of the longest window of a year; None without any, or without an end."""
    return max(_window_lengths(condition, now), default=None)


def _window_lengths(condition: OrderCondition, now: Instant) -> list[Duration]:
    """Return the lengths of the windows that start in a year; none if one has no end."""
    windows = condition.schedule.windows(now, now + _SAMPLE)
    if any(each.start == BEGINNING or each.end == END for each in windows):
        return []
    return [each.end - each.start for each in windows]
