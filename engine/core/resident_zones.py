"""The zones as the engine holds them: every version, by zone, without its name.

Zones to keep out of are measured by place, and stand ready; of the others, most are somebody's
home, and a circle takes some 60 bytes until it is asked for.
"""

from collections.abc import Iterable, Iterator, Mapping
from struct import Struct
from typing import Final

from engine.core.compile import histories
from zones.circle import Circle
from zones.history import ZoneHistory
from zones.zone import Zone

_CIRCLE: Final = Struct("<dddq")
_Kept = Zone | tuple[Zone, ...]


class ResidentZones(Mapping[str, ZoneHistory]):
    """Every version of every zone; of versions with one effective date the last one counts."""

    def __init__(self) -> None:
        self._outs: dict[str, _Kept] = {}
        """Those that somebody has to keep out of."""
        self._others: dict[str, _Kept | bytes] = {}

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
        return zone_id in self._outs or zone_id in self._others

    def __len__(self) -> int:
        """Return how many zones there are."""
        return len(self._outs) + len(self._others)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids of the zones."""
        yield from self._outs
        yield from self._others

    def versions(self, zone_id: str) -> tuple[Zone, ...]:
        """Return every version of a zone, in the order in which they came."""
        kept = self._outs.get(zone_id) or self._others.get(zone_id)
        if kept is None:
            return ()
        if isinstance(kept, bytes):
            return (_unpacked(zone_id, kept),)
        return (kept,) if isinstance(kept, Zone) else kept

    def version(self, zone_id: str, version: int) -> Zone | None:
        """Return a version of a zone; None if there is none."""
        return next((each for each in self.versions(zone_id) if each.version == version), None)

    def take(self, zone: Zone) -> list[Zone]:
        """Take a version; return it if its zone is one to keep out of."""
        zone = _nameless(zone)
        zone_id, former = zone.zone_id, self.versions(zone.zone_id)
        kept: _Kept = (*former, zone) if former else zone
        if zone_id in self._outs:
            self._outs[zone_id] = kept
            return [zone]
        self._others[zone_id] = kept if former else _packed(zone)
        return []

    def fill(self, zones: Iterable[Zone], outs: set[str]) -> None:
        """Take many versions, of which the zones with these ids are to be kept out of."""
        kept_out, others = self._outs, self._others
        for zone in zones:
            zone_id = zone.zone_id
            if zone_id in kept_out or zone_id in others:
                self.take(zone)
            elif zone_id in outs:
                kept_out[zone_id] = _nameless(zone)
            else:
                others[zone_id] = _packed(zone)

    def keep_out(self, zone_id: str) -> list[Zone]:
        """Note that somebody has to keep out of a zone; return its versions if that is new."""
        if zone_id in self._outs or zone_id not in self._others:
            return []
        versions = self.versions(zone_id)
        del self._others[zone_id]
        self._outs[zone_id] = versions[0] if len(versions) == 1 else versions
        return list(versions)

    def outs(self) -> Iterator[Zone]:
        """Yield every version of every zone that somebody has to keep out of."""
        for kept in self._outs.values():
            yield from (kept,) if isinstance(kept, Zone) else kept


def _nameless(zone: Zone) -> Zone:
    """Return a zone without its name, which nobody is judged by."""
    if not zone.name:
        return zone
    version, since = zone.version, zone.effective_from
    return Zone(zone.zone_id, zone.shape, "", version, since, zone.withdrawn)


def _packed(zone: Zone) -> Zone | bytes:
    """Return a zone in few bytes, if it is a circle that always was; its name is left out."""
    shape = zone.shape
    if not isinstance(shape, Circle) or zone.effective_from is not None or zone.withdrawn:
        return zone
    return _CIRCLE.pack(shape.lon, shape.lat, shape.radius_m, zone.version)


def _unpacked(zone_id: str, packed: bytes) -> Zone:
    lon, lat, radius_m, version = _CIRCLE.unpack(packed)
    return Zone(zone_id, Circle(lon, lat, radius_m), version=version)
