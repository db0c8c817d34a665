"""A table of zones that grows: zones have numbers, and pairs of a place and a zone are measured.

What was added since it was measured last is taken in when it is measured next.
"""

import numpy as np
from numpy.typing import NDArray

from zones.metric import Floats, scales
from zones.table import ZoneTable
from zones.zone import Zone


class GrowingTable:
    """Zone versions by number, from 0 in the order in which they came."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, int], int] = {}
        self._zones: list[Zone] = []
        self._table = ZoneTable(())

    def number(self, zone: Zone) -> int:
        """Return the number of a zone version; one that is new is added."""
        known = self._numbers.get(zone.key)
        if known is None:
            known = self._numbers[zone.key] = len(self._zones)
            self._zones.append(zone)
        return known

    def signed_distances_m(self, lon: Floats, lat: Floats, zone: NDArray[np.int32]) -> Floats:
        """Return the metres of pairs, positive inside: a place in degrees and a zone's number."""
        if len(self._table.zones) < len(self._zones):
            self._table = ZoneTable(tuple(self._zones))
        return self._table.signed_distances_m(lon, lat, scales(lat), zone.astype(np.intp))
