"""An area: polygons with holes, anywhere on earth, as one geometry and one boundary.

The geometry is kept in the frame -180..180, cut at the antimeridian as RFC 7946, 3.1.9 has it. The
cut is no boundary: where the area goes on at the other side of ±180, and along a pole, there is
nothing to cross, and no distance is measured to it. Edges are straight in longitude and latitude.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from zones.boundary import Boundary
from zones.errors import ZoneError
from zones.interior import Interior, interior
from zones.metric import Floats
from zones.rings import (
    Position,
    cap,
    check_valid,
    checked_ring,
    framed,
    polygons_of,
    position_errors,
    turns,
)

Ring: TypeAlias = Sequence[Sequence[float]]
"""Positions, each a longitude and a latitude in degrees; the last is the first again."""
Polygons: TypeAlias = Sequence[Sequence[Ring]]
"""For each polygon its outer ring, then its holes."""
Box: TypeAlias = tuple[float, float, float, float]
"""West, south, east, north in degrees, within -180..180, west <= east."""

_LEAST_AREA_DEG2: Final = 1e-14
_CUT_TOLERANCE: Final = 1e-9
ON_BOUNDARY_M: Final = 1e-6
"""Nearer than a micrometre is on the boundary, which counts as inside."""


@dataclass(frozen=True, slots=True)
class Area:
    """Polygons with holes, built from positions as in a GeoJSON MultiPolygon.

    ``polygons`` then holds them as tuples, in the frame and outer rings anticlockwise.
    ``zones.rings`` says how the antimeridian and the poles are written.

    Raises:
        ZoneError: on building, naming what is wrong and where.
    """

    polygons: Polygons
    geometry: Polygon | MultiPolygon = field(init=False, repr=False, compare=False)
    boundary: Boundary = field(init=False, repr=False, compare=False)
    _interior: Interior | bool | None = field(init=False, repr=False, compare=False)
    """False until it is worked out."""

    def __post_init__(self) -> None:
        if not self.polygons:
            raise ZoneError("the area has no polygon")
        several = len(self.polygons) > 1
        parts: list[Polygon] = []
        for number, rings in enumerate(self.polygons):
            parts.extend(_built(rings, f" of polygon {number}" if several else ""))
        if len(self.polygons) > 1:
            check_valid(
                MultiPolygon(parts), "the polygons (they must not overlap or share an edge)"
            )
        parts = [shapely.orient_polygons(part) for part in parts]
        edges = _boundary_edges(parts)
        if not len(edges):
            raise ZoneError("the area covers the whole earth, so it has no boundary")
        geometry = parts[0] if len(parts) == 1 else MultiPolygon(parts)
        shapely.prepare(geometry)
        object.__setattr__(self, "geometry", geometry)
        object.__setattr__(self, "polygons", tuple(_coordinates(part) for part in parts))
        object.__setattr__(self, "boundary", Boundary(edges))
        object.__setattr__(self, "_interior", False)

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The bounding boxes of the parts."""
        return tuple(part.bounds for part in shapely.get_parts(self.geometry))

    def contains(self, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
        """Tell which places, one-dimensional, longitudes in -180..180, are in or on the area."""
        inside: NDArray[np.bool_] = shapely.intersects_xy(self.geometry, lon, lat)
        return inside

    def deep_inside(self, lon: float, lat: float, metres: float) -> bool:
        """Tell cheaply that a place, longitude in -180..180, is so deep inside; False says nothing.

        Worth asking of an area in which many positions lie: the first question costs most.
        """
        if self._interior is False:
            object.__setattr__(self, "_interior", interior(self.geometry, self.boundary))
        inner = self._interior
        return isinstance(inner, Interior) and metres <= inner.deep_m and inner.holds(lon, lat)

    def signed_distances_m(self, lon: Floats, lat: Floats) -> Floats:
        """Return metres to the boundary, positive inside, for longitudes in -180..180."""
        distance = self.boundary.distances_m(lon, lat)
        return signed(distance, self.contains(lon, lat))


def ring_errors(rings: Sequence[Ring], of: str) -> list[ZoneError]:
    """Return everything that is wrong with single rings of one polygon, the first of it first."""
    found: list[ZoneError] = []
    for number, ring in enumerate(rings):
        where = f"ring {number}{of}"
        errors = position_errors(ring, where)
        try:
            if not errors:
                _outline(checked_ring(ring, where), where)
        except ZoneError as error:
            errors = [error]
        found += errors
    return found


def signed(distance_m: Floats, inside: NDArray[np.bool_]) -> Floats:
    """Return distances to a boundary with their sign; 0.0 on it."""
    out: Floats = np.where(inside, distance_m, -distance_m)
    out[distance_m < ON_BOUNDARY_M] = 0.0
    return out


def _built(rings: Sequence[Ring], of: str) -> list[Polygon]:
    """Return the frame's polygons of one outer ring and its holes."""
    if not rings:
        raise ZoneError(f"polygon{of.removeprefix(' of polygon')} has no ring")
    where = [f"ring {number}{of}" for number in range(len(rings))]
    arrays = [checked_ring(ring, name) for ring, name in zip(rings, where, strict=True)]
    outlines = [_outline(ring, name) for ring, name in zip(arrays, where, strict=True)]
    shell, holes = outlines[0], outlines[1:]
    if turns(arrays[0]) == 0:
        moved = [_beside(hole, shell) for hole in holes]
        if all(_within(hole, shell) for hole in moved):
            whole = Polygon(shell.exterior, [hole.exterior for hole in moved])
            check_valid(whole, f"ring 0{of} and its holes" if holes else where[0])
            return framed(whole)
    return _subtracted(shell, holes, where)


def _outline(ring: Floats, where: str) -> Polygon:
    """Return what one ring encloses: unrolled, or the frame's part of a polar cap."""
    if turns(ring):
        return cap(ring, where)
    outline = Polygon(ring)
    if shapely.convex_hull(outline).area < _LEAST_AREA_DEG2:
        raise ZoneError(f"{where} encloses zero area: its positions lie on one line")
    check_valid(outline, where)
    west, _, east, _ = outline.bounds
    if east - west > 360.0:
        raise ZoneError(f"{where} is wider than the earth: {west} to {east} degrees of longitude")
    return outline


def _beside(hole: Polygon, shell: Polygon) -> Polygon:
    """Return the hole moved by whole turns to where the shell is."""
    middle = (shell.bounds[0] + shell.bounds[2] - hole.bounds[0] - hole.bounds[2]) / 2.0
    shift = 360.0 * round(middle / 360.0)
    return shapely.transform(hole, lambda at: at + np.array([shift, 0.0])) if shift else hole


def _within(hole: Polygon, shell: Polygon) -> bool:
    if shell.bounds[2] - shell.bounds[0] < 360.0:
        return True
    return bool(hole.bounds[0] >= shell.bounds[0] and hole.bounds[2] <= shell.bounds[2])


def _subtracted(shell: Polygon, holes: list[Polygon], where: list[str]) -> list[Polygon]:
    """Take holes out of a shell where one goes round a pole or the shell round the earth."""
    area = shapely.union_all(framed(shell))
    for hole, name in zip(holes, where[1:], strict=True):
        cut = shapely.union_all(framed(hole))
        if shapely.difference(cut, area).area > _CUT_TOLERANCE * cut.area:
            raise ZoneError(f"{name} is a hole that lies outside its shell or in another hole")
        area = shapely.difference(area, cut)
    return polygons_of(area)


def _coordinates(part: Polygon) -> tuple[tuple[Position, ...], ...]:
    return tuple(
        tuple((float(lon), float(lat)) for lon, lat in shapely.get_coordinates(ring))
        for ring in (part.exterior, *part.interiors)
    )


def _boundary_edges(parts: Sequence[Polygon]) -> Floats:
    """Return the edges that bound the area, shape (n, 4) as lon, lat, d_lon, d_lat."""
    pairs = []
    for part in parts:
        for ring in (part.exterior, *part.interiors):
            at = shapely.get_coordinates(ring)
            pairs.append(np.concatenate([at[:-1], at[1:]], axis=1))
    edge = np.concatenate(pairs)
    edge = edge[(edge[:, 0] != edge[:, 2]) | (edge[:, 1] != edge[:, 3])]
    pole = (np.abs(edge[:, 1]) == 90.0) & (edge[:, 1] == edge[:, 3])
    cut = (np.abs(edge[:, 0]) == 180.0) & (edge[:, 0] == edge[:, 2])
    kept = np.concatenate([edge[~pole & ~cut], _one_sided(edge[cut])])
    return np.ascontiguousarray(np.concatenate([kept[:, :2], kept[:, 2:] - kept[:, :2]], axis=1))


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
