"""An outline of few edges, asked by one place: how far it is, and whether the place is inside.

Without arrays, which cost more than a few edges do; by the formulas of ``zones.metric`` in their
order, so to the last bit what arrays give. A place is inside where a ray from it to the east meets
the edges an odd number of times. The side of an edge that a place is on is told rightly wherever
the edge is farther than a tenth of a micrometre, and what is nearer than a micrometre is on it.
"""

from math import sqrt
from typing import Final

from zones.metric import NEAR_LIMIT_M, NEAR_SPAN_DEG, POLAR_DEG, scales_at

ON_BOUNDARY_M: Final = 1e-6
"""Nearer than a micrometre is on the boundary, which counts as inside."""
_SEAM_DEG: Final = 180.0 - NEAR_SPAN_DEG
_NO_LENGTH: Final = 1e-300


def outlined_m(
    coordinates: bytes, sizes: tuple[tuple[int, ...], ...], lon: float, lat: float
) -> float | None:
    """Return the signed distance in metres of a place, longitude in -180..180, to an area.

    The area as `zones.area.Area` keeps it. None where the formulas for near do not hold: beyond
    the near limit, near a pole, and for areas near the antimeridian.
    """
    if abs(lat) > POLAR_DEG:
        return None
    east, east_1, east_2, north, north_1 = scales_at(lat)
    east_square, north_square = east * east, north * north
    at = memoryview(coordinates).cast("d").tolist()
    inside, least, first = False, NEAR_LIMIT_M * NEAR_LIMIT_M * 2.0, 0
    for rings in sizes:
        for size in rings:
            a_lon, a_lat = at[first], at[first + 1]
            x, y = a_lon - lon, a_lat - lat
            above = y > 0.0
            end = first + 2 * size
            for b_lon, b_lat in zip(at[first + 2 : end : 2], at[first + 3 : end : 2], strict=True):
                if not -_SEAM_DEG <= b_lon <= _SEAM_DEG:
                    return None
                d_lon, d_lat = b_lon - a_lon, b_lat - a_lat
                a_lon, a_lat = b_lon, b_lat
                was_above, above = above, b_lat > lat
                if was_above is not above and (x * d_lat - y * d_lon > 0.0) is above:
                    inside = not inside
                d_east, d_north = d_lon * east_square, d_lat * north_square
                length = d_lon * d_east + d_lat * d_north
                t = -(x * d_east + y * d_north) / (max(_NO_LENGTH, length))
                if t > 0.0:
                    t = min(t, 1.0)
                    x, y = x + t * d_lon, y + t * d_lat
                to_east = (east + y * (east_1 + y * east_2)) * x
                to_north = (north + y * north_1) * y
                square = to_east * to_east + to_north * to_north
                least = min(least, square)
                x, y = b_lon - lon, b_lat - lat
            first = end
    distance = sqrt(least)
    if distance > NEAR_LIMIT_M:
        return None
    if distance < ON_BOUNDARY_M:
        return 0.0
    return distance if inside else -distance
