"""A zone group is a named set of zones, such as all schools of a state; it changes over time.

Each change is a new version with the instant from which it holds. Over all its versions the group
is the histories of its zones, each withdrawn while the version in effect does not name it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from zones.history import ZoneHistory
from zones.instant import Instant
from zones.interval import BEGINNING, END, Interval, complement, intersect, normalize, union


@dataclass(frozen=True, slots=True)
class ZoneGroup:
    """One version of a group. Zones are named by id, each once.

    Raises:
        ValueError: the id is empty, the version is below 1, or a zone is named twice.
    """

    group_id: str
    zone_ids: tuple[str, ...]
    name: str = ""
    version: int = 1
    effective_from: Instant | None = None
    """From when on it holds; None: it always did."""

    def __post_init__(self) -> None:
        if not self.group_id:
            raise ValueError("group_id is empty: give the group an id")
        if self.version < 1:
            raise ValueError(f"version is {self.version}: it must be at least 1")
        if len(set(self.zone_ids)) < len(self.zone_ids):
            twice = sorted({each for each in self.zone_ids if self.zone_ids.count(each) > 1})
            raise ValueError(f"zone_ids names {', '.join(twice)} more than once: name each once")


def members(
    versions: Iterable[ZoneGroup], zones: Mapping[str, ZoneHistory]
) -> dict[str, ZoneHistory]:
    """Return the zones that are in a group at any time, each with when it is not.

    Of versions with one effective date the last one counts. A zone that does not exist (yet) is
    left out.
    """
    in_effect = _in_effect(versions)
    named = {zone_id: None for version, _ in in_effect for zone_id in version.zone_ids}
    spans = [(frozenset(version.zone_ids), span) for version, span in in_effect]
    found = {}
    for zone_id in named:
        inside = normalize(span for zone_ids, span in spans if zone_id in zone_ids)
        if zone_id in zones:
            outside = union(zones[zone_id].withdrawn, complement(inside))
            found[zone_id] = replace(zones[zone_id], withdrawn=outside)
    return found


def united(one: ZoneHistory, other: ZoneHistory) -> ZoneHistory:
    """Return the history of a zone that counts for one reason or for another."""
    return replace(one, withdrawn=intersect(one.withdrawn, other.withdrawn))


def _in_effect(versions: Iterable[ZoneGroup]) -> Sequence[tuple[ZoneGroup, Interval]]:
    """Return the versions by effective date, each with the time in which it holds."""
    dated: dict[Instant, ZoneGroup] = {}
    for version in sorted(versions, key=lambda each: each.version):
        since = BEGINNING if version.effective_from is None else version.effective_from
        dated[since] = version
    starts = sorted(dated)
    spans = zip(starts, [*starts[1:], END], strict=True)
    return [(dated[start], Interval(start, end)) for start, end in spans]
