"""A packed R-tree over zones that does not change: boxes first, then the exact test.

The tree (shapely's STRtree) holds the bounding boxes of the zones in the frame -180..180. What is
looked for is looked for again one turn to the east or west where it reaches past ±180. Boxes are
never too small (``zones.metric.reach_deg``), so the exact test sees every pair it must.
"""

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from zones.metric import Floats, Scales, reach_deg, scales, wrapped
from zones.table import Indices, ZoneTable
from zones.zone import Zone


class Windows(NamedTuple):
    """Lines whose bounding boxes are looked into, and the row of places or paths of each."""

    row: Indices
    line: NDArray[np.object_]


class Places(NamedTuple):
    """Places to look for zones round: longitudes in -180..180, reach in metres, each prepared."""

    lon: Floats
    lat: Floats
    reach_m: Floats
    at: Scales
    windows: Windows


class Paths(NamedTuple):
    """Paths to look for zones on: start and end, and the way as lon, lat, d_lon, d_lat."""

    start: tuple[Floats, Floats]
    end: tuple[Floats, Floats]
    way: Floats
    windows: Windows


def places(lon: Floats, lat: Floats, reach_m: Floats) -> Places:
    """Prepare places to be looked for in any number of packed trees."""
    d_lon, d_lat = reach_deg(lat, reach_m)
    bounds = np.stack([lon - d_lon, lat - d_lat, lon + d_lon, lat + d_lat], axis=1)
    return Places(lon, lat, reach_m, scales(lat), _windows(bounds))


def paths(start: tuple[Floats, Floats], end: tuple[Floats, Floats]) -> Paths:
    """Prepare paths to be looked for in any number of packed trees."""
    way = np.stack([*start, wrapped(end[0] - start[0]), end[1] - start[1]], axis=1)
    return Paths(
        start, end, way, _windows(np.concatenate([way[:, :2], way[:, :2] + way[:, 2:]], axis=1))
    )


class PackedZones:
    """Zones in order, and a tree over them."""

    __slots__ = ("_owner", "_tree", "table")

    def __init__(self, zones: tuple[Zone, ...]) -> None:
        self.table = ZoneTable(zones)
        boxes = [zone.boxes for zone in zones]
        self._owner = np.repeat(np.arange(len(zones)), [len(own) for own in boxes])
        bounds = np.array([box for own in boxes for box in own], dtype=np.float64).reshape(-1, 4)
        self._tree = shapely.STRtree(_lines(bounds))

    def near(self, places: Places) -> tuple[Indices, Indices, Floats]:
        """Return position, zone, signed distance of all pairs of at least -reach_m, in order."""
        window, zone = self._meeting(places.windows)
        position, zone = self._once(places.windows.row[window], zone)
        distance = self._signed_distances_m(places.lon, places.lat, places.at, position, zone)
        kept = np.flatnonzero(distance >= -places.reach_m[position])
        return position[kept], zone[kept], distance[kept]

    def crossed(self, paths: Paths) -> tuple[Indices, Indices]:
        """Return path, zone of all pairs where the path touches and neither end is inside."""
        window, zone = self._meeting(paths.windows)
        path = paths.windows.row[window]
        circle = self.table.is_circle(zone)
        touched = np.empty(len(zone), dtype=np.bool_)
        touched[circle] = self.table.circles_touched(paths.way[path[circle]], zone[circle])
        area = ~circle
        lines = paths.windows.line[window[area]]
        touched[area] = shapely.intersects(self.table.geometry[zone[area]], lines)
        path, zone = self._once(path[touched], zone[touched])
        for lon, lat in (paths.start, paths.end):
            outside = self._signed_distances_m(lon, lat, scales(lat), path, zone) < 0.0
            path, zone = path[outside], zone[outside]
        return path, zone

    def _signed_distances_m(
        self, lon: Floats, lat: Floats, at: Scales, row: Indices, zone: Indices
    ) -> Floats:
        return self.table.signed_distances_m(lon[row], lat[row], at.take(row), zone)

    def _meeting(self, windows: Windows) -> tuple[Indices, Indices]:
        """Return (window, zone) of boxes that meet, in no order, some more than once."""
        if not len(self._owner):
            return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
        window, item = self._tree.query(windows.line)
        return window, self._owner[item]

    def _once(self, row: Indices, zone: Indices) -> tuple[Indices, Indices]:
        """Return the pairs sorted, each once."""
        size = max(1, len(self.table.zones))
        pair = np.sort(row * size + zone)
        pair = pair[np.flatnonzero(np.diff(pair, prepend=-1))]
        return pair // size, pair % size


def _windows(corners: Floats) -> Windows:
    """Return the windows of lines (lon, lat, lon, lat), seen again a turn away if past ±180."""
    row = np.arange(len(corners))
    west, east = (each(corners[:, 0], corners[:, 2]) for each in (np.minimum, np.maximum))
    rows, lines = [row], [corners]
    for beyond, turn in ((west <= -180.0, 360.0), (east >= 180.0, -360.0)):
        if beyond.any():
            rows.append(row[beyond])
            lines.append(corners[beyond] + np.array([turn, 0.0, turn, 0.0]))
    return Windows(np.concatenate(rows), _lines(np.concatenate(lines)))


def _lines(corners: Floats) -> NDArray[np.object_]:
    """Return straight lines, of lon, lat, lon, lat each; a line stands for its bounding box."""
    lines: NDArray[np.object_] = shapely.linestrings(corners.reshape(-1, 2, 2))
    return lines
