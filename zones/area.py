"""An area: polygons with holes, anywhere on earth, as one geometry and one boundary.

The geometry is kept in the frame -180..180, cut at the antimeridian as RFC 7946, 3.1.9 has it. The
cut is no boundary: where the area goes on at the other side of ±180, and along a pole, there is
nothing to cross, and no distance is measured to it. Edges are straight in longitude and latitude.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Final, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from zones.boundary import Boundary
from zones.edges import edges_of
from zones.errors import ZoneError
from zones.interior import Interior, interior
from zones.metric import Floats
from zones.outline import ON_BOUNDARY_M, outlined_m
from zones.polygons import Polygons, built
from zones.rings import Position, check_valid

Box: TypeAlias = tuple[float, float, float, float]
"""West, south, east, north in degrees, within -180..180, west <= east."""

Sizes: TypeAlias = tuple[tuple[int, ...], ...]
"""How many positions each ring of each polygon has."""

FEW_POSITIONS: Final = 48
"""Up to so many, one place is measured from without arrays."""
_POSITION_BYTES: Final = 16


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Area:
    """Polygons with holes, built from positions as in a GeoJSON MultiPolygon.

    Its positions are in the frame, outer rings anticlockwise, and kept in so few bytes that a
    country's zones fit in memory; all else is derived from them when it is asked for.
    ``zones.rings`` says how the antimeridian and the poles are written.

    Raises:
        ZoneError: on building, naming what is wrong and where.
    """

    coordinates: bytes
    """Longitude, latitude of every position, float64, ring after ring."""
    sizes: Sizes
    """How many positions each ring of each polygon has."""
    _geometry: Polygon | MultiPolygon | None = field(compare=False)
    _boundary: Boundary | None = field(compare=False)
    _interior: Interior | bool | None = field(compare=False)
    """False until it is worked out."""

    def __init__(self, polygons: Polygons) -> None:
        if not polygons:
            raise ZoneError("the area has no polygon")
        several = len(polygons) > 1
        parts: list[Polygon] = []
        for number, rings in enumerate(polygons):
            parts.extend(built(rings, f" of polygon {number}" if several else ""))
        if several:
            check_valid(
                MultiPolygon(parts), "the polygons (they must not overlap or share an edge)"
            )
        parts = [shapely.orient_polygons(part) for part in parts]
        # Adding nought makes -0.0 the 0.0 that it equals: areas are compared by their bytes.
        at = np.concatenate([shapely.get_coordinates(part) for part in parts]) + 0.0
        self._set(at.tobytes(), tuple(_ring_sizes(part) for part in parts))
        if not len(self.edges):
            raise ZoneError("the area covers the whole earth, so it has no boundary")

    @classmethod
    def stored(cls, polygons: Polygons) -> "Area":
        """Return the area whose `polygons` these are, which were valid when it was built."""
        area = cls.__new__(cls)
        rings = [ring for rings in polygons for ring in rings]
        at = np.array([place for ring in rings for place in ring], dtype=np.float64) + 0.0
        area._set(at.tobytes(), tuple(tuple(map(len, rings)) for rings in polygons))
        return area

    def _set(self, coordinates: bytes, sizes: Sizes) -> None:
        object.__setattr__(self, "coordinates", coordinates)
        object.__setattr__(self, "sizes", _shared(sizes))
        object.__setattr__(self, "_geometry", None)
        object.__setattr__(self, "_boundary", None)
        object.__setattr__(self, "_interior", False)

    def __repr__(self) -> str:
        return f"Area(polygons={self.polygons!r})"

    @property
    def positions(self) -> int:
        """How many positions its rings have."""
        return len(self.coordinates) // _POSITION_BYTES

    @property
    def rings(self) -> list[list[Floats]]:
        """The positions of each ring of each polygon, shape (n, 2)."""
        at = np.frombuffer(self.coordinates).reshape(-1, 2)
        found, first = [], 0
        for sizes in self.sizes:
            ends = [first + each for each in accumulate(sizes)]
            found.append([at[a:b] for a, b in zip([first, *ends], ends, strict=False)])
            first = ends[-1]
        return found

    @property
    def polygons(self) -> tuple[tuple[tuple[Position, ...], ...], ...]:
        """The positions, as in a GeoJSON MultiPolygon."""
        return tuple(
            tuple(tuple((lon, lat) for lon, lat in ring.tolist()) for ring in rings)
            for rings in self.rings
        )

    @property
    def edges(self) -> Floats:
        """The edges that bound the area, shape (n, 4), each from lon, lat to lon, lat."""
        return edges_of([ring for rings in self.rings for ring in rings])

    @property
    def geometry(self) -> Polygon | MultiPolygon:
        """The area on the plane of longitude and latitude, prepared."""
        geometry = self._geometry
        if geometry is None:
            parts = [Polygon(rings[0], rings[1:]) for rings in self.rings]
            geometry = parts[0] if len(parts) == 1 else MultiPolygon(parts)
            shapely.prepare(geometry)
            object.__setattr__(self, "_geometry", geometry)
        return geometry

    @property
    def boundary(self) -> Boundary:
        """What bounds the area, ready to be measured to."""
        boundary = self._boundary
        if boundary is None:
            edges = self.edges
            edges[:, 2:] -= edges[:, :2]
            boundary = Boundary(edges)
            object.__setattr__(self, "_boundary", boundary)
        return boundary

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The bounding boxes of the parts."""
        return tuple(
            (*rings[0].min(axis=0).tolist(), *rings[0].max(axis=0).tolist()) for rings in self.rings
        )

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

    def signed_distance_m(self, lon: float, lat: float) -> float:
        """Return what `signed_distances_m` does of one place."""
        if self.positions <= FEW_POSITIONS:
            metres = outlined_m(self.coordinates, self.sizes, lon, lat)
            if metres is not None:
                return metres
        return float(self.signed_distances_m(np.array([lon]), np.array([lat]))[0])

    def signed_distances_m(self, lon: Floats, lat: Floats) -> Floats:
        """Return metres to the boundary, positive inside, for longitudes in -180..180."""
        distance = self.boundary.distances_m(lon, lat)
        return signed(distance, self.contains(lon, lat))


def signed(distance_m: Floats, inside: NDArray[np.bool_]) -> Floats:
    """Return distances to a boundary with their sign; 0.0 on it."""
    out: Floats = np.where(inside, distance_m, -distance_m)
    out[distance_m < ON_BOUNDARY_M] = 0.0
    return out


def _ring_sizes(part: Polygon) -> tuple[int, ...]:
    rings = (part.exterior, *part.interiors)
    return tuple(int(shapely.get_num_coordinates(ring)) for ring in rings)


@lru_cache(maxsize=4096)
def _shared(sizes: Sizes) -> Sizes:
    """Return the one object for all equal sizes: most areas are one ring of a few positions."""
    return sizes
