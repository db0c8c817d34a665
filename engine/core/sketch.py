"""A sketch counts durations in buckets that grow by a tenth: quantiles to 5 %, in bounded memory.

Bucket k holds durations from LEAST x GROWTH^(k-1) to LEAST x GROWTH^k; a quantile is given as the
geometric middle of its bucket, which is off by no more than sqrt(GROWTH), 4.9 %. (The idea is that
of DDSketch: Masson, Rim, Lee, VLDB 2019; the range here is fixed: 1 ms to 24 h.)
"""

from collections.abc import Sequence
from math import ceil, log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from zones.instant import DAY, SECOND, Duration

GROWTH: Final = 1.1
LEAST: Final = SECOND // 1000
MOST: Final = DAY
BUCKETS: Final = ceil(log(MOST / LEAST) / log(GROWTH)) + 1

Counts = NDArray[np.int64]
"""How many durations are in each bucket; sketches are added up as such."""


def counted(durations: Sequence[Duration] | NDArray[np.int64]) -> Counts:
    """Return the counts of durations; what is shorter or longer counts as the least or the most."""
    bounded = np.clip(np.asarray(durations, dtype=np.float64), LEAST, MOST)
    buckets = np.ceil(np.log(bounded / LEAST) / log(GROWTH)).astype(np.int64)
    return np.bincount(buckets, minlength=BUCKETS).astype(np.int64)


def quantile(counts: Counts, share: float) -> Duration | None:
    """Return the duration that a share (0 to 1) of what was counted does not exceed.

    None if nothing was counted.
    """
    total = int(counts.sum())
    if total == 0:
        return None
    rank = max(1, ceil(share * total))
    bucket = int(np.searchsorted(np.cumsum(counts), rank))
    return round(LEAST * GROWTH ** (bucket - 0.5)) if bucket else LEAST
