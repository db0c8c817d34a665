"""The zone linter finds geometry that is allowed and cannot do, or likely not, what is meant.

A position proves that somebody is inside only if it is farther than z·σ from the boundary
(`zones.membership`). So in a zone whose largest inscribed circle is smaller than that nobody can
ever be surely inside, and out of a hole as small as that nobody can be. How large σ is there is
said by the positions measured near the zone, or else by what is assumed of satellite positions.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import shapely

from zones.finding import Finding, FindingSeverity, worst_first
from zones.membership import DEFAULT_CONFIDENCE, distance_limit_m
from zones.metric import Floats
from zones.zone import Circle, Zone
from zones.zone_plane import Plane, plane_of

ASSUMED_ACCURACY_M: Final = 10.0
MANY_VERTICES: Final = 500
CLOSE_M: Final = 1.0
SPIKE_DEG: Final = 10.0
_SPIKE_LEAST_M: Final = 5.0
_TOLERANCE: Final = 0.01

_ERROR, _WARNING, _NOTE = FindingSeverity


class Precision(NamedTuple):
    """How accurate positions near a zone are: 68 % radii in metres."""

    median_m: float = ASSUMED_ACCURACY_M
    most_m: float = ASSUMED_ACCURACY_M
    """95 % of them are at least as accurate."""
    positions: int = 0
    """How many were measured; 0: assumed."""

    @property
    def source(self) -> str:
        """Where it is known from, in words."""
        if not self.positions:
            return f"as assumed of satellite positions ({self.median_m:g} m)"
        return f"as of {self.positions:,} positions near it (half within {self.median_m:.0f} m)"


ASSUMED: Final = Precision()


def lint_zone(
    zone: Zone, precision: Precision = ASSUMED, confidence: float = DEFAULT_CONFIDENCE
) -> tuple[Finding, ...]:
    """Return what is likely wrong with the geometry of a zone, worst first.

    Zones too large or too near a pole for a plane are judged by their vertices only.
    """
    needed = distance_limit_m(precision.median_m, confidence)
    mostly = distance_limit_m(precision.most_m, confidence)
    found = list(_vertices(zone))
    if isinstance(zone.shape, Circle):
        return worst_first([*found, *_size(zone.shape.radius_m, needed, mostly, precision, "")])
    plane = plane_of(zone)
    if plane is None:
        return worst_first(found)
    parts = [part for part in shapely.get_parts(plane.area_of(zone)) if not part.is_empty]
    radii = [_inscribed_m(part) for part in parts]
    found += _size(max(radii), needed, mostly, precision, "")
    if max(radii) >= needed:
        found += _slivers(parts, radii, needed, plane)
    for number, part in enumerate(parts):
        where = f"polygon {number}" if len(parts) > 1 else ""
        found += _holes(part, needed, where, plane)
        found += _corners(part, where, plane)
    return worst_first(found)


def _inscribed_m(part: shapely.Geometry) -> float:
    tolerance = max(_TOLERANCE, shapely.minimum_bounding_radius(part) / 1000.0)
    return float(shapely.length(shapely.maximum_inscribed_circle(part, tolerance)))


def _size(
    radius_m: float, needed_m: float, mostly_m: float, precision: Precision, path: str
) -> Iterator[Finding]:
    details = (
        {"inscribed_radius_m": round(radius_m, 1), "needed_m": round(needed_m, 1)}
        | {"accuracy_median_m": precision.median_m, "accuracy_95_m": precision.most_m},
    )
    said = f"its largest inscribed circle has a radius of {radius_m:.1f} m"
    if radius_m < needed_m:
        words = (
            f"nobody can ever be surely inside: {said}, {needed_m:.1f} m from the boundary is "
            f"needed, {precision.source}; make it larger"
        )
        yield Finding("too_small", _ERROR, words, path, details)
    elif radius_m < mostly_m:
        words = (
            f"one position in twenty or more cannot tell whether somebody is inside: {said}, "
            f"{mostly_m:.1f} m is needed for 95 %, {precision.source}"
        )
        yield Finding("small", _WARNING, words, path, details)


def _inside(area: shapely.Geometry, plane: Plane) -> dict[str, float]:
    """Return a place in an area, for a map to show."""
    return _place(shapely.get_coordinates(shapely.point_on_surface(area))[0], plane)


def _place(at: Floats, plane: Plane) -> dict[str, float]:
    lon, lat = plane.degrees(at)
    return {"lon": round(lon, 7), "lat": round(lat, 7)}


def _slivers(
    parts: list[shapely.Geometry], radii: list[float], needed_m: float, plane: Plane
) -> Iterator[Finding]:
    for number, radius_m in enumerate(radii):
        if radius_m < needed_m:
            words = (
                f"a part so narrow (inscribed radius {radius_m:.1f} m) that nobody can ever be "
                "surely inside it: remove it, or make it wider"
            )
            sizes = {"inscribed_radius_m": round(radius_m, 1), "needed_m": round(needed_m, 1)}
            details = (sizes | _inside(parts[number], plane),)
            yield Finding("sliver", _WARNING, words, f"polygon {number}", details)


def _holes(part: shapely.Geometry, needed_m: float, where: str, plane: Plane) -> Iterator[Finding]:
    for number in range(shapely.get_num_interior_rings(part)):
        hole = shapely.Polygon(shapely.get_interior_ring(part, number))
        radius_m = _inscribed_m(hole)
        if radius_m < needed_m:
            words = (
                f"a hole so small (inscribed radius {radius_m:.1f} m) that nobody can ever be "
                "surely in it: remove it, or make it larger"
            )
            path = f"{where} hole {number}".strip()
            sizes = {"inscribed_radius_m": round(radius_m, 1), "needed_m": round(needed_m, 1)}
            details = (sizes | _inside(hole, plane),)
            yield Finding("small_hole", _WARNING, words, path, details)


def _vertices(zone: Zone) -> Iterator[Finding]:
    if isinstance(zone.shape, Circle):
        return
    number = sum(len(ring) - 1 for rings in zone.shape.polygons for ring in rings)
    if number > MANY_VERTICES:
        words = (
            f"{number:,} vertices: judging a position near it takes longer; a simplified outline "
            "says the same"
        )
        yield Finding("many_vertices", _NOTE, words, "", ({"vertices": number},))


def _corners(part: shapely.Geometry, where: str, plane: Plane) -> Iterator[Finding]:
    rings = [shapely.get_exterior_ring(part)]
    rings += [
        shapely.get_interior_ring(part, number)
        for number in range(shapely.get_num_interior_rings(part))
    ]
    close = sum(int(np.count_nonzero(_arms(ring)[1] < CLOSE_M)) for ring in rings)
    if close:
        vertices = "1 vertex is" if close == 1 else f"{close} vertices are"
        words = f"{vertices} less than {CLOSE_M:g} m from the next one: simplify it"
        yield Finding("close_vertices", _NOTE, words, where, ({"vertices": close},))
    for ring in rings:
        yield from _spikes(ring, where, plane)


def _arms(ring: shapely.Geometry) -> tuple[Floats, Floats]:
    """Return the edges of a ring as vectors, shape (n, 2), and their lengths in metres."""
    edges = np.diff(shapely.get_coordinates(ring), axis=0)
    return edges, np.hypot(edges[:, 0], edges[:, 1])


def _spikes(ring: shapely.Geometry, where: str, plane: Plane) -> Iterator[Finding]:
    """Find corners so sharp that the two edges lie nearly on each other."""
    edges, lengths = _arms(ring)
    before, after = -np.roll(edges, 1, axis=0), edges
    arms = np.minimum(np.roll(lengths, 1), lengths)
    cosine = (before * after).sum(axis=1) / np.maximum(np.roll(lengths, 1) * lengths, 1e-12)
    angles = np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
    for corner in np.flatnonzero((angles < SPIKE_DEG) & (arms > _SPIKE_LEAST_M)):
        degrees = float(angles[corner])
        words = (
            f"a spike: a corner of {degrees:.1f} degrees with edges of {arms[corner]:.0f} m or "
            "more, in which nobody can be surely inside; likely a misplaced vertex"
        )
        place = _place(shapely.get_coordinates(ring)[corner], plane)
        details = ({"degrees": round(degrees, 1), "vertex": int(corner)} | place,)
        yield Finding("spike", _WARNING, words, where, details)
