"""Where a wearer truly is: a piecewise straight path over time, never seen by the engine.

Rule: between two vertices the wearer moves in a straight line at a constant speed; before the first
and after the last he stands still. Each leg knows whether it lies indoors and how much of the sky
is hidden (the canyon factor), because the noise of a position depends on both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulators.plane import Bools, Floats, Instants, Plane
from zones.instant import SECOND, Instant, seconds


@dataclass(frozen=True, slots=True)
class TruePoint:
    """Where a wearer truly is at one instant."""

    lon: float
    lat: float
    speed_mps: float
    heading_deg: float
    indoors: bool
    canyon: float


@dataclass(frozen=True, slots=True)
class TrueSamples:
    """Where a wearer truly is at several instants: one column per quantity, all of one length."""

    instants: Instants
    east_m: Floats
    north_m: Floats
    lon: Floats
    lat: Floats
    speed_mps: Floats
    heading_deg: Floats
    indoors: Bools
    canyon: Floats


@dataclass(frozen=True, slots=True)
class TruePath:
    """Vertices in time and metres, and what is true of the leg that starts at each.

    `times`, `east_m`, `north_m`, `indoors` and `canyon` have the same length, at least one; times
    are instants that strictly increase.
    """

    plane: Plane
    times: Instants
    east_m: Floats
    north_m: Floats
    indoors: Bools
    canyon: Floats

    def __post_init__(self) -> None:
        sizes = {len(c) for c in (self.times, self.east_m, self.north_m, self.indoors, self.canyon)}
        if sizes != {len(self.times)} or not len(self.times):
            raise ValueError(f"columns have the lengths {sizes}: give all the same, at least one")
        if np.any(np.diff(self.times) <= 0):
            raise ValueError("times do not increase: give every vertex a later instant")

    @property
    def start(self) -> Instant:
        """Return the instant of the first vertex."""
        return int(self.times[0])

    @property
    def end(self) -> Instant:
        """Return the instant of the last vertex."""
        return int(self.times[-1])

    def at(self, instant: Instant) -> TruePoint:
        """Return where the wearer is at one instant."""
        s = self.sample(np.array([instant], dtype=np.int64))
        return TruePoint(
            lon=float(s.lon[0]),
            lat=float(s.lat[0]),
            speed_mps=float(s.speed_mps[0]),
            heading_deg=float(s.heading_deg[0]),
            indoors=bool(s.indoors[0]),
            canyon=float(s.canyon[0]),
        )

    def sample(self, instants: Instants) -> TrueSamples:
        """Return where the wearer is at each of `instants` (int64 microseconds, any order)."""
        last = len(self.times) - 1
        leg = np.clip(np.searchsorted(self.times, instants, side="right") - 1, 0, last)
        after = np.minimum(leg + 1, last)
        span = np.maximum(self.times[after] - self.times[leg], 1)
        part = np.clip((instants - self.times[leg]) / span, 0.0, 1.0)
        step_e = self.east_m[after] - self.east_m[leg]
        step_n = self.north_m[after] - self.north_m[leg]
        east, north = self.east_m[leg] + part * step_e, self.north_m[leg] + part * step_n
        moving = (instants >= self.times[0]) & (after > leg)
        speed = np.where(moving, np.hypot(step_e, step_n) / (span / SECOND), 0.0)
        heading = np.where(speed > 0, np.degrees(np.arctan2(step_e, step_n)) % 360.0, 0.0)
        lon, lat = self.plane.degrees(east, north)
        return TrueSamples(
            np.asarray(instants, dtype=np.int64),
            *(east, north, lon, lat, speed, heading),
            self.indoors[leg],
            self.canyon[leg],
        )


class PathBuilder:
    """Builds a true path leg by leg: stay here, go there, wait until.

    Every method returns the builder, so that a life reads as one sentence.
    """

    def __init__(
        self,
        plane: Plane,
        start: Instant,
        at: tuple[float, float],
        *,
        indoors: bool = False,
        canyon: float = 0.2,
    ) -> None:
        self.plane = plane
        self.now = start
        self.here = at
        self._indoors = indoors
        self._canyon = canyon
        self._rows: list[tuple[Instant, float, float, bool, float]] = []
        self._mark()

    def stay(self, duration_s: float) -> "PathBuilder":
        """Stand still for a while."""
        return self.stay_until(self.now + seconds(duration_s))

    def stay_until(self, until: Instant) -> "PathBuilder":
        """Stand still until an instant; an instant that has passed changes nothing."""
        if until > self.now:
            self._mark()
            self.now = until
            self._mark()
        return self

    def indoors(self, canyon: float | None = None) -> "PathBuilder":
        """Step inside: what follows lies indoors."""
        return self._setting(True, canyon)

    def outdoors(self, canyon: float | None = None) -> "PathBuilder":
        """Step outside: what follows lies in the open."""
        return self._setting(False, canyon)

    def go(self, to: tuple[float, float], speed_mps: float) -> "PathBuilder":
        """Go straight to a point (metres east, north) at a speed; no way to go takes no time."""
        if speed_mps <= 0:
            raise ValueError(f"speed_mps is {speed_mps}: give a speed above 0")
        length_m = float(np.hypot(to[0] - self.here[0], to[1] - self.here[1]))
        if length_m > 0:
            self._mark()
            self.now += max(seconds(length_m / speed_mps), 1)
            self.here = to
            self._mark()
        return self

    def follow(self, points: Sequence[tuple[float, float]], speed_mps: float) -> "PathBuilder":
        """Go along several points at one speed."""
        for point in points:
            self.go(point, speed_mps)
        return self

    def build(self) -> TruePath:
        """Return the path so far."""
        columns: tuple[Any, ...] = tuple(zip(*self._rows, strict=True))
        return TruePath(
            self.plane,
            np.array(columns[0], dtype=np.int64),
            np.array(columns[1], dtype=np.float64),
            np.array(columns[2], dtype=np.float64),
            np.array(columns[3], dtype=np.bool_),
            np.array(columns[4], dtype=np.float64),
        )

    def _setting(self, indoors: bool, canyon: float | None) -> "PathBuilder":
        self._indoors = indoors
        self._canyon = self._canyon if canyon is None else canyon
        self._mark()
        return self

    def _mark(self) -> None:
        row = (self.now, self.here[0], self.here[1], self._indoors, self._canyon)
        if self._rows and self._rows[-1][0] == self.now:
            self._rows[-1] = row
        else:
            self._rows.append(row)
