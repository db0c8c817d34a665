"""Zones by kind: circles as columns, and areas."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from zones.area import Area
from zones.metric import Floats


class Shapes(NamedTuple):
    """The shapes of zones, and the place of each among the zones."""

    circle: NDArray[np.intp]
    lon: Floats
    lat: Floats
    radius_m: Floats
    area: NDArray[np.intp]
    areas: list[Area]
