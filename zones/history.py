"""The versions of one zone over time: at an instant the latest that has taken effect holds.

In the times for which it is withdrawn none does: from a group of zones, say, or because the version
that has taken effect withdraws it.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from zones.errors import ZoneError
from zones.instant import Instant
from zones.interval import BEGINNING, END, Intervals
from zones.zone import Zone

_ALWAYS: Final[Instant] = -(1 << 63)


def _since(zone: Zone) -> Instant:
    return _ALWAYS if zone.effective_from is None else zone.effective_from


@dataclass(frozen=True, slots=True)
class ZoneHistory:
    """All versions of one zone, kept by the instant they take effect.

    Raises:
        ZoneError: on building, if there is none, they name different zones, or two share a
            version or an ``effective_from``.
    """

    versions: tuple[Zone, ...]
    withdrawn: Intervals = ()
    """When it does not count, sorted and disjoint."""

    def __post_init__(self) -> None:
        if not self.versions:
            raise ZoneError("a zone history needs at least one version")
        if len(self.versions) == 1:
            return
        names = sorted({zone.zone_id for zone in self.versions})
        if len(names) > 1:
            raise ZoneError(f"a zone history is of one zone, not of {', '.join(names)}")
        for what, values in (
            ("version", [zone.version for zone in self.versions]),
            ("effective_from", [zone.effective_from for zone in self.versions]),
        ):
            if len(set(values)) < len(values):
                raise ZoneError(f"two versions share one {what}", zone_id=names[0])
        object.__setattr__(self, "versions", tuple(sorted(self.versions, key=_since)))

    @property
    def zone_id(self) -> str:
        """The zone these are the versions of."""
        return self.versions[0].zone_id

    def at(self, instant: Instant) -> Zone | None:
        """Return the version in effect at an instant, None before the first."""
        if self.withdrawn and any(instant in each for each in self.withdrawn):
            return None
        latest = self.latest(instant)
        return None if latest is None or latest.withdrawn else latest

    def latest(self, instant: Instant) -> Zone | None:
        """Return the version that took effect last before an instant or at it, counting or not."""
        count = bisect_right(self.versions, instant, key=_since)
        return self.versions[count - 1] if count else None

    def since(self, instant: Instant) -> Instant | None:
        """Return since when what is in effect at an instant has been; None if it always was."""
        changes = self.changes
        count = bisect_right(changes, instant)
        return changes[count - 1] if count else None

    @property
    def changes(self) -> tuple[Instant, ...]:
        """Every instant at which what is in effect changes, in order."""
        if len(self.versions) == 1 and not self.withdrawn:
            only = self.versions[0].effective_from
            return () if only in (None, BEGINNING, END) else (only,)
        ends = {end for each in self.withdrawn for end in (each.start, each.end)}
        effects = {_since(each) for each in self.versions}
        return tuple(sorted((ends | effects) - {_ALWAYS, BEGINNING, END}))
