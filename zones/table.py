"""Many zones as arrays: signed distances of (position, zone) pairs without a loop over zones.

Circles are their centres, radii and the metres per degree there. Areas of up to ``FEW_EDGES``
edges, away from the antimeridian, stand with all edges in one array. The others, and every pair
farther than the near limit, are asked zone by zone: same formulas, same results.
"""

from typing import Final, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from zones.area import signed
from zones.boundary import Boundary
from zones.metric import (
    Floats,
    Scales,
    expand,
    far_distances_m,
    near_distances_m,
    near_edge_distances_m,
    needs_far,
    scales,
    wrapped,
)
from zones.outline import ON_BOUNDARY_M
from zones.zone import Area, Circle, Zone

Indices: TypeAlias = NDArray[np.intp]
FEW_EDGES: Final = 96


class ZoneTable:
    """The geometry of zones in order, as arrays."""

    __slots__ = (
        "_at",
        "_bounds",
        "_centre",
        "_circle",
        "_count",
        "_edges",
        "_first",
        "_radius",
        "geometry",
        "zones",
    )

    def __init__(self, zones: tuple[Zone, ...]) -> None:
        self.zones = zones
        size = len(zones)
        self._circle = np.zeros(size, dtype=np.bool_)
        self._centre, self._radius = np.zeros((size, 2)), np.zeros(size)
        self._first, self._count = np.zeros(size, dtype=np.intp), np.zeros(size, dtype=np.intp)
        self.geometry = np.full(size, None, dtype=object)
        edges: list[Floats] = []
        total = 0
        for number, zone in enumerate(zones):
            shape = zone.shape
            if isinstance(shape, Circle):
                self._circle[number] = True
                self._centre[number] = shape.lon, shape.lat
                self._radius[number] = shape.radius_m
                continue
            self.geometry[number] = shape.geometry
            if _is_plain(shape):
                own = shape.boundary.edges
                self._first[number], self._count[number] = total, len(own)
                edges.append(own)
                total += len(own)
        every = np.concatenate(edges) if edges else np.zeros((0, 4))
        self._edges = tuple(np.ascontiguousarray(column) for column in every.T)
        self._at = scales(self._centre[:, 1])
        self._bounds = tuple(np.ascontiguousarray(each) for each in shapely.bounds(self.geometry).T)

    def signed_distances_m(self, lon: Floats, lat: Floats, at: Scales, zone: Indices) -> Floats:
        """Return the metres of pairs: a place (with its scales) and a zone for each element."""
        out = np.empty(len(zone))
        circle = self._circle[zone]
        pairs = np.flatnonzero(circle)
        out[pairs] = self._circle_m(lon[pairs], lat[pairs], zone[pairs])
        few = self._count[zone] > 0
        pairs = np.flatnonzero(few)
        if len(pairs):
            distance = self._edges_m(lon[pairs], lat[pairs], at.take(pairs), zone[pairs])
            out[pairs] = signed(distance, self._contain(lon[pairs], lat[pairs], zone[pairs]))
            few[pairs] = ~needs_far(lat[pairs], distance)
        self._one_by_one(out, np.flatnonzero(~circle & ~few), lon, lat, zone)
        return out

    def is_circle(self, zone: Indices) -> NDArray[np.bool_]:
        """Tell which zones are circles."""
        return self._circle[zone]

    def circles_touched(self, edge: Floats, zone: Indices) -> NDArray[np.bool_]:
        """Tell which circles are touched by their edge, shape (n, 4) as lon, lat, d_lon, d_lat."""
        lon, lat = self._centre[zone].T
        start = edge[:, 0] - lon
        start -= 360.0 * np.round((start + edge[:, 2] / 2.0) / 360.0)
        distance = near_edge_distances_m(
            self._at.take(zone), start, edge[:, 1] - lat, edge[:, 2], edge[:, 3]
        )
        for pair in np.flatnonzero(needs_far(lat, distance)):
            path = Boundary(edge[pair : pair + 1])
            distance[pair] = path.far_m(lon[pair : pair + 1], lat[pair : pair + 1])[0]
        touched: NDArray[np.bool_] = distance <= self._radius[zone] + ON_BOUNDARY_M
        return touched

    def _circle_m(self, lon: Floats, lat: Floats, zone: Indices) -> Floats:
        centre_lon, centre_lat = self._centre[zone].T
        d_lon = wrapped(lon - centre_lon)
        distance = near_distances_m(self._at.take(zone), d_lon, lat - centre_lat)
        far = needs_far(centre_lat, distance)
        if far.any():
            distance[far] = far_distances_m(centre_lon[far], centre_lat[far], lon[far], lat[far])
        out: Floats = self._radius[zone] - distance
        out[np.abs(out) < ON_BOUNDARY_M] = 0.0
        return out

    def _contain(self, lon: Floats, lat: Floats, zone: Indices) -> NDArray[np.bool_]:
        west, south, east, north = (column[zone] for column in self._bounds)
        inside = (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
        asked = np.flatnonzero(inside)
        geometry = self.geometry[zone[asked]]
        inside[asked] = shapely.intersects_xy(geometry, lon[asked], lat[asked])
        return inside

    def _edges_m(self, lon: Floats, lat: Floats, at: Scales, zone: Indices) -> Floats:
        count = self._count[zone]
        edge = expand(self._first[zone], count)
        a_lon, a_lat, d_lon, d_lat = (column[edge] for column in self._edges)
        a_lon -= np.repeat(lon, count)
        a_lat -= np.repeat(lat, count)
        every = near_edge_distances_m(at.repeat(count), a_lon, a_lat, d_lon, d_lat)
        nearest: Floats = np.minimum.reduceat(every, np.cumsum(count) - count)
        return nearest

    def _one_by_one(
        self, out: Floats, pairs: Indices, lon: Floats, lat: Floats, zone: Indices
    ) -> None:
        order = pairs[np.argsort(zone[pairs], kind="stable")]
        for group in np.split(order, np.flatnonzero(np.diff(zone[order])) + 1):
            if len(group):
                shape = self.zones[int(zone[group[0]])].shape
                out[group] = shape.signed_distances_m(lon[group], lat[group])


def _is_plain(area: Area) -> bool:
    return len(area.boundary.edges) <= FEW_EDGES and not area.boundary.reaches_antimeridian
