"""Set operations on intervals, against sets of numbers."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from zones.interval import Interval, Intervals, complement, intersect, normalize, subtract, union

spans = st.lists(
    st.builds(
        lambda start, length: Interval(start, start + length), st.integers(0, 30), st.integers(1, 6)
    ),
    max_size=6,
)


def members(intervals: Intervals) -> set[int]:
    """Return the instants of intervals."""
    return {each for interval in intervals for each in range(interval.start, interval.end)}


@given(spans, spans)
def test_operations_are_those_of_sets(left: list[Interval], right: list[Interval]) -> None:
    """Union, intersection and difference hold exactly the instants they should, in one form."""
    a, b = normalize(left), normalize(right)
    everything = range(-1, 40)
    assert members(a) == {t for t in everything if any(t in each for each in left)}
    results = {
        union(a, b): members(a) | members(b),
        intersect(a, b): members(a) & members(b),
        subtract(a, b): members(a) - members(b),
    }
    for found, expected in results.items():
        assert members(found) == expected
        assert all(one.end < other.start for one, other in pairwise(found))
    assert complement(complement(a)) == a
