"""Zones by kind: circles as columns, and areas."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from zones.metric import Floats
from zones.zone import Area, Circle, Zone


class Shapes(NamedTuple):
    """The shapes of zones, and the place of each among the zones."""

    circle: NDArray[np.intp]
    lon: Floats
    lat: Floats
    radius_m: Floats
    area: NDArray[np.intp]
    areas: list[Area]


def shapes_of(zones: Sequence[Zone]) -> Shapes:
    """Return the shapes of zones by kind."""
    # Lists of numbers, none of pairs: a million of those would be looked through for garbage.
    shapes = [zone.shape for zone in zones]
    circles = [shape for shape in shapes if isinstance(shape, Circle)]
    is_circle = np.fromiter((isinstance(shape, Circle) for shape in shapes), np.bool_, len(shapes))
    return Shapes(
        np.flatnonzero(is_circle),
        np.fromiter((each.lon for each in circles), np.float64, len(circles)),
        np.fromiter((each.lat for each in circles), np.float64, len(circles)),
        np.fromiter((each.radius_m for each in circles), np.float64, len(circles)),
        np.flatnonzero(~is_circle),
        [shape for shape in shapes if isinstance(shape, Area)],
    )
