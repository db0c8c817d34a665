"""A beacon (or home unit) is a fixed radio unit: a device in its range is at its place.

That is evidence without GNSS. Where a beacon stands is a version from its effective date on; one
without a zone has been taken away. It may stand at one wearer's address, or serve many.
"""

from bisect import bisect_right
from collections.abc import Iterable

import msgspec

from zones.instant import Instant
from zones.interval import BEGINNING


class Beacon(msgspec.Struct, frozen=True, kw_only=True):
    """Where one radio unit stands from a date on."""

    vendor: str
    beacon_id: str
    """The vendor's id of it, by which devices and the unit itself report."""
    zone_id: str | None
    """The zone it stands in; None: it has been taken away."""
    lat: float
    lon: float
    range_m: float = 50.0
    """How far it is heard, metres: the accuracy (68 %) of a device in its range."""
    wearer_id: str | None = None
    """Whose it is; None: it serves all wearers of the vendor's devices."""
    version: int = 1
    effective_from: Instant | None = None
    """From when on it stands there; None: it always did."""

    def __post_init__(self) -> None:
        """Refuse places that are none."""
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):
            raise ValueError(f"lat, lon is {self.lat}, {self.lon}: write degrees, latitude first")
        if not 0 < self.range_m <= 200:
            raise ValueError(f"range_m is {self.range_m}: it must be above 0, at most 200")


class Placements(msgspec.Struct, frozen=True):
    """Where one beacon stood when: its versions by effective date, each date once."""

    versions: tuple[Beacon, ...]

    @classmethod
    def of(cls, versions: Iterable[Beacon]) -> "Placements":
        """Return them in order; of versions with one effective date the last one counts."""
        dated = {_since(each): each for each in sorted(versions, key=lambda each: each.version)}
        return cls(tuple(dated[since] for since in sorted(dated)))

    def at(self, instant: Instant) -> Beacon | None:
        """Return where it stood at an instant; None where it did not stand anywhere."""
        count = bisect_right(self.versions, instant, key=_since)
        placed = self.versions[count - 1] if count else None
        return None if placed is None or placed.zone_id is None else placed


def _since(beacon: Beacon) -> Instant:
    return BEGINNING if beacon.effective_from is None else beacon.effective_from
