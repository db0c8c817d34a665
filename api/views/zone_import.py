"""Many zones at once: what each Feature of a collection would become, before anything is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal, NamedTuple

from api.problems import field_error, invalid
from api.views.zone import NewZone, next_version, zone_of
from zones.instant import Instant
from zones.zone import Zone

MOST_FEATURES: Final = 1_000

Outcome = Literal["new", "changed", "unchanged", "wrong"]


class Planned(NamedTuple):
    """What one Feature is to become."""

    zone: Zone | None
    """The version to store, numbered; the newest one if unchanged; None if wrong."""
    outcome: Outcome
    zone_id: str | None
    name: str
    errors: list[dict[str, object]]


def features_of(document: object) -> Sequence[object]:
    """Return the Features of a FeatureCollection.

    Raises:
        ProblemError: it is none, or has too many.
    """
    if not isinstance(document, Mapping) or document.get("type") != "FeatureCollection":
        fix = "is not a GeoJSON FeatureCollection: send an object with type 'FeatureCollection'"
        raise invalid([field_error("body", fix)])
    features = document.get("features")
    if not isinstance(features, list) or not 1 <= len(features) <= MOST_FEATURES:
        fix = f"must be an array of 1 to {MOST_FEATURES:,} Features: import more in several parts"
        raise invalid([field_error("body.features", fix)])
    return features


def planned(
    features: Sequence[object], zones: Mapping[str, Sequence[Zone]], now: Instant
) -> list[Planned]:
    """Return what each Feature would become, given every version of the zones there are."""
    taken: dict[str, int] = {}
    found = []
    for index, feature in enumerate(features):
        place = f"body.features[{index}]"
        new = zone_of(feature, None, place)
        if isinstance(new, NewZone):
            first = taken.setdefault(new.zone.zone_id, index)
            if first == index:
                found.append(_plan(new, zones.get(new.zone.zone_id, ()), now))
                continue
            fix = f"is the id of features[{first}] too: give it another"
            new = [field_error(f"{place}.properties.zone_id", fix, new.zone.zone_id)]
        zone_id, name = _named(feature)
        found.append(Planned(None, "wrong", zone_id, name, new))
    return found


def _plan(new: NewZone, former: Sequence[Zone], now: Instant) -> Planned:
    zone = next_version(new, former, now)
    if zone in former[-1:]:
        return Planned(zone, "unchanged", zone.zone_id, zone.name, [])
    number = former[-1].version + 1 if former else 1
    outcome: Outcome = "changed" if former else "new"
    return Planned(replace(zone, version=number), outcome, zone.zone_id, zone.name, [])


def _named(feature: object) -> tuple[str | None, str]:
    """Return the id and the name that a Feature which is no zone states, if any."""
    members = feature if isinstance(feature, Mapping) else {}
    properties = members.get("properties")
    stated = properties if isinstance(properties, Mapping) else {}
    zone_id, name = stated.get("zone_id", members.get("id")), stated.get("name")
    return (
        zone_id[:64] if isinstance(zone_id, str) else None,
        name[:500] if isinstance(name, str) else "",
    )
