"""A packed R-tree over zones that does not change: boxes first, then the exact test.

The tree (shapely's STRtree) holds the bounding boxes of the zones in the frame -180..180. What is
looked for is looked for again one turn to the east or west where it reaches past ±180. Boxes are
never too small (``zones.metric.reach_deg``), so the exact test sees every pair it must.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from zones.metric import Floats, reach_deg, scales, wrapped
from zones.table import Indices, ZoneTable
from zones.zone import Zone


class PackedZones:
    """Zones in order, and a tree over them."""

    __slots__ = ("_owner", "_tree", "table")

    def __init__(self, zones: tuple[Zone, ...]) -> None:
        self.table = ZoneTable(zones)
        boxes = [zone.boxes for zone in zones]
        self._owner = np.repeat(np.arange(len(zones)), [len(own) for own in boxes])
        bounds = np.array([box for own in boxes for box in own], dtype=np.float64).reshape(-1, 4)
        self._tree = shapely.STRtree(_diagonals(bounds))

    def near(self, lon: Floats, lat: Floats, reach_m: Floats) -> tuple[Indices, Indices, Floats]:
        """Return position, zone, signed distance of all pairs of at least -reach_m, in order."""
        d_lon, d_lat = reach_deg(lat, reach_m)
        bounds = np.stack([lon - d_lon, lat - d_lat, lon + d_lon, lat + d_lat], axis=1)
        position, zone = self._candidates(bounds)
        at = scales(lat).take(position)
        distance = self.table.signed_distances_m(lon[position], lat[position], at, zone)
        kept = np.flatnonzero(distance >= -reach_m[position])
        return position[kept], zone[kept], distance[kept]

    def crossed(
        self, lon0: Floats, lat0: Floats, lon1: Floats, lat1: Floats
    ) -> tuple[Indices, Indices]:
        """Return path, zone of all pairs where the path touches and neither end is inside."""
        ways = np.stack([lon0, lat0, wrapped(lon1 - lon0), lat1 - lat0], axis=1)
        end_lon = lon0 + ways[:, 2]
        bounds = np.stack(
            [
                np.minimum(lon0, end_lon),
                np.minimum(lat0, lat1),
                np.maximum(lon0, end_lon),
                np.maximum(lat0, lat1),
            ],
            axis=1,
        )
        path, zone = self._candidates(bounds)
        for lon, lat in ((lon0, lat0), (lon1, lat1)):
            at = scales(lat).take(path)
            outside = self.table.signed_distances_m(lon[path], lat[path], at, zone) < 0.0
            path, zone = path[outside], zone[outside]
        touched = self._touched(ways[path], zone)
        return path[touched], zone[touched]

    def _touched(self, way: Floats, zone: Indices) -> NDArray[np.bool_]:
        touched = np.zeros(len(zone), dtype=np.bool_)
        circle = self.table.is_circle(zone)
        touched[circle] = self.table.circles_touched(way[circle], zone[circle])
        area = np.flatnonzero(~circle)
        geometry = self.table.geometry[zone[area]]
        for turn in (0.0, 360.0, -360.0):
            start = way[area, :2] + np.array([turn, 0.0])
            lines = shapely.linestrings(np.stack([start, start + way[area, 2:]], axis=1))
            touched[area] |= shapely.intersects(geometry, lines)
        return touched

    def _candidates(self, bounds: Floats) -> tuple[Indices, Indices]:
        """Return (row, zone) of boxes that meet, each once, sorted."""
        row = np.arange(len(bounds))
        rows, boxes = [row], [bounds]
        for beyond, turn in ((bounds[:, 0] <= -180.0, 360.0), (bounds[:, 2] >= 180.0, -360.0)):
            if beyond.any():
                rows.append(row[beyond])
                boxes.append(bounds[beyond] + np.array([turn, 0.0, turn, 0.0]))
        query, item = self._tree.query(_diagonals(np.concatenate(boxes)))
        size = max(1, len(self.table.zones))
        pair = np.unique(np.concatenate(rows)[query] * size + self._owner[item])
        return pair // size, pair % size


def _diagonals(bounds: Floats) -> NDArray[np.object_]:
    """Return for each box (west, south, east, north) a line with that bounding box."""
    lines: NDArray[np.object_] = shapely.linestrings(bounds.reshape(-1, 2, 2))
    return lines
