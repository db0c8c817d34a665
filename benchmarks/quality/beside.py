"""Zones beside the places and roads of a life, and never on them.

A zone beside a place is a circle whose edge is a given gap away from it. Of the directions and
radii in which it could lie, the first is taken that leaves that gap to every point of the everyday
ways, else the one that leaves most: then the order forbids an everyday way, as orders sometimes do.
"""

from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from simulators.city import Place
from simulators.life import Life
from simulators.plane import Floats
from zones.instant import SECOND

_DAYS = 14
_STEP = 5 * SECOND
_FAR_M = 300.0


@lru_cache(maxsize=4)
def everyday_points(life: Life, first: date) -> Floats:
    """Return where a wearer moves in two weeks of his life, rows of metres east and north."""
    return np.concatenate([_moving(life, first + timedelta(days=k)) for k in range(_DAYS)])


def _moving(life: Life, day: date) -> Floats:
    path = life.day(day)
    there = path.sample(np.arange(path.start, path.end, _STEP, dtype=np.int64))
    moving = there.speed_mps > 0
    return np.column_stack([there.east_m[moving], there.north_m[moving]])


def zone_beside(
    at: tuple[float, float], gap_m: float, points: Floats, rng: np.random.Generator
) -> tuple[tuple[float, float], float]:
    """Return centre and radius (metres) of a zone that begins `gap_m` from a place."""
    best, best_gap_m = ((0.0, 0.0), 0.0), -np.inf
    for radius_m in (float(rng.uniform(150, 250)), 100.0, 60.0):
        for bearing in rng.permutation(24) * (np.pi / 12):
            away_m = radius_m + gap_m
            centre = (at[0] + away_m * np.sin(bearing), at[1] + away_m * np.cos(bearing))
            least = np.hypot(points[:, 0] - centre[0], points[:, 1] - centre[1]).min() - radius_m
            if least > best_gap_m:
                best, best_gap_m = ((float(centre[0]), float(centre[1])), radius_m), float(least)
            if least >= gap_m - 1.0:
                return best
    return best


def away_from(life: Life, places: tuple[Place, ...], points: Floats) -> list[Place]:
    """Return the places that everyday ways avoid by 300 m, or else the farthest one."""

    def away_m(place: Place) -> float:
        return float(np.hypot(points[:, 0] - place.east_m, points[:, 1] - place.north_m).min())

    home = life.home
    others = [place for place in places if place.place_id != home.place_id]
    far = [place for place in others if away_m(place) >= _FAR_M]
    return far or [max(others, key=away_m)]
