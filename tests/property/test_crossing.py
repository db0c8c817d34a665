"""Crossings between two positions, anywhere on earth."""

import math
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zones.crossing import Way, crosses, crossing_fraction
from zones.index import ZoneIndex
from zones.zone import Area, Circle, Zone

TOWNS = [(-46.63, -23.55), (180.0, -17.0), (-179.99, 70.0), (20.0, 84.99), (3.0, 0.0)]


def normal(lon: float) -> float:
    """Bring a longitude to -180..180."""
    return (lon + 180.0) % 360.0 - 180.0


Place: TypeAlias = tuple[float, float]


@st.composite
def ways(draw: st.DrawFn) -> tuple[Zone, Place, Place]:
    """A zone at a town, a position outside it and one inside."""
    lon, lat = draw(st.sampled_from(TOWNS))
    squeeze = math.cos(math.radians(lat))
    size = draw(st.floats(0.003, 0.03))
    if draw(st.booleans()):
        zone = Zone("circle", Circle(lon, lat, size * 111_000.0))
    else:
        star = [
            (normal(lon + size * reach * x / squeeze), lat + size * reach * y)
            for x, y, reach in ((1, 0, 1.0), (0, 1, 0.3), (-1, 0, 1.0), (0, -1, 0.6))
        ]
        zone = Zone("star", Area([[[*star, star[0]]]]))
    angle, away = draw(st.floats(0.0, math.tau)), size * draw(st.floats(1.05, 4.0)) + 0.001
    outside = normal(lon + away * math.cos(angle) / squeeze), lat + away * math.sin(angle)
    within = st.floats(-0.2 * size, 0.2 * size)
    return zone, outside, (normal(lon + draw(within) / squeeze), lat + draw(within))


def at(a: Place, b: Place, t: float) -> Place:
    """Go a share of the way from a to b."""
    d_lon = (b[0] - a[0] + 180.0) % 360.0 - 180.0
    return normal(a[0] + t * d_lon), a[1] + t * (b[1] - a[1])


@given(ways(), st.sampled_from([0.0, 50.0, -5.0]), st.booleans())
@settings(max_examples=100, deadline=None)
def test_the_crossing_is_on_the_boundary(
    case: tuple[Zone, Place, Place], margin_m: float, entering: bool
) -> None:
    """The fraction is where the grown zone's boundary is, and beyond it the way stays inside."""
    zone, outside, inside = case
    a, b = (outside, inside) if entering else (inside, outside)
    t = crossing_fraction(zone, *a, *b, entering=entering, margin_m=margin_m)
    assert zone.signed_distance_m(*at(a, b, t)) + margin_m == pytest.approx(0.0, abs=1e-3)
    rest = (t + (1.0 - t) * each / 50 if entering else t * each / 50 for each in range(51))
    assert all(zone.signed_distance_m(*at(a, b, each)) + margin_m >= -1.0 for each in rest)


@given(ways(), ways())
@settings(max_examples=100, deadline=None)
def test_crosses_agrees_with_the_depth_along_the_way(
    case: tuple[Zone, Place, Place], other: tuple[Zone, Place, Place]
) -> None:
    """A way with a place inside touches the zone; one that never comes near it does not."""
    zone, a, inside = case
    assert crosses(zone, *a, *inside)
    assert crosses(zone, *inside, *a)
    b = other[1]
    deepest = max(zone.signed_distance_m(*at(a, b, share / 200)) for share in range(201))
    spacing = Way(*a, *b).most_length_m / 200
    if deepest > 0.0:
        assert crosses(zone, *a, *b)
    elif deepest < -spacing:
        assert not crosses(zone, *a, *b)


CIRCLE = Zone("circle", Circle(0.0, 0.0, 1_000.0))
EAST = 1_000.0 / 111_319.49079327358


@pytest.mark.parametrize(
    ("from_lon", "to_lon", "entering", "at_lon"),
    [
        (-0.02, 0.02, True, -EAST),
        (-0.02, 0.02, False, EAST),
        (-0.02, 0.0, False, -EAST),
        (0.0, 0.02, True, EAST),
        (-0.03, -0.02, True, -0.02),
        (-0.03, -0.02, False, -0.02),
        (0.001, 0.005, True, 0.005),
        (0.005, 0.001, False, 0.005),
    ],
    ids=[
        "through, entry",
        "through, exit",
        "exit asked of an entry",
        "entry asked of an exit",
        "stays outside, entry",
        "stays outside, exit",
        "stays inside, entry",
        "stays inside, exit",
    ],
)
def test_ends_that_do_not_say(
    from_lon: float, to_lon: float, entering: bool, at_lon: float
) -> None:
    """Where the ends are on the same or the wrong side, the documented place is given."""
    t = crossing_fraction(CIRCLE, from_lon, 0.0, to_lon, 0.0, entering)
    assert from_lon + t * (to_lon - from_lon) == pytest.approx(at_lon, abs=1e-7)


def test_the_last_entry_and_the_first_exit() -> None:
    """A way through two parts of a zone enters last at the second and leaves first the first."""
    parts = tuple(
        (((west, -1.0), (west + 1.0, -1.0), (west + 1.0, 1.0), (west, 1.0), (west, -1.0)),)
        for west in (1.0, 3.0)
    )
    zone = Zone("two", Area(parts))
    assert crossing_fraction(zone, 0.0, 0.0, 3.5, 0.0, True) == pytest.approx(3.0 / 3.5, abs=1e-9)
    assert crossing_fraction(zone, 1.5, 0.0, 5.0, 0.0, False) == pytest.approx(0.5 / 3.5, abs=1e-9)


def test_a_way_takes_the_short_way_round() -> None:
    """From 179.9 east to 179.9 west a way crosses the antimeridian, not Greenwich."""
    assert crosses(Zone("fiji", Circle(180.0, -17.0, 500.0)), 179.9, -17.0, -179.9, -17.0)
    assert not crosses(Zone("zero", Circle(0.0, -17.0, 500.0)), 179.9, -17.0, -179.9, -17.0)


@pytest.mark.parametrize(
    "shape", [Circle(0.0, 0.0, 100.0), Area(((((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)),),))]
)
def test_a_way_of_no_length(shape: Circle | Area) -> None:
    """Someone who does not move crosses a zone if inside it."""
    zone = Zone("zone", shape)
    assert crosses(zone, 0.0, 0.0, 0.0, 0.0)
    assert not crosses(zone, 2.0, 2.0, 2.0, 2.0)
    assert 0.0 <= crossing_fraction(zone, 2.0, 2.0, 2.0, 2.0, True) <= 1.0


@pytest.mark.parametrize("west", [-179.97, 179.95])
def test_an_area_beyond_the_antimeridian_is_on_the_way(west: float) -> None:
    """A way across the antimeridian meets areas on the far side, whichever way it goes."""
    ring = [(west + x, -17.0 + y) for x, y in ((0, -1), (0.02, -1), (0.02, 1), (0, 1), (0, -1))]
    zone = Zone("strip", Area([[ring]]))
    assert crosses(zone, 179.9, -17.0, -179.9, -17.0)
    assert crosses(zone, -179.9, -17.0, 179.9, -17.0)
    assert not crosses(zone, 179.9, -15.0, -179.9, -15.0)


def test_a_short_way_through_is_found() -> None:
    """A way of 11 km through a circle of 50 m has its entry and its exit on the circle."""
    zone = Zone("small", Circle(0.033, 0.0, 25.0))
    for entering in (True, False):
        t = crossing_fraction(zone, 0.0, 0.0, 0.1, 0.0, entering)
        assert zone.signed_distance_m(0.1 * t, 0.0) == pytest.approx(0.0, abs=1e-3)
        assert (0.1 * t < 0.033) is entering


@pytest.mark.parametrize(("lat", "touches"), [(65.36, True), (65.40, False)])
def test_a_way_past_a_large_circle(lat: float, touches: bool) -> None:
    """Whether a way touches a circle of 600 km is right to 0.1 % of the radius."""
    zone = Zone("large", Circle(10.0, 60.0, 600_000.0))
    assert (zone.signed_distance_m(10.0, lat) > 0.0) is touches
    assert crosses(zone, 9.0, lat, 11.0, lat) is touches
    assert crosses(zone, -20.0, lat + 3.0, 40.0, lat - 3.0) is True
    path, _ = ZoneIndex([zone]).crossed([9.0, -20.0], [lat] * 2, [11.0, 40.0], [lat] * 2)
    assert path.tolist() == ([1] if touches else [])


def test_a_meridian_past_a_large_circle() -> None:
    """A meridian comes nearest to a far centre poleward of it, and the index knows."""
    zone = Zone("large", Circle(10.0, 60.0, 600_000.0))
    lons = np.array([20.77, 20.85])
    path, _ = ZoneIndex([zone]).crossed(lons, [50.0] * 2, lons, [70.0] * 2)
    deepest = [zone.signed_distances_m([lon] * 999, np.linspace(50, 70, 999)).max() for lon in lons]
    assert [depth > 0.0 for depth in deepest] == [True, False]
    assert path.tolist() == [0]
    assert [crosses(zone, lon, 50.0, lon, 70.0) for lon in lons] == [True, False]


def test_touching_the_boundary_is_crossing() -> None:
    """A way along an edge of an area touches it."""
    zone = Zone("box", Area(((((0, 0), (1, 0), (1, 1), (0, 1), (0, 0)),),)))
    assert crosses(zone, -1.0, 1.0, 2.0, 1.0)
    assert not crosses(zone, -1.0, 1.000001, 2.0, 1.000001)
