"""The table measures pairs as the zones themselves do, however it came to hold them."""

import math
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from zones.edges import FEW_EDGES
from zones.table import ZoneTable
from zones.zone import Area, Circle, Zone

METRES_PER_DEGREE = 111_195.0


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Zone], np.ndarray]:
    """Circles and areas of few or many edges round one place, and places among and far off them."""
    lon = draw(st.sampled_from([179.97, -179.99, 10.0, -100.0]))
    lat = draw(st.sampled_from([0.0, 40.0, -84.99, 84.995, 88.0]))
    squeeze = math.cos(math.radians(lat))
    random = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    zones = []
    for number in range(draw(st.integers(1, 12))):
        x, y = lon + random.normal(0.0, 0.02) / squeeze, lat + random.normal(0.0, 0.02)
        reach = 10.0 ** random.uniform(1.0, 4.4)
        corners = int(random.choice([0, 3, 12, FEW_EDGES, FEW_EDGES + 1, 400]))
        if corners == 0:
            zones.append(Zone(str(number), Circle((x + 180.0) % 360.0 - 180.0, y, reach)))
            continue
        angle = math.tau * np.arange(corners) / corners
        away = min(reach, 30_000.0) / METRES_PER_DEGREE * random.uniform(0.5, 1.0, corners)
        ring = [
            *zip(x + away * np.cos(angle) / squeeze, y + away * np.sin(angle), strict=True),
        ]
        hole = [(x + (a - x) / 4.0, y + (b - y) / 4.0) for a, b in ring]
        rings = [[*ring, ring[0]], [*hole, hole[0]]][: 1 + int(random.integers(2))]
        zones.append(Zone(str(number), Area([rings])))
    away = random.choice([0.0, 0.005, 0.05, 3.0], (20, 2)) * random.normal(size=(20, 2))
    places = np.array([lon, lat]) + away / np.array([squeeze, 1.0])
    places[:, 0] = (places[:, 0] + 180.0) % 360.0 - 180.0
    places[0] = zones[0].boxes[0][:2]
    return zones, np.clip(places, [-180.0, -90.0], [180.0, 90.0])


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_pairs_are_measured_as_by_the_zones(world: tuple[list[Zone], np.ndarray]) -> None:
    """Every pair's distance is to the last bit the zone's own, for one place and for many."""
    zones, places = world
    table = ZoneTable()
    numbers = [table.number(zone) for zone in zones]
    assert numbers == list(range(len(zones))) == table.extend(zones)
    together = ZoneTable(zones)
    zone = np.repeat(np.arange(len(zones)), len(places))
    lon, lat = np.tile(places[:, 0], len(zones)), np.tile(places[:, 1], len(zones))
    got = table.signed_distances_m(lon, lat, zone)
    assert got.tolist() == together.signed_distances_m(lon, lat, zone).tolist()
    for number, each in enumerate(zones):
        mine = got[zone == number]
        assert mine.tolist() == each.signed_distances_m(places[:, 0], places[:, 1]).tolist()
        assert mine.tolist() == [each.signed_distance_m(*place) for place in places.tolist()]


def test_a_number_stays() -> None:
    """However many zones are added one by one, a zone keeps its number and its distance."""
    table = ZoneTable([Zone("first", Circle(10.0, 50.0, 100.0))])
    at = np.full(9, 10.0), np.full(9, 50.0), np.zeros(9, dtype=np.intp)
    ring = ((0.0, 0.0), (1e-3, 0.0), (0.0, 1e-3), (0.0, 0.0))
    for number in range(1000):
        shape = Area([[ring]]) if number % 3 else Circle(10.0, 50.0, 1.0)
        assert table.number(Zone("other", shape, version=number + 1)) == number + 1
        assert table.signed_distances_m(*at).tolist() == [100.0] * 9
    assert (len(table), table.number_of(("other", 7)), table.number_of(("other", 9999))) == (
        1001,
        7,
        None,
    )
    assert table.zones[7].version == 7


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_a_zone_comes_back_as_it_was_put(world: tuple[list[Zone], np.ndarray]) -> None:
    """Whether it has a row by now or not, and whatever is said of it, it is the zone that came."""
    said = ({}, {"version": 2}, {"name": "n"}, {"effective_from": 5}, {"withdrawn": True})
    zones = [replace(each, **said[place % len(said)]) for place, each in enumerate(world[0])]
    table = ZoneTable()
    numbers = [table.number(each) for each in zones]
    assert [table.zone(each) for each in numbers] == zones
    table.extend(())
    assert list(table.zones) == zones == table.zones[:]
    assert [table.numbers_of(each.zone_id)[-1] for each in zones] == numbers
