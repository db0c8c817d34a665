"""A schedule says when a condition is in force: windows by local clocks, as intervals of UTC.

In force are its weekly windows, its recurrences (from iCalendar) and its extra windows, or, with
`always`, all time; never in a pass or a suspension, and only within the effective dates. How wall
times become instants is `wallclock`'s rule, how windows join and split `timeline`'s.

A window's start identifies it: it does not depend on what was asked.
"""

from dataclasses import dataclass, fields
from typing import Final

from zones.blocks import Block, Hours, block_number, block_of, hours_of
from zones.instant import DAY, Duration, Instant
from zones.interval import BEGINNING, END, Interval, Intervals, check_span, normalize
from zones.recurrence import Recurrence
from zones.timeline import Rules, is_endless, occurrences, windows_between
from zones.wallclock import EARLIEST, Occurrence, timezone
from zones.weekly import WeeklyWindow
from zones.window import OWN, Window

_LOOK_BACK: Final[Duration] = 16 * DAY

__all__ = ["OWN", "Interval", "Recurrence", "Schedule", "WeeklyWindow", "Window"]


_HOURS: Final = ("timezone", "weekly", "extra", "recurrences", "always", "_hours")
"""What of a schedule its holes have no part in."""


class _WorkedOut:
    """What a schedule keeps that follows from its fields: no part of its value or its JSON."""

    __slots__ = ("_holes", "_hours", "_last_block")
    _hours: Hours
    _holes: Intervals
    _last_block: Block | None


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
        object.__setattr__(self, "_hours", hours_of(rules))
        object.__setattr__(self, "_holes", self._all_holes())
        object.__setattr__(self, "_last_block", None)

    def __reduce__(self) -> tuple[type["Schedule"], tuple[object, ...]]:
        return type(self), tuple(getattr(self, each.name) for each in fields(self))

    def with_holes(
        self,
        passes: Intervals,
        suspensions: Intervals,
        effective_from: Instant | None,
        effective_until: Instant | None,
    ) -> "Schedule":
        """Return the same hours with other holes, which costs a fraction of making them anew.

        Raises:
            ValueError: effective dates the wrong way round.
        """
        made = object.__new__(Schedule)
        for name in _HOURS:
            object.__setattr__(made, name, getattr(self, name))
        object.__setattr__(made, "passes", passes)
        object.__setattr__(made, "suspensions", suspensions)
        object.__setattr__(made, "effective_from", effective_from)
        object.__setattr__(made, "effective_until", effective_until)
        object.__setattr__(made, "_holes", made._all_holes())
        object.__setattr__(made, "_last_block", None)
        return made

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
        return windows_between(self._hours.rules, self._holes, after, until)

    def occurrences(self, after: Instant, until: Instant) -> tuple[Occurrence, ...]:
        """Return what each weekly window and recurrence asks for around [after, until].

        They are neither joined nor cut, and those that clocks skip are there, empty.
        """
        return tuple(occurrences(self._hours.rules, after, until))

    @property
    def holes(self) -> Intervals:
        """The passes, the suspensions and the time outside the effective dates."""
        return self._holes

    def window_at(self, instant: Instant) -> Window | None:
        """Return the window in force at an instant."""
        return self._block_at(instant).window_at(instant)

    def whole_at(self, instant: Instant) -> Window | None:
        """Return the window that its hours alone put an instant in: nothing is cut out of it."""
        return self._hours.block(block_number(instant)).window_at(instant)

    @property
    def endless(self) -> bool:
        """Whether, but for what is cut out, it is in force without a break for ever."""
        return is_endless(self._hours.rules)

    def last_end(self, at: Instant, since: Instant) -> Instant | None:
        """Return the last instant in (since, at] at which a window ended, None if there is none."""
        first = max(since, self._first())
        reach = _LOOK_BACK
        while at > first:
            after = max(first, at - reach)
            ends = [each.end for each in self.windows(after, at) if after < each.end <= at]
            if ends:
                return max(ends)
            if after == first:
                break
            reach *= 4
        return None

    def _first(self) -> Instant:
        """Return an instant before which no window ends."""
        begun = EARLIEST if self.effective_from is None else self.effective_from
        if self.weekly or self.always:
            return max(begun, EARLIEST)
        starts = [each.start for each in self.extra] + [each.first for each in self.recurrences]
        return max(begun, EARLIEST, min(starts))

    def next_change(self, after: Instant) -> Instant | None:
        """Return the first instant after `after` at which a window starts or ends."""
        return self._block_at(after).next_change(after)

    def _block_at(self, instant: Instant) -> Block:
        number = block_number(instant)
        block = self._last_block
        if block is None or block.number != number:
            block = block_of(self._hours, self._holes, number)
            object.__setattr__(self, "_last_block", block)
        return block
