"""The distance to a boundary far away or near a pole: slow, and right everywhere.

The boundary is cut into pieces of at most ``PIECE_DEG``, and places and pieces are put in
earth-centred Cartesian coordinates, which know no antimeridian and no pole. A piece is a curve
(straight in lon/lat) that stays within its *sagitta* of its chord, so chords tell which pieces
can hold the nearest point; those are cut finer, three times, until chord and curve are the same
to below a millimetre. The distance is then the geodesic to the point found.

The nearest point is chosen by chord. Chord and geodesic order points alike to within 0.1 % of
the distance up to 10,000 km.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from zones.metric import ECCENTRICITY_2, RADIAN, SEMI_MAJOR_M, Floats, far_distances_m

PIECE_DEG: Final = 0.25
_SUBDIVISIONS: Final = (16, 24, 24)
_ROUNDING_M: Final = 1.0
_BLOCK: Final = 1_000_000


class Pieces(NamedTuple):
    """A boundary in short pieces: start and extent in degrees, start and chord in metres."""

    lon: Floats
    lat: Floats
    d_lon: Floats
    d_lat: Floats
    start: Floats
    chord: Floats
    sagitta_m: Floats


def cartesian(lon: Floats, lat: Floats) -> Floats:
    """Return earth-centred coordinates in metres, shape ``lon.shape + (3,)``."""
    lam, phi = lon * RADIAN, lat * RADIAN
    sin, cos = np.sin(phi), np.cos(phi)
    normal = SEMI_MAJOR_M / np.sqrt(1.0 - ECCENTRICITY_2 * sin * sin)
    return np.stack(
        [
            normal * cos * np.cos(lam),
            normal * cos * np.sin(lam),
            normal * (1.0 - ECCENTRICITY_2) * sin,
        ],
        axis=-1,
    )


def pieces(edges: Floats) -> Pieces:
    """Cut edges, shape (n, 4) as lon, lat, d_lon, d_lat in degrees, into pieces."""
    extent = np.maximum(np.abs(edges[:, 2]), np.abs(edges[:, 3]))
    count = np.maximum(1, np.ceil(extent / PIECE_DEG)).astype(np.intp)
    edge = np.repeat(np.arange(len(edges)), count)
    order = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    d_lon, d_lat = edges[edge, 2] / count[edge], edges[edge, 3] / count[edge]
    lon, lat = edges[edge, 0] + order * d_lon, edges[edge, 1] + order * d_lat
    start, end = cartesian(lon, lat), cartesian(lon + d_lon, lat + d_lat)
    middle = cartesian(lon + d_lon / 2.0, lat + d_lat / 2.0)
    sagitta = np.linalg.norm(middle - (start + end) / 2.0, axis=-1)
    return Pieces(lon, lat, d_lon, d_lat, start, end - start, 1.5 * sagitta)


def far_boundary_distances_m(boundary: Pieces, lon: Floats, lat: Floats) -> Floats:
    """Return the metres from places, one-dimensional arrays, to the boundary."""
    out = np.empty(len(lon))
    block = max(1, _BLOCK // len(boundary.lon))
    for first in range(0, len(lon), block):
        part = slice(first, first + block)
        out[part] = _block_distances_m(boundary, lon[part], lat[part])
    return out


def _block_distances_m(boundary: Pieces, lon: Floats, lat: Floats) -> Floats:
    place = cartesian(lon, lat)
    owner, piece = _candidates(boundary, place)
    begin, end = np.zeros(len(owner)), np.ones(len(owner))
    for parts in _SUBDIVISIONS:
        t = begin[:, None] + (end - begin)[:, None] * np.linspace(0.0, 1.0, parts + 1)
        begin, end, best, distance = _refined(boundary, place[owner], piece, t)
    order = np.lexsort((distance, owner))
    first = order[np.searchsorted(owner[order], np.arange(len(lon)))]
    at, t = piece[first], best[first]
    near_lon = boundary.lon[at] + t * boundary.d_lon[at]
    near_lat = np.clip(boundary.lat[at] + t * boundary.d_lat[at], -90.0, 90.0)
    return far_distances_m(lon, lat, near_lon, near_lat)


def _candidates(boundary: Pieces, place: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return (place, piece) pairs, by place: the pieces that can hold the nearest point."""
    start, chord = boundary.start, boundary.chord
    length_2 = np.maximum(np.einsum("ij,ij->i", chord, chord), 1e-12)
    along = place @ chord.T - np.einsum("ij,ij->i", start, chord)
    t = np.clip(along / length_2, 0.0, 1.0)
    apart_2 = np.einsum("ij,ij->i", place, place)[:, None] - 2.0 * (place @ start.T)
    apart_2 += np.einsum("ij,ij->i", start, start) + t * (t * length_2 - 2.0 * along)
    distance = np.sqrt(np.maximum(apart_2, 0.0))
    slack = boundary.sagitta_m + _ROUNDING_M
    limit = (distance + slack).min(axis=1)
    owner, piece = np.nonzero(distance - slack <= limit[:, None])
    return owner, piece


def _refined(
    boundary: Pieces, place: Floats, piece: NDArray[np.intp], t: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Find the nearest point of each piece by chords between the shares t of it, increasing.

    Returns a stretch of the piece (the part holding the nearest point and one to each side),
    where in the piece the point is, and how far it is by chord, in metres.
    """
    node = cartesian(
        boundary.lon[piece, None] + t * boundary.d_lon[piece, None],
        boundary.lat[piece, None] + t * boundary.d_lat[piece, None],
    )
    chord, back = np.diff(node, axis=1), place[:, None, :] - node[:, :-1]
    length_2 = np.maximum(np.einsum("ijk,ijk->ij", chord, chord), 1e-12)
    share = np.clip(np.einsum("ijk,ijk->ij", back, chord) / length_2, 0.0, 1.0)
    distance = np.linalg.norm(back - share[..., None] * chord, axis=-1)
    best = distance.argmin(axis=1)
    row, last = np.arange(len(piece)), t.shape[1] - 1
    return (
        t[row, np.maximum(best - 1, 0)],
        t[row, np.minimum(best + 2, last)],
        t[row, best] + share[row, best] * (t[row, best + 1] - t[row, best]),
        distance[row, best],
    )
