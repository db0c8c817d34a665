"""Signed distances against a reference of their own: dense edges and pyproj's geodesics."""

import math
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from zones.zone import Area, Circle, Zone

Point: TypeAlias = tuple[float, float]
Rings: TypeAlias = list[list[Point]]

GEOD = Geod(ellps="WGS84")
METRES_PER_DEGREE = 111_195.0


def reference_distance_m(rings: Rings, lon: float, lat: float) -> float:
    """Sample every edge, then look closer and closer round the best of each edge."""
    edges = [(a, b) for ring in rings for a, b in pairwise(ring)]
    a, b = np.array([e[0] for e in edges]), np.array([e[1] for e in edges])
    low, high = np.zeros(len(edges)), np.ones(len(edges))
    samples = np.linspace(0.0, 1.0, 65)
    for _ in range(6):
        t = low[:, None] + (high - low)[:, None] * samples
        x = a[:, None, 0] + t * (b - a)[:, None, 0]
        y = np.clip(a[:, None, 1] + t * (b - a)[:, None, 1], -90.0, 90.0)
        shape = t.shape
        away = GEOD.inv(np.full(t.size, lon), np.full(t.size, lat), x.ravel(), y.ravel())[
            2
        ].reshape(shape)
        best = away.argmin(axis=1)
        row = np.arange(len(edges))
        low, high = t[row, np.maximum(best - 1, 0)], t[row, np.minimum(best + 1, 64)]
    return float(away.min())


def reference_inside(rings: Rings, lon: float, lat: float) -> bool:
    """Count, in exact order, how often a ray to the east meets the rings."""
    inside = False
    for ring in rings:
        for (x0, y0), (x1, y1) in pairwise(ring):
            if (y0 > lat) != (y1 > lat) and lon < x0 + (lat - y0) / (y1 - y0) * (x1 - x0):
                inside = not inside
    return inside


def tolerance_m(distance_m: float) -> float:
    """What is promised: 1 cm to 1 km, 10 cm to 5 km, 0.1 % to 10,000 km, 0.5 % beyond."""
    if distance_m <= 1_000.0:
        return 0.01
    if distance_m <= 5_000.0:
        return 0.1
    return (0.001 if distance_m <= 1e7 else 0.005) * distance_m


def normal(lon: float) -> float:
    """Bring a longitude to -180..180."""
    return (lon + 180.0) % 360.0 - 180.0


def written(rings: Rings) -> Area:
    """Write rings as a document does: longitudes within -180..180, the end as the beginning."""
    moved = [tuple((normal(x), y) for x, y in ring[:-1]) for ring in rings]
    return Area((tuple((*ring, ring[0]) for ring in moved),))


@st.composite
def stars(draw: st.DrawFn) -> tuple[Rings, Point]:
    """A star-shaped ring with a hole round any centre, and a place near or far from it."""
    lon = draw(st.sampled_from([-180.0, 180.0, 0.0]) | st.floats(-180.0, 180.0))
    lat = draw(st.floats(-89.0, 89.0))
    radius_m = 10.0 ** draw(st.floats(1.5, 5.0))
    radius_m = min(radius_m, 0.5 * (90.0 - abs(lat)) * METRES_PER_DEGREE)
    squeeze = math.cos(math.radians(lat))
    corners = draw(st.integers(5, 40))
    shares = draw(st.lists(st.floats(0.4, 1.0), min_size=corners, max_size=corners))

    def ring(scale: float) -> list[Point]:
        points = []
        for number, share in enumerate(shares):
            angle = 2.0 * math.pi * number / corners
            reach = scale * share * radius_m / METRES_PER_DEGREE
            points.append((lon + reach * math.cos(angle) / squeeze, lat + reach * math.sin(angle)))
        return [*points, points[0]]

    rings = [ring(1.0)] + ([ring(draw(st.floats(0.05, 0.6)))] if draw(st.booleans()) else [])
    angle, times = draw(st.floats(0.0, 2.0 * math.pi)), draw(st.floats(0.0, 2.5))
    reach = times * radius_m / METRES_PER_DEGREE
    place = (
        lon + reach * math.cos(angle) / squeeze,
        max(-90.0, min(90.0, lat + reach * math.sin(angle))),
    )
    return rings, place


@given(stars())
@settings(max_examples=100, deadline=None)
def test_area_near(case: tuple[Rings, Point]) -> None:
    """An area's signed distance is the geodesic one, anywhere on earth, holes included."""
    rings, (lon, lat) = case
    zone = Zone("star", written(rings))
    got = zone.signed_distance_m(normal(lon), lat)
    want = reference_distance_m(rings, lon, lat)
    assert abs(got) == pytest.approx(want, abs=tolerance_m(want))
    if want > 0.01:
        assert (got > 0.0) == any(
            reference_inside(rings, lon + turn, lat) for turn in (-360.0, 0.0, 360.0)
        )


@given(
    stars(),
    st.floats(-180.0, 180.0),
    st.floats(-90.0, 90.0),
)
@settings(max_examples=50, deadline=None)
def test_area_far(case: tuple[Rings, Point], lon: float, lat: float) -> None:
    """From anywhere on earth the distance to an area is right to 0.1 %, past 10,000 km to 0.5 %."""
    rings, _ = case
    zone = Zone("star", written(rings))
    want = reference_distance_m(rings, lon, lat)
    assert abs(zone.signed_distance_m(lon, lat)) == pytest.approx(want, abs=tolerance_m(want))


@given(
    st.sampled_from([1.0, -1.0]),
    st.lists(st.floats(60.0, 89.999), min_size=3, max_size=24),
    st.floats(-180.0, 180.0),
    st.floats(-180.0, 180.0),
    st.floats(50.0, 90.0),
)
@settings(max_examples=100, deadline=None)
def test_area_round_a_pole(
    pole: float, lats: list[float], first: float, lon: float, lat: float
) -> None:
    """A ring round a pole holds what is poleward of it, and has its geodesic distance."""
    step = 360.0 / len(lats)
    ring = [(first + number * step, pole * each) for number, each in enumerate(lats)]
    ring.append((first + 360.0, pole * lats[0]))
    zone = Zone("cap", written([ring]))
    got = zone.signed_distance_m(lon, pole * lat)
    want = reference_distance_m([ring], lon, pole * lat)
    assert abs(got) == pytest.approx(want, abs=tolerance_m(want))
    place = ((lon - first) % 360.0) / step
    edge = min(int(place), len(lats) - 1)
    share = place - edge
    border = lats[edge] * (1.0 - share) + lats[(edge + 1) % len(lats)] * share
    if want > 0.01:
        assert (got > 0.0) == (lat > border)


@given(
    st.lists(st.floats(85.0, 89.9), min_size=3, max_size=9),
    st.floats(0.0, 1.0),
    st.floats(-0.01, 0.01),
)
@settings(max_examples=100, deadline=None)
def test_beside_a_boundary_near_a_pole(lats: list[float], share: float, offset: float) -> None:
    """Beside a long edge near a pole, which is far from straight, the distance is right to 2 mm."""
    step = 360.0 / len(lats)
    ring = [(number * step - 180.0, lat) for number, lat in enumerate(lats)]
    ring.append((180.0, lats[0]))
    lon, lat = ring[0][0] + share * step, lats[0] + share * (ring[1][1] - lats[0]) + offset
    want = reference_distance_m([ring], lon, lat)
    got = Zone("cap", written([ring])).signed_distance_m(lon, lat)
    assert abs(got) == pytest.approx(want, abs=0.002)


@given(
    st.floats(-180.0, 180.0),
    st.floats(-90.0, 90.0),
    st.floats(0.5, 6.0),
    st.floats(0.0, 360.0),
    st.floats(0.0, 3.0),
)
@settings(max_examples=200, deadline=None)
def test_circle(lon: float, lat: float, log_radius: float, azimuth: float, times: float) -> None:
    """A circle's signed distance is its radius less the geodesic to its centre."""
    radius_m = 10.0**log_radius
    away_m = radius_m * times
    at_lon, at_lat, _ = GEOD.fwd(lon, lat, azimuth, away_m)
    got = Zone("circle", Circle(lon, lat, radius_m)).signed_distance_m(at_lon, at_lat)
    assert got == pytest.approx(radius_m - away_m, abs=max(1e-6, 0.1 * tolerance_m(away_m)))


@given(stars())
@settings(max_examples=50, deadline=None)
def test_corners_are_inside(case: tuple[Rings, Point]) -> None:
    """A corner of the boundary counts as inside: its signed distance is 0.0."""
    rings, _ = case
    zone = Zone("star", written(rings))
    corner = rings[-1][0]
    assert zone.signed_distance_m(normal(corner[0]), corner[1]) == pytest.approx(0.0, abs=1e-5)


@given(stars(), st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
@settings(max_examples=200, deadline=None)
def test_one_place_is_measured_as_many_are(
    case: tuple[Rings, Point], d_lon: float, d_lat: float
) -> None:
    """The signed distance of one place is to the last bit what arrays of places give."""
    rings, (lon, lat) = case
    circle = Circle(normal(rings[0][0][0]), max(-90.0, min(90.0, rings[0][0][1])), 250.0)
    for shape in (written(rings), circle):
        zone = Zone("star", shape)
        corner = rings[0][0]
        beside = corner[0] + d_lon, max(-90.0, min(90.0, corner[1] + d_lat))
        for x, y in ((lon, lat), beside, (corner[0], max(-90.0, min(90.0, corner[1])))):
            alone = zone.signed_distance_m(normal(x), y)
            assert alone == zone.signed_distances_m([normal(x), lon], [y, lat])[0]
