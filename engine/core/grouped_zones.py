"""The zones of conditions that name groups: one set for all whom it concerns.

A set is made when it is first asked for, and again once a zone or a group in it has changed. What
did not change stays the same object, so that two sets of ten thousand are soon compared.
"""

from collections.abc import Mapping
from typing import Final

from engine.core.compile import Named, united_zones
from zones.group import ZoneGroup, members
from zones.history import ZoneHistory
from zones.zone_set import ZoneSet

MOST: Final = 256
"""Sets kept; most conditions with groups name nothing besides, and share few sets."""


class GroupedZones:
    """Sets of zones by what a condition names."""

    def __init__(
        self, groups: Mapping[str, tuple[ZoneGroup, ...]], zones: Mapping[str, ZoneHistory]
    ) -> None:
        self._groups = groups
        self._zones = zones
        self._sets: dict[Named, ZoneSet] = {}
        self._before: dict[Named, ZoneSet] = {}
        self._inside: dict[str, Mapping[str, ZoneHistory]] = {}

    def get(self, named: Named) -> ZoneSet | None:
        """Return the zones of a condition that names groups; None if it names none."""
        if not named[1]:
            return None
        found = self._sets.get(named)
        if found is None:
            if len(self._sets) >= MOST:
                self._sets.clear()
                self._before.clear()
            found = self._sets[named] = self._made(named)
        return found

    def name_of(self, zones: ZoneSet) -> Named | None:
        """Return what conditions name that keep out of a set; None if it is none of these."""
        return next((named for named, each in self._sets.items() if each is zones), None)

    def change(self, zone_id: str = "", group_id: str = "") -> None:
        """Note that a zone or a group has changed, or is about to."""
        stale = [each for each in self._inside if each == group_id or self._in(each, zone_id)]
        for each in stale:
            del self._inside[each]
        for named in list(self._sets):
            if zone_id in named[0] or not {*stale, group_id}.isdisjoint(named[1]):
                self._before[named] = self._sets.pop(named)

    def adopt(self, other: "GroupedZones") -> None:
        """Take over the sets of another that are made of the same zones."""
        self._sets = {**other._sets, **self._sets}
        self._inside = {**other._inside, **self._inside}

    def clear(self) -> None:
        """Forget every set."""
        self._sets.clear()
        self._inside.clear()

    def _in(self, group_id: str, zone_id: str) -> bool:
        return any(zone_id in version.zone_ids for version in self._groups.get(group_id, ()))

    def _made(self, named: Named) -> ZoneSet:
        for each in named[1]:
            if each not in self._inside and each in self._groups:
                self._inside[each] = members(self._groups[each], self._zones)
        made = united_zones(named, self._inside, self._zones)
        before = self._before.pop(named, None)
        if before is None:
            return made
        known = before.by_id
        same = (
            known[each.zone_id] if known.get(each.zone_id) == each else each
            for each in made.histories
        )
        return ZoneSet(tuple(same))
