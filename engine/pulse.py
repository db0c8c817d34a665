"""The pulse of the event loop: what only the loop may look at, with when it last did.

A loop that stands still leaves its last pulse behind, which is how another thread notices.
"""

import asyncio
from collections import deque
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.clock import Clock
from engine.sources.source import Source
from zones.instant import MINUTE, Duration, Instant

PULSE_S: Final = 0.25
"""Real seconds between pulses."""

TELLING: Final = 20
"""Least messages in a minute from which their delay tells something."""


class Pulse:
    """What the source looked like when the loop last had time for it."""

    def __init__(self, source: Source, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self.at: Instant | None = None
        self.disconnected_since: Instant | None = clock.now()
        self.oldest_in_hand: Instant | None = None

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(PULSE_S)

    def look(self) -> None:
        """Look now."""
        now = self._clock.now()
        if self._source.connected:
            self.disconnected_since = None
        elif self.disconnected_since is None:
            self.disconnected_since = now if self.at is None else self.at
        self.oldest_in_hand = self._source.oldest
        self.at = now


class _Batch(NamedTuple):
    at: Instant
    messages: int
    least: Duration


class Freshness:
    """How old the freshest of the last minute's messages was when it was committed.

    One device may keep its positions for hours, and one clock may be wrong; when even the freshest
    of many messages is old, they have waited somewhere on the way.
    """

    def __init__(self, speed: float) -> None:
        """A minute is one of ours, on a clock that runs `speed` times as fast."""
        self._minute = round(MINUTE * speed)
        self._batches: deque[_Batch] = deque()

    def add(self, at: Instant, delays: NDArray[np.int64]) -> None:
        """Take note of a batch that was committed."""
        if len(delays):
            self._batches.append(_Batch(at, len(delays), int(delays.min())))
        while self._batches and self._batches[0].at < at - self._minute:
            self._batches.popleft()

    def least(self, now: Instant) -> Duration | None:
        """Return the least delay of the last minute; None if too few messages came to tell."""
        recent = [each for each in tuple(self._batches) if each.at >= now - self._minute]
        if sum(each.messages for each in recent) < TELLING:
            return None
        return min(each.least for each in recent)
