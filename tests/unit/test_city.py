"""The simulated town: connected streets, plausible routes, readable exports, the same per seed."""

from collections import deque
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from pyproj import Geod

from simulators.city import PLACES, City
from simulators.plane import Plane
from simulators.streets import MAIN_LIMIT_MPS, SIDE_LIMIT_MPS, Link, lay_out
from zones.geojson import read_zones

CITY = City.generate(7)
WGS84 = Geod(ellps="WGS84")


@pytest.mark.parametrize("missing", [0.0, 0.1, 0.6, 1.0])
def test_every_crossing_can_be_reached(missing: float) -> None:
    """However many side streets are missing, the links lead from one crossing to all others."""
    streets = lay_out(np.random.default_rng(3), 6_000, missing)
    found, waiting = {0}, deque([0])
    while waiting:
        for link in streets.links[waiting.popleft()]:
            if link.to not in found:
                found.add(link.to)
                waiting.append(link.to)
    assert len(found) == len(streets.east_m) == 41 * 41


def test_the_town_is_of_real_size() -> None:
    """Its streets span 6 km each way, to 100 m, as the ellipsoid measures it."""
    lon, lat = CITY.plane.degrees(CITY.streets.east_m, CITY.streets.north_m)
    _, _, wide_m = WGS84.inv(lon.min(), -23.5, lon.max(), -23.5)
    _, _, high_m = WGS84.inv(-46.6, lat.min(), -46.6, lat.max())
    assert wide_m == pytest.approx(6_000, abs=100)
    assert high_m == pytest.approx(6_000, abs=100)


def test_links_are_as_long_as_the_earth_says() -> None:
    """The length of a link agrees with the geodesic between its crossings to 0.1 %."""
    lon, lat = CITY.plane.degrees(CITY.streets.east_m, CITY.streets.north_m)
    for start in range(0, len(lon), 97):
        for link in CITY.streets.links[start]:
            _, _, metres = WGS84.inv(lon[start], lat[start], lon[link.to], lat[link.to])
            assert link.length_m == pytest.approx(metres, rel=1e-3)


def test_routes_follow_streets_and_are_not_long_ways_round() -> None:
    """Each step of a route is a street, and a walk is at most 1.6 times the straight line."""
    homes = CITY.of_kind("home")
    for start, end in pairwise(homes[:60]):
        route = CITY.streets.route(start.crossing, end.crossing, "walk")
        assert (route[0], route[-1]) == (start.crossing, end.crossing)
        length_m = sum(CITY.streets.link(a, b).length_m for a, b in pairwise(route))
        east = CITY.streets.east_m[[start.crossing, end.crossing]]
        north = CITY.streets.north_m[[start.crossing, end.crossing]]
        straight_m = float(np.hypot(*(np.diff(axis)[0] for axis in (east, north))))
        assert straight_m <= length_m + 1e-6 <= 1.6 * straight_m + 400


def test_no_route_is_better_than_the_one_found() -> None:
    """Relaxing every link until nothing improves finds no shorter walk and no quicker drive."""
    homes = CITY.of_kind("home")
    shortest = _relaxed(homes[0].crossing, lambda link: link.length_m)
    quickest = _relaxed(homes[0].crossing, lambda link: link.length_m / link.limit_mps)
    for home in homes[1:60]:
        walk = CITY.streets.route(homes[0].crossing, home.crossing, "walk")
        drive = CITY.streets.route(homes[0].crossing, home.crossing, "drive")
        assert sum(link.length_m for link in _links(walk)) == pytest.approx(shortest[home.crossing])
        drive_s = sum(link.length_m / link.limit_mps for link in _links(drive))
        assert drive_s == pytest.approx(quickest[home.crossing])


def test_a_route_to_the_same_crossing_is_that_crossing() -> None:
    """Going nowhere takes no street."""
    assert CITY.streets.route(5, 5, "drive") == (5,)


def test_unjoined_crossings_have_no_link() -> None:
    """Asking for a street that is not there is an error that names both crossings."""
    with pytest.raises(KeyError, match="crossings 0 and 900"):
        CITY.streets.link(0, 900)


def test_main_roads_have_the_higher_limit() -> None:
    """There are two limits, and most streets are side streets."""
    limits = [link.limit_mps for links in CITY.streets.links for link in links]
    assert set(limits) == {MAIN_LIMIT_MPS, SIDE_LIMIT_MPS}
    assert 0.1 < np.mean(np.array(limits) == MAIN_LIMIT_MPS) < 0.4


def test_places_are_there_and_near_their_crossing() -> None:
    """Every kind has its number of places, within 80 m of the crossing they belong to."""
    for kind, (count, _, _) in PLACES.items():
        assert len(CITY.of_kind(kind)) == count
    assert len({place.place_id for place in CITY.places}) == len(CITY.places)
    for place in CITY.places:
        east, north = (axis[place.crossing] for axis in (CITY.streets.east_m, CITY.streets.north_m))
        assert np.hypot(place.east_m - east, place.north_m - north) < 80
        assert CITY.plane.metres(place.lon, place.lat) == pytest.approx(
            (place.east_m, place.north_m), abs=0.02
        )


def test_places_are_found_by_id() -> None:
    """A place has its id, and an unknown id is an error that names it."""
    assert CITY.place("school-003").kind == "school"
    with pytest.raises(KeyError, match="school-999"):
        CITY.place("school-999")


def test_streets_are_named_apart() -> None:
    """No two streets share a name, and the main ones are avenues."""
    lines = CITY.streets.lines()
    names = [name for name, _ in lines]
    assert len(set(names)) == len(names) == 82
    assert names[0].startswith("Avenida")
    assert names[1].startswith("Rua")


def test_street_lines_are_links() -> None:
    """Each run of a street goes from neighbour to neighbour."""
    for _, runs in CITY.streets.lines():
        for run in runs:
            for a, b in pairwise(run):
                assert CITY.streets.link(a, b)


def test_the_sky_narrows_towards_the_centre() -> None:
    """The canyon factor lies within 0 and 1 and is largest at the centre."""
    away = np.linspace(0, 4_000, 50)
    canyon = CITY.canyon(away, np.zeros(50))
    assert np.all(np.diff(canyon) < 0)
    assert 0 <= canyon.min() < 0.15
    assert 0.9 < canyon.max() <= 1


def test_zones_are_read_by_the_projects_reader() -> None:
    """Every school is a polygon and every home a circle the engine can use."""
    reading = read_zones(CITY.zones_geojson())
    assert reading.problems == ()
    assert len(reading.zones) == len(CITY.of_kind("school")) + len(CITY.of_kind("home"))


def test_the_export_holds_streets_and_places() -> None:
    """The map has one feature for each street and each place, in degrees on the town."""
    features = CITY.as_geojson()["features"]
    assert len(features) == 82 + len(CITY.places)
    for each in features:
        geometry = each["geometry"]
        lines = [[geometry["coordinates"]]]
        if geometry["type"] == "MultiLineString":
            lines = geometry["coordinates"]
        for line in lines:
            for lon, lat in line:
                assert abs(lon + 46.6) < 0.05
                assert abs(lat + 23.5) < 0.05


def test_the_seed_decides_everything() -> None:
    """The same seed gives the same town, another seed another one."""
    assert City.generate(7).as_geojson() == CITY.as_geojson()
    assert City.generate(8).as_geojson() != CITY.as_geojson()


def test_a_small_town_elsewhere_works() -> None:
    """Centre, time zone and size are the caller's."""
    small = City.generate(1, lon=179.999, lat=-16.8, timezone="Pacific/Fiji", side_m=2_000)
    lons = {np.sign(place.lon) for place in small.places}
    assert lons == {-1.0, 1.0}
    assert small.timezone == "Pacific/Fiji"


@pytest.mark.parametrize(
    ("lon", "lat", "side_m", "field"),
    [(200.0, 0.0, 6e3, "lon"), (0.0, 89.0, 6e3, "lat"), (0.0, 0.0, 10.0, "side_m")],
)
def test_a_town_off_the_earth_is_refused(lon: float, lat: float, side_m: float, field: str) -> None:
    """A bad centre or size is an error that names the field."""
    with pytest.raises(ValueError, match=field):
        City.generate(1, lon=lon, lat=lat, side_m=side_m)


def test_the_plane_agrees_with_the_ellipsoid_and_wraps() -> None:
    """A kilometre on the plane is a kilometre on WGS 84, also across the antimeridian."""
    for lon, lat in ((0.0, 60.0), (-46.6, -23.5), (179.999, 0.0)):
        plane = Plane(lon, lat)
        for east, north in ((1_000.0, 0.0), (0.0, 1_000.0), (0.0, -1_000.0)):
            to_lon, to_lat = plane.point(east, north)
            _, _, metres = WGS84.inv(lon, lat, to_lon, to_lat)
            assert metres == pytest.approx(1_000, abs=0.05)
            assert -180 <= to_lon < 180
            assert plane.metres(to_lon, to_lat) == pytest.approx((east, north), abs=0.02)


def _links(route: tuple[int, ...]) -> list[Link]:
    return [CITY.streets.link(a, b) for a, b in pairwise(route)]


def _relaxed(start: int, cost: Callable[[Link], float]) -> list[float]:
    best = [float("inf")] * len(CITY.streets.links)
    best[start] = 0.0
    improved = True
    while improved:
        improved = False
        for here, links in enumerate(CITY.streets.links):
            for link in links:
                if best[here] + cost(link) < best[link.to] - 1e-9:
                    best[link.to] = best[here] + cost(link)
                    improved = True
    return best
