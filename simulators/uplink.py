"""A device's way to the broker over days, with the faults of everyday life at everyday rates.

Rule: sendings go in as they are made and come out as deliveries, sorted by arrival. Nothing is kept
but what is still under way, so memory does not grow with time. While the device is out of coverage
its messages wait on it and are then uploaded in arrays.

The rates are assumptions, chosen so that a fleet of a hundred shows every fault within a day; no
recording at hand gives them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from typing import Final

import numpy as np

from simulators.device import MAX_POSITIONS, Delivery, Message, Sending, deliver
from zones.instant import DAY, HOUR, Instant, seconds


@dataclass(frozen=True, slots=True)
class FaultRates:
    """How often things go wrong: probabilities per sending, and events per device and day."""

    dropped: float = 0.001
    doubled: float = 0.01
    delayed: float = 0.03
    delay_most_s: float = 120.0
    offline_per_day: float = 0.15
    offline_most_hours: float = 4.0
    tampers_per_day: float = 0.01


EVERYDAY: Final = FaultRates()


class Uplink:
    """One device's uplink."""

    def __init__(self, vendor: str, rates: FaultRates, rng: np.random.Generator) -> None:
        self._vendor = vendor
        self._rates = rates
        self._rng = rng
        self._under_way: list[tuple[Instant, int, Sending]] = []
        self._count = 0
        self._stored: list[Message] = []
        self._offline_until: Instant | None = None

    def send(self, sending: Sending, since_last_s: float) -> Iterator[Delivery]:
        """Hand over the next sending; yield every delivery that arrives before it."""
        rng, rates = self._rng, self._rates
        if self._offline_until is not None and sending.at >= self._offline_until:
            self._upload(self._offline_until)
        yield from self._due(sending.at)
        leaves = rng.random() < rates.offline_per_day * seconds(since_last_s) / DAY
        if self._offline_until is None and leaves:
            lasts = float(rng.uniform(0.1, rates.offline_most_hours)) * HOUR
            self._offline_until = sending.at + round(lasts)
        if self._offline_until is not None:
            self._stored.extend(sending.messages)
            return
        if rng.random() < rates.dropped:
            return
        if rng.random() < rates.delayed:
            held = seconds(float(rng.uniform(0, rates.delay_most_s)))
            sending = replace(sending, at=sending.at + held)
        self._push(sending)
        if rng.random() < rates.doubled:
            late = seconds(float(rng.uniform(0.1, rates.delay_most_s)))
            self._push(replace(sending, at=sending.at + late))

    def finish(self) -> Iterator[Delivery]:
        """Yield what is still under way; what waits on the device is uploaded now."""
        if self._offline_until is not None:
            self._upload(self._offline_until)
        yield from self._due(None)

    def _upload(self, at: Instant) -> None:
        for first in range(0, len(self._stored), MAX_POSITIONS):
            self._push(Sending(at, tuple(self._stored[first : first + MAX_POSITIONS])))
        self._stored, self._offline_until = [], None

    def _push(self, sending: Sending) -> None:
        self._count += 1
        heappush(self._under_way, (sending.at, self._count, sending))

    def _due(self, before: Instant | None) -> Iterator[Delivery]:
        while self._under_way and (before is None or self._under_way[0][0] <= before):
            yield from deliver([heappop(self._under_way)[2]], self._vendor)
