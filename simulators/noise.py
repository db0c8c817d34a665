"""What a receiver reports along a true path: errors that persist, jumps, frozen fixes, gaps.

Rule: where the wearer is (outdoors, indoors, indoors without satellites) decides among which modes
the receiver changes (`simulators/reception.py`, `simulators/receiver.py`). Outdoors the canyon
factor (0 open sky to 1) scales the errors up to threefold. The reported accuracy follows the mode,
not the error, and a device's `trust` bends it: below 1 the device is over-confident.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp, sqrt
from typing import Final

import numpy as np

from simulators.fix import Fix
from simulators.path import TruePath, TrueSamples
from simulators.plane import Plane
from simulators.receiver import Mode
from simulators.reception import Environment, Reception
from zones.instant import Instant

_CHUNK: Final = 64
_CANYON_ERROR: Final = 2.0


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
        state: Reception | None = None
        for first in range(0, len(times), _CHUNK):
            truth = path.sample(times[first : first + _CHUNK])
            for k in range(len(truth.instants)):
                state = self._received(state, truth, k, rng)
                fix = self._fix(state, path.plane, truth, k, rng)
                state.last = fix or state.last
                yield fix

    def _received(
        self, state: Reception | None, truth: TrueSamples, k: int, rng: np.random.Generator
    ) -> Reception:
        now, canyon = int(truth.instants[k]), float(truth.canyon[k])
        indoors = bool(truth.indoors[k])
        if state is None or indoors != (state.environment != "outdoors"):
            return Reception.arrive(self._environment(indoors, rng), canyon, now, rng)
        state.advance(canyon, now, rng)
        return state

    def _environment(self, indoors: bool, rng: np.random.Generator) -> Environment:
        if not indoors:
            return "outdoors"
        return "network_only" if rng.random() < self.network_only else "indoors"

    def _fix(
        self, state: Reception, plane: Plane, truth: TrueSamples, k: int, rng: np.random.Generator
    ) -> Fix | None:
        mode, now = state.mode, int(truth.instants[k])
        if rng.random() < mode.missing:
            return None
        if state.last is not None and rng.random() < mode.frozen:
            return replace(state.last, fix_time=now)
        harder = 1.0 + _CANYON_ERROR * float(truth.canyon[k]) * (state.environment == "outdoors")
        east, north = state.error(rng)
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
