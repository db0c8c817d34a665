"""Bounding boxes in the frame, -180..180: of zones, grown by a reach, cut at the antimeridian.

Never too small (``zones.metric.reach_deg``): whatever is within the reach of a zone is in a box.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from zones.metric import Floats, reach_deg
from zones.shapes import Shapes
from zones.zone import Area

Indices: TypeAlias = NDArray[np.intp]


def grown_boxes(shapes: Shapes, reach_m: float) -> tuple[Floats, Floats, Indices]:
    """Return boxes, by how much they are grown, and the place of the zone of each.

    Boxes have shape (n, 4) as west, south, east, north; their growth (n, 2) as longitude and
    latitude, 0 for a box that is cut. Grown by a share of the reach, it would be less than that
    share of it: taking back the rest leaves all that is within the smaller reach in the box.
    """
    bounds = window(shapes.lon, shapes.lat, shapes.radius_m)
    number = shapes.circle
    if shapes.areas:
        parts = np.fromiter((len(each.sizes) for each in shapes.areas), np.intp, len(shapes.areas))
        number = np.concatenate([number, shapes.area.repeat(parts)])
        bounds = np.concatenate([bounds, _area_bounds(shapes.areas)])
    growth = _growth(bounds, np.array(reach_m))
    grown = bounds + np.concatenate([-growth, growth], axis=1)
    boxes, part = framed(grown, np.arange(len(grown)))
    growth = np.where((boxes == grown[part]).all(axis=1)[:, None], growth[part], 0.0)
    return boxes, growth, number[part]


def framed(bounds: Floats, owner: Indices) -> tuple[Floats, Indices]:
    """Return the parts in the frame of boxes that may reach a turn beyond it, and their owners."""
    inside = np.clip(bounds, [-540.0, -90.0, -540.0, -90.0], [540.0, 90.0, 540.0, 90.0])
    west, east = bounds[:, 0], bounds[:, 2]
    beyond_west, beyond_east = west < -180.0, east > 180.0
    if not (beyond_west | beyond_east).any():
        return inside, owner
    inside[east - west >= 360.0, ::2] = -180.0, 180.0
    parts, owners = [np.clip(inside, -180.0, 180.0)], [owner]
    for beyond, turn in ((beyond_west, 360.0), (beyond_east, -360.0)):
        other = np.flatnonzero(beyond & (east - west < 360.0))
        moved = inside[other]
        moved[:, ::2] += turn
        parts.append(np.clip(moved, -180.0, 180.0))
        owners.append(owner[other])
    return np.concatenate(parts), np.concatenate(owners)


def window(lon: Floats, lat: Floats, reach_m: Floats) -> Floats:
    """Return boxes round places in which all within a reach lies; they may leave the frame."""
    place = np.stack([lon, lat, lon, lat], axis=1)
    growth = _growth(place, reach_m)
    grown: Floats = place + np.concatenate([-growth, growth], axis=1)
    return grown


def _growth(bounds: Floats, reach_m: Floats) -> Floats:
    pole = np.abs(bounds[:, 1::2]).max(axis=1)
    return np.stack(reach_deg(pole, reach_m), axis=1)


def _area_bounds(areas: Sequence[Area]) -> Floats:
    """Return the bounds of every polygon."""
    at = np.frombuffer(b"".join(each.coordinates for each in areas)).reshape(-1, 2)
    sizes = np.array([sum(rings) for each in areas for rings in each.sizes], dtype=np.intp)
    first = np.cumsum(sizes) - sizes
    least, most = (each.reduceat(at, first, axis=0) for each in (np.minimum, np.maximum))
    return np.concatenate([least, most], axis=1)
