"""Metres between places on the WGS84 ellipsoid.

Near (up to ``NEAR_LIMIT_M``, between the latitudes ``±POLAR_DEG``) a difference of longitude and
latitude becomes metres by the mid-latitude formula: the radii of curvature, meridional M and
prime-vertical N·cos φ, are taken half way in latitude between the two places (Bomford, *Geodesy*,
2.5; error d³·tan²φ / 24R²: 0.4 mm at 1 km in middle latitudes). Farther away or nearer a pole the
geodesic is solved by pyproj's ``Geod`` (Karney 2013).

So that no trigonometry is needed per pair of places, the two radii are expanded once, to second
order, about the latitude of one of them (d(N cos φ)/dφ = −M sin φ); over 20 km the expansion is
exact to 1e-9.

Units: degrees for longitude and latitude, metres for lengths. Longitudes are in -180..180.
"""

from functools import lru_cache
from math import sqrt
from typing import Final, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

Floats: TypeAlias = NDArray[np.float64]
_Number = TypeVar("_Number", float, Floats)

GEOD: Final = Geod(ellps="WGS84")
SEMI_MAJOR_M: Final = 6_378_137.0
ECCENTRICITY_2: Final = 0.00669437999014131699613723
LEAST_RADIUS_M: Final = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_2)
"""M at the equator: no radius of curvature of the ellipsoid is smaller."""
GREATEST_RADIUS_M: Final = SEMI_MAJOR_M / (1.0 - ECCENTRICITY_2) ** 0.5
"""M and N at a pole: no radius of curvature of the ellipsoid is greater."""
RADIAN: Final = np.pi / 180.0

NEAR_LIMIT_M: Final = 20_000.0
POLAR_DEG: Final = 85.0
NEAR_SPAN_DEG: Final = 3.0
"""No two places within the near limit are farther apart in longitude than this."""


class Scales(NamedTuple):
    """Metres per degree about one latitude, as series in the difference of latitude (degrees).

    East: ``east + east_1·q + east_2·q²``, north: ``north + north_1·q``, where q is the other
    place's latitude minus this one's (the series are taken at half of it). Arrays of one shape.
    """

    east: Floats
    east_1: Floats
    east_2: Floats
    north: Floats
    north_1: Floats

    def take(self, index: NDArray[np.intp]) -> "Scales":
        """Return the scales at some places only."""
        return Scales(*(part[index] for part in self))

    def repeat(self, count: NDArray[np.intp]) -> "Scales":
        """Return the scales at each place as often as its count says."""
        return Scales(*(np.repeat(part, count) for part in self))

    def column(self) -> "Scales":
        """Return the scales as a column, to be broadcast against a row."""
        return Scales(*(part[:, None] for part in self))


def scales(lat: Floats) -> Scales:
    """Return the metres per degree at latitudes in degrees, of any shape."""
    phi = lat * RADIAN
    sin, cos = np.sin(phi), np.cos(phi)
    flat = _flat(sin)
    return Scales(*_series(sin, cos, flat, np.sqrt(flat)))


@lru_cache(maxsize=4096)
def scales_at(lat: float) -> tuple[float, float, float, float, float]:
    """Return the metres per degree at one latitude, as in `Scales`; the same to the last bit."""
    phi = lat * RADIAN
    # numpy's sine, not math's: another library may round the last bit another way.
    sin, cos = float(np.sin(phi)), float(np.cos(phi))
    flat = _flat(sin)
    return _series(sin, cos, flat, sqrt(flat))


def _flat(sin: _Number) -> _Number:
    return 1.0 - ECCENTRICITY_2 * sin * sin


def _series(
    sin: _Number, cos: _Number, flat: _Number, root: _Number
) -> tuple[_Number, _Number, _Number, _Number, _Number]:
    prime_vertical = SEMI_MAJOR_M / root
    meridional = prime_vertical * (1.0 - ECCENTRICITY_2) / flat
    slope = 3.0 * ECCENTRICITY_2 * sin * cos * meridional / flat
    half = RADIAN / 2.0
    return (
        prime_vertical * cos * RADIAN,
        -meridional * sin * RADIAN * half,
        -(meridional * cos + slope * sin) * RADIAN * half * half / 2.0,
        meridional * RADIAN,
        slope * RADIAN * half,
    )


def near_distances_m(at: Scales, d_lon: Floats, d_lat: Floats) -> Floats:
    """Return the metres of differences in degrees from the places whose scales are given."""
    east = (at.east + d_lat * (at.east_1 + d_lat * at.east_2)) * d_lon
    north = (at.north + d_lat * at.north_1) * d_lat
    distance: Floats = np.sqrt(east * east + north * north)
    return distance


def near_distance_m(lat: float, d_lon: float, d_lat: float) -> float:
    """Return the metres of a difference in degrees from a place at a latitude, as arrays do."""
    at_east, at_east_1, at_east_2, at_north, at_north_1 = scales_at(lat)
    east = (at_east + d_lat * (at_east_1 + d_lat * at_east_2)) * d_lon
    north = (at_north + d_lat * at_north_1) * d_lat
    return sqrt(east * east + north * north)


def near_edge_distances_m(
    at: Scales, a_lon: Floats, a_lat: Floats, d_lon: Floats, d_lat: Floats
) -> Floats:
    """Return the metres from places to the nearest point of edges straight in lon/lat.

    Valid where the result is below ``NEAR_LIMIT_M`` and the place is not polar. All arguments
    broadcast; ``a_lon, a_lat`` are the edge's start relative to the place, ``d_lon, d_lat`` the
    edge from its start to its end.
    """
    east_2, north_2 = at.east * at.east, at.north * at.north
    d_east, d_north = d_lon * east_2, d_lat * north_2
    length_2 = np.maximum(d_lon * d_east + d_lat * d_north, 1e-300)
    t = np.clip(-(a_lon * d_east + a_lat * d_north) / length_2, 0.0, 1.0)
    return near_distances_m(at, a_lon + t * d_lon, a_lat + t * d_lat)


def wrapped(lon: Floats) -> Floats:
    """Return longitudes, or differences of them, in -180..180; those already there untouched."""
    beyond = np.abs(lon) > 180.0
    if not beyond.any():
        return lon
    out: Floats = np.where(beyond, (lon + 180.0) % 360.0 - 180.0, lon)
    return out


def wrapped_degrees(lon: float) -> float:
    """Return a longitude, or a difference of two, in -180..180, as arrays do."""
    return (lon + 180.0) % 360.0 - 180.0 if abs(lon) > 180.0 else lon


def far_distances_m(lon0: Floats, lat0: Floats, lon1: Floats, lat1: Floats) -> Floats:
    """Return the geodesic distances in metres between places, one-dimensional arrays."""
    return np.asarray(GEOD.inv(lon0, lat0, lon1, lat1)[2], dtype=np.float64)


def needs_far(lat: Floats, distance_m: Floats) -> NDArray[np.bool_]:
    """Tell which near distances from places at latitudes must be solved as geodesics instead."""
    out: NDArray[np.bool_] = (distance_m > NEAR_LIMIT_M) | (np.abs(lat) > POLAR_DEG)
    return out


def reach_deg(lat: Floats, reach_m: Floats) -> tuple[Floats, Floats]:
    """Return how far in longitude and latitude a disc of a radius in metres can extend (degrees).

    Never too small: it is the extent on a sphere of the ellipsoid's least radius, on which every
    distance is shorter. 360 in longitude where the disc holds a pole.
    """
    angle = np.asarray(reach_m) / LEAST_RADIUS_M * (1.0 + 1e-9) + 1e-12
    phi = np.abs(lat) * RADIAN
    polar = phi + angle >= np.pi / 2.0 - 1e-9
    ratio = np.sin(np.where(polar, 0.0, angle)) / np.where(polar, 1.0, np.cos(phi))
    d_lon = np.where(polar, 360.0, np.arcsin(np.minimum(ratio, 1.0)) / RADIAN * (1.0 + 1e-9))
    return d_lon, np.minimum(angle / RADIAN, 180.0) + 0.0 * d_lon


def expand(first: NDArray[np.intp], count: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the members of the ranges first..first+count, laid end to end."""
    ends = np.cumsum(count)
    total = int(ends[-1]) if len(ends) else 0
    members: NDArray[np.intp] = np.arange(total) + np.repeat(first - (ends - count), count)
    return members
