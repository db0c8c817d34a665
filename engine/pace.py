"""The pace of batches: no lingering when idle, and no more batches a second than are worth it.

What a batch costs whatever its size (a transaction, a sync of the disk, hand-overs between threads)
is what a hundred positions cost. So a batch begins no sooner than `PACE_S` after the one before
began, and takes all that has come meanwhile. What comes after a longer silence is taken at once;
where batches take longer than that, none ever waits for it.
"""

from typing import Final

PACE_S: Final = 0.005
"""Real seconds from the beginning of a batch to that of the next, at least; a message waits no
longer for it, but for what the event loop's timer adds: up to a millisecond."""


class Pace:
    """When the next batch may begin, on a clock that the caller reads, in seconds."""

    def __init__(self, pace_s: float = PACE_S) -> None:
        self._pace_s = pace_s
        self._next_s = float("-inf")

    def begin(self, now_s: float) -> None:
        """Note that a batch begins."""
        self._next_s = now_s + self._pace_s

    def left_s(self, now_s: float) -> float:
        """Return how long the next one has to wait; 0 if it need not."""
        return max(0.0, self._next_s - now_s)
