"""Writing RFC 7946 GeoJSON from a simulation's plane.

Rule: a zone is a Feature whose `id` and `zone_id` property agree; a circle is a Point with a
`radius_m` property.
"""

from collections.abc import Sequence
from typing import Any

from simulators.plane import Plane


def feature(
    zone_id: str, name: str, geometry: dict[str, Any], **properties: float | str
) -> dict[str, Any]:
    """Return a Feature with the given id, name, geometry and further properties."""
    return {
        "type": "Feature",
        "id": zone_id,
        "properties": {"zone_id": zone_id, "name": name, **properties},
        "geometry": geometry,
    }


def collection(features: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a FeatureCollection of features."""
    return {"type": "FeatureCollection", "features": list(features)}


def polygon_ring(plane: Plane, corners: Sequence[tuple[float, float]]) -> list[list[float]]:
    """Return the closed ring, in degrees, of corners in metres (outer rings counter-clockwise)."""
    ring = [list(plane.point(east_m, north_m)) for east_m, north_m in corners]
    return [*ring, ring[0]]


def circle(plane: Plane, east_m: float, north_m: float) -> dict[str, Any]:
    """Return the Point geometry of a circle's centre, given in metres."""
    return {"type": "Point", "coordinates": list(plane.point(east_m, north_m))}
