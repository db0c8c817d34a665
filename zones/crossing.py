"""Crossing: where the way between two positions meets a zone.

The way is straight in longitude and latitude and takes the short way round the earth. ``crosses``
tells whether it touches the zone, boundary included. ``crossing_fraction`` tells where along it
the boundary is crossed, of the zone itself or of the zone grown by a margin.

The signed distance changes along the way by no more than its length, so a stretch whose ends are
both farther from the boundary than that cannot cross it; every other is halved, down to 1/4096 of
the way. An excursion shorter than that can go unnoticed.
"""

from typing import Final

import numpy as np
import shapely

from zones.boundary import Boundary
from zones.metric import GREATEST_RADIUS_M, RADIAN, Floats, wrapped
from zones.outline import ON_BOUNDARY_M
from zones.zone import Circle, Zone

_FIRST_STRETCHES: Final = 16
_HALVINGS: Final = 8
_SECTIONS: Final = 32
_ROUNDS: Final = 5


class Way:
    """The straight way from one position to another, degrees."""

    __slots__ = ("d_lat", "d_lon", "lat0", "lon0")

    def __init__(self, lon0: float, lat0: float, lon1: float, lat1: float) -> None:
        start, end = wrapped(np.array([lon0, lon1], dtype=np.float64))
        self.lon0, self.lat0 = float(start), float(lat0)
        self.d_lon = float(wrapped(np.array(end - start)))
        self.d_lat = float(lat1 - lat0)

    @property
    def most_length_m(self) -> float:
        """A length in metres that the way does not exceed."""
        ends = (self.lat0, self.lat0 + self.d_lat)
        lowest = 0.0 if min(ends) <= 0.0 <= max(ends) else min(map(abs, ends))
        angle = np.hypot(self.d_lat, self.d_lon * np.cos(lowest * RADIAN)) * RADIAN
        return float(GREATEST_RADIUS_M * angle)

    def depths_m(self, zone: Zone, fraction: Floats) -> Floats:
        """Return the signed distances in metres at fractions 0..1 of the way."""
        lat = np.clip(self.lat0 + fraction * self.d_lat, -90.0, 90.0)
        return zone.signed_distances_m(self.lon0 + fraction * self.d_lon, lat)


def crosses(zone: Zone, lon0: float, lat0: float, lon1: float, lat1: float) -> bool:
    """Tell whether the way between two positions in degrees touches the zone."""
    way = Way(lon0, lat0, lon1, lat1)
    if isinstance(zone.shape, Circle):
        path = Boundary(np.array([[way.lon0, way.lat0, way.d_lon, way.d_lat]]))
        centre = np.array([zone.shape.lon]), np.array([zone.shape.lat])
        return bool(path.distances_m(*centre)[0] <= zone.shape.radius_m + ON_BOUNDARY_M)
    if bool((zone.signed_distances_m([lon0, lon1], [lat0, lat1]) >= 0.0).any()):
        return True
    if way.d_lon == way.d_lat == 0.0:
        return False
    turns = np.array([0.0, 360.0, -360.0])
    x = way.lon0 + np.stack([turns, turns + way.d_lon], axis=1)
    y = np.broadcast_to([way.lat0, way.lat0 + way.d_lat], x.shape)
    lines = shapely.linestrings(np.stack([x, y], axis=2))
    return bool(shapely.intersects(zone.shape.geometry, lines).any())


def crossing_fraction(
    zone: Zone,
    lon0: float,
    lat0: float,
    lon1: float,
    lat1: float,
    entering: bool,
    margin_m: float = 0.0,
) -> float:
    """Return where, 0..1 of the way, the boundary of the zone grown by a margin is crossed.

    Entering: at the last entry, so that the way from there to its end is inside. Leaving: at the
    first exit, so that the way up to there is inside. Where the ends are on the same side, which
    happens when the evidence for one was uncertain, or on the wrong sides, it is still the last
    entry or the first exit if the way has one, else its last or first crossing of the other kind;
    and if the way crosses nothing, the place on it nearest to the boundary.
    """
    way = Way(lon0, lat0, lon1, lat1)
    t = np.linspace(0.0, 1.0, _FIRST_STRETCHES + 1)
    depth = way.depths_m(zone, t) + margin_m
    for _ in range(_HALVINGS):
        doubtful = _doubtful(t, depth, way.most_length_m)
        if not len(doubtful):
            break
        middle = (t[doubtful] + t[doubtful + 1]) / 2.0
        depth = np.insert(depth, doubtful + 1, way.depths_m(zone, middle) + margin_m)
        t = np.insert(t, doubtful + 1, middle)
    for _ in range(_ROUNDS):
        at = _crossing(depth, entering)
        if at is None:
            return float(t[np.abs(depth).argmin()])
        t = np.linspace(t[at], t[at + 1], _SECTIONS + 1)
        depth = way.depths_m(zone, t) + margin_m
    at = _crossing(depth, entering)
    return float(t[0] if at is None else (t[at] + t[at + 1]) / 2.0)


def _doubtful(
    t: Floats, depth: Floats, length_m: float
) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    """Return the stretches with both ends on one side that may still cross the boundary."""
    inside = depth >= 0.0
    same = inside[1:] == inside[:-1]
    possible = np.abs(depth[1:]) + np.abs(depth[:-1]) < length_m * np.diff(t)
    return np.flatnonzero(same & possible)


def _crossing(depth: Floats, entering: bool) -> int | None:
    """Return the stretch of the crossing asked for, None without any crossing."""
    inside = (depth >= 0.0).astype(np.int8)
    change = np.diff(inside)
    wanted = np.flatnonzero(change == (1 if entering else -1))
    found = wanted if len(wanted) else np.flatnonzero(change)
    if not len(found):
        return None
    return int(found[-1] if entering else found[0])
