"""The index: which of many zones a position is in or near, for many positions at once.

Most zones stand in one packed R-tree, built once. An edit does not rebuild it: zones that were
removed are masked out of it, and zones that were added stand in a second, small packed tree, the
overlay, which is rebuilt with each edit. When what was added or removed outgrows a share of the
whole (``1/OVERLAY_SHARE``, at least ``OVERLAY_LEAST`` zones), it is merged into a new large tree.
So an edit costs what the overlay costs, and a query looks into two trees. An index is a value: an
edited one is another, which shares the large tree.
"""

from collections.abc import Iterable
from itertools import compress
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zones.errors import ZoneError
from zones.metric import Floats, wrapped
from zones.packed import PackedZones, paths, places
from zones.table import Indices
from zones.zone import Zone

ZoneKey: TypeAlias = tuple[str, int]
"""A zone_id and a version."""

OVERLAY_SHARE: Final = 32
OVERLAY_LEAST: Final = 128


class Nearby(NamedTuple):
    """Pairs of a position and a zone, sorted by position, then zone; arrays of one length."""

    position: Indices
    zone: Indices
    signed_distance_m: Floats


class ZoneIndex:
    """Zone versions, looked up by place.

    Attributes:
        zones: the zone versions; results refer to them by number.

    Raises:
        ZoneError: on building, if two zones share zone_id and version.
    """

    __slots__ = ("_alive", "_bulk", "_bulk_keys", "_number", "_overlay", "zones")

    def __init__(self, zones: Iterable[Zone] = ()) -> None:
        every = tuple(zones)
        keys = {zone.key: number for number, zone in enumerate(every)}
        if len(keys) < len(every):
            _refuse_duplicate(every)
        self._settle(PackedZones(every), keys, np.ones(len(every), dtype=np.bool_), ())

    def _settle(
        self,
        bulk: PackedZones,
        bulk_keys: dict[ZoneKey, int],
        alive: NDArray[np.bool_],
        overlay: tuple[Zone, ...],
    ) -> None:
        self._bulk, self._bulk_keys, self._alive = bulk, bulk_keys, alive
        self._overlay = PackedZones(overlay)
        self._number = np.cumsum(alive) - 1
        self.zones: tuple[Zone, ...] = (*compress(bulk.table.zones, alive.tolist()), *overlay)

    def near(self, lons: ArrayLike, lats: ArrayLike, reach_m: ArrayLike) -> Nearby:
        """Return exactly the pairs whose signed distance is at least -reach_m.

        So every zone a position is inside of, and every one it is within reach of. Positions in
        degrees, one-dimensional; ``reach_m`` in metres, one for all or one each, 0 or more.
        """
        lon, lat = _places(lons, lats)
        reach = np.broadcast_to(np.asarray(reach_m, dtype=np.float64), lon.shape)
        wanted = places(lon, lat, reach)
        position, zone, distance = self._bulk.near(wanted)
        alive = self._alive[zone]
        more_position, more_zone, more_distance = self._overlay.near(wanted)
        position = np.concatenate([position[alive], more_position])
        zone = self._numbers(zone[alive], more_zone)
        distance = np.concatenate([distance[alive], more_distance])
        order = np.lexsort((zone, position))
        return Nearby(position[order], zone[order], distance[order])

    def crossed(
        self, lon0: ArrayLike, lat0: ArrayLike, lon1: ArrayLike, lat1: ArrayLike
    ) -> tuple[Indices, Indices]:
        """Return (path, zone) where a path touches a zone with neither end inside, sorted.

        Paths in degrees, one-dimensional; each is the way of ``zones.crossing``.
        """
        wanted = paths(_places(lon0, lat0), _places(lon1, lat1))
        path, zone = self._bulk.crossed(wanted)
        alive = self._alive[zone]
        more_path, more_zone = self._overlay.crossed(wanted)
        path = np.concatenate([path[alive], more_path])
        zone = self._numbers(zone[alive], more_zone)
        order = np.lexsort((zone, path))
        return path[order], zone[order]

    def edited(self, added: Iterable[Zone] = (), removed: Iterable[ZoneKey] = ()) -> "ZoneIndex":
        """Return the index with zone versions removed, then others added.

        Raises:
            ZoneError: a removed one is not there, or an added one already is.
        """
        alive = self._alive.copy()
        overlay = {zone.key: zone for zone in self._overlay.table.zones}
        for key in removed:
            number = self._bulk_keys.get(key, -1)
            if overlay.pop(key, None) is None:
                if number < 0 or not alive[number]:
                    raise ZoneError(f"version {key[1]} is not in the index", zone_id=key[0])
                alive[number] = False
        for zone in added:
            number = self._bulk_keys.get(zone.key, -1)
            if zone.key in overlay or (number >= 0 and alive[number]):
                raise _duplicate(zone)
            overlay[zone.key] = zone
        changed = len(overlay) + np.count_nonzero(~alive)
        if changed > max(OVERLAY_LEAST, len(alive) // OVERLAY_SHARE):
            return ZoneIndex((*compress(self._bulk.table.zones, alive.tolist()), *overlay.values()))
        edited = ZoneIndex.__new__(ZoneIndex)
        edited._settle(self._bulk, self._bulk_keys, alive, tuple(overlay.values()))
        return edited

    def _numbers(self, bulk: Indices, overlay: Indices) -> Indices:
        """Return the numbers in ``zones`` of zones of the large tree, then of the overlay."""
        first = len(self.zones) - len(self._overlay.table.zones)
        return np.concatenate([self._number[bulk], overlay + first])


def _places(lons: ArrayLike, lats: ArrayLike) -> tuple[Floats, Floats]:
    lon = wrapped(np.atleast_1d(np.asarray(lons, dtype=np.float64)))
    return lon, np.atleast_1d(np.asarray(lats, dtype=np.float64))


def _refuse_duplicate(zones: tuple[Zone, ...]) -> None:
    seen: set[ZoneKey] = set()
    for zone in zones:
        if zone.key in seen:
            raise _duplicate(zone)
        seen.add(zone.key)


def _duplicate(zone: Zone) -> ZoneError:
    return ZoneError(f"version {zone.version} is in the index twice", zone_id=zone.zone_id)
