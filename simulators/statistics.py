"""The figures that say how position errors behave, taken alike from real and simulated runs.

Rule: every run weighs the same however many fixes it has, so that a chatty phone does not speak for
the rest; runs with fewer than ten fixes are left out. Fixes closer together than 20 s are thinned,
because a plan of 30 to 60 s never sees them.

Classes by reported accuracy: fine (up to 30 m), middling (to 200 m), coarse (beyond, no evidence by
itself). The 95 % radius that belongs to a 68 % radius r is 1.62 r (two independent normal errors).
An outlier episode is a run of fixes more than 100 m off, none more than 10 min apart. The
autocorrelation at a lag is that of the error vector, not centred, over pairs of fixes no coarser
than 200 m, each error clipped to 100 m so that one jump is not the whole figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np

from simulators.plane import Floats
from simulators.recordings import StillRun

LAGS_MIN: Final = (0.5, 1, 2, 5, 10, 30, 60)
QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
_THIN_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a set of still runs; tuples follow `QUANTILES` or `LAGS_MIN`."""

    runs: int
    fixes: int
    hours: float
    share_fine: float
    share_middling: float
    share_coarse: float
    accuracy_m: tuple[float, ...]
    error_m: tuple[float, ...]
    within_68: float
    within_95: float
    within_68_coarse: float
    ratio: tuple[float, ...]
    coarse_error_m: tuple[float, ...]
    autocorrelation: tuple[float, ...]
    repeats: float
    repeats_coarse: float
    outlier_episodes_per_100_fixes: float
    outlier_episode_min: tuple[float, ...]
    gap_s: tuple[float, ...]


def figures(runs: Sequence[StillRun]) -> Figures:
    """Return the figures of runs.

    Raises:
        ValueError: no run has ten fixes at least 20 s apart.
    """
    kept = [thin for run in runs if len((thin := _thin(run)).time_s) >= 10]
    if not kept:
        raise ValueError("no run has ten fixes at least 20 s apart: give longer recordings")
    weight = np.concatenate([np.full(len(r.time_s), 1 / len(r.time_s)) for r in kept])
    accuracy = np.concatenate([r.accuracy_m for r in kept])
    error = np.concatenate([r.error_m for r in kept])
    repeats = np.concatenate([r.repeats for r in kept])
    coarse, fine = accuracy > 200, accuracy <= 30
    lengths, count = _episodes(kept)
    return Figures(
        runs=len(kept),
        fixes=len(error),
        hours=float(sum(r.time_s[-1] - r.time_s[0] for r in kept) / 3600),
        share_fine=_share(fine, weight),
        share_middling=_share(~fine & ~coarse, weight),
        share_coarse=_share(coarse, weight),
        accuracy_m=_quantiles(accuracy, weight),
        error_m=_quantiles(error, weight),
        within_68=_share(error[~coarse] <= accuracy[~coarse], weight[~coarse]),
        within_95=_share(error[~coarse] <= 1.62 * accuracy[~coarse], weight[~coarse]),
        within_68_coarse=_share(error[coarse] <= accuracy[coarse], weight[coarse]),
        ratio=_quantiles(error[~coarse] / accuracy[~coarse], weight[~coarse]),
        coarse_error_m=_quantiles(error[coarse], weight[coarse]),
        autocorrelation=tuple(_autocorrelation(kept, 60.0 * lag) for lag in LAGS_MIN),
        repeats=_share(repeats > 0, weight),
        repeats_coarse=_share(repeats[coarse] > 0, weight[coarse]),
        outlier_episodes_per_100_fixes=100 * count / len(error),
        outlier_episode_min=_quantiles(lengths, np.ones_like(lengths)),
        gap_s=_quantiles(np.concatenate([np.diff(r.time_s) for r in kept]), None),
    )


def table(named: Sequence[tuple[str, Figures]]) -> str:
    """Return the figures side by side as text, one row per figure."""
    lines = [f"{'':32}" + "".join(f"{name:>44}" for name, _ in named)]
    for each in fields(Figures):
        cells = [_cell(getattr(one, each.name)) for _, one in named]
        lines.append(f"{each.name:32}" + "".join(f"{cell:>44}" for cell in cells))
    return "\n".join(lines)


def _cell(value: float | tuple[float, ...]) -> str:
    values = value if isinstance(value, tuple) else (value,)
    return "  ".join(f"{v:.0f}" if abs(v) >= 100 else f"{v:.3g}" for v in values)


def _thin(run: StillRun) -> StillRun:
    keep, last = [], -np.inf
    for index, at in enumerate(run.time_s.tolist()):
        if at - last >= _THIN_S:
            keep.append(index)
            last = at
    columns = ("time_s", "east_m", "north_m", "accuracy_m")
    return replace(run, **{name: getattr(run, name)[keep] for name in columns})


def _share(true: np.ndarray, weight: Floats) -> float:
    return float(np.sum(weight[true]) / np.sum(weight)) if len(weight) else float("nan")


def _quantiles(values: Floats, weight: Floats | None) -> tuple[float, ...]:
    if not len(values):
        return (float("nan"),) * len(QUANTILES)
    order = np.argsort(values)
    steps = np.cumsum((np.ones_like(values) if weight is None else weight)[order])
    at = np.searchsorted(steps / steps[-1], QUANTILES).clip(0, len(values) - 1)
    return tuple(float(v) for v in values[order][at])


def _autocorrelation(runs: Sequence[StillRun], lag_s: float) -> float:
    """Return the weighted mean over runs of the lagged product over the mean square."""
    product = square = 0.0
    for run in runs:
        fine = run.accuracy_m <= 200
        clip = np.minimum(1.0, 100.0 / np.maximum(run.error_m[fine], 1e-9))
        east, north, at = run.east_m[fine] * clip, run.north_m[fine] * clip, run.time_s[fine]
        first = np.searchsorted(at, at + lag_s * 0.8)
        last = np.searchsorted(at, at + lag_s * 1.25)
        near = np.where(last > first, first, -1)
        left = np.flatnonzero(near >= 0)
        right = near[left]
        if len(left) >= 5:
            product += float(np.mean(east[left] * east[right] + north[left] * north[right]))
            square += float(
                np.mean(east[left] ** 2 + north[left] ** 2 + east[right] ** 2 + north[right] ** 2)
            )
    return 2 * product / square if square else float("nan")


def _episodes(runs: Sequence[StillRun]) -> tuple[Floats, int]:
    """Return the lengths in minutes of the outlier episodes, and their number."""
    lengths = []
    for run in runs:
        out = run.error_m > 100
        at = run.time_s
        begun: float | None = None
        for k in range(len(at)):
            goes_on = begun is not None and out[k] and at[k] - at[k - 1] <= 600
            if begun is not None and not goes_on:
                lengths.append((at[k - 1] - begun) / 60)
                begun = None
            if out[k] and begun is None:
                begun = float(at[k])
        if begun is not None:
            lengths.append((at[-1] - begun) / 60)
    return np.array(lengths, dtype=np.float64), len(lengths)
