"""What others do with the same positions: three rules, each one alert a run of violating positions.

A position speaks only while the condition is in force. An alert is raised by the first position in
violation and lasts until the last one before a position that is not, or until the window closes; a
position a rule leaves out neither begins nor ends one. So repeats within a run cost a rule nothing.

- `every_ping`: the coordinates alone; the accuracy is not looked at.
- `accuracy_gate_100m`: the same, positions coarser than 100 m left out.
- `accuracy_circle`: in violation only if the whole circle of 68 % lies on the violating side.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.quality.scoring import Alert
from simulators.plane import Bools, Floats, Instants

GATE_M: Final = 100.0


@dataclass(frozen=True, slots=True)
class Measures:
    """Positions against one condition, one column a quantity, in order of time.

    `depth_m` is how far beyond the boundary, positive in violation; `window` numbers the window a
    position lies in, -1 where the condition is not in force.
    """

    fix_time: Instants
    received_at: Instants
    depth_m: Floats
    accuracy_m: Floats
    window: Instants


Rule = Callable[[Measures], tuple[Bools, Bools]]
"""Which positions are heard, and which of all are in violation."""


def _every_ping(seen: Measures) -> tuple[Bools, Bools]:
    return seen.window >= 0, seen.depth_m > 0


def _gate(seen: Measures) -> tuple[Bools, Bools]:
    return (seen.window >= 0) & (seen.accuracy_m <= GATE_M), seen.depth_m > 0


def _circle(seen: Measures) -> tuple[Bools, Bools]:
    return seen.window >= 0, seen.depth_m >= seen.accuracy_m


RIVALS: Final[dict[str, Rule]] = {
    "every_ping": _every_ping,
    "accuracy_gate_100m": _gate,
    "accuracy_circle": _circle,
}


def alerts_of(rule: Rule, seen: Measures) -> list[Alert]:
    """Return the alerts of a rule."""
    heard, violating = rule(seen)
    kept = np.flatnonzero(heard)
    if not len(kept):
        return []
    broken, window = violating[kept], seen.window[kept]
    joined = broken[:-1] & broken[1:] & (window[:-1] == window[1:])
    first = broken & ~np.concatenate([[False], joined])
    last = broken & ~np.concatenate([joined, [False]])
    return [
        Alert(int(seen.fix_time[a]), int(seen.fix_time[b]), int(seen.received_at[a]))
        for a, b in zip(kept[first], kept[last], strict=True)
    ]
