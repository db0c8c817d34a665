"""What is told to be deep inside is, by geodesics; and wide areas are measured as small ones."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.test_zone_distance import (
    METRES_PER_DEGREE,
    Rings,
    reference_distance_m,
    reference_inside,
    tolerance_m,
    written,
)
from zones.zone import Zone


@st.composite
def counties(draw: st.DrawFn, corners: int) -> tuple[Rings, float]:
    """A jagged ring of 3 to 400 km round any centre, with a hole beside its middle; its radius."""
    lon, lat = draw(st.floats(-170.0, 170.0)), draw(st.floats(-75.0, 75.0))
    radius_m = 10.0 ** draw(st.floats(3.5, 5.6))
    rough = np.random.default_rng(draw(st.integers(0, 2**32))).uniform(0.8, 1.0, corners)

    def ring(east: float, scale: float, shares: list[float]) -> list[tuple[float, float]]:
        reach = scale * radius_m / METRES_PER_DEGREE
        squeeze = math.cos(math.radians(lat))
        angles = [2.0 * math.pi * k / len(shares) for k in range(len(shares))]
        points = [
            (
                lon + (east + reach * share * math.cos(angle)) / squeeze,
                lat + reach * share * math.sin(angle),
            )
            for angle, share in zip(angles, shares, strict=True)
        ]
        return [*points, points[0]]

    hole = ring(0.4 * radius_m / METRES_PER_DEGREE, 0.15, [1.0] * 40)
    return [ring(0.0, 1.0, rough.tolist()), hole], radius_m


@st.composite
def places(draw: st.DrawFn, rings: Rings) -> tuple[float, float]:
    """A place in the box of the rings, or just beside a corner of them."""
    west, south = (min(axis) for axis in zip(*rings[0], strict=True))
    east, north = (max(axis) for axis in zip(*rings[0], strict=True))
    corner = draw(st.sampled_from(draw(st.sampled_from(rings))))
    x, y = draw(st.floats(0.0, 1.0)), draw(st.floats(0.0, 1.0))
    if draw(st.booleans()):
        return west + x * (east - west), south + y * (north - south)
    return corner[0] + (x - 0.5) * (east - west) / 20.0, corner[1] + (y - 0.5) * (
        north - south
    ) / 20.0


@given(st.data())
@settings(max_examples=8, deadline=None)
def test_a_wide_area_is_measured_by_geodesics(data: st.DataObject) -> None:
    """Hundreds of km wide, with hundreds of corners and a hole: side and metres are right."""
    rings, _ = data.draw(counties(300))
    zone = Zone("county", written(rings))
    lon, lat = data.draw(places(rings))
    want = reference_distance_m(rings, lon, lat)
    got = zone.signed_distance_m(lon, lat)
    assert abs(got) == pytest.approx(want, abs=tolerance_m(want))
    if want > 0.01:
        assert (got > 0.0) == reference_inside(rings, lon, lat)


@given(st.data())
@settings(max_examples=12, deadline=None)
def test_what_is_told_to_be_deep_inside_is(data: st.DataObject) -> None:
    """No place told to be so deep inside is nearer to the border, or outside, or in a hole."""
    rings, radius_m = data.draw(counties(400))
    zone = Zone("county", written(rings))
    found = [data.draw(places(rings)) for _ in range(12)]
    metres = data.draw(st.sampled_from([11.0, 100.0, radius_m / 500.0]))
    deep = [place for place in found if zone.deep_inside(*place, metres)]
    for lon, lat in deep:
        assert zone.signed_distance_m(lon, lat) >= metres
    for lon, lat in deep[:1]:
        assert reference_inside(rings, lon, lat)
        assert reference_distance_m(rings, lon, lat) >= metres * 0.999


def test_the_middle_of_a_county_is_deep_inside_and_its_border_is_not() -> None:
    """Ten km from the border it is told without measuring; at the border nothing is told."""
    angles = np.linspace(0.0, 2.0 * np.pi, 2000)
    ring = [(float(9.0 + np.cos(a)), float(48.0 + np.sin(a))) for a in angles[:-1]]
    zone = Zone("county", written([[*ring, ring[0]]]))
    assert zone.deep_inside(9.0, 48.0, 400.0)
    assert zone.deep_inside(369.0, 48.0, 400.0)
    assert not zone.deep_inside(9.0, 48.0, 50_000.0)
    assert not zone.deep_inside(ring[0][0] - 1e-4, ring[0][1], 1.0)
    assert not zone.deep_inside(9.0, 49.5, 1.0)


def test_areas_at_the_antimeridian_are_measured() -> None:
    """Where a box says nothing of what is near, nothing is told without measuring."""
    angles = np.linspace(0.0, 2.0 * np.pi, 2000)
    ring = [(float(179.0 + 2.0 * np.cos(a)), float(10.0 + 2.0 * np.sin(a))) for a in angles[:-1]]
    zone = Zone("county", written([[*ring, ring[0]]]))
    assert not zone.deep_inside(179.0, 10.0, 1.0)
    assert zone.signed_distance_m(179.0, 10.0) > 200_000.0
