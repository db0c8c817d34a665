"""Rivals take turns, so that what else the machine does falls on all of them; the median counts."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: the quick way, or the thorough one."""

    quick: bool

    def pick(self, quick: int, thorough: int) -> int:
        """Return the number for this effort."""
        return quick if self.quick else thorough


def seconds(run: Callable[[], object]) -> float:
    """Return how long one call takes."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def median_seconds(runs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return each run's median time over rounds in which all take turns, after one for warmth."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, run in runs.items():
            took = seconds(run)
            if number:
                taken[name].append(took)
    return {name: median(each) for name, each in taken.items()}


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
