"""Zones of wearers' own, of a country: four each near a home, as the store keeps them.

One in ten is an area of eight corners, the others are circles.
"""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from zones.membership import memberships
from zones.metric import Floats
from zones.table import ZoneTable

EACH = 4
_CORNERS = 8
_NEAR_DEG = 0.03
_AREA = (
    '{"type":"Feature","id":"own-%d","properties":{"zone_id":"own-%d","version":1},'
    '"geometry":{"type":"Polygon","coordinates":[%r]}}'
)
_CIRCLE = (
    '{"type":"Feature","id":"own-%d","properties":{"zone_id":"own-%d","version":1,'
    '"radius_m":%r},"geometry":{"type":"Point","coordinates":[%r,%r]}}'
)


def homes(count: int) -> Floats:
    """Return longitude and latitude of the homes of so many zones' owners, shape (n, 2)."""
    return np.random.default_rng(5).uniform((-120.0, 28.0), (-70.0, 48.0), (count // EACH, 2))


def bodies(count: int) -> Iterator[str]:
    """Yield so many zones as `zones.geojson.write_zone` writes them."""
    rng = np.random.default_rng(6)
    places = homes(count).repeat(EACH, axis=0)
    places += rng.uniform(-_NEAR_DEG, _NEAR_DEG, places.shape)
    radii = rng.uniform(50.0, 300.0, count).tolist()
    turns = [math.tau * corner / _CORNERS for corner in (*range(_CORNERS), 0)]
    for number, ((lon, lat), radius) in enumerate(zip(places.tolist(), radii, strict=True)):
        if number % 10:
            yield _CIRCLE % (number, number, radius, lon, lat)
            continue
        reach = radius / 111_195.0
        ring = [[lon + reach * math.cos(each), lat + reach * math.sin(each)] for each in turns]
        yield _AREA % (number, number, ring)


class OwnZones:
    """Wearers with zones of their own, by number: rows of a table."""

    def __init__(self, table: ZoneTable) -> None:
        self.table = table
        self._homes = homes(len(table))
        first = np.arange(0, len(table), EACH)
        self._span = np.stack([first, np.full(len(first), EACH)], axis=1)
        self._number = np.arange(len(table))

    def batch(self, rng: np.random.Generator, size: int) -> tuple[NDArray[np.intp], Floats]:
        """Return wearers, and where they are: near their homes."""
        wearer = rng.integers(0, len(self._homes), size)
        return wearer, self._homes[wearer] + rng.normal(0.0, 0.005, (size, 2))

    def judged(self, wearer: NDArray[np.intp], places: Floats) -> NDArray[np.int8]:
        """Return the memberships of each wearer's place in each zone of his, three-valued."""
        first, count = self._span.take(wearer, axis=0).T
        ends = count.cumsum()
        row = np.arange(len(wearer)).repeat(count)
        entry = np.arange(len(row)) + (first - (ends - count)).take(row)
        lon, lat = places.take(row, axis=0).T
        metres = self.table.signed_distances_m(lon, lat, self._number.take(entry))
        return memberships(metres, np.full(len(metres), 8.0))
