"""The interior: places that are surely deep inside an area, told without measuring.

Most positions of somebody who must stay in a county are far from its border, and the metres to a
border of thousands of edges cost most where they matter least. So the area's box is divided into
cells, and the cells the border runs through are marked, with their neighbours: samples of the
border stand at most half a cell apart along either axis, so each point of it is within a quarter of
a cell of one. A cell that is not marked is inside or outside as a whole, and from any place in it
the border is three quarters of a cell away along one axis at least, which no degree of longitude
or latitude there makes shorter than `deep_m`.

Areas that reach the antimeridian or a pole have none: there a box says nothing of what is near.
"""

from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from zones.boundary import Boundary
from zones.metric import LEAST_RADIUS_M, NEAR_LIMIT_M, POLAR_DEG, RADIAN, Floats, expand

MOST_CELLS: Final = 256
"""Along either axis."""
LEAST_CELL_M: Final = 100.0
LEAST_CELLS: Final = 16
FEW_EDGES: Final = 96
"""Of so few edges, none far away, the distance itself is as cheap."""


class Interior(NamedTuple):
    """Cells of an area's box, row by row from the south-west; `deep` are those deep inside."""

    west: float
    south: float
    cell_lon: float
    cell_lat: float
    columns: int
    rows: int
    deep: bytes
    deep_m: float
    """How far the border is from any place in a deep cell, metres, at least."""

    def holds(self, lon: float, lat: float) -> bool:
        """Tell whether a place, longitude in -180..180, is in a deep cell."""
        column = int((lon - self.west) // self.cell_lon)
        row = int((lat - self.south) // self.cell_lat)
        if not 0 <= column < self.columns or not 0 <= row < self.rows:
            return False
        return self.deep[row * self.columns + column] != 0


def interior(geometry: shapely.Geometry, boundary: Boundary) -> Interior | None:
    """Return the interior of an area; None where there is none, or measuring is as cheap."""
    west, south, east, north = geometry.bounds
    if boundary.reaches_antimeridian or max(abs(south), abs(north)) > POLAR_DEG:
        return None
    degree_m = LEAST_RADIUS_M * RADIAN
    east_m = degree_m * np.cos(max(abs(south), abs(north)) * RADIAN)
    wide_m, high_m = (east - west) * east_m, (north - south) * degree_m
    if len(boundary.edges) <= FEW_EDGES and min(wide_m, high_m) < 2.0 * NEAR_LIMIT_M:
        return None
    columns, rows = _cells(wide_m), _cells(high_m)
    if min(columns, rows) < LEAST_CELLS:
        return None
    grid = Interior(
        west,
        south,
        (east - west) / columns,
        (north - south) / rows,
        columns,
        rows,
        b"",
        float(0.75 * min(wide_m / columns, high_m / rows) * (1.0 - 1e-9)),
    )
    return grid._replace(deep=_deep(geometry, boundary, grid).tobytes())


def _cells(length_m: float) -> int:
    return min(MOST_CELLS, int(length_m / LEAST_CELL_M))


def _deep(geometry: shapely.Geometry, boundary: Boundary, grid: Interior) -> NDArray[np.bool_]:
    free = ~_marked(boundary.edges, grid)
    row, column = np.nonzero(free)
    lon = grid.west + (column + 0.5) * grid.cell_lon
    lat = grid.south + (row + 0.5) * grid.cell_lat
    deep = np.zeros_like(free)
    deep[row, column] = shapely.intersects_xy(geometry, lon, lat)
    return deep


def _marked(edges: Floats, grid: Interior) -> NDArray[np.bool_]:
    """Return the cells that samples of the edges are in, and all cells beside them."""
    extent = np.maximum(np.abs(edges[:, 2]) / grid.cell_lon, np.abs(edges[:, 3]) / grid.cell_lat)
    count = np.ceil(2.0 * extent).astype(np.intp) + 2
    edge = np.repeat(np.arange(len(edges)), count)
    share = expand(np.zeros(len(edges), dtype=np.intp), count) / (count[edge] - 1)
    lon = edges[edge, 0] + share * edges[edge, 2]
    lat = edges[edge, 1] + share * edges[edge, 3]
    column = np.clip(((lon - grid.west) // grid.cell_lon).astype(np.intp), 0, grid.columns - 1)
    row = np.clip(((lat - grid.south) // grid.cell_lat).astype(np.intp), 0, grid.rows - 1)
    padded = np.zeros((grid.rows + 2, grid.columns + 2), dtype=np.bool_)
    for down in range(3):
        for right in range(3):
            padded[row + down, column + right] = True
    return padded[1:-1, 1:-1]
