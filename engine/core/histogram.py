"""A histogram counts durations in buckets that end at given numbers of seconds."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final

from zones.instant import SECOND, Duration

DELAY_BUCKETS_S: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21600)


class Histogram:
    """Counts by bucket, the last one for all that is longer, and the sum."""

    def __init__(self, buckets_s: Sequence[float]) -> None:
        """Count into buckets that end at these seconds, ascending."""
        self.buckets_s = tuple(buckets_s)
        self._bounds = [bound * SECOND for bound in buckets_s]
        self.counts = [0] * (len(buckets_s) + 1)
        self.sum_s = 0.0

    def add(self, durations: Iterable[Duration]) -> None:
        """Count durations; a negative one (a clock that is ahead) counts as 0."""
        for duration in durations:
            self.counts[bisect_left(self._bounds, duration)] += 1
            self.sum_s += max(0, duration) / SECOND
