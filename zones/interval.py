"""An interval is a half-open stretch of time, [start, end); a set of instants is a tuple of them.

The set operations take and give tuples that are sorted and disjoint, with touching intervals
joined; `normalize` makes such a tuple of any intervals. An interval without a beginning or an end
starts at `BEGINNING` or ends at `END`: the first and the last instant that can be written as a
date. They compare, sort, store and render like any other instant, and nothing ever happens at
them.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from operator import attrgetter
from typing import Final, TypeAlias

from zones.instant import Instant, from_datetime, render

BEGINNING: Final[Instant] = from_datetime(datetime.min.replace(tzinfo=UTC))
"""Start of what has no beginning: 0001-01-01T00:00:00Z."""

END: Final[Instant] = from_datetime(datetime.max.replace(tzinfo=UTC))
"""End of what has no end: 9999-12-31T23:59:59.999999Z."""


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The instants from `start` up to, but not including, `end`.

    Raises:
        ValueError: the end is not after the start, or an end lies outside the years 1 to 9999.
    """

    start: Instant
    end: Instant

    def __post_init__(self) -> None:
        check_span("Interval", self.start, self.end)

    def __contains__(self, instant: Instant) -> bool:
        return self.start <= instant < self.end


Intervals: TypeAlias = tuple[Interval, ...]
"""Sorted and disjoint; no two of them touch."""


def check_span(name: str, start: Instant, end: Instant) -> None:
    """Check that [start, end) is not empty and can be written as dates.

    Raises:
        ValueError: naming the value and the fix.
    """
    if not BEGINNING <= start <= END or not BEGINNING <= end <= END:
        raise ValueError(
            f"{name}: start {start} and end {end} must lie in the years 1 to 9999: give "
            "microseconds since 1970, or BEGINNING and END for none"
        )
    if end <= start:
        raise ValueError(
            f"{name}: end {render(end)} is not after start {render(start)}: give an end after "
            "the start"
        )


def normalize(intervals: Iterable[Interval]) -> Intervals:
    """Return the instants of any intervals as sorted, disjoint intervals."""
    joined: list[Interval] = []
    for each in sorted(intervals):
        if joined and each.start <= joined[-1].end:
            if each.end > joined[-1].end:
                joined[-1] = Interval(joined[-1].start, each.end)
        else:
            joined.append(each)
    return tuple(joined)


def first_ending_after(intervals: Intervals, instant: Instant) -> int:
    """Return the index of the first interval that ends after an instant; their number if none."""
    return bisect_right(intervals, instant, key=attrgetter("end"))


def union(left: Intervals, right: Intervals) -> Intervals:
    """Return the instants that are in either set."""
    return normalize((*left, *right))


def intersect(left: Intervals, right: Intervals) -> Intervals:
    """Return the instants that are in both sets."""
    common: list[Interval] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start = max(left[i].start, right[j].start)
        end = min(left[i].end, right[j].end)
        if start < end:
            common.append(Interval(start, end))
        if left[i].end < right[j].end:
            i += 1
        else:
            j += 1
    return tuple(common)


def subtract(left: Intervals, right: Intervals) -> Intervals:
    """Return the instants of `left` that are not in `right`."""
    return intersect(left, complement(right))


def complement(intervals: Intervals) -> Intervals:
    """Return the instants from `BEGINNING` to `END` that are not in the set."""
    edges = [BEGINNING, *(edge for each in intervals for edge in (each.start, each.end)), END]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return tuple(Interval(start, end) for start, end in pairs if start < end)


def within(intervals: Iterable[Interval], start: Instant, end: Instant) -> Intervals:
    """Return the instants of any intervals that lie in [start, end)."""
    return () if end <= start else intersect(normalize(intervals), (Interval(start, end),))


def first_difference(left: Intervals, right: Intervals) -> Instant:
    """Return the first instant that is in one set and not in the other; END if there is none."""
    for one, other in zip_longest(left, right):
        if one is None or other is None or one.start != other.start:
            return min(each.start for each in (one, other) if each is not None)
        if one.end != other.end:
            return min(one.end, other.end)
    return END
