"""Going through a town: from one place to another, on foot or by car.

Rule: out of the door, to the nearest crossing, along the best route, and in at the other door. A
walker keeps his own pace and waits at main roads; a car keeps below the speed limit of each street
and stops at lights and corners.
"""

from typing import Final

import numpy as np

from simulators.city import City, Place
from simulators.path import PathBuilder
from simulators.streets import WALK_MPS, Mode

_WAITS: Final[dict[tuple[Mode, bool], tuple[float, float, float]]] = {
    ("walk", True): (0.4, 3.0, 30.0),
    ("walk", False): (0.05, 1.0, 4.0),
    ("drive", True): (0.35, 5.0, 45.0),
    ("drive", False): (0.2, 2.0, 8.0),
}
"""For each mode and whether a main road is crossed: how likely a stop is, its shortest and longest
time in seconds."""


def start_at(city: City, place: Place, start: int) -> PathBuilder:
    """Return a path that begins indoors at a place."""
    canyon = float(city.canyon(place.east_m, place.north_m))
    here = (place.east_m, place.north_m)
    return PathBuilder(city.plane, start, here, indoors=True, canyon=canyon)


def travel(
    path: PathBuilder, city: City, rng: np.random.Generator, start: Place, end: Place, *, mode: Mode
) -> PathBuilder:
    """Add the way from one place to another; the path then stands indoors at `end`."""
    streets = city.streets
    pace_mps = WALK_MPS * float(np.clip(rng.normal(1.0, 0.1), 0.75, 1.3))
    keenness = float(rng.uniform(0.65, 0.95))
    route = streets.route(start.crossing, end.crossing, mode)
    before = route[0]
    path.outdoors(_canyon(city, before))
    path.go((float(streets.east_m[before]), float(streets.north_m[before])), pace_mps)
    for crossing in route[1:]:
        limit_mps = streets.link(before, crossing).limit_mps
        speed_mps = pace_mps if mode == "walk" else limit_mps * keenness * rng.uniform(0.85, 1.0)
        path.outdoors(_canyon(city, crossing))
        path.go((float(streets.east_m[crossing]), float(streets.north_m[crossing])), speed_mps)
        _wait(path, rng, mode, main=streets.is_main(crossing))
        before = crossing
    path.go((end.east_m, end.north_m), pace_mps)
    return path.indoors(float(city.canyon(end.east_m, end.north_m)))


def _canyon(city: City, crossing: int) -> float:
    sky = float(city.canyon(city.streets.east_m[crossing], city.streets.north_m[crossing]))
    return sky * (0.7 if city.streets.is_main(crossing) else 1.0)


def _wait(path: PathBuilder, rng: np.random.Generator, mode: Mode, *, main: bool) -> None:
    likely, least_s, most_s = _WAITS[mode, main]
    if rng.random() < likely:
        path.stay(float(rng.uniform(least_s, most_s)))
