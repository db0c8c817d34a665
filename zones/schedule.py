"""A schedule says when a condition is in force: windows by local clocks, as intervals of UTC.

In force are its weekly windows, its recurrences (from iCalendar) and its extra windows, or, with
`always`, all time; never in a pass or a suspension, and only within the effective dates. How wall
times become instants is `wallclock`'s rule, how windows join and split `timeline`'s.

A window's start identifies it: it does not depend on what was asked. Answers near an instant come
from a block of days worked out once and kept, shared by all schedules with the same hours.
"""

from bisect import bisect_right
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Final

from zones.instant import DAY, Duration, Instant
from zones.interval import BEGINNING, END, Interval, Intervals, check_span, normalize
from zones.recurrence import Recurrence
from zones.timeline import Rules, next_start, occurrences, windows_between
from zones.wallclock import Occurrence, timezone
from zones.weekly import WeeklyWindow
from zones.window import OWN, Window

__all__ = ["OWN", "Interval", "Recurrence", "Schedule", "WeeklyWindow", "Window"]

_BLOCK: Final[Duration] = 8 * DAY


@dataclass(frozen=True, slots=True)
class _Block:
    """What is in force in one block of days."""

    number: int
    windows: tuple[Window, ...]
    starts: tuple[Instant, ...]
    changes: tuple[Instant, ...]


class _WorkedOut:
    """What a schedule keeps that follows from its fields: no part of its value or its JSON."""

    __slots__ = ("_holes", "_last_block", "_rules")
    _rules: Rules
    _holes: Intervals
    _last_block: _Block | None


@dataclass(frozen=True, slots=True)
class Schedule(_WorkedOut):
    """When a condition is in force. `timezone` is an IANA name.

    Raises:
        ValueError: an unknown time zone, effective dates the wrong way round, windows beside
            `always`, or nothing that is ever in force.
    """

    timezone: str
    weekly: tuple[WeeklyWindow, ...] = ()
    extra: tuple[Window, ...] = ()
    passes: tuple[Interval, ...] = ()
    suspensions: tuple[Interval, ...] = ()
    recurrences: tuple[Recurrence, ...] = ()
    effective_from: Instant | None = None
    effective_until: Instant | None = None
    always: bool = False

    def __post_init__(self) -> None:
        timezone(self.timezone)
        self._check_something_in_force()
        rules = Rules(self.timezone, self.weekly, self.recurrences, self.extra, self.always)
        object.__setattr__(self, "_rules", rules)
        object.__setattr__(self, "_holes", self._all_holes())
        object.__setattr__(self, "_last_block", None)

    def __reduce__(self) -> tuple[type["Schedule"], tuple[object, ...]]:
        return type(self), tuple(getattr(self, each.name) for each in fields(self))

    def _check_something_in_force(self) -> None:
        windows = bool(self.weekly or self.extra or self.recurrences)
        if self.always and windows:
            raise ValueError(
                "always: True leaves nothing for windows to add: drop weekly, extra and "
                "recurrences, or set always to False"
            )
        if not self.always and not windows:
            raise ValueError(
                "Schedule: it is never in force: add a weekly or extra window or a recurrence, or "
                "set always to True"
            )

    def _all_holes(self) -> Intervals:
        start = BEGINNING if self.effective_from is None else self.effective_from
        end = END if self.effective_until is None else self.effective_until
        check_span("effective_from and effective_until", start, end)
        outside = [
            Interval(*pair) for pair in ((BEGINNING, start), (end, END)) if pair[0] < pair[1]
        ]
        return normalize((*self.passes, *self.suspensions, *outside))

    def windows(self, after: Instant, until: Instant) -> tuple[Window, ...]:
        """Return every window that intersects [after, until), complete and in order.

        Raises:
            ValueError: `until` is before `after`.
        """
        if until < after:
            raise ValueError(f"until: {until} is before after {after}: swap them")
        if until == after:
            return ()
        return windows_between(self._rules, self._holes, after, until)

    def occurrences(self, after: Instant, until: Instant) -> tuple[Occurrence, ...]:
        """Return what each weekly window and recurrence asks for around [after, until].

        They are neither joined nor cut, and those that clocks skip are there, empty.
        """
        return tuple(occurrences(self._rules, after, until))

    @property
    def holes(self) -> Intervals:
        """The passes, the suspensions and the time outside the effective dates."""
        return self._holes

    def window_at(self, instant: Instant) -> Window | None:
        """Return the window in force at an instant."""
        block = self._block_of(instant)
        index = bisect_right(block.starts, instant) - 1
        if index < 0 or block.windows[index].end <= instant:
            return None
        return block.windows[index]

    def next_change(self, after: Instant) -> Instant | None:
        """Return the first instant after `after` at which a window starts or ends."""
        changes = self._block_of(after).changes
        index = bisect_right(changes, after)
        return changes[index] if index < len(changes) else None

    def _block_of(self, instant: Instant) -> _Block:
        number = instant // _BLOCK
        kept = self._last_block
        if kept is not None and kept.number == number:
            return kept
        block = _shared_block(self._rules, number)
        if self._holes and self._is_cut(block):
            block = _block(self._rules, self._holes, number)
        object.__setattr__(self, "_last_block", block)
        return block

    def _is_cut(self, block: _Block) -> bool:
        """Whether a hole changes the answers of a block."""
        start = block.windows[0].start if block.windows else block.number * _BLOCK
        end = block.changes[-1] if block.changes else END
        end = max(end, block.windows[-1].end if block.windows else end)
        return any(hole.start <= end and hole.end > start for hole in self._holes)


def _block(rules: Rules, holes: Intervals, number: int) -> _Block:
    start, end = number * _BLOCK, (number + 1) * _BLOCK
    windows = windows_between(rules, holes, start, end)
    changes = {edge for each in windows for edge in (each.start, each.end)} - {BEGINNING, END}
    if not windows or windows[-1].end < end:
        following = next_start(rules, holes, end)
        changes |= set() if following is None else {following}
    return _Block(number, windows, tuple(each.start for each in windows), tuple(sorted(changes)))


@lru_cache(maxsize=65_536)
def _shared_block(rules: Rules, number: int) -> _Block:
    return _block(rules, (), number)
