"""The edges that bound areas, from the positions of their rings: of one area, or of many at once.

Edges along a pole bound nothing, nor do those along the antimeridian where the area goes on beyond.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from zones.metric import NEAR_SPAN_DEG, Floats

FEW_EDGES: Final = 96
_SEAM_DEG: Final = 180.0 - NEAR_SPAN_DEG


def edges_of(rings: Sequence[Floats]) -> Floats:
    """Return the edges that bound an area of rings, shape (n, 4), from lon, lat to lon, lat."""
    edge = np.concatenate([np.concatenate([at[:-1], at[1:]], axis=1) for at in rings])
    edge = edge[(edge[:, 0] != edge[:, 2]) | (edge[:, 1] != edge[:, 3])]
    pole = (np.abs(edge[:, 1]) == 90.0) & (edge[:, 1] == edge[:, 3])
    cut = (np.abs(edge[:, 0]) == 180.0) & (edge[:, 0] == edge[:, 2])
    if not (pole | cut).any():
        return np.asarray(edge)
    kept: Floats = np.concatenate([edge[~pole & ~cut], _one_sided(edge[cut])])
    return kept


def _one_sided(seam: Floats) -> Floats:
    """Return the parts of edges along ±180 that have the area at one side only."""
    ends = np.unique(seam[:, [1, 3]])
    low, high = np.minimum(seam[:, 1], seam[:, 3]), np.maximum(seam[:, 1], seam[:, 3])
    edges = [
        (180.0, south, 180.0, north)
        for south, north in pairwise(ends)
        if np.count_nonzero((low <= south) & (high >= north)) == 1
    ]
    return np.array(edges, dtype=np.float64).reshape(-1, 4)


def few_edges(
    coordinates: Sequence[bytes], sizes: Sequence[tuple[tuple[int, ...], ...]]
) -> tuple[Floats, NDArray[np.intp]]:
    """Return the edges of areas, shape (n, 4), area after area, and how many each has.

    Areas as `zones.area.Area` keeps them. An area has none here if it has more than ``FEW_EDGES``,
    or reaches a pole or the nearness of the antimeridian.
    """
    at = np.frombuffer(b"".join(coordinates)).reshape(-1, 2)
    rings = np.array([size for area in sizes for polygon in area for size in polygon], np.intp)
    owner = np.arange(len(sizes)).repeat([sum(map(sum, area)) for area in sizes])
    bounds = np.ones(len(at), dtype=np.bool_)
    bounds[rings.cumsum() - 1] = False
    bounds[:-1] &= (at[1:] != at[:-1]).any(axis=1)
    count = np.bincount(owner[bounds], minlength=len(sizes))
    apart = (np.abs(at[:, 0]) > _SEAM_DEG) | (np.abs(at[:, 1]) == 90.0)
    count[owner[apart]] = 0
    count[count > FEW_EDGES] = 0
    start = np.flatnonzero(bounds & (count[owner] > 0))
    return np.concatenate([at[start], at[start + 1]], axis=1), count
