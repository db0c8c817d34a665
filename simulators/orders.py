"""The orders of a live fleet: who must be home, keep away, or stay in, and who tends not to.

Rule: everyone has a night curfew at home; four in ten must keep away from a school, three in ten
from a protected person's home, three in twenty must stay in their district. Zones to keep away from
lie at least 600 m from the wearer's own places, so that an honest life does not break the order by
itself; the way between two places may still lead past. One wearer in ten tends to stay out late,
and one in ten goes where he must not.
"""

from dataclasses import replace
from typing import Any, Final

import numpy as np

from simulators.city import City, Place
from simulators.geojson import circle, feature, polygon_ring
from simulators.life import Life

PROTECTED_RADIUS_M: Final = 200.0
"""Radius of the zone around a protected person's home, metres."""


def draw_order(
    city: City, seed: int, number: int
) -> tuple[Life, list[dict[str, Any]], tuple[dict[str, Any], ...]]:
    """Return a wearer's life, the conditions of his order and their zones."""
    rng = np.random.default_rng([seed, number, 4])
    life = Life.make(city, seed, number)
    home_id = f"HOME-fleet-{number + 1:05d}"
    zones = [city.home_zone(life.home, home_id)]
    night = {"days": "daily", "start": "22:00", "end": "06:00"}
    conditions = [_condition("curfew", "curfew", home_id, weekly=[night])]
    draw = rng.random()
    if draw < 0.4:
        far = _away_from(life, city.of_kind("school"))
        school = far[int(rng.integers(len(far)))]
        zones.append(city.school_zone(school))
        conditions.append(_condition("keep-out", "exclusion", zones[-1]["id"]))
        life = replace(life, forbidden=school)
    elif draw < 0.7:
        far = _away_from(life, city.of_kind("home"))
        protected = far[int(rng.integers(len(far)))]
        zones.append(_protected_zone(city, protected, number))
        conditions.append(_condition("keep-out", "exclusion", zones[-1]["id"], buffer_m=100))
        life = replace(life, forbidden=protected)
    elif draw < 0.85:
        zones.append(_district(city, life, number))
        conditions.append(_condition("stay-in", "inclusion", zones[-1]["id"]))
    late = 0.3 if rng.random() < 0.1 else 0.0
    stray = 0.3 if rng.random() < 0.1 else 0.0
    life = replace(life, habits=replace(life.habits, late_night=late, stray=stray))
    return life, conditions, tuple(zones)


def _condition(
    condition_id: str,
    kind: str,
    zone: str,
    **more: Any,  # noqa: ANN401 - the values of a JSON object
) -> dict[str, Any]:
    return {"id": condition_id, "kind": kind, "zone": zone, "threshold": 2, **more}


def _away_from(life: Life, places: tuple[Place, ...]) -> list[Place]:
    """Return the places at least 600 m from all of the wearer's own, or else the farthest one."""
    own = (life.home, life.work, *life.haunts)

    def away_m(place: Place) -> float:
        return float(min(np.hypot(place.east_m - o.east_m, place.north_m - o.north_m) for o in own))

    far = [place for place in places if away_m(place) >= 600]
    return far or [max(places, key=away_m)]


def _protected_zone(city: City, home: Place, number: int) -> dict[str, Any]:
    geometry = circle(city.plane, home.east_m, home.north_m)
    name = f"Protected address {number + 1}"
    zone_id = f"PROTECTED-fleet-{number + 1:05d}"
    return feature(zone_id, name, geometry, category="protected", radius_m=PROTECTED_RADIUS_M)


def _district(city: City, life: Life, number: int) -> dict[str, Any]:
    """Return the box around all of a wearer's places, with 400 m to spare."""
    own = (life.home, life.work, *life.haunts)
    west, east = (f(p.east_m for p in own) for f in (min, max))
    south, north = (f(p.north_m for p in own) for f in (min, max))
    west, east, south, north = west - 400, east + 400, south - 400, north + 400
    corners = [(west, south), (east, south), (east, north), (west, north)]
    geometry = {"type": "Polygon", "coordinates": [polygon_ring(city.plane, corners)]}
    return feature(f"DISTRICT-fleet-{number + 1:05d}", f"District {number + 1}", geometry)
