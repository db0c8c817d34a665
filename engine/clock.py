"""The clock: the only place where the engine learns what time it is.

`ScaledClock` lets simulated time pass faster than real time, from a given instant on, so that a
simulated city can be lived through at 60x with everything else as it is.
"""

import time
from pathlib import Path
from typing import Protocol

from zones.instant import SECOND, Instant, parse


class Clock(Protocol):
    """What time it is."""

    speed: float
    """Seconds of this clock in a real second."""

    def now(self) -> Instant:
        """Return the present instant."""
        ...


class SystemClock:
    """The machine's clock."""

    speed = 1.0

    def now(self) -> Instant:
        """Return the present instant."""
        return time.time_ns() // 1000


class WaitingClock:
    """A scaled clock that stands at its origin until a file says when it began.

    The file holds the real instant as RFC 3339 text. So a simulation begins when everything is
    ready for it, and nothing is late because a machine was slow to start.
    """

    def __init__(self, origin: Instant, speed: float, started_file: Path) -> None:
        self.speed = speed
        self._origin = origin
        self._file = started_file
        self._clock: ScaledClock | None = None

    def now(self) -> Instant:
        """Return the present instant."""
        if self._clock is None and self._file.exists():
            self._clock = ScaledClock(self._origin, self.speed, parse(self._file.read_text()))
        return self._origin if self._clock is None else max(self._origin, self._clock.now())


class ScaledClock:
    """A clock that showed `origin` at the real instant `started` and runs `speed` times as fast.

    Two processes given the same three numbers agree on the time.
    """

    def __init__(self, origin: Instant, speed: float, started: Instant) -> None:
        if not speed > 0:
            raise ValueError(f"speed is {speed}: it must be above 0")
        self.speed = speed
        self.origin = origin
        self.started = started
        self._monotonic = time.monotonic_ns() - (time.time_ns() - started * 1000)

    def now(self) -> Instant:
        """Return the present instant."""
        elapsed_us = (time.monotonic_ns() - self._monotonic) / 1000
        return self.origin + round(elapsed_us * self.speed)

    def real_seconds(self, until: Instant) -> float:
        """Return the real seconds until this clock shows an instant; 0 if it has."""
        return max(0.0, (until - self.now()) / SECOND / self.speed)
