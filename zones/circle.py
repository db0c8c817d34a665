"""A circle: every place no farther than a radius from its centre, along the geodesic."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from zones.area import Box
from zones.errors import ZoneError, check_number, check_place
from zones.metric import (
    NEAR_LIMIT_M,
    POLAR_DEG,
    Floats,
    far_distances_m,
    near_distance_m,
    near_distances_m,
    needs_far,
    reach_deg,
    scales,
    wrapped,
    wrapped_degrees,
)
from zones.outline import ON_BOUNDARY_M
from zones.separation import distance_m

GREATEST_RADIUS_M: Final = 5_000_000.0


@dataclass(frozen=True, slots=True)
class Circle:
    """A geodesic circle round a centre in degrees with a radius in metres.

    Raises:
        ZoneError: on building, for a centre or a radius out of range.
    """

    lon: float
    lat: float
    radius_m: float

    def __post_init__(self) -> None:
        check_place(self.lon, self.lat, "the circle's centre")
        check_number(self.radius_m, "radius_m", "the circle")
        if not 0.0 < self.radius_m <= GREATEST_RADIUS_M:
            raise ZoneError(
                f"radius_m {self.radius_m} is out of range: it must be above 0 and "
                f"at most {GREATEST_RADIUS_M:.0f} metres"
            )
        self._set(wrapped_degrees(float(self.lon)), float(self.lat), float(self.radius_m))

    @classmethod
    def stored(cls, lon: float, lat: float, radius_m: float) -> "Circle":
        """Return the circle of these values, which were valid when it was built."""
        circle = cls.__new__(cls)
        circle._set(lon, lat, radius_m)
        return circle

    def _set(self, lon: float, lat: float, radius_m: float) -> None:
        object.__setattr__(self, "lon", lon)
        object.__setattr__(self, "lat", lat)
        object.__setattr__(self, "radius_m", radius_m)

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The bounding boxes, two if the circle crosses the antimeridian."""
        d_lon, d_lat = (
            float(part) for part in reach_deg(np.array(self.lat), np.array(self.radius_m))
        )
        south, north = max(-90.0, self.lat - d_lat), min(90.0, self.lat + d_lat)
        west, east = self.lon - d_lon, self.lon + d_lon
        if east - west >= 360.0:
            return ((-180.0, south, 180.0, north),)
        if west < -180.0:
            return ((-180.0, south, east, north), (west + 360.0, south, 180.0, north))
        if east > 180.0:
            return ((-180.0, south, east - 360.0, north), (west, south, 180.0, north))
        return ((west, south, east, north),)

    def signed_distance_m(self, lon: float, lat: float) -> float:
        """Return what `signed_distances_m` does of one place."""
        distance = near_distance_m(self.lat, wrapped_degrees(lon - self.lon), lat - self.lat)
        if distance > NEAR_LIMIT_M or abs(self.lat) > POLAR_DEG:
            distance = distance_m(self.lon, self.lat, lon, lat)
        metres = self.radius_m - distance
        return 0.0 if abs(metres) < ON_BOUNDARY_M else metres

    def signed_distances_m(self, lon: Floats, lat: Floats) -> Floats:
        """Return metres to the boundary, positive inside, for longitudes in -180..180."""
        at = scales(np.full(len(lon), self.lat))
        distance = near_distances_m(at, wrapped(lon - self.lon), lat - self.lat)
        far = needs_far(np.full(len(lon), self.lat), distance)
        if far.any():
            count = np.count_nonzero(far)
            distance[far] = far_distances_m(
                np.full(count, self.lon), np.full(count, self.lat), lon[far], lat[far]
            )
        out = self.radius_m - distance
        out[np.abs(out) < ON_BOUNDARY_M] = 0.0
        return out
