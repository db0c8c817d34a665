"""A seeded town of real size that does not exist: streets, homes, workplaces, schools, bars.

Rule: the same seed gives the same town, to the last coordinate. The town is laid out on a plane in
metres and placed at a real latitude and longitude only so that clocks, sunrise and map tiles fit
(default: near São Paulo, time zone America/Sao_Paulo); its streets follow no real street.

The canyon factor says how much of the sky buildings hide: 0 in the open, 1 between the tallest
houses of the centre. It falls off with the distance from the centre, and main roads, being wider,
have less of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np

from simulators.geojson import collection, feature, polygon_ring
from simulators.plane import Coordinate, Floats, Plane
from simulators.streets import Streets, lay_out

PlaceKind: TypeAlias = Literal[
    "home", "workplace", "school", "shop", "bar", "treatment", "community_service"
]

PLACES: Final[dict[PlaceKind, tuple[int, float, str]]] = {
    "home": (400, 0.15, "Home"),
    "workplace": (60, 0.55, "Workplace"),
    "school": (12, 0.30, "School"),
    "shop": (50, 0.45, "Shop"),
    "bar": (25, 0.70, "Bar"),
    "treatment": (5, 0.50, "Treatment centre"),
    "community_service": (4, 0.35, "Community service"),
}
"""For each kind of place: how many, how much they crowd to the centre (0 to 1), and their name."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place people go to: a building a few metres off a crossing."""

    place_id: str
    kind: PlaceKind
    name: str
    east_m: float
    north_m: float
    lon: float
    lat: float
    crossing: int


@dataclass(frozen=True, slots=True)
class City:
    """A town: its plane, streets and places."""

    name: str
    seed: int
    timezone: str
    plane: Plane
    side_m: float
    streets: Streets
    places: tuple[Place, ...]

    @classmethod
    def generate(
        cls,
        seed: int,
        *,
        lon: float = -46.6,
        lat: float = -23.5,
        timezone: str = "America/Sao_Paulo",
        side_m: float = 6_000.0,
        name: str = "Vila das Pedras Altas",
    ) -> "City":
        """Return the town of this seed, `side_m` metres wide, around `lon`, `lat` (degrees).

        Raises:
            ValueError: `side_m` is too small for a town, or the centre is not on the earth.
        """
        if not 1_000 <= side_m <= 40_000:
            raise ValueError(f"side_m is {side_m}: give 1000 to 40000 metres")
        rng = np.random.default_rng([seed, 1])
        plane = Plane(lon, lat)
        streets = lay_out(rng, side_m)
        places = tuple(_settle(rng, plane, streets, side_m))
        return cls(name, seed, timezone, plane, side_m, streets, places)

    def of_kind(self, kind: PlaceKind) -> tuple[Place, ...]:
        """Return the places of one kind, in order of their ids."""
        return tuple(place for place in self.places if place.kind == kind)

    def place(self, place_id: str) -> Place:
        """Return one place.

        Raises:
            KeyError: the town has no such place.
        """
        for place in self.places:
            if place.place_id == place_id:
                return place
        raise KeyError(f"place_id {place_id!r} is not in {self.name}: see City.places")

    def canyon(self, east_m: Coordinate, north_m: Coordinate) -> Floats:
        """Return the canyon factor (0 open sky to 1) at points in metres."""
        away = np.hypot(east_m, north_m) / (self.side_m / 4)
        return np.asarray(0.9 * np.exp(-(away**2)) + 0.1, dtype=np.float64)

    def as_geojson(self) -> dict[str, Any]:
        """Return streets (MultiLineString) and places (Point) as an RFC 7946 collection."""
        return collection([*self._street_features(), *self._place_features()])

    def zones_geojson(self) -> dict[str, Any]:
        """Return a zone for every school (polygon) and every home (circle of 50 m)."""
        schools = [self.school_zone(place) for place in self.of_kind("school")]
        return collection([*schools, *(self.home_zone(home) for home in self.of_kind("home"))])

    def home_zone(self, home: Place, zone_id: str | None = None) -> dict[str, Any]:
        """Return the zone of a home: a circle of 50 m, as a Point with `radius_m`."""
        point = {"type": "Point", "coordinates": [home.lon, home.lat]}
        return feature(
            zone_id or f"HOME-{home.place_id}", home.name, point, category="home", radius_m=50.0
        )

    def school_zone(self, school: Place, zone_id: str | None = None) -> dict[str, Any]:
        """Return the zone of a school: its grounds and a street's width around, 240 m x 200 m."""
        half_e, half_n = 120.0, 100.0
        corners = [(-half_e, -half_n), (half_e, -half_n), (half_e, half_n), (-half_e, half_n)]
        ring = polygon_ring(
            self.plane, [(school.east_m + e, school.north_m + n) for e, n in corners]
        )
        geometry = {"type": "Polygon", "coordinates": [ring]}
        return feature(
            zone_id or f"SCHOOL-{school.place_id}", school.name, geometry, category="school"
        )

    def _street_features(self) -> Iterable[dict[str, Any]]:
        for number, (name, runs) in enumerate(self.streets.lines()):
            lines = [
                [
                    list(self.plane.point(self.streets.east_m[k], self.streets.north_m[k]))
                    for k in run
                ]
                for run in runs
            ]
            geometry = {"type": "MultiLineString", "coordinates": lines}
            yield feature(f"street-{number}", name, geometry, category="street")

    def _place_features(self) -> Iterable[dict[str, Any]]:
        for place in self.places:
            point = {"type": "Point", "coordinates": [place.lon, place.lat]}
            yield feature(place.place_id, place.name, point, category=place.kind)


def _settle(
    rng: np.random.Generator, plane: Plane, streets: Streets, side_m: float
) -> Iterable[Place]:
    share = min(1.0, (side_m / 6_000.0) ** 2)
    away = np.hypot(streets.east_m, streets.north_m) / side_m
    for kind, (count, crowding, title) in PLACES.items():
        weight = np.exp(-8 * crowding * away)
        number = max(4, round(count * share))
        chosen = rng.choice(away.size, size=number, replace=False, p=weight / weight.sum())
        for index, crossing in enumerate(chosen.tolist()):
            east = float(streets.east_m[crossing]) + rng.choice([-1, 1]) * rng.uniform(25, 50)
            north = float(streets.north_m[crossing]) + rng.choice([-1, 1]) * rng.uniform(25, 50)
            lon, lat = plane.point(east, north)
            place_id = f"{kind.replace('_', '-')}-{index + 1:03d}"
            name = f"{title} {index + 1}"
            yield Place(place_id, kind, name, east, north, lon, lat, crossing)
