"""The survey: measures the store now and then, and says how long its room lasts.

The rules are `core.capacity`. Measuring takes time and may fail, so it is done aside.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

import structlog

from engine.clock import Clock
from engine.core.capacity import (
    Headroom,
    Measure,
    StoreSize,
    capacity_signal,
    headroom,
)
from engine.core.self_watch import Signal
from engine.store.protocol import Store, StoreUnavailableError
from zones.instant import DAY, HOUR, Instant

MEASURE_S: Final = 60.0
"""Real seconds between measures."""

_log = structlog.get_logger(__name__)


class Capacity(NamedTuple):
    """What the store takes, has left, and how long that lasts."""

    size: StoreSize
    room: Headroom


class Survey:
    """Measures one store, from `run` to its cancelling."""

    def __init__(
        self, store: Store, clock: Clock, least_days: float, limit_bytes: int | None = None
    ) -> None:
        """Call it scarce below `least_days`; a store may take `limit_bytes`, if that is given."""
        self._store = store
        self._clock = clock
        self._least_days = least_days
        self._limit_bytes = limit_bytes
        self._kept: deque[Measure] = deque()
        self._capacity: Capacity | None = None

    def capacity(self) -> Capacity | None:
        """Return what is known; None before the first measure."""
        return self._capacity

    def signals(self, _now: Instant) -> Sequence[Signal]:
        """Return whether the room is scarce."""
        if self._capacity is None:
            return []
        return [capacity_signal(self._capacity.size, self._capacity.room, self._least_days)]

    async def run(self) -> None:
        """Measure again and again, until cancelled."""
        while True:
            try:
                self.take(await asyncio.to_thread(self._store.size))
            except StoreUnavailableError as error:
                _log.warning("survey.failed", problem=str(error))
            await asyncio.sleep(MEASURE_S)

    def take(self, size: StoreSize) -> None:
        """Take note of a measure; one an hour is kept, for a day."""
        size = _limited(size, self._limit_bytes)
        now = self._clock.now()
        measure = Measure(self._real(now), size)
        age = None if size.since is None else self._real(now - size.since)
        self._capacity = Capacity(size, headroom([*self._kept, measure], age))
        if not self._kept or measure.at - self._kept[-1].at >= HOUR:
            self._kept.append(measure)
        while measure.at - self._kept[0].at > DAY:
            self._kept.popleft()

    def _real(self, time: Instant) -> int:
        """Disks fill in real time, also under a simulated clock."""
        return round(time / self._clock.speed)


def _limited(size: StoreSize, limit_bytes: int | None) -> StoreSize:
    if limit_bytes is None:
        return size
    left = max(0, limit_bytes - size.used_bytes)
    free = left if size.free_bytes is None else min(left, size.free_bytes)
    return StoreSize(used_bytes=size.used_bytes, free_bytes=free, ids=size.ids, since=size.since)
