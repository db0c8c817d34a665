"""The zones as the engine holds them: every version, without its name, in the table of zones.

The table numbers the zones of the index and of the lanes as well, so most zones are nothing but a
row and an id there. It may know versions that this registry does not: one that is read anew stands
on the same table.
"""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from engine.core.compile import histories
from zones.history import ZoneHistory
from zones.table import ZoneTable
from zones.zone import Zone

Numbers = NDArray[np.intp]

_OURS, _OUT = 1, 2


class ResidentZones(Mapping[str, ZoneHistory]):
    """Every version of every zone; of versions with one effective date the last one counts."""

    def __init__(self, table: ZoneTable) -> None:
        """Begin without zones."""
        self._table = table
        self._marks = bytearray()
        """Of each number of the table whether the version is ours, and to be kept out of."""

    def __getitem__(self, zone_id: str) -> ZoneHistory:
        """Return the history of a zone.

        Raises:
            KeyError: there is none.
        """
        versions = self.versions(zone_id)
        if len(versions) == 1:
            return ZoneHistory(versions)
        if not versions:
            raise KeyError(zone_id)
        return histories(versions)[zone_id]

    def __contains__(self, zone_id: object) -> bool:
        """Tell whether there is a zone."""
        return isinstance(zone_id, str) and bool(self._numbers(zone_id))

    def __len__(self) -> int:
        """Return how many zones there are."""
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids of the zones."""
        ours = (number for number, mark in enumerate(self._marks) if mark)
        names = ((number, self._table.zone_id(number)) for number in ours)
        return (zone_id for number, zone_id in names if self._numbers(zone_id)[0] == number)

    def versions(self, zone_id: str) -> tuple[Zone, ...]:
        """Return every version of a zone, in the order in which they came."""
        return tuple([self._table.zone(each) for each in self._numbers(zone_id)])

    def take(self, zone: Zone) -> list[int]:
        """Take a version; return its number if its zone is one to keep out of."""
        out = any(self._marks[each] & _OUT for each in self._numbers(zone.zone_id))
        number = self._table.number(_nameless(zone))
        self._mark(number, _OURS | _OUT * out)
        return [number] if out else []

    def fill(self, zones: Iterable[Zone]) -> None:
        """Take many versions, of which nobody has to keep out yet."""
        number = self._table.number if len(self._table) else self._table.append
        for zone in zones:
            self._mark(number(_nameless(zone)), _OURS)

    def keep_out(self, zone_id: str) -> list[int]:
        """Note that somebody has to keep out of a zone; return its versions if that is new."""
        numbers = self._numbers(zone_id)
        if not numbers or self._marks[numbers[0]] & _OUT:
            return []
        for number in numbers:
            self._marks[number] |= _OUT
        return numbers

    def outs(self) -> Numbers:
        """Return the numbers of every version of every zone that somebody has to keep out of."""
        marks = np.frombuffer(bytes(self._marks), np.uint8)
        return np.flatnonzero(marks & _OUT)

    def _numbers(self, zone_id: str) -> list[int]:
        marks, known = self._marks, self._table.numbers_of(zone_id)
        if len(known) == 1 and known[0] < len(marks) and marks[known[0]]:
            return known
        return [each for each in known if each < len(marks) and marks[each]]

    def _mark(self, number: int, mark: int) -> None:
        more = number + 1 - len(self._marks)
        if more > 0:
            self._marks.extend(bytes(more))
        self._marks[number] |= mark


def _nameless(zone: Zone) -> Zone:
    """Return a zone without its name, which nobody is judged by."""
    if not zone.name:
        return zone
    version, since = zone.version, zone.effective_from
    return Zone(zone.zone_id, zone.shape, "", version, since, zone.withdrawn)
