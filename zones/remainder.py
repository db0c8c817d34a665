"""What is left of a schedule's windows while none of other schedules is in force.

The others cut like passes do: while one of them is in force, no window is; what is left of a window
begins where the last of them ended and ends where the next of them starts. Like any window's, its
start identifies it.
"""

from dataclasses import dataclass

from zones.instant import Instant
from zones.interval import END, Interval, Intervals, intersect, normalize, subtract
from zones.schedule import Schedule
from zones.window import Window


class _Found:
    """The stretch that was asked for last: no part of the value."""

    __slots__ = ("_stretch", "_window")
    _stretch: Interval | None
    _window: Window | None


@dataclass(frozen=True, slots=True)
class Remainder(_Found):
    """A schedule, and those that come before it."""

    schedule: Schedule
    before: tuple[Schedule, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "_stretch", None)
        object.__setattr__(self, "_window", None)

    def window_at(self, instant: Instant) -> Window | None:
        """Return what is left of the window in force at an instant; None if nothing is."""
        known = self._stretch
        if known is None or instant not in known:
            window = self._left_at(instant)
            start = instant if window is None else max(window.start, instant)
            object.__setattr__(self, "_window", window)
            object.__setattr__(self, "_stretch", _from(start, self.next_change(instant)))
        return self._window

    def next_change(self, after: Instant) -> Instant:
        """Return the next instant at which any of the schedules changes; END if none."""
        changes = (each.next_change(after) for each in (self.schedule, *self.before))
        return min((each for each in changes if each is not None), default=END)

    def in_force(self, after: Instant, until: Instant) -> Intervals:
        """Return the parts of [after, until) in which what is left is in force."""
        if until <= after:
            return ()
        own, *others = (_clipped(each, after, until) for each in (self.schedule, *self.before))
        return subtract(own, normalize(part for other in others for part in other))

    def _left_at(self, instant: Instant) -> Window | None:
        window = self.schedule.window_at(instant)
        if window is None or any(each.window_at(instant) for each in self.before):
            return None
        ends = (each.last_end(instant, window.start) for each in self.before)
        starts = (each.next_change(instant) for each in self.before)
        return Window(
            max([window.start, *(each for each in ends if each is not None)]),
            min([window.end, *(each for each in starts if each is not None)]),
            window.places,
        )


def _from(start: Instant, end: Instant) -> Interval | None:
    return Interval(start, end) if start < end else None


def _clipped(schedule: Schedule, after: Instant, until: Instant) -> Intervals:
    windows = schedule.windows(after, until)
    return intersect(
        normalize(Interval(each.start, each.end) for each in windows), (Interval(after, until),)
    )
