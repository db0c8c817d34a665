"""The zones of the directory in few bytes: most of a country's registry is somebody's circles.

A zone is made again when it is asked for. Versions are only ever added: a book is what the first so
many versions say, so a write makes the next book from it without a copy, and whoever holds the
former one sees what it was.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, Self

import numpy as np

from engine.core.compile import histories
from zones.area import Box
from zones.frame import window
from zones.history import ZoneHistory
from zones.names import Names
from zones.table import ZoneTable
from zones.zone import Zone

_SLACK_DEG: Final = 1e-9
"""More than rounding comes to."""


class ZoneBook(Mapping[str, tuple[Zone, ...]]):
    """Every version of each zone, oldest first."""

    def __init__(self) -> None:
        """Begin without zones."""
        self._table = ZoneTable()
        self._names = Names()
        """What people call each version."""
        self._later: set[int] = set()
        """Versions of zones that have an earlier one."""
        self._end = 0
        self._lock = threading.Lock()
        """Held while the table changes."""

    @classmethod
    def of(cls, zones: Iterable[Zone]) -> Self:
        """Return the book of versions given in any order."""
        book = cls()
        for zone in zones:
            book._append(zone)
        return book

    def after(self, zone: Zone) -> Self:
        """Return the book with one more version; only ever one is made from the same book."""
        book = type(self)()
        book._table, book._names, book._later = self._table, self._names, self._later
        book._end, book._lock = self._end, self._lock
        book._append(zone)
        return book

    def __getitem__(self, zone_id: str) -> tuple[Zone, ...]:
        """Return every version of a zone.

        Raises:
            KeyError: there is none.
        """
        found = [self._zone(each) for each in self._numbers(zone_id)]
        if not found:
            raise KeyError(zone_id)
        return tuple(sorted(found, key=lambda zone: zone.version))

    def __contains__(self, zone_id: object) -> bool:
        """Tell whether there is a zone."""
        return isinstance(zone_id, str) and bool(self._numbers(zone_id))

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids."""
        later = self._later
        return (self._table.zone_id(each) for each in range(self._end) if each not in later)

    def __len__(self) -> int:
        """Return how many zones there are."""
        return sum(1 for each in range(self._end) if each not in self._later)

    def called(self, text: str) -> set[str]:
        """Return the ids of zones with a text, casefolded, in the id or the name of a version."""
        numbers = {*self._table.called(text), *self._names.holding(text)}
        return {self._table.zone_id(each) for each in numbers if each < self._end}

    def about(self, box: Box) -> set[str]:
        """Return the ids of zones of which a version may meet a box, all areas among them.

        West, south, east, north in degrees; a box whose west is east of its east crosses the
        antimeridian.
        """
        with self._lock:
            shapes = self._table.shapes_of(np.arange(self._end))
        west, south, east, north = box
        left, low, right, high = window(shapes.lon, shapes.lat, shapes.radius_m).T
        near = (low <= north + _SLACK_DEG) & (high >= south - _SLACK_DEG)
        wide = east - west + (360.0 if west > east else 0.0)
        # How far the box's west is from that of the circle, going east: less than either is wide.
        ahead, behind = (west - left + _SLACK_DEG) % 360.0, (left - west + _SLACK_DEG) % 360.0
        near &= (ahead <= right - left + 2 * _SLACK_DEG) | (behind <= wide + 2 * _SLACK_DEG)
        numbers = np.concatenate([shapes.circle[near], shapes.area])
        return {self._table.zone_id(each) for each in numbers.tolist()}

    def _numbers(self, zone_id: str) -> list[int]:
        return [each for each in self._table.numbers_of(zone_id) if each < self._end]

    def _zone(self, number: int) -> Zone:
        zone, name = self._table.zone(number), self._names[number]
        return replace(zone, name=name) if name else zone

    def _append(self, zone: Zone) -> None:
        with self._lock:
            if self._table.numbers_of(zone.zone_id):
                self._later.add(len(self._table))
            self._names.add(zone.name)
            self._table.append(replace(zone, name="") if zone.name else zone)
            self._end = len(self._table)


class Histories(Mapping[str, ZoneHistory]):
    """Which version of each zone of a book is in effect when."""

    def __init__(self, zones: ZoneBook) -> None:
        self._zones = zones

    def __getitem__(self, zone_id: str) -> ZoneHistory:
        """Return the history of a zone.

        Raises:
            KeyError: there is none.
        """
        versions = self._zones[zone_id]
        return ZoneHistory(versions) if len(versions) == 1 else histories(versions)[zone_id]

    def __contains__(self, zone_id: object) -> bool:
        """Tell whether there is a zone."""
        return zone_id in self._zones

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids."""
        return iter(self._zones)

    def __len__(self) -> int:
        """Return how many zones there are."""
        return len(self._zones)
