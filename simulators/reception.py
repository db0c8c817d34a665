"""A receiver from fix to fix: which mode it is in, and how the errors of its past live on.

Rule: a mode is kept for an exponentially distributed time; then, or when the environment changes,
another is drawn. On arrival a mode is met in proportion to its share of time, later to how often it
is entered. In a street canyon reflections are up to six times as frequent.

The Gauss-Markov step over dt is x' = a x + sqrt(1 - a²) w with a = exp(-dt / tau), w ~ N(0, 1),
exact for any spacing of the fixes (Gelb, ed., Applied Optimal Estimation, 1974, chapter 3).
"""

from dataclasses import dataclass
from math import cos, exp, pi, sin, sqrt
from typing import Final, Literal, TypeAlias

import numpy as np

from simulators.fix import Fix
from simulators.receiver import (
    INDOORS,
    NETWORK_ONLY,
    OUTDOORS,
    QUICK_S,
    REFLECTED,
    SLOW_S,
    Mode,
)
from zones.instant import SECOND, Instant

Environment: TypeAlias = Literal["outdoors", "indoors", "network_only"]

_MODES: Final[dict[Environment, tuple[Mode, ...]]] = {
    "outdoors": OUTDOORS,
    "indoors": INDOORS,
    "network_only": NETWORK_ONLY,
}
_CANYON_REFLECTIONS: Final = 5.0


@dataclass(slots=True)
class Reception:
    """A receiver between two fixes.

    `slow` and `quick` are its processes (unit variance, per axis), `offset` that of its mode
    (metres east, north), `anchors` the offsets kept for anchored modes, `last` its last fix.
    """

    environment: Environment
    mode: Mode
    until: Instant
    slow: tuple[float, float]
    quick: tuple[float, float]
    offset: tuple[float, float]
    anchors: dict[str, tuple[float, float]]
    at: Instant
    last: Fix | None = None

    @classmethod
    def arrive(
        cls, environment: Environment, canyon: float, now: Instant, rng: np.random.Generator
    ) -> "Reception":
        """Return the state on coming into an environment: nothing of the past lives on."""
        slow, quick = _normal(rng), _normal(rng)
        anchors: dict[str, tuple[float, float]] = {}
        mode, until = _enter(environment, canyon, now, rng, arriving=True)
        offset = _offset(mode, anchors, rng)
        return cls(environment, mode, until, slow, quick, offset, anchors, now)

    def advance(self, canyon: float, now: Instant, rng: np.random.Generator) -> None:
        """Let time pass up to `now`."""
        passed_s = (now - self.at) / SECOND
        self.slow = _step(self.slow, passed_s / SLOW_S, rng)
        self.quick = _step(self.quick, passed_s / QUICK_S, rng)
        self.at = now
        if now >= self.until:
            self.mode, self.until = _enter(self.environment, canyon, now, rng)
            self.offset = _offset(self.mode, self.anchors, rng)
            self.last = None

    def error(self, rng: np.random.Generator) -> tuple[float, float]:
        """Return the error of a fix made now, metres east and north."""
        mode = self.mode
        white_m = mode.white_m * exp(mode.tail * rng.normal())
        white = _normal(rng)
        east, north = (
            mode.slow_m * self.slow[axis]
            + mode.quick_m * self.quick[axis]
            + white_m * white[axis]
            + self.offset[axis]
            for axis in (0, 1)
        )
        return east, north


def _enter(
    environment: Environment,
    canyon: float,
    now: Instant,
    rng: np.random.Generator,
    *,
    arriving: bool = False,
) -> tuple[Mode, Instant]:
    """Return the next mode and when it ends."""
    modes = _MODES[environment]
    often = [m.share * _more(m, canyon) / (1.0 if arriving else m.dwell_s) for m in modes]
    draw, mode = rng.random() * sum(often), modes[-1]
    for candidate, weight in zip(modes, often, strict=True):
        draw -= weight
        if draw < 0:
            mode = candidate
            break
    return mode, now + round(rng.exponential(mode.dwell_s) * SECOND)


def _offset(
    mode: Mode, anchors: dict[str, tuple[float, float]], rng: np.random.Generator
) -> tuple[float, float]:
    """Return the offset of a mode (metres east, north): the old one where the mode is anchored."""
    if mode.anchored and mode.name in anchors:
        return anchors[mode.name]
    distance_m = mode.offset_m * exp(mode.offset_spread * rng.normal())
    bearing = rng.random() * 2 * pi
    anchors[mode.name] = (distance_m * sin(bearing), distance_m * cos(bearing))
    return anchors[mode.name]


def _more(mode: Mode, canyon: float) -> float:
    return 1.0 + _CANYON_REFLECTIONS * canyon if mode is REFLECTED else 1.0


def _normal(rng: np.random.Generator) -> tuple[float, float]:
    return float(rng.normal()), float(rng.normal())


def _step(
    process: tuple[float, float], time_constants: float, rng: np.random.Generator
) -> tuple[float, float]:
    keep = exp(-time_constants)
    fresh = sqrt(1 - keep * keep)
    new = _normal(rng)
    return keep * process[0] + fresh * new[0], keep * process[1] + fresh * new[1]
