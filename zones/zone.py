"""A zone version: a place, its geometry as of an effective date, valid once built.

A changed zone is a new version; ``zones.history`` puts the versions of one zone in order.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from zones.area import Area, Box
from zones.circle import Circle
from zones.errors import ZoneError
from zones.instant import Instant
from zones.metric import Floats, wrapped, wrapped_degrees

__all__ = ["Area", "Circle", "Shape", "Zone", "ZoneError", "ZoneKey"]

Shape: TypeAlias = Circle | Area
ZoneKey: TypeAlias = tuple[str, int]
"""A zone_id and a version."""


@dataclass(frozen=True, slots=True)
class Zone:
    """One version of a zone.

    Attributes:
        zone_id: names the zone over all its versions.
        shape: where it is.
        name: for people.
        version: 1 or greater.
        effective_from: when this version takes effect; None: it always was.
        withdrawn: whether from then on the zone does not count; ``shape`` is where it was.

    Raises:
        ZoneError: on building, for an empty ``zone_id`` or a ``version`` below 1.
    """

    zone_id: str
    shape: Shape
    name: str = ""
    version: int = 1
    effective_from: Instant | None = None
    withdrawn: bool = False

    def __post_init__(self) -> None:
        if not self.zone_id:
            raise ZoneError("zone_id is empty: give the zone a name that stays with it")
        if self.version < 1:
            raise ZoneError(f"version {self.version} must be 1 or greater", zone_id=self.zone_id)

    @property
    def key(self) -> ZoneKey:
        """The zone and its version."""
        return (self.zone_id, self.version)

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Bounding boxes that together hold the zone; none crosses the antimeridian."""
        return self.shape.boxes

    def deep_inside(self, lon: float, lat: float, metres: float) -> bool:
        """Tell cheaply that a place is at least so deep inside; False says nothing.

        Where it is True, `signed_distance_m` is at least `metres`.
        """
        if not isinstance(self.shape, Area):
            return False
        return self.shape.deep_inside(wrapped_degrees(lon), lat, metres)

    def signed_distance_m(self, lon: float, lat: float) -> float:
        """Return the metres to the nearest boundary, positive inside, 0.0 on it."""
        return self.shape.signed_distance_m(wrapped_degrees(lon), lat)

    def signed_distances_m(self, lons: ArrayLike, lats: ArrayLike) -> Floats:
        """Return the metres to the nearest boundary of places in degrees, one-dimensional."""
        lon = wrapped(np.atleast_1d(np.asarray(lons, dtype=np.float64)))
        lat = np.atleast_1d(np.asarray(lats, dtype=np.float64))
        return self.shape.signed_distances_m(lon, lat)
