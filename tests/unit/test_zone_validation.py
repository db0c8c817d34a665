"""A zone that cannot be right is refused, saying what is wrong, where, and the fix."""

import math
from collections.abc import Sequence
from typing import cast

import pytest

from zones.area import Area
from zones.errors import ZoneError
from zones.polygons import Polygons
from zones.zone import Circle, Zone

SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]
HOLE = [(2, 2), (2, 4), (4, 4), (4, 2), (2, 2)]


WIDE = [(lon, 0) for lon in (-200, -50, 100, 170)] + [(lon, 9) for lon in (170, 100, -50, -200)]
WIDE.append(WIDE[0])


def moved(ring: Sequence[tuple[float, float]], by: float) -> list[tuple[float, float]]:
    """Move a ring to the east."""
    return [(lon + by, lat) for lon, lat in ring]


@pytest.mark.parametrize(
    ("polygons", "message"),
    [
        (([SQUARE[:-1]],), r"ring 0 is not closed: last position lon 0, lat 10 differs from first"),
        (([SQUARE], [moved(SQUARE, 20)[:-1]]), r"ring 0 of polygon 1 is not closed"),
        (([SQUARE[:2]],), r"ring 0 has 2 positions, at least 4 are needed"),
        (([[]],), r"ring 0 has 0 positions"),
        (([],), r"has no ring"),
        ((), r"no polygon"),
        (
            ([[(0, 0), (10, 10), (10, 0), (0, 10), (0, 0)]],),
            r"self-intersection at lon 5, lat 5 in",
        ),
        (([[(0, 0), (5, 5), (9, 9), (0, 0)]],), r"ring 0 encloses zero area"),
        (
            ([[(0, 0), (1, 1), (1, 95.2), (0, 0)]],),
            r"latitude 95.2 is out of .* ring 0, position 2",
        ),
        (
            ([[(-23.55, -46.63), (-23.5, -103.0), (-23.4, -46.5), (-23.55, -46.63)]],),
            r"latitude -103.0 is out of range .* position 1; axes look swapped",
        ),
        (([[(0, 0), (400, 1), (1, 9), (0, 0)]],), r"longitude 400 is out of range -360..360"),
        (([[(0, 0), (math.nan, 1), (1, 9), (0, 0)]],), r"longitude .* position 1 is not a finite"),
        (([[(0, 0), (0, math.inf), (1, 9), (0, 0)]],), r"latitude .* position 1 is not a finite"),
        (([[(0, 0), (10**400, 1), (1, 9), (0, 0)]],), r"longitude .* position 1 is not a finite"),
        (
            ([[(0, 0), ("1", 1), (1, 9), (0, 0)]],),
            r"longitude '1' at ring 0, position 1 is not a nu",
        ),
        (([[(0, 0), (True, 1), (1, 9), (0, 0)]],), r"longitude True at ring 0, position 1 is not"),
        (([[(0, 0), (1,), (1, 9), (0, 0)]],), r"\(1,\) at ring 0, position 1 is not a position"),
        (([[(0, 0), "ab", (1, 9), (0, 0)]],), r"'ab' at ring 0, position 1 is not a position"),
        (([SQUARE, moved(HOLE, 20)],), r"hole lies outside its shell at lon 2[24], lat [24]"),
        (([SQUARE, moved(HOLE, 7)],), r"self-intersection at lon 10"),
        (([SQUARE, HOLE, HOLE],), r"in ring 0 and its holes"),
        (([SQUARE], [SQUARE]), r"must not overlap or share an edge"),
        (([SQUARE], [moved(SQUARE, 10)]), r"at lon 10, lat (0|10) in the polygons"),
        (([SQUARE], [moved(SQUARE, 3)]), r"self-intersection at lon \d+, lat \d+ in the polygons"),
        (([SQUARE], [HOLE]), r"a polygon lies inside another at lon 2, lat 2"),
        (
            ([[(-180, -90), (180, -90), (180, 90), (-180, 90), (-180, -90)]],),
            r"covers the whole earth",
        ),
        (
            ([[(0, -5), (120, 5), (-120, 5), (0, -5)]],),
            r"meets the equator, so it does not say which pole",
        ),
        (
            ([[(0, 80), (120, 80), (-120, 80), (0, 80), (120, 70), (-120, 70), (0, 80)]],),
            r"more than",
        ),
        (([[(0, 80), (100, 70), (20, 85), (120, 60), (-120, 80), (0, 80)]],), r"self-intersection"),
        (
            ([[(0, 80), (120, 80), (-120, 80), (0, 80)], HOLE],),
            r"ring 1 is a hole that lies outside its shell",
        ),
        (
            ([WIDE],),
            r"wider than the earth: -200.0 to 170.0",
        ),
    ],
)
def test_an_area_that_cannot_be(polygons: object, message: str) -> None:
    """Each defect of an area has an error that names it and its place."""
    with pytest.raises(ZoneError, match=message):
        Area(cast("Polygons", polygons))


@pytest.mark.parametrize(
    ("lon", "lat", "radius_m", "message"),
    [
        (0.0, 0.0, 0.0, r"radius_m 0.0 is out of range: it must be above 0"),
        (0.0, 0.0, -5, r"radius_m -5 is out of range"),
        (0.0, 0.0, 5_000_001, r"at most 5000000 metres"),
        (0.0, 0.0, math.nan, r"radius_m at the circle is not a finite number"),
        (0.0, 0.0, "100", r"radius_m '100' at the circle is not a number"),
        (0.0, 0.0, None, r"radius_m None"),
        (0.0, 91.0, 100, r"latitude 91.0 is out of range -90..90 at the circle's centre"),
        (-23.5, -103.4, 100, r"axes look swapped"),
        (361.0, 0.0, 100, r"longitude 361.0 is out of range"),
    ],
)
def test_a_circle_that_cannot_be(lon: float, lat: float, radius_m: object, message: str) -> None:
    """Each defect of a circle has an error that names it."""
    with pytest.raises(ZoneError, match=message):
        Circle(lon, lat, cast("float", radius_m))


@pytest.mark.parametrize(
    ("zone_id", "version", "message"),
    [("", 1, "zone_id is empty"), ("z", 0, "version 0 must be 1")],
)
def test_a_zone_that_cannot_be(zone_id: str, version: int, message: str) -> None:
    """A zone needs an id and a version from 1."""
    with pytest.raises(ZoneError, match=message):
        Zone(zone_id, Circle(0.0, 0.0, 1.0), version=version)


def test_an_error_says_where() -> None:
    """An error carries the zone, the place in the document and the plain message."""
    error = ZoneError("it is wrong").located("school", "features[3]")
    assert (error.zone_id, error.path, error.message) == ("school", "features[3]", "it is wrong")
    assert str(error) == "zone 'school' features[3]: it is wrong"


def test_holes_and_parts_count() -> None:
    """A hole is outside, the land around and a second polygon inside."""
    zone = Zone("land", Area([[SQUARE, HOLE], [moved(SQUARE, 20)]]))
    assert (zone.signed_distances_m([1, 3, 25, 15], [1, 3, 5, 5]) > 0).tolist() == [
        True,
        False,
        True,
        False,
    ]
    assert zone.signed_distance_m(3, 3) == pytest.approx(-110_000, rel=0.02)


def test_every_place_on_the_boundary_counts_as_inside() -> None:
    """On a slanting edge, where rounding puts a place to either side, the distance is 0.0."""
    (x0, y0), (x1, y1) = (-46.6371, -23.5512), (-46.6298, -23.5467)
    zone = Zone("slant", Area([[[(x0, y0), (x1, y1), (-46.65, -23.53), (x0, y0)]]]))
    places = [(x0 + t * (x1 - x0) / 997, y0 + t * (y1 - y0) / 997) for t in range(998)]
    assert set(zone.signed_distances_m(*zip(*places, strict=True)).tolist()) == {0.0}


def test_direction_and_altitude_do_not_matter() -> None:
    """A clockwise ring with altitudes is the same area."""
    clockwise = [(lon, lat, 700.0) for lon, lat in reversed(SQUARE)]
    assert Area([[clockwise]]).polygons[0][0][0] == (0.0, 0.0)
    assert Zone("a", Area([[clockwise]])).signed_distance_m(5, 5) == pytest.approx(
        Zone("a", Area([[SQUARE]])).signed_distance_m(5, 5)
    )


def test_parts_that_touch_in_a_point_are_fine() -> None:
    """Polygons of one area may touch in a point."""
    assert len(Area([[SQUARE], [[(10, 10), (20, 10), (20, 20), (10, 10)]]]).polygons) == 2
