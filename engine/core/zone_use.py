"""What the conditions that use a zone make of its geometry.

A ring narrower than the error of a position is met by chance. And a zone that one condition of a
wearer forbids must not reach the place at which another condition wants the same wearer to be: not
even its ring, nor the error of a position.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import shapely

from engine.core.compile import Registry, places_of, supervision_of
from engine.core.order import Activation, Condition, ConditionKind
from engine.core.registry import Order
from zones.finding import Detail, Finding, FindingSeverity
from zones.instant import Instant
from zones.membership import distance_limit_m
from zones.zone import Zone
from zones.zone_lint import Precision
from zones.zone_plane import plane_of

STAY_IN: Final = frozenset(
    (ConditionKind.CURFEW, ConditionKind.INCLUSION, ConditionKind.ATTENDANCE)
)
MOST_TOLD: Final = 20
"""Wearers named in one finding."""


class Use(NamedTuple):
    """A condition in force that uses a zone."""

    activation: Activation
    condition: Condition
    others: tuple[Condition, ...]
    """The wearer's other conditions."""


def uses_of(zone_id: str, registry: Registry, now: Instant) -> list[Use]:
    """Return the conditions in force, of devices that are worn, that use a zone."""
    found = []
    wearer_ids = {
        wearer_id for wearer_id, orders in registry.orders.items() if _may_name(zone_id, orders)
    }
    for activation in registry.activations:
        if activation.wearer_id not in wearer_ids or not activation.worn_at(now):
            continue
        conditions = [
            each
            for each in supervision_of(registry, activation).conditions
            if (each.schedule.effective_until or now + 1) > now
        ]
        found += [
            Use(activation, each, tuple(conditions))
            for each in conditions
            if each.zone(zone_id) is not None
        ]
    return found


def _may_name(zone_id: str, orders: Iterable[Order]) -> bool:
    """Tell whether any condition could use a zone: by its id, or by a group or a class."""
    return any(
        order.classes
        or any(
            zone_id in each.zone_ids or each.group_ids or zone_id in places_of(each)
            for each in order.conditions
        )
        for order in orders
    )


def use_findings(
    zone: Zone, uses: Iterable[Use], precision: Precision, now: Instant
) -> Iterator[Finding]:
    """Yield what is wrong with a zone version for those whose conditions use it."""
    used = list(uses)
    yield from _narrow_rings(used, precision)
    yield from _addresses(zone, used, precision, now)


def _narrow_rings(uses: Iterable[Use], precision: Precision) -> Iterator[Finding]:
    narrow = {
        (use.activation.wearer_id, use.condition.condition_id): use.condition.parameters.buffer_m
        for use in uses
        if 0.0 < use.condition.parameters.buffer_m < precision.median_m
    }
    if not narrow:
        return
    words = (
        f"the ring (buffer_m {min(narrow.values()):g}) of {_some(len(narrow), 'condition')} is "
        f"narrower than the error of a position, {precision.source}: it is met by chance"
    )
    details: tuple[dict[str, Detail], ...] = tuple(
        {"wearer_id": wearer_id, "condition_id": condition_id, "buffer_m": buffer_m}
        for (wearer_id, condition_id), buffer_m in list(narrow.items())[:MOST_TOLD]
    )
    yield Finding("buffer_narrow", FindingSeverity.WARNING, words, "", details)


class _Clash(NamedTuple):
    wearer_id: str
    place: str
    gap_m: float
    needed_m: float


def _addresses(
    zone: Zone, uses: Iterable[Use], precision: Precision, now: Instant
) -> Iterator[Finding]:
    clashes = [clash for use in uses for clash in _clashes(zone, use, precision, now)]
    if not clashes:
        return
    worst = min(clashes, key=lambda each: each.gap_m)
    overlaps = worst.gap_m <= 0.0
    how = (
        f"overlaps {worst.place}"
        if overlaps
        else f"is only {worst.gap_m:.0f} m from {worst.place}, less than the ring and the error of "
        f"a position, {worst.needed_m:.0f} m"
    )
    whom = {each.wearer_id for each in clashes}
    words = (
        f"it {how}, where wearer {worst.wearer_id} has to be ({_some(len(whom), 'wearer')}): who "
        "obeys one condition breaks the other"
    )
    details: tuple[dict[str, Detail], ...] = tuple(
        {"wearer_id": each.wearer_id, "zone_id": each.place, "gap_m": round(each.gap_m, 1)}
        for each in clashes[:MOST_TOLD]
    )
    severity = FindingSeverity.ERROR if overlaps else FindingSeverity.WARNING
    yield Finding("overlaps_address", severity, words, "", details)


def _clashes(zone: Zone, use: Use, precision: Precision, now: Instant) -> Iterator[_Clash]:
    """Yield the places to stay in that a zone to keep out of is too near to, or the reverse."""
    ours = use.condition
    for other in use.others:
        if ours.keep_out == other.keep_out or not {ours.kind, other.kind} & STAY_IN:
            continue
        ring_m = (ours if ours.keep_out else other).parameters.buffer_m
        confidence = ours.parameters.confidence
        needed_m = ring_m + distance_limit_m(precision.median_m, confidence)
        for history in other.histories():
            place = history.at(now)
            gap_m = None if place is None else _gap_m(zone, place)
            if place is not None and gap_m is not None and gap_m < needed_m:
                yield _Clash(use.activation.wearer_id, place.zone_id, gap_m, needed_m)


def _gap_m(zone: Zone, place: Zone) -> float | None:
    """Return metres between two zones, 0 if they meet; None where there is no plane for it."""
    plane = plane_of(zone)
    if plane is None or plane_of(place) is None:
        return None
    return float(shapely.distance(plane.area_of(zone), plane.area_of(place)))


def _some(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
