"""What is in force near an instant comes from a block of days, worked out once and shared.

Many wearers have the same hours, and few have a pass just now. So the blocks of hours without holes
are shared by all schedules with these hours, and only a block that a hole changes is worked out,
from the shared one, for one schedule alone.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from zones.instant import DAY, Duration, Instant
from zones.interval import BEGINNING, END, Intervals, first_ending_after
from zones.timeline import Rules, cut, next_start, windows_between
from zones.window import Window

_LENGTH: Final[Duration] = 8 * DAY
_MOST_KEPT: Final = 65_536


@dataclass(frozen=True, slots=True)
class Block:
    """The windows that intersect some days, and all changes in them and the first one after."""

    number: int
    windows: tuple[Window, ...]
    starts: tuple[Instant, ...]
    changes: tuple[Instant, ...]

    def window_at(self, instant: Instant) -> Window | None:
        """Return the window in force at an instant of the block."""
        index = bisect_right(self.starts, instant) - 1
        if index < 0 or self.windows[index].end <= instant:
            return None
        return self.windows[index]

    def next_change(self, after: Instant) -> Instant | None:
        """Return the first change after an instant of the block."""
        index = bisect_right(self.changes, after)
        return self.changes[index] if index < len(self.changes) else None


class Hours:
    """Rules, and the block of them that was asked for last."""

    __slots__ = ("_last", "rules")

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._last: Block | None = None

    def block(self, number: int) -> Block:
        """Return a block of the rules without holes."""
        last = self._last
        if last is None or last.number != number:
            last = self._last = _uncut(self.rules, number)
        return last


@lru_cache(maxsize=_MOST_KEPT)
def hours_of(rules: Rules) -> Hours:
    """Return the one object for all equal rules."""
    return Hours(rules)


def block_number(instant: Instant) -> int:
    """Return the number of the block that an instant is in."""
    return instant // _LENGTH


def block_of(hours: Hours, holes: Intervals, number: int) -> Block:
    """Return a block of hours less holes."""
    uncut = hours.block(number)
    if not holes or not _is_cut(uncut, holes):
        return uncut
    end = (number + 1) * _LENGTH
    windows = tuple(
        each
        for each in cut(uncut.windows, holes)
        if number * _LENGTH < each.end and each.start < end
    )
    following = None
    if not _is_in_force(windows, end):
        after = None if _is_in_force(uncut.windows, end) else uncut.next_change(end - 1)
        is_free = after is not None and not any(after in hole for hole in holes)
        following = after if is_free else next_start(hours.rules, holes, end)
    return _block(number, windows, following)


def _is_cut(block: Block, holes: Intervals) -> bool:
    """Return whether a hole changes the answers of a block."""
    start = block.windows[0].start if block.windows else block.number * _LENGTH
    end = block.changes[-1] if block.changes else END
    if block.windows:
        end = max(end, block.windows[-1].end)
    index = first_ending_after(holes, start)
    return index < len(holes) and holes[index].start <= end


@lru_cache(maxsize=_MOST_KEPT)
def _uncut(rules: Rules, number: int) -> Block:
    start, end = number * _LENGTH, (number + 1) * _LENGTH
    windows = windows_between(rules, (), start, end)
    return _block(
        number, windows, None if _is_in_force(windows, end) else next_start(rules, (), end)
    )


def _is_in_force(windows: tuple[Window, ...], end: Instant) -> bool:
    """Return whether the last window of a block reaches its end, the next change then."""
    return bool(windows) and windows[-1].end >= end


def _block(number: int, windows: tuple[Window, ...], following: Instant | None) -> Block:
    changes = {edge for each in windows for edge in (each.start, each.end)} - {BEGINNING, END}
    if following is not None:
        changes.add(following)
    return Block(number, windows, tuple(each.start for each in windows), tuple(sorted(changes)))
