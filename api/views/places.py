"""Which zones concern a wearer where they are: places to be in, and zones to keep out of nearby."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from api.schemas.wearer import PlaceNow
from api.schemas.wearer_day import DayZone
from api.views.zone import zone_out
from engine.core.fold import Fold
from engine.core.order import Condition
from engine.core.position import Position
from engine.core.stops import width_m
from engine.hindsight import CaseFile, Judged
from zones.history import ZoneHistory
from zones.instant import Instant
from zones.interval import Interval
from zones.membership import Membership, membership
from zones.zone import Zone

NEARBY_M: Final = 2_000.0
MOST_PLACES: Final = 20
MOST_ZONES: Final = 200
_CELLS_A_DEGREE: Final = 200
"""Positions within about 500 m of each other are asked about together."""

Role = Literal["be_in", "keep_out"]


def places_now(fold: Fold, position: Position, at: Instant) -> list[PlaceNow]:
    """Return how a position lies to the zones that concern a wearer at an instant."""
    stay: dict[str, Zone] = {}
    for condition in _in_effect(fold.supervision.conditions, Interval(at, at + 1)):
        for history in condition.histories() if condition.says_where else ():
            version = history.at(at)
            if version is not None:
                stay[version.zone_id] = version
    avoid = {
        zone.zone_id: zone
        for zone, _ in fold.gauge.near(position, NEARBY_M)
        if zone.zone_id not in stay and _counts(fold.supervision.conditions, zone, at)
    }
    placed = [_place(zone, "be_in", position) for zone in stay.values()]
    placed += [_place(zone, "keep_out", position) for zone in avoid.values()]
    return sorted(placed, key=lambda each: -each.distance_m)[:MOST_PLACES]


def _place(zone: Zone, role: Role, position: Position) -> PlaceNow:
    metres = zone.signed_distance_m(position.lon, position.lat)
    seen = membership(metres, position.accuracy_m)
    return PlaceNow(
        zone_id=zone.zone_id,
        zone_version=zone.version,
        name=zone.name or zone.zone_id,
        role=role,
        membership=Membership.INSIDE if position.beacon_zone_id == zone.zone_id else seen,
        distance_m=metres,
        width_m=width_m(zone),
    )


def stay_histories(case_file: CaseFile, stretch: Interval) -> list[ZoneHistory]:
    """Return the places to be in of the conditions in effect in a stretch of time."""
    found = {
        history.zone_id: history
        for condition in _in_effect(case_file.ordered.conditions, stretch)
        if condition.says_where
        for history in condition.histories()
    }
    return list(found.values())


def zones_on(
    case_file: CaseFile, positions: Sequence[Position], stretch: Interval
) -> list[DayZone]:
    """Return the zone versions that counted in a stretch, those to keep out of if came near."""
    conditions = list(_in_effect(case_file.ordered.conditions, stretch))
    named: dict[tuple[str, int], tuple[Role, Zone, list[str]]] = {}
    for condition in conditions:
        for zone in _versions(condition, stretch) if condition.says_where else ():
            named.setdefault(zone.key, ("be_in", zone, []))[2].append(condition.condition_id)
    near = {zone.key for judged in case_file.worn(stretch) for zone in _near(judged, positions)}
    for condition in conditions:
        for zone in _versions(condition, stretch) if condition.keep_out and near else ():
            if zone.key in near:
                named.setdefault(zone.key, ("keep_out", zone, []))[2].append(condition.condition_id)
    return [
        DayZone(role=role, condition_ids=list(dict.fromkeys(ids)), feature=zone_out(zone))
        for role, zone, ids in list(named.values())[:MOST_ZONES]
    ]


def _near(judged: Judged, positions: Iterable[Position]) -> Iterator[Zone]:
    """Yield the zones to keep out of near any position; of those close together one is asked."""
    asked: dict[tuple[int, int], Position] = {}
    for each in positions:
        asked.setdefault((int(each.lat * _CELLS_A_DEGREE), int(each.lon * _CELLS_A_DEGREE)), each)
    some, reach_m = list(asked.values()), NEARBY_M + 500
    gauge = judged.fold().gauge
    gauge.prime(some, [reach_m] * len(some), ())
    for each in some:
        for zone, _ in gauge.near(each, reach_m):
            yield zone


def _in_effect(conditions: Iterable[Condition], stretch: Interval) -> Iterator[Condition]:
    for each in conditions:
        since, until = each.schedule.effective_from, each.schedule.effective_until
        if (since is None or since < stretch.end) and (until is None or until > stretch.start):
            yield each


def _versions(condition: Condition, stretch: Interval) -> Iterator[Zone]:
    for history in condition.histories():
        changes = [each for each in history.changes if each in stretch]
        for version in {history.at(each) for each in (stretch.start, *changes)}:
            if version is not None:
                yield version


def _counts(conditions: Iterable[Condition], zone: Zone, at: Instant) -> bool:
    """Tell whether a zone version is in effect for a condition to keep out."""
    for condition in _in_effect(conditions, Interval(at, at + 1)):
        history = condition.zone(zone.zone_id) if condition.keep_out else None
        if history is not None and history.at(at) == zone:
            return True
    return False
