"""A histogram counts durations in buckets that end at given numbers of seconds."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

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

    def add(self, durations: Sequence[Duration] | NDArray[np.int64]) -> None:
        """Count durations; a negative one (a clock that is ahead) counts as 0."""
        every = np.asarray(durations, np.float64)
        buckets = np.searchsorted(self._bounds, every, side="left")
        for bucket, count in enumerate(np.bincount(buckets, minlength=len(self.counts)).tolist()):
            self.counts[bucket] += count
        self.sum_s += float(np.maximum(every, 0.0).sum()) / SECOND
