"""A zone on a plane in metres: for shapes and sizes, where a part in a thousand does not matter.

The plane touches the earth at the middle of the zone (equirectangular with the radii of curvature
there); across 50 km it is true to about 0.5 % in middle latitudes. Larger zones and polar ones have
no plane. An area cut at the antimeridian is put together again.
"""

from typing import Final

import numpy as np
import shapely

from zones.metric import POLAR_DEG, Floats, scales
from zones.zone import Circle, Zone

LARGEST_M: Final = 50_000.0
_SEGMENTS: Final = 32


class Plane:
    """Metres east and north of a place."""

    def __init__(self, lon: float, lat: float) -> None:
        at = scales(np.array(lat, dtype=np.float64))
        self._origin = np.array([lon, lat])
        self._metres = np.array([float(at.east), float(at.north)])

    def metres(self, degrees: Floats) -> Floats:
        """Return metres of places in degrees, shape (n, 2), the near side of the antimeridian."""
        away = degrees - self._origin
        away[:, 0] = (away[:, 0] + 180.0) % 360.0 - 180.0
        out: Floats = away * self._metres
        return out

    def degrees(self, metres: Floats) -> tuple[float, float]:
        """Return longitude, within -180..180, and latitude of one place in metres, shape (2,)."""
        lon, lat = self._origin + metres / self._metres
        return float((lon + 180.0) % 360.0 - 180.0), float(lat)

    def area_of(self, zone: Zone) -> shapely.Geometry:
        """Return the area of a zone in metres."""
        if isinstance(zone.shape, Circle):
            centre = self.metres(np.array([[zone.shape.lon, zone.shape.lat]]))
            return shapely.buffer(
                shapely.Point(centre[0]), zone.shape.radius_m, quad_segs=_SEGMENTS
            )
        area = shapely.transform(zone.shape.geometry, self.metres)
        return shapely.union_all(shapely.get_parts(area)) if _is_cut(zone) else area


def plane_of(zone: Zone) -> Plane | None:
    """Return a plane for a zone; None if it is too large or too near a pole for one."""
    west, south, east, north = _bounds(zone)
    lat = (south + north) / 2.0
    if max(abs(south), abs(north)) > POLAR_DEG or east - west > 90.0:
        return None
    plane = Plane((west + east) / 2.0, lat)
    corners = plane.metres(np.array([[west, south], [east, north]]))
    if max(abs(corners[1] - corners[0])) > LARGEST_M:
        return None
    return plane


def _bounds(zone: Zone) -> tuple[float, float, float, float]:
    """Return west, south, east, north; east goes on beyond 180 if the zone does."""
    boxes = zone.boxes
    if _is_cut(zone):
        boxes = tuple(
            (w + 360.0, s, e + 360.0, n) if e < 0 else (w, s, e, n) for w, s, e, n in boxes
        )
    wests, souths, easts, norths = zip(*boxes, strict=True)
    return min(wests), min(souths), max(easts), max(norths)


def _is_cut(zone: Zone) -> bool:
    boxes = zone.boxes
    return any(box[0] == -180.0 for box in boxes) and any(box[2] == 180.0 for box in boxes)
