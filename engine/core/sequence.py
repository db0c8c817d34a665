"""Sequence gaps: messages a device has counted that never came.

A device numbers its messages. A number that jumps leaves a gap, which is an episode once its
messages are missing for max age, and stays open for `WAIT`: whatever turns up until then, in event
time, fills it, and a gap that is filled never was. Messages need not be numbered in the order of
what they tell: who comes back into coverage sends the newest first, and what he stored under higher
numbers.

| number | means |
|---|---|
| that of either count | the same message, or one of a device that does not count |
| the next one | nothing missing |
| missing in a gap | fills it |
| the next one of the other count | the count began anew, or an older one goes on |
| further up | a gap from the nearest count below it |
| too far up to be believed | the count began anew there |
| below | perhaps the count began anew: remembered as the other count |

Too far up is more than `BELIEVABLE` messages and more than one in 2 s since the last one: devices
exist that number by the clock.
"""

from typing import Final

import msgspec

from engine.core.episode import Bound, Episode, EpisodeKind, EpisodeState
from zones.instant import DAY, SECOND, Duration, Instant

WAIT: Final[Duration] = DAY
"""How long, in event time, the messages of a gap may still turn up."""

BELIEVABLE: Final = 10
"""So many messages may be missing however little time has passed."""

MOST: Final = 20
"""Gaps that stay open at once; beyond it the oldest is given up."""

Numbers = tuple[tuple[int, int], ...]
"""Numbers as ranges, each from its first to its last, rising."""


class Gap(msgspec.Struct, frozen=True):
    """Numbers missing between two messages in a row."""

    missing: Numbers
    after: Instant
    """Event time of the last message before it."""
    by: Instant
    """Event time of the first message after it."""
    shown_from: Instant
    """When it has been open for max age."""

    @property
    def until(self) -> Instant:
        """When what is missing is given up."""
        return self.by + WAIT


class Counting(msgspec.Struct, frozen=True):
    """How far a device has counted."""

    newest: int | None = None
    at: Instant = 0
    """Event time of the newest message."""
    other: int | None = None
    """The newest number of another count: an older one, or one that perhaps has begun."""
    gaps: tuple[Gap, ...] = ()
    """What is missing, oldest first."""


Counted = tuple[Counting, list[Episode]]
"""How far the device has counted, and the gaps that have been given up."""


def counted(
    counting: Counting, seq: int, at: Instant, max_age: Duration, activation_id: int
) -> Counted:
    """Fold the number of a message of event time `at`."""
    newest, other, gaps = counting.newest, counting.other, counting.gaps
    if newest is None or seq == newest + 1:
        return Counting(seq, at, other, gaps), []
    if seq in (newest, other):
        return Counting(newest, at, other, gaps), []
    filled = _filled(gaps, seq)
    if filled is not None:
        return Counting(newest, at, other, filled), []
    if other is not None and seq == other + 1:
        return Counting(seq, at, newest, gaps), []
    if seq < newest:
        return Counting(newest, at, seq, gaps), []
    return _jumped(counting, newest, seq, at, max_age, activation_id)


def given_up(counting: Counting, at: Instant, activation_id: int) -> Counted:
    """Let time pass: what has been missing for too long is given up."""
    if not counting.gaps or at < counting.gaps[0].until:
        return counting, []
    kept = tuple(gap for gap in counting.gaps if at < gap.until)
    over = [gap_episode(gap, activation_id, gap.until) for gap in counting.gaps if gap.until <= at]
    return msgspec.structs.replace(counting, gaps=kept), over


def gap_episode(gap: Gap, activation_id: int, ended_by: Instant | None) -> Episode:
    """Return what a gap is, open or given up."""
    count = sum(last - first + 1 for first, last in gap.missing)
    numbers = ", ".join(_range_in_words(*each) for each in gap.missing)
    confirmed_at = gap.shown_from if ended_by is None else min(gap.shown_from, ended_by)
    return Episode(
        activation_id=activation_id,
        condition_id=None,
        condition_version=None,
        zone_id=None,
        kind=EpisodeKind.SEQUENCE_GAP,
        state=EpisodeState.CONFIRMED,
        started=Bound(gap.after, gap.by, gap.by),
        ended=None if ended_by is None else Bound(gap.by, ended_by, gap.by),
        positions=0,
        max_depth_m=0.0,
        confirmed_at=confirmed_at,
        detail=f"{count} message{'' if count == 1 else 's'} missing: {numbers}",
    )


def _range_in_words(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _filled(gaps: tuple[Gap, ...], seq: int) -> tuple[Gap, ...] | None:
    """Return the gaps without a number; None if it is missing in none."""
    for index, gap in enumerate(gaps):
        missing = _without(gap.missing, seq)
        if missing != gap.missing:
            rest = (msgspec.structs.replace(gap, missing=missing),) if missing else ()
            return (*gaps[:index], *rest, *gaps[index + 1 :])
    return None


def _without(numbers: Numbers, seq: int) -> Numbers:
    parts = []
    for first, last in numbers:
        inside = first <= seq <= last
        split = ((first, seq - 1), (seq + 1, last)) if inside else ((first, last),)
        parts += [part for part in split if part[0] <= part[1]]
    return tuple(parts)


def _jumped(
    counting: Counting, newest: int, seq: int, at: Instant, max_age: Duration, activation_id: int
) -> Counted:
    other = counting.other
    resumed = other is not None and newest < other < seq
    base = other if resumed and other is not None else newest
    missing = seq - base - 1
    if missing > max(BELIEVABLE, (at - counting.at) / (2 * SECOND)):
        return Counting(seq, at, newest, counting.gaps), []
    gaps = _with(counting.gaps, Gap(((base + 1, seq - 1),), counting.at, at, at + max_age))
    over = [gap_episode(gap, activation_id, at) for gap in gaps[:-MOST]]
    return Counting(seq, at, newest if resumed else other, gaps[-MOST:]), over


def _with(gaps: tuple[Gap, ...], gap: Gap) -> tuple[Gap, ...]:
    """Add the newest gap; what came in one instant is one gap."""
    if not gaps or gaps[-1].by != gap.by:
        return (*gaps, gap)
    joined = msgspec.structs.replace(gaps[-1], missing=(*gaps[-1].missing, *gap.missing))
    return (*gaps[:-1], joined)
