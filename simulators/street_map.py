"""A simulated town as a base map: what a person needs to see where someone is, and no more.

Rule: every feature has a `class`: `ground`, `park`, `water`, `building`, or of streets `side` and
`main`, in the order in which they are drawn. Streets have their `name`. Parks are blocks between
four crossings, one in `PARK_EVERY`, every other one with a pond; a building stands at every place
of the town. The same town gives the same map.
"""

from collections.abc import Iterator
from math import cos, pi, sin
from typing import Any, Final

import numpy as np

from simulators.city import City
from simulators.geojson import collection, polygon_ring
from simulators.streets import MAIN_EVERY

PARK_EVERY: Final = 40
"""Blocks of which one is a park."""

_BUILDING_M: Final = (22.0, 16.0)
_KERB: Final = 0.84
"""How much of a block a park takes; the rest is pavement and street."""

Corner = tuple[float, float]


def street_map(city: City) -> dict[str, Any]:
    """Return a town as an RFC 7946 collection to draw."""
    return collection([*_ground(city), *_parks(city), *_buildings(city), *_streets(city)])


def _ground(city: City) -> Iterator[dict[str, Any]]:
    half = city.side_m / 2 + 60
    corners = [(-half, -half), (half, -half), (half, half), (-half, half)]
    yield _area(city, "ground", corners)


def _parks(city: City) -> Iterator[dict[str, Any]]:
    streets = city.streets
    columns = streets.columns
    rows = len(streets.east_m) // columns
    rng = np.random.default_rng([city.seed, 3])
    blocks = [r * columns + c for r in range(rows - 1) for c in range(columns - 1)]
    chosen = rng.choice(blocks, size=max(1, len(blocks) // PARK_EVERY), replace=False)
    for number, block in enumerate(sorted(chosen.tolist())):
        around = (block, block + 1, block + columns + 1, block + columns)
        corners = [(float(streets.east_m[k]), float(streets.north_m[k])) for k in around]
        centre = (sum(e for e, _ in corners) / 4, sum(n for _, n in corners) / 4)
        yield _area(city, "park", [_towards(centre, each, _KERB) for each in corners])
        if number % 2:
            yield _area(city, "water", _pond(centre))


def _towards(centre: Corner, corner: Corner, share: float) -> Corner:
    east = centre[0] + (corner[0] - centre[0]) * share
    return east, centre[1] + (corner[1] - centre[1]) * share


def _pond(centre: Corner) -> list[Corner]:
    turns = [2 * pi * k / 24 for k in range(24)]
    return [(centre[0] + 30 * cos(turn), centre[1] + 18 * sin(turn)) for turn in turns]


def _buildings(city: City) -> Iterator[dict[str, Any]]:
    east, north = (side / 2 for side in _BUILDING_M)
    for place in city.places:
        sides = [(-east, -north), (east, -north), (east, north), (-east, north)]
        corners = [(place.east_m + e, place.north_m + n) for e, n in sides]
        yield _area(city, "building", corners)


def _streets(city: City) -> Iterator[dict[str, Any]]:
    streets = city.streets
    main: list[dict[str, Any]] = []
    side: list[dict[str, Any]] = []
    for number, (name, runs) in enumerate(streets.lines()):
        # Streets are named along first, then across; each way every fifth is a main road.
        of_main = number % streets.columns % MAIN_EVERY == 0
        lines = [
            [list(city.plane.point(streets.east_m[k], streets.north_m[k])) for k in run]
            for run in runs
        ]
        geometry = {"type": "MultiLineString", "coordinates": lines}
        made = _feature("main" if of_main else "side", geometry, name=name)
        (main if of_main else side).append(made)
    yield from (*side, *main)


def _area(city: City, class_: str, corners: list[Corner]) -> dict[str, Any]:
    ring = polygon_ring(city.plane, corners)
    return _feature(class_, {"type": "Polygon", "coordinates": [ring]})


def _feature(class_: str, geometry: dict[str, Any], **properties: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"class": class_, **properties},
        "geometry": geometry,
    }
