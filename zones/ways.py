"""Ways between two positions, straight in longitude and latitude, as arrays of many.

A way is a row of lon, lat, d_lon, d_lat in degrees; it begins in the frame and may leave it.
"""

import numpy as np
from numpy.typing import NDArray

from zones.metric import GREATEST_RADIUS_M, RADIAN, Floats, expand, wrapped


def bounds_of(way: Floats) -> Floats:
    """Return the west, south, east and north of ways, which may leave the frame."""
    ends = way[:, :2] + way[:, 2:]
    least, most = np.minimum(way[:, :2], ends), np.maximum(way[:, :2], ends)
    return np.concatenate([least, most], axis=1)


def in_frame(bounds: Floats) -> Floats:
    """Return bounds, round the earth where they leave the frame or end at its edge."""
    leaves = (bounds[:, 0] <= -180.0) | (bounds[:, 2] >= 180.0)
    out = bounds
    if leaves.any():
        out = bounds.copy()
        out[leaves, ::2] = -180.0, 180.0
    return out


def middles(way: Floats, count: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return the middles of equal pieces of ways; each way is there once for each piece."""
    number = expand(np.zeros(len(count), dtype=np.intp), count)
    share = (number + 0.5) / count.repeat(count)
    return wrapped(way[:, 0] + share * way[:, 2]), way[:, 1] + share * way[:, 3]


def most_lengths_m(way: Floats) -> Floats:
    """Return lengths in metres that ways, as lon, lat, d_lon, d_lat, do not exceed."""
    lat, other = way[:, 1], way[:, 1] + way[:, 3]
    lowest = np.where(lat * other <= 0.0, 0.0, np.minimum(np.abs(lat), np.abs(other)))
    angle = np.hypot(way[:, 3], way[:, 2] * np.cos(lowest * RADIAN)) * RADIAN
    length: Floats = GREATEST_RADIUS_M * angle
    return length
