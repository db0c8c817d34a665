"""Two hundred lives to be judged: their orders, what they do wrong, and what only looks like it.

Everyone has a night curfew at home (circle of 50 m). Beside it, by lot: a school or a protected
address far from all his places; a zone that begins 10 to 60 m from his own home, from his place of
work or from the road he takes there (near misses, lived every day); or a district to stay in, some
of his places a mere 60 m from its border. Some stay out late, come back minutes late, go for a walk
at night, take the dog out just beyond the circle, visit where they must not, leave the district.
The shares are assumptions; they give about six violations a wearer and month.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.quality.beside import away_from, everyday_points, zone_beside
from benchmarks.quality.outings import Outing, Point, with_outing
from simulators.city import City
from simulators.geojson import circle, feature, polygon_ring
from simulators.life import Life
from simulators.path import TruePath
from zones.instant import Instant, from_datetime

FIRST_DAY: Final = date(2026, 3, 2)
WALK_MPS: Final = 1.35
DRIVE_MPS: Final = 9.0
NIGHT: Final = {"days": "daily", "start": "22:00", "end": "06:00"}

Feature = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lived:
    """A day of a life, and what was done besides, by its name."""

    path: TruePath
    outings: tuple[tuple[Instant, Instant, str], ...]


@dataclass(frozen=True, slots=True)
class Wearer:
    """One wearer of the benchmark."""

    number: int
    wearer_id: str
    setting: str
    """How his order lies to his life: far, home, work, road or district."""
    life: Life
    conditions: tuple[dict[str, Any], ...]
    zones: tuple[Feature, ...]
    outings: tuple[Outing, ...]
    worse: float = 1.0
    """His device's errors are so many times those of a real one, which it claims to be less."""

    @property
    def start(self) -> Instant:
        """Return when his first day begins."""
        return self.life.day(FIRST_DAY).start

    def days(self, count: int) -> Iterator[Lived]:
        """Yield the first days of his life."""
        for number in range(count):
            day = FIRST_DAY + timedelta(days=number)
            rng = np.random.default_rng([self.life.seed, self.number, number, 7])
            yield self._day(day, rng)

    def _day(self, day: date, rng: np.random.Generator) -> Lived:
        path, done = self.life.day(day), []
        zone = ZoneInfo(self.life.city.timezone)
        midnight = from_datetime(datetime.combine(day, time(), zone))
        for outing in self.outings:
            if rng.random() < outing.daily:
                path, when = with_outing(path, midnight, outing, rng)
                done += [] if when is None else [(*when, outing.story)]
        return Lived(path, tuple(done))


def draw(city: City, seed: int, number: int, worse: float = 1.0) -> Wearer:
    """Return the wearer of a number."""
    rng = np.random.default_rng([seed, number, 6])
    life = Life.make(city, seed, number)
    home = city.home_zone(life.home, f"HOME-{number:03d}")
    conditions = [{"id": "night", "kind": "curfew", "zone": home["id"], "weekly": [NIGHT]}]
    setting = str(rng.choice(["far", "home", "work", "road", "district"], p=_SHARES))
    zone = _DRAWN[setting](life, number, rng)
    kind = "inclusion" if setting == "district" else "exclusion"
    conditions.append({"id": "place", "kind": kind, "zone": zone["id"]})
    if rng.random() < 0.15:
        life = replace(life, habits=replace(life.habits, late_night=0.2))
    outings = [*_by_night(life, rng), *_elsewhere(life, kind, zone, rng)]
    return Wearer(
        number,
        f"wearer-{number:03d}",
        setting,
        life,
        tuple(conditions),
        (home, zone),
        tuple(outings),
        worse,
    )


_SHARES: Final = (0.4, 0.15, 0.12, 0.15, 0.18)


def _far(life: Life, number: int, rng: np.random.Generator) -> Feature:
    city, points = life.city, everyday_points(life, FIRST_DAY)
    if rng.random() < 0.5:
        schools = away_from(life, city.of_kind("school"), points)
        return city.school_zone(schools[int(rng.integers(len(schools)))], f"SCHOOL-{number:03d}")
    homes = away_from(life, city.of_kind("home"), points)
    other = homes[int(rng.integers(len(homes)))]
    return _round((other.east_m, other.north_m), 200.0, life, number)


def _by_home(life: Life, number: int, rng: np.random.Generator) -> Feature:
    return _beside(life, number, rng, (life.home.east_m, life.home.north_m))


def _by_work(life: Life, number: int, rng: np.random.Generator) -> Feature:
    return _beside(life, number, rng, (life.work.east_m, life.work.north_m))


def _by_road(life: Life, number: int, rng: np.random.Generator) -> Feature:
    points = everyday_points(life, FIRST_DAY)
    chosen = points[int(rng.integers(len(points)))]
    return _beside(life, number, rng, (float(chosen[0]), float(chosen[1])))


def _beside(life: Life, number: int, rng: np.random.Generator, at: Point) -> Feature:
    gap_m = float(rng.uniform(10, 60))
    points = everyday_points(life, FIRST_DAY)
    centre, radius_m = zone_beside(at, gap_m, points, rng)
    return _round(centre, radius_m, life, number)


def _round(centre: Point, radius_m: float, life: Life, number: int) -> Feature:
    geometry = circle(life.city.plane, *centre)
    return feature(f"ZONE-{number:03d}", "Protected address", geometry, radius_m=radius_m)


def _district(life: Life, number: int, rng: np.random.Generator) -> Feature:
    spare_m = float(rng.uniform(60, 400))
    west, south, east, north = _box(life)
    west, south, east, north = west - spare_m, south - spare_m, east + spare_m, north + spare_m
    corners = [(west, south), (east, south), (east, north), (west, north)]
    geometry = {"type": "Polygon", "coordinates": [polygon_ring(life.city.plane, corners)]}
    return feature(f"DISTRICT-{number:03d}", "District", geometry, spare_m=spare_m)


_DRAWN: Final = {
    "far": _far,
    "home": _by_home,
    "work": _by_work,
    "road": _by_road,
    "district": _district,
}


def _box(life: Life) -> tuple[float, float, float, float]:
    points = everyday_points(life, FIRST_DAY)
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    return float(west), float(south), float(east), float(north)


def _by_night(life: Life, rng: np.random.Generator) -> Iterator[Outing]:
    home = (life.home.east_m, life.home.north_m)

    def around(least_m: float, most_m: float) -> Any:  # noqa: ANN401 - a drawing function
        return lambda draws: _at(home, float(draws.uniform(least_m, most_m)), draws)

    if rng.random() < 0.3:
        yield Outing("night walk", 0.12, (22.3, 27.0), around(120, 500), WALK_MPS, (0, 1800))
    if rng.random() < 0.1:
        yield Outing("dog", 0.15, (22.2, 26.0), around(70, 250), WALK_MPS, (60, 480))
    if rng.random() < 0.15:
        walk = around(300, 900)
        yield Outing("minutes late", 0.15, (20.8, 21.2), walk, WALK_MPS, (0, 0), (22.05, 22.5))
    if rng.random() < 0.1:
        yield Outing("leaves early", 0.1, (4.3, 5.2), around(200, 1500), WALK_MPS, (300, 1800))


def _elsewhere(life: Life, kind: str, zone: Feature, rng: np.random.Generator) -> Iterator[Outing]:
    if rng.random() >= 0.4:
        return
    if kind == "inclusion":
        box, spare_m = _box(life), float(zone["properties"]["spare_m"])

        def beyond(draws: np.random.Generator) -> Point:
            return _outside(box, spare_m + float(draws.uniform(60, 900)), draws)

        yield Outing("leaves district", 0.15, (9.0, 21.0), beyond, DRIVE_MPS, (60, 2400))
        return
    east_m, north_m, reach_m = _centre(life, zone)

    def within(draws: np.random.Generator) -> Point:
        return _at((east_m, north_m), reach_m * float(draws.uniform(0, 0.8)), draws)

    yield Outing("visit", 0.12, (9.0, 20.5), within, DRIVE_MPS, (480, 3600))
    yield Outing("short visit", 0.08, (9.0, 20.5), within, DRIVE_MPS, (60, 480))


def _centre(life: Life, zone: Feature) -> tuple[float, float, float]:
    geometry = zone["geometry"]
    if geometry["type"] == "Point":
        east, north = life.city.plane.metres(*geometry["coordinates"])
        return float(east), float(north), float(zone["properties"]["radius_m"])
    ring = np.array(geometry["coordinates"][0][:-1])
    east, north = life.city.plane.metres(ring[:, 0], ring[:, 1])
    return float(east.mean()), float(north.mean()), 100.0


def _at(origin: Point, away_m: float, rng: np.random.Generator) -> Point:
    bearing = float(rng.uniform(0, 2 * np.pi))
    return origin[0] + away_m * float(np.sin(bearing)), origin[1] + away_m * float(np.cos(bearing))


def _outside(
    box: tuple[float, float, float, float], away_m: float, rng: np.random.Generator
) -> Point:
    west, south, east, north = box
    along = float(rng.random())
    side = int(rng.integers(4))
    x, y = west + along * (east - west), south + along * (north - south)
    return [(x, south - away_m), (x, north + away_m), (west - away_m, y), (east + away_m, y)][side]
