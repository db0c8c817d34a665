"""A ring of positions becomes a polygon of the plane, wherever on earth it lies.

Between two positions the ring is straight in longitude and latitude (RFC 7946, 3.1.1), with two
readings that make rings across the antimeridian and round a pole possible:

- A step of more than 180° and less than 360° in longitude goes the short way, across the
  antimeridian; one along a pole (both latitudes 90 or both -90), and one of exactly 360°, is meant
  as written. Longitudes may also run on past ±180 (down to -360, up to 360).
- A ring that so ends one turn, 360°, from where it began goes round a pole: the north pole if it
  stays north of the equator, the south pole if south. Its direction plays no part.

Straight edges between -180 and 180 are the *frame*. Every polygon ends there: what lies outside
is cut off at ±180 and moved by 360°.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
import shapely
from shapely.geometry import Polygon

from zones.errors import ZoneError, check_place
from zones.metric import Floats

Position: TypeAlias = tuple[float, float]
"""Longitude and latitude in degrees, in this order."""

MOST_TOLD: Final = 20
"""Positions of one ring that are complained of, each for itself."""

_SNAP_DEG: Final = 1e-9
_FRAME: Final = (-180.0, -90.0, 180.0, 90.0)


def checked_ring(positions: Sequence[Sequence[float]], where: str) -> Floats:
    """Return a ring's positions as an array, shape (n, 2), its longitudes unrolled.

    Raises:
        ZoneError: a position out of range, fewer than four, not closed, or more than one turn.
    """
    for number, position in enumerate(positions):
        _check_position(position, f"{where}, position {number}")
    if len(positions) < 4:
        raise ZoneError(
            f"{where} has {len(positions)} positions, at least 4 are needed: "
            "three corners, and the first again at the end"
        )
    ring = np.array([position[:2] for position in positions], dtype=np.float64)
    if ring[0, 1] != ring[-1, 1] or (ring[0, 0] - ring[-1, 0]) % 360.0 != 0.0:
        raise ZoneError(
            f"{where} is not closed: last position {_text(*ring[-1])} differs from "
            f"first {_text(*ring[0])}; repeat the first position at the end"
        )
    return _unrolled(ring)


def position_errors(positions: Sequence[Sequence[float]], where: str) -> list[ZoneError]:
    """Return what is wrong with each single position of a ring, up to `MOST_TOLD` of them."""
    found: list[ZoneError] = []
    for number, position in enumerate(positions):
        try:
            _check_position(position, f"{where}, position {number}")
        except ZoneError as error:
            found.append(error)
        if len(found) == MOST_TOLD:
            break
    return found


def turns(ring: Floats) -> int:
    """Return how many times an unrolled ring goes round the earth: eastward 1, westward -1."""
    return round(float(ring[-1, 0] - ring[0, 0]) / 360.0)


def cap(ring: Floats, where: str) -> Polygon:
    """Return the frame's part enclosed by a ring that goes once round a pole.

    Raises:
        ZoneError: the ring meets the equator (so it does not say which pole), or crosses itself.
    """
    if abs(turns(ring)) != 1:
        raise ZoneError(f"{where} goes more than once round the earth")
    south, north = ring[:, 1].min(), ring[:, 1].max()
    if south <= 0.0 <= north:
        raise ZoneError(
            f"{where} goes round the earth and meets the equator, so it does not say which pole "
            "is inside: close it along the antimeridian, through (180, 90) and (-180, 90) for "
            "the north pole or (-180, -90) and (180, -90) for the south pole"
        )
    pole = 90.0 if south > 0.0 else -90.0
    eastward = ring[:-1] if turns(ring) > 0 else ring[:0:-1]
    shift = 360.0 * np.ceil((-540.0 - eastward[0, 0]) / 360.0)
    copies = [eastward + np.array([shift + 360.0 * turn, 0.0]) for turn in range(4)]
    copies.append(copies[-1][:1] + np.array([[360.0, 0.0]]))
    line = np.concatenate(copies)
    ends = [(line[-1, 0], pole), (line[0, 0], pole)]
    polygon = Polygon(np.concatenate([line, ends]))
    check_valid(polygon, where)
    return _snapped(shapely.intersection(polygon, shapely.box(*_FRAME)))


def framed(polygon: Polygon) -> list[Polygon]:
    """Return the polygons of the frame that an unrolled one covers; one inside it as it is."""
    west, _, east, _ = polygon.bounds
    if west >= -180.0 and east <= 180.0:
        return [polygon]
    parts: list[Polygon] = []
    for turn in range(
        int(np.floor((west + 180.0) / 360.0)), int(np.ceil((east - 180.0) / 360)) + 1
    ):
        shift = np.array([360.0 * turn, 0.0])
        window = shapely.box(-180.0 + shift[0], -90.0, 180.0 + shift[0], 90.0)
        moved = shapely.transform(shapely.intersection(polygon, window), lambda at: at - shift)  # noqa: B023
        parts.extend(polygons_of(_snapped(moved)))
    return parts


def polygons_of(geometry: shapely.Geometry) -> list[Polygon]:
    """Return the polygons of a geometry, points and lines left out."""
    return [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"] + [
        inner
        for part in shapely.get_parts(geometry)
        if part.geom_type == "MultiPolygon"
        for inner in part.geoms
    ]


def check_valid(geometry: shapely.Geometry, where: str) -> None:
    """Raise a ZoneError that says what is wrong with a polygon's geometry, and where."""
    if shapely.is_valid(geometry):
        return
    reason = shapely.is_valid_reason(geometry)
    kind, _, at = reason.partition("[")
    lon, lat = (float(number) for number in at.rstrip("]").split()[:2])
    lon = (lon + 180.0) % 360.0 - 180.0
    what, fix = _REASONS.get(kind.strip(), (kind.strip().lower(), "correct the geometry there"))
    raise ZoneError(f"{what} at {_text(lon, lat)} in {where}; {fix}")


_REASONS: Final = {
    "Self-intersection": ("self-intersection", "split the ring there"),
    "Ring Self-intersection": ("ring touches itself", "split the ring there"),
    "Hole lies outside shell": (
        "hole lies outside its shell",
        "remove it, or move it to the polygon it belongs to",
    ),
    "Holes are nested": ("a hole lies inside another hole", "remove the inner one"),
    "Interior is disconnected": (
        "holes cut the interior in two",
        "write the parts as a MultiPolygon",
    ),
    "Nested shells": ("a polygon lies inside another", "remove the inner one"),
    "Duplicate Rings": ("a ring is given twice", "remove one of them"),
}


def _check_position(position: Sequence[float], where: str) -> None:
    if not isinstance(position, list | tuple) or len(position) < 2:
        raise ZoneError(f"{position!r} at {where} is not a position: write [longitude, latitude]")
    check_place(position[0], position[1], where)


def _unrolled(ring: Floats) -> Floats:
    step = np.diff(ring[:, 0])
    along_pole = (ring[1:, 1] == ring[:-1, 1]) & (np.abs(ring[1:, 1]) == 90.0)
    short = (np.abs(step) > 180.0) & (np.abs(step) < 360.0) & ~along_pole
    turn = np.concatenate([[0.0], np.cumsum(np.where(short, -np.sign(step), 0.0))])
    return np.stack([ring[:, 0] + 360.0 * turn, ring[:, 1]], axis=1)


def _snapped(geometry: shapely.Geometry) -> shapely.Geometry:
    def snap(at: Floats) -> Floats:
        edge = np.abs(np.abs(at[:, 0]) - 180.0) < _SNAP_DEG
        at[edge, 0] = np.sign(at[edge, 0]) * 180.0
        return at

    return shapely.transform(geometry, snap)


def _text(lon: float, lat: float) -> str:
    return f"lon {lon:.6f}".rstrip("0").rstrip(".") + f", lat {lat:.6f}".rstrip("0").rstrip(".")
