"""What a wearer does now and then besides his daily life: a step outside at night, a short visit.

An outing begins and ends at home and takes place only if the wearer would have been at home all
along. It goes straight, whatever stands in the way: what matters is where it leads and how long it
stays there.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simulators.path import PathBuilder, TruePath
from zones.instant import HOUR, Instant, seconds

Point = tuple[float, float]
"""Metres east and north."""


@dataclass(frozen=True, slots=True)
class Outing:
    """Something done on a share `daily` of days, leaving home between two hours of the day.

    Hours above 24 are those after midnight. `target` draws where it leads; `stay_s` bounds the time
    there; `back` draws, where it is given, when the wearer is home again (hours), which then
    decides how long he stays.
    """

    story: str
    daily: float
    hours: tuple[float, float]
    target: Callable[[np.random.Generator], Point]
    speed_mps: float
    stay_s: tuple[float, float]
    back: tuple[float, float] | None = None


def with_outing(
    path: TruePath, midnight: Instant, outing: Outing, rng: np.random.Generator
) -> tuple[TruePath, tuple[Instant, Instant] | None]:
    """Return a day with an outing and when it took place; the day as it was if it does not fit."""
    leaves = midnight + round(float(rng.uniform(*outing.hours)) * HOUR)
    target = outing.target(rng)
    home = (float(path.east_m[-1]), float(path.north_m[-1]))
    way_s = float(np.hypot(target[0] - home[0], target[1] - home[1])) / outing.speed_mps
    stay_s = float(rng.uniform(*outing.stay_s))
    if outing.back is not None:
        back = midnight + round(float(rng.uniform(*outing.back)) * HOUR)
        stay_s = max(60.0, (back - leaves) / seconds(1) - 2 * way_s)
    builder = PathBuilder(path.plane, leaves, home, indoors=True, canyon=float(path.canyon[-1]))
    builder.outdoors().go(target, outing.speed_mps).stay(stay_s).go(home, outing.speed_mps)
    away = builder.indoors().stay(1.0).build()
    if not _at_home(path, home, away.start, away.end):
        return path, None
    return _spliced(path, away), (away.start, away.end)


def _at_home(path: TruePath, home: Point, start: Instant, end: Instant) -> bool:
    if start <= path.start or end >= path.end:
        return False
    when = np.arange(start, end, seconds(5), dtype=np.int64)
    there = path.sample(np.append(when, end))
    return bool(np.all(np.hypot(there.east_m - home[0], there.north_m - home[1]) < 0.1))


def _spliced(path: TruePath, away: TruePath) -> TruePath:
    before, after = path.times < away.start, path.times > away.end
    columns = (
        np.concatenate(
            [getattr(path, name)[before], getattr(away, name), getattr(path, name)[after]]
        )
        for name in ("times", "east_m", "north_m", "indoors", "canyon")
    )
    return TruePath(path.plane, *columns)
