"""A plane in metres around one point of the earth, for everything a simulation lays out.

Rule: equirectangular, with the WGS 84 radii of curvature at the plane's centre; east and north in
metres. At 5 km from the centre the scale is off by less than 0.05 %, which a simulation, whose
truth is *defined* on the plane, does not notice. Longitudes wrap at the antimeridian, so a plane
may lie across it.

Source of the radii: WGS 84 (a = 6 378 137 m, f = 1 / 298.257 223 563), meridian radius
M = a (1 − e²) / (1 − e² sin² φ)^1.5 and prime-vertical radius N = a / (1 − e² sin² φ)^0.5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, radians, sin, sqrt
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
"""A numpy column of float64."""

Coordinate: TypeAlias = float | Sequence[float] | Floats
"""One coordinate, or a column of them."""

Bools: TypeAlias = NDArray[np.bool_]
"""A numpy column of bool."""

Instants: TypeAlias = NDArray[np.int64]
"""A numpy column of instants (microseconds since the epoch)."""

_AXIS_M: Final = 6_378_137.0
_ECCENTRICITY_2: Final = 0.006_694_379_990_141_32


@dataclass(frozen=True, slots=True)
class Plane:
    """The plane that touches the earth at `lon`, `lat` (degrees)."""

    lon: float
    lat: float

    def __post_init__(self) -> None:
        if not -180 <= self.lon <= 180:
            raise ValueError(f"lon is {self.lon}: give degrees from -180 to 180")
        if not -80 <= self.lat <= 80:
            raise ValueError(f"lat is {self.lat}: give degrees from -80 to 80")

    @property
    def metres_per_degree(self) -> tuple[float, float]:
        """Return metres per degree of longitude and of latitude at the centre."""
        curvature = 1 - _ECCENTRICITY_2 * sin(radians(self.lat)) ** 2
        meridian_m = _AXIS_M * (1 - _ECCENTRICITY_2) / curvature**1.5
        vertical_m = _AXIS_M / sqrt(curvature)
        return vertical_m * cos(radians(self.lat)) * pi / 180, meridian_m * pi / 180

    def degrees(self, east_m: Coordinate, north_m: Coordinate) -> tuple[Floats, Floats]:
        """Return longitudes and latitudes (degrees) of points in metres."""
        per_lon, per_lat = self.metres_per_degree
        lon = self.lon + np.asarray(east_m, dtype=np.float64) / per_lon
        lat = self.lat + np.asarray(north_m, dtype=np.float64) / per_lat
        return (lon + 180.0) % 360.0 - 180.0, lat

    def metres(self, lon: Coordinate, lat: Coordinate) -> tuple[Floats, Floats]:
        """Return metres east and north of the centre for points in degrees."""
        per_lon, per_lat = self.metres_per_degree
        away = (np.asarray(lon, dtype=np.float64) - self.lon + 180.0) % 360.0 - 180.0
        return away * per_lon, (np.asarray(lat, dtype=np.float64) - self.lat) * per_lat

    def point(self, east_m: float, north_m: float) -> tuple[float, float]:
        """Return (lon, lat) in degrees, rounded to 1e-7 (a centimetre), of one point."""
        lon, lat = self.degrees(east_m, north_m)
        return round(float(lon), 7), round(float(lat), 7)
