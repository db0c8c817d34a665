"""How far a place is from a boundary made of edges straight in longitude and latitude.

The near formula is evaluated on the edges that can hold the nearest point: edges stand in runs of
``RUN`` neighbours with a bounding box each, and a run is looked into only if its box is no farther
than the nearest corner of any. What turns out farther than the near limit, or polar, is solved in
``zones.far``.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from zones.far import Pieces, far_boundary_distances_m, pieces
from zones.metric import (
    LEAST_RADIUS_M,
    NEAR_LIMIT_M,
    NEAR_SPAN_DEG,
    RADIAN,
    Floats,
    Scales,
    expand,
    near_distances_m,
    near_edge_distances_m,
    needs_far,
    scales,
)

RUN: Final = 32
_BLOCK: Final = 20_000


class Boundary:
    """Edges, shape (n, 4) as lon, lat, d_lon, d_lat in degrees, none crossing the antimeridian."""

    __slots__ = ("_far", "_runs", "_starts", "edges", "reaches_antimeridian")

    def __init__(self, edges: Floats) -> None:
        self.edges = edges
        self._starts = np.arange(0, len(edges), RUN)
        self._runs = _run_boxes(edges, self._starts)
        self._far: Pieces | None = None
        limit = 180.0 - NEAR_SPAN_DEG
        self.reaches_antimeridian = bool(
            self._runs[:, 0].min() < -limit or self._runs[:, 2].max() > limit
        )

    def distances_m(self, lon: Floats, lat: Floats) -> Floats:
        """Return the metres from places, one-dimensional, longitudes in -180..180."""
        out = np.empty(len(lon))
        block = max(1, _BLOCK // min(len(self.edges), RUN + len(self._runs)))
        for first in range(0, len(lon), block):
            part = slice(first, first + block)
            out[part] = self._near_m(lon[part], lat[part])
        far = needs_far(lat, out)
        if far.any():
            out[far] = self.far_m(lon[far], lat[far])
        return out

    def far_m(self, lon: Floats, lat: Floats) -> Floats:
        """Return the metres from places however far, one-dimensional arrays."""
        if self._far is None:
            self._far = pieces(self.edges)
        return far_boundary_distances_m(self._far, lon, lat)

    def _near_m(self, lon: Floats, lat: Floats) -> Floats:
        at = scales(lat)
        out = self._copy_m(at, lon, lat)
        if self.reaches_antimeridian:
            beyond = np.flatnonzero(np.abs(lon) > 180.0 - NEAR_SPAN_DEG)
            if len(beyond):
                other = lon[beyond] - np.copysign(360.0, lon[beyond])
                again = self._copy_m(at.take(beyond), other, lat[beyond])
                out[beyond] = np.minimum(out[beyond], again)
        return out

    def _copy_m(self, at: Scales, lon: Floats, lat: Floats) -> Floats:
        if len(self._runs) > 1:
            return self._sparse_m(at, lon, lat)
        edge = self.edges
        every = near_edge_distances_m(
            at.column(),
            edge[:, 0] - lon[:, None],
            edge[:, 1] - lat[:, None],
            edge[:, 2],
            edge[:, 3],
        )
        nearest: Floats = every.min(axis=1)
        return nearest

    def _sparse_m(self, at: Scales, lon: Floats, lat: Floats) -> Floats:
        out = np.full(len(lon), np.inf)
        owner, run = np.nonzero(self._possible(at, lon, lat))
        if not len(owner):
            return out
        first = self._starts[run]
        count = np.minimum(first + RUN, len(self.edges)) - first
        place, edge = np.repeat(owner, count), expand(first, count)
        start = self.edges[edge]
        every = near_edge_distances_m(
            at.take(place),
            start[:, 0] - lon[place],
            start[:, 1] - lat[place],
            start[:, 2],
            start[:, 3],
        )
        begins = np.flatnonzero(np.diff(place, prepend=-1))
        out[place[begins]] = np.minimum.reduceat(every, begins)
        return out

    def _possible(self, at: Scales, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
        """Tell, for places × runs, whether the run can hold the nearest edge, and that is near."""
        west, south, east, north = self._runs.T
        column, row = lon[:, None], lat[:, None]
        gap_lon = np.maximum(0.0, np.maximum(west - column, column - east))
        gap_lat = np.maximum(0.0, np.maximum(south - row, row - north))
        pole = np.maximum(np.abs(row), np.maximum(np.abs(south), np.abs(north)))
        metre = LEAST_RADIUS_M * RADIAN
        least = metre * np.hypot(gap_lon * np.cos(pole * RADIAN), gap_lat)
        corner = self.edges[self._starts]
        most = near_distances_m(at.column(), corner[:, 0] - column, corner[:, 1] - row).min(axis=1)
        most = np.minimum(most, NEAR_LIMIT_M)
        possible: NDArray[np.bool_] = least <= most[:, None] * (1.0 + 1e-9) + 1e-6
        return possible


def _run_boxes(edges: Floats, starts: NDArray[np.intp]) -> Floats:
    end_lon, end_lat = edges[:, 0] + edges[:, 2], edges[:, 1] + edges[:, 3]
    return np.stack(
        [
            np.minimum.reduceat(np.minimum(edges[:, 0], end_lon), starts),
            np.minimum.reduceat(np.minimum(edges[:, 1], end_lat), starts),
            np.maximum.reduceat(np.maximum(edges[:, 0], end_lon), starts),
            np.maximum.reduceat(np.maximum(edges[:, 1], end_lat), starts),
        ],
        axis=1,
    )
