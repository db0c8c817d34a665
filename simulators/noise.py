"""What a receiver reports along a true path: errors that persist, jumps, frozen fixes, gaps.

Rule: the environment (outdoors, indoors, network only) chooses among its modes
(`simulators/receiver.py`); a mode is kept for an exponentially distributed time, and a new one is
drawn when the environment changes. Outdoors the canyon factor (0 open sky to 1) scales the errors
up to threefold and makes reflections up to six times as frequent. The reported accuracy follows
the mode, not the error, and a device's `trust` bends it: below 1 the device is over-confident.

The Gauss-Markov step over dt is x' = a x + sqrt(1 - a²) w with a = exp(-dt / tau), w ~ N(0, 1)
(Gelb, Applied Optimal Estimation, 1974, section 3.8), exact for any spacing of the fixes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import cos, exp, pi, sin, sqrt
from typing import Final, Literal, TypeAlias

import numpy as np

from simulators.path import TruePath, TrueSamples
from simulators.plane import Plane
from simulators.receiver import (
    INDOORS,
    NETWORK_ONLY,
    OUTDOORS,
    QUICK_S,
    REFLECTED,
    SLOW_S,
    Mechanism,
    Mode,
)
from zones.instant import SECOND, Instant

Environment: TypeAlias = Literal["outdoors", "indoors", "network_only"]

_MODES: Final[dict[Environment, tuple[Mode, ...]]] = {
    "outdoors": OUTDOORS,
    "indoors": INDOORS,
    "network_only": NETWORK_ONLY,
}
_CHUNK: Final = 64
_CANYON_ERROR: Final = 2.0
_CANYON_REFLECTIONS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Fix:
    """One location estimate as a device reports it."""

    fix_time: Instant
    lat: float
    lon: float
    accuracy_m: float | None
    mechanism: Mechanism
    satellites: int | None = None
    hdop: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None


@dataclass(slots=True)
class _State:
    """A receiver between two fixes: its mode, its processes (unit variance), its last fix."""

    environment: Environment
    mode: Mode
    until: Instant
    slow: tuple[float, float]
    quick: tuple[float, float]
    offset: tuple[float, float]
    anchors: dict[str, tuple[float, float]]
    at: Instant
    last: Fix | None = None


@dataclass(frozen=True, slots=True)
class NoiseModel:
    """How one device errs.

    `scale` multiplies every error, `trust` the reported accuracy; `network_only` is the share of
    stays indoors in which no satellite is received at all; `reports_quality` says whether the
    device sends satellites and hdop.
    """

    scale: float = 1.0
    trust: float = 1.0
    network_only: float = 0.05
    reports_quality: bool = True

    @classmethod
    def for_device(cls, rng: np.random.Generator) -> "NoiseModel":
        """Return the noise of a device drawn from a fleet: some boast, some are modest."""
        return cls(
            scale=float(np.exp(rng.normal(0.0, 0.2))),
            trust=float(np.exp(rng.normal(0.0, 0.35))),
            reports_quality=bool(rng.random() < 0.7),
        )

    def measure(
        self, path: TruePath, instants: Sequence[Instant], rng: np.random.Generator
    ) -> list[Fix]:
        """Return the fixes a device reports at `instants` (increasing); missing ones are left out.

        Raises:
            ValueError: the instants do not increase.
        """
        return [fix for fix in self.stream(path, instants, rng) if fix is not None]

    def stream(
        self, path: TruePath, instants: Sequence[Instant], rng: np.random.Generator
    ) -> Iterator[Fix | None]:
        """Yield, one by one, the fix at each of `instants` (increasing), or None if it is missing.

        Raises:
            ValueError: the instants do not increase.
        """
        times = np.asarray(instants, dtype=np.int64)
        if np.any(np.diff(times) <= 0):
            raise ValueError("instants do not increase: sort them and drop repeats")
        state: _State | None = None
        for first in range(0, len(times), _CHUNK):
            truth = path.sample(times[first : first + _CHUNK])
            for k in range(len(truth.instants)):
                state = self._advance(state, truth, k, rng)
                fix = self._fix(state, path.plane, truth, k, rng)
                state.last = fix or state.last
                yield fix

    def _advance(
        self, state: _State | None, truth: TrueSamples, k: int, rng: np.random.Generator
    ) -> _State:
        now, indoors = int(truth.instants[k]), bool(truth.indoors[k])
        if state is None or indoors != (state.environment != "outdoors"):
            environment = self._environment(indoors, rng)
            slow, quick = _normal(rng), _normal(rng)
            anchors: dict[str, tuple[float, float]] = {}
            mode, until = _enter(environment, float(truth.canyon[k]), now, rng, arriving=True)
            offset = _offset(mode, anchors, rng)
            return _State(environment, mode, until, slow, quick, offset, anchors, now)
        passed_s = (now - state.at) / SECOND
        state.slow = _step(state.slow, passed_s / SLOW_S, rng)
        state.quick = _step(state.quick, passed_s / QUICK_S, rng)
        state.at = now
        if now >= state.until:
            entered = _enter(state.environment, float(truth.canyon[k]), now, rng)
            state.mode, state.until = entered
            state.offset = _offset(state.mode, state.anchors, rng)
            state.last = None
        return state

    def _environment(self, indoors: bool, rng: np.random.Generator) -> Environment:
        if not indoors:
            return "outdoors"
        return "network_only" if rng.random() < self.network_only else "indoors"

    def _fix(
        self, state: _State, plane: Plane, truth: TrueSamples, k: int, rng: np.random.Generator
    ) -> Fix | None:
        mode, now = state.mode, int(truth.instants[k])
        if rng.random() < mode.missing:
            return None
        if state.last is not None and rng.random() < mode.frozen:
            return replace(state.last, fix_time=now)
        harder = 1.0 + _CANYON_ERROR * float(truth.canyon[k]) * (state.environment == "outdoors")
        east, north = _error(state, rng)
        scale = self.scale * harder
        lon, lat = plane.point(
            float(truth.east_m[k]) + scale * east, float(truth.north_m[k]) + scale * north
        )
        return self._report(state.mode, (now, lat, lon), harder, (truth, k), rng)

    def _report(
        self,
        mode: Mode,
        where: tuple[Instant, float, float],
        harder: float,
        true: tuple[TrueSamples, int],
        rng: np.random.Generator,
    ) -> Fix:
        radius_m = mode.accuracies_m[int(rng.integers(len(mode.accuracies_m)))]
        bend = self.trust * sqrt(harder) if mode.mechanism == "gnss" else 1.0
        radius_m *= bend * exp(mode.accuracy_spread * rng.normal())
        accuracy_m = round(radius_m, 1) if radius_m < 60 else float(round(radius_m))
        if mode.mechanism != "gnss":
            return Fix(*where, accuracy_m, mode.mechanism)
        truth, k = true
        satellites = int(np.clip(round(rng.normal(13 - 3 * harder, 2)), 4, 24))
        return Fix(
            *where,
            accuracy_m,
            mode.mechanism,
            satellites=satellites if self.reports_quality else None,
            hdop=round(max(0.6, 9.0 / satellites), 1) if self.reports_quality else None,
            speed_mps=round(max(0.0, float(truth.speed_mps[k]) + rng.normal(0, 0.3)), 2),
            heading_deg=round(float(truth.heading_deg[k] + rng.normal(0, 8)) % 360, 1) % 360,
        )


def _enter(
    environment: Environment,
    canyon: float,
    now: Instant,
    rng: np.random.Generator,
    *,
    arriving: bool = False,
) -> tuple[Mode, Instant]:
    """Return the next mode and when it ends.

    On arrival a mode is met in proportion to its share of time, later to how often it is entered.
    """
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


def _error(state: _State, rng: np.random.Generator) -> tuple[float, float]:
    mode = state.mode
    white_m = mode.white_m * exp(mode.tail * rng.normal())
    white = _normal(rng)
    east, north = (
        mode.slow_m * state.slow[axis]
        + mode.quick_m * state.quick[axis]
        + white_m * white[axis]
        + state.offset[axis]
        for axis in (0, 1)
    )
    return east, north


def _normal(rng: np.random.Generator) -> tuple[float, float]:
    return float(rng.normal()), float(rng.normal())


def _step(
    process: tuple[float, float], time_constants: float, rng: np.random.Generator
) -> tuple[float, float]:
    keep = exp(-time_constants)
    fresh = sqrt(1 - keep * keep)
    new = _normal(rng)
    return keep * process[0] + fresh * new[0], keep * process[1] + fresh * new[1]
