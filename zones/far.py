"""The distance to a boundary far away or near a pole: slower, and right everywhere.

The boundary is cut into pieces of at most ``PIECE_DEG``, and places and pieces are put in
earth-centred Cartesian coordinates, which know no antimeridian and no pole. A piece is a curve
(straight in lon/lat) that stays within its *sagitta* of its chord, so chords tell which pieces
can hold the nearest point; those are cut finer until curve and chord differ by no more than a
millimetre or a hundred-thousandth of the distance. The distance is then the geodesic to the point
found. Pieces stand in runs of neighbours inside a ball each, and only runs whose ball can hold
the nearest point are looked into.

The nearest point is chosen by chord. Chord and geodesic order points alike to within 0.1 % of
the distance up to 10,000 km, and to within 0.5 % up to the antipodes.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from zones.metric import ECCENTRICITY_2, RADIAN, SEMI_MAJOR_M, Floats, expand, far_distances_m

PIECE_DEG: Final = 0.25
_RUN: Final = 12
_SUBDIVISIONS: Final = (16, 24, 24)
_ENOUGH_M: Final = 1e-3
_ENOUGH_SHARE: Final = 1e-5
_ROUNDING_M: Final = 1.0
_BLOCK: Final = 20_000


class Pieces(NamedTuple):
    """A boundary in short pieces, and their runs.

    Each piece: start and extent in degrees, start and chord in metres, sagitta in metres. Each
    run: its first piece and size, the middle and the radius in metres of the ball it is in.
    """

    lon: Floats
    lat: Floats
    d_lon: Floats
    d_lat: Floats
    start: Floats
    chord: Floats
    sagitta_m: Floats
    first: NDArray[np.intp]
    size: NDArray[np.intp]
    middle: Floats
    radius_m: Floats


class Nearest(NamedTuple):
    """Pairs of a place and a piece, by place, and the nearest point of the piece.

    ``begin`` and ``end`` are the stretch of the piece it lies in, ``t`` where, all 0..1 of the
    piece; ``distance_m`` how far it is by chord, ``slack_m`` by how much that can be wrong.
    """

    owner: NDArray[np.intp]
    piece: NDArray[np.intp]
    begin: Floats
    end: Floats
    t: Floats
    distance_m: Floats
    slack_m: Floats


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
    first = np.arange(0, len(lon), _RUN)
    run = np.arange(len(lon)) // _RUN
    run_count = np.bincount(run)
    sums = np.add.reduceat(start + (end - start) / 2.0, first, axis=0)
    centre = sums / run_count[:, None]
    away = np.maximum(*(np.linalg.norm(at - centre[run], axis=-1) for at in (start, end)))
    radius = np.maximum.reduceat(away + 1.5 * sagitta, first)
    return Pieces(
        lon,
        lat,
        d_lon,
        d_lat,
        start,
        end - start,
        1.5 * sagitta,
        first,
        run_count,
        centre,
        radius,
    )


def far_boundary_distances_m(boundary: Pieces, lon: Floats, lat: Floats) -> Floats:
    """Return the metres from places, one-dimensional arrays, to the boundary."""
    out = np.empty(len(lon))
    block = max(1, _BLOCK // (len(boundary.first) + 8 * _RUN))
    for begin in range(0, len(lon), block):
        part = slice(begin, begin + block)
        out[part] = _block_distances_m(boundary, lon[part], lat[part])
    return out


def _block_distances_m(boundary: Pieces, lon: Floats, lat: Floats) -> Floats:
    place = cartesian(lon, lat)
    found = _possible(_first_look(boundary, place))
    for parts in _SUBDIVISIONS:
        enough = np.maximum(_ENOUGH_M, _ENOUGH_SHARE * found.distance_m)
        unsure = np.zeros(len(lon), dtype=np.bool_)
        unsure[found.owner[found.slack_m > enough]] = True
        if not unsure.any():
            break
        # Each place by itself: its distance must not depend on which others are asked with it.
        again = unsure[found.owner]
        closer = _possible(_closer_look(boundary, place, _part(found, again), parts))
        found = _in_order(_part(found, ~again), closer)
    order = np.lexsort((found.distance_m, found.owner))
    best = order[np.searchsorted(found.owner, np.arange(len(lon)))]
    piece, t = found.piece[best], found.t[best]
    near_lon = boundary.lon[piece] + t * boundary.d_lon[piece]
    near_lat = np.clip(boundary.lat[piece] + t * boundary.d_lat[piece], -90.0, 90.0)
    return far_distances_m(lon, lat, near_lon, near_lat)


def _possible(found: Nearest) -> Nearest:
    """Keep the pieces that can hold the nearest point."""
    begins = np.flatnonzero(np.diff(found.owner, prepend=-1))
    limit = np.minimum.reduceat(found.distance_m + found.slack_m, begins)
    count = np.diff(begins, append=len(found.owner))
    return _part(found, found.distance_m - found.slack_m <= limit.repeat(count))


def _part(found: Nearest, index: NDArray[np.bool_] | NDArray[np.intp]) -> Nearest:
    return Nearest(
        found.owner[index],
        found.piece[index],
        found.begin[index],
        found.end[index],
        found.t[index],
        found.distance_m[index],
        found.slack_m[index],
    )


def _in_order(one: Nearest, other: Nearest) -> Nearest:
    """Return the pairs of both, by place."""
    order = np.argsort(np.concatenate([one.owner, other.owner]), kind="stable")
    both = [np.concatenate(pair)[order] for pair in zip(one, other, strict=True)]
    return Nearest(*both)


def _first_look(boundary: Pieces, place: Floats) -> Nearest:
    """Take every piece of the runs that can hold the nearest point, as its chord."""
    corner = boundary.start[boundary.first]
    limit = np.sqrt(_apart_2(place, corner).min(axis=1)) + 2.0 * _ROUNDING_M
    reach = limit[:, None] + boundary.radius_m
    run_owner, run = np.nonzero(_apart_2(place, boundary.middle) <= reach * reach)
    count = boundary.size[run]
    owner, piece = np.repeat(run_owner, count), expand(boundary.first[run], count)
    chord, back = boundary.chord[piece], place[owner] - boundary.start[piece]
    t, distance = _on_chord(chord, back)
    nought = np.zeros(len(owner))
    return Nearest(owner, piece, nought, nought + 1.0, t, distance, boundary.sagitta_m[piece])


def _apart_2(place: Floats, other: Floats) -> Floats:
    """Return the squares of the distances of all places to all others, to 0.3 m or better."""
    squares = (place * place).sum(axis=1)[:, None] + (other * other).sum(axis=1)
    apart: Floats = np.maximum(squares - 2.0 * (place @ other.T), 0.0)
    return apart


def _closer_look(boundary: Pieces, place: Floats, found: Nearest, parts: int) -> Nearest:
    """Cut the stretch of each piece into parts, and keep the best with one to each side."""
    piece = found.piece
    step = (found.end - found.begin) / parts
    t = found.begin[:, None] + step[:, None] * np.arange(parts + 1)
    node = cartesian(
        boundary.lon[piece, None] + t * boundary.d_lon[piece, None],
        boundary.lat[piece, None] + t * boundary.d_lat[piece, None],
    )
    share, distance = _on_chord(np.diff(node, axis=1), place[found.owner, None] - node[:, :-1])
    best = distance.argmin(axis=1)
    row = np.arange(len(piece))
    return Nearest(
        found.owner,
        piece,
        t[row, np.maximum(best - 1, 0)],
        t[row, np.minimum(best + 2, parts)],
        t[row, best] + share[row, best] * step,
        distance[row, best],
        boundary.sagitta_m[piece] * step * step,
    )


def _on_chord(chord: Floats, back: Floats) -> tuple[Floats, Floats]:
    """Return where on chords, 0..1, the nearest point is, and how far; back is from its start."""
    length_2 = np.maximum(np.einsum("...k,...k->...", chord, chord), 1e-12)
    share = np.clip(np.einsum("...k,...k->...", back, chord) / length_2, 0.0, 1.0)
    rest = back - share[..., None] * chord
    return share, np.sqrt(np.einsum("...k,...k->...", rest, rest))
