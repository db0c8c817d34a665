"""Compare the simulated receiver with recordings of real ones.

    python -m simulators.calibrate PINGS.csv.gz GROUND_TRUTH.csv.gz

Rule: the same figures (`simulators/statistics.py`) are taken of recorded and of simulated still
runs, once with satellites (`assisted`) and once from networks only, and of pairs of receivers
carried together; they are printed side by side. The recorded figures are committed in
`simulators/calibrated.py`, the parameters chosen by them in `simulators/receiver.py`.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from simulators import receiver
from simulators.calibrated import QUANTILES_OF_PAIRS
from simulators.fix import Fix
from simulators.noise import NoiseModel
from simulators.path import PathBuilder, TruePath
from simulators.plane import Floats, Plane
from simulators.recordings import Recordings, StillRun, read
from simulators.statistics import figures, table
from zones.instant import HOUR, SECOND, seconds

_PLANE = Plane(-46.6, -23.5)
_WALK_MPS = 1.35


def simulate_still(
    *, assisted: bool, runs: int = 60, hours: float = 8.0, step_s: float = 30.0, seed: int = 1
) -> list[StillRun]:
    """Return simulated runs of receivers lying still indoors, one fix due every `step_s`."""
    path = PathBuilder(_PLANE, 0, (0.0, 0.0), indoors=True).stay(hours * 3600).build()
    due = range(0, round(hours * HOUR), seconds(step_s))
    model = NoiseModel(network_only=0.0 if assisted else 1.0)
    result = []
    for number in range(runs):
        fixes = model.measure(path, due, np.random.default_rng([seed, number]))
        east, north = _PLANE.metres([fix.lon for fix in fixes], [fix.lat for fix in fixes])
        time_s = np.array([fix.fix_time / SECOND for fix in fixes])
        accuracy_m = np.array([fix.accuracy_m for fix in fixes], dtype=np.float64)
        result.append(StillRun(f"simulated {number}", assisted, time_s, east, north, accuracy_m))
    return result


def simulate_pairs(*, walks: int = 60, seed: int = 5) -> Floats:
    """Return distances (metres) between the fixes of two receivers carried along the same walks.

    The walks lead through a suburb (canyon factor 0.05 to 0.15); fixes no coarser than 100 m.
    """
    gaps: list[float] = []
    for number in range(walks):
        canyon = float(np.random.default_rng([seed, number]).uniform(0.05, 0.15))
        path = PathBuilder(_PLANE, 0, (0.0, 0.0), canyon=canyon).go((3_000, 500), _WALK_MPS).build()
        one, two = (_carried(path, [seed, number, hand]) for hand in (1, 2))
        gaps += [_apart(one[at], two[at]) for at in one.keys() & two.keys()]
    return np.array(gaps)


def _carried(path: TruePath, seed: list[int]) -> dict[int, Fix]:
    due = range(0, path.end, 30 * SECOND)
    fixes = NoiseModel().measure(path, due, np.random.default_rng(seed))
    return {fix.fix_time: fix for fix in fixes if fix.accuracy_m and fix.accuracy_m <= 100}


def _apart(one: Fix, two: Fix) -> float:
    east, north = _PLANE.metres([one.lon, two.lon], [one.lat, two.lat])
    return float(np.hypot(np.diff(east)[0], np.diff(north)[0]))


def report(recordings: Recordings) -> str:
    """Return the comparison as text: still with satellites, still without, carried in pairs."""
    parts = []
    for assisted, name, step_s in ((True, "assisted", 30.0), (False, "network only", 60.0)):
        real = figures([run for run in recordings.still if run.assisted == assisted])
        simulated = figures(simulate_still(assisted=assisted, step_s=step_s))
        parts.append(table([(f"recorded, {name}", real), (f"simulated, {name}", simulated)]))
    parts.append(_pair_table(recordings))
    return "\n\n".join([*parts, _parameters()])


def _pair_table(recordings: Recordings) -> str:
    rows = [
        ("recorded pairs, apart, m", recordings.pair_gap_m),
        ("simulated pairs, apart, m", simulate_pairs()),
        ("recorded accuracy, moving, m", recordings.moving_accuracy_m),
    ]
    head = f"{'quantile':32}" + "".join(f"{q:>9.0%}" for q in QUANTILES_OF_PAIRS)
    lines = [
        f"{name:32}" + "".join(f"{v:9.1f}" for v in np.quantile(values, QUANTILES_OF_PAIRS))
        for name, values in rows
    ]
    return "\n".join([head, *lines])


def _parameters() -> str:
    modes = (*receiver.OUTDOORS, *receiver.INDOORS, *receiver.NETWORK_ONLY)
    return "\n".join(f"{mode!r}" for mode in modes)


def main(arguments: Sequence[str]) -> int:
    """Print the comparison; return the exit status."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m simulators.calibrate PINGS.csv.gz GROUND_TRUTH.csv.gz\n")
        return 2
    sys.stdout.write(report(read(Path(arguments[0]), Path(arguments[1]))) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
