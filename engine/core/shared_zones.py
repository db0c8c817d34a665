"""Large sets of zones that many wearers keep out of, looked up for all of them at once.

A set is known by a bit, and of each zone it is kept which sets it is in, so that one look tells for
each wearer whether a zone near him is one of his. With more sets than bits some share a bit: then a
zone may be taken for one of his that is not, which costs a closer look and nothing else. Every
version of a zone counts, in effect or not, for the same reason.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np

from engine.core.position_columns import Real, Whole
from zones.index import ZoneIndex
from zones.zone_set import ZoneSet

BITS: Final = 62


class SharedZones:
    """The sets, and an index of all their zones."""

    def __init__(self) -> None:
        self._index = ZoneIndex()
        self._sets: dict[int, tuple[ZoneSet, int]] = {}
        self._of_zone = np.zeros(0, np.int64)

    def bits(self, sets: Iterable[ZoneSet]) -> int:
        """Return the bits of sets; those that are new are added to the index."""
        bits = 0
        for each in sets:
            known = self._sets.get(id(each))
            bits |= self._add(each) if known is None else known[1]
        return bits

    def near(self, lon: Real, lat: Real, reach_m: Real, bits: Whole) -> Whole:
        """Return which places are within reach of a zone of a set of theirs, some repeatedly."""
        if not len(self._index) or not len(lon):
            return np.zeros(0, np.int64)
        found = self._index.near(lon, lat, reach_m)
        his = (self._of_zone[found.zone] & bits[found.position]) != 0
        near: Whole = found.position[his]
        return near

    def _add(self, added: ZoneSet) -> int:
        zones = {zone.key: zone for history in added.histories for zone in history.versions}
        if not zones:
            return 0
        bit = 1 << (len(self._sets) % BITS)
        self._sets[id(added)] = (added, bit)
        table = self._index.table
        self._index.edit(zone for key, zone in zones.items() if table.number_of(key) is None)
        more = len(table) - len(self._of_zone)
        if more > 0:
            self._of_zone = np.append(self._of_zone, np.zeros(max(more, len(table)), np.int64))
        self._of_zone[[table.number(zone) for zone in zones.values()]] |= bit
        return bit
