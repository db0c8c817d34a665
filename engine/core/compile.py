"""The registry becomes, for each activation, the one value it is judged against.

Every version of every order of the wearer is in it, each in force in its own time: from when it
replaced the version before it (and never before the order takes effect or the device was put on)
until it was replaced. A condition that a new version leaves as it was is one and the same
condition.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import msgspec

from engine.core.order import Activation, Condition, Supervision, SupervisionPlan
from engine.core.registry import Order, OrderCondition, Wearer
from zones.history import ZoneHistory
from zones.instant import Instant
from zones.interval import BEGINNING, END
from zones.window import OWN
from zones.zone import Zone


class Registry(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is configured, as of one revision."""

    revision: int
    wearers: dict[str, Wearer]
    activations: tuple[Activation, ...]
    orders: dict[str, tuple[Order, ...]]
    """By wearer, every version."""
    zones: dict[str, ZoneHistory]


def histories(zones: Iterable[Zone]) -> dict[str, ZoneHistory]:
    """Return the history of each zone; of versions with one effective date the last one counts."""
    versions: dict[str, dict[Instant | None, Zone]] = defaultdict(dict)
    for zone in sorted(zones, key=lambda each: each.version):
        versions[zone.zone_id][zone.effective_from] = zone
    return {zone_id: ZoneHistory(tuple(each.values())) for zone_id, each in versions.items()}


def registry_of(
    revision: int,
    wearers: Iterable[Wearer],
    activations: Iterable[Activation],
    orders: Iterable[Order],
    zones: Iterable[Zone],
) -> Registry:
    """Return the registry made of its rows."""
    by_wearer: dict[str, list[Order]] = defaultdict(list)
    for order in orders:
        by_wearer[order.wearer_id].append(order)
    return Registry(
        revision=revision,
        wearers={wearer.wearer_id: wearer for wearer in wearers},
        activations=tuple(activations),
        orders={wearer_id: tuple(each) for wearer_id, each in by_wearer.items()},
        zones=histories(zones),
    )


def supervision_of(registry: Registry, activation: Activation) -> Supervision:
    """Return what an activation is judged against."""
    orders = registry.orders.get(activation.wearer_id, ())
    wearer = registry.wearers.get(activation.wearer_id)
    newest = max(orders, key=lambda order: (order.effective_from, order.version), default=None)
    conditions = [
        condition
        for versions in _by_order(orders)
        for condition in _conditions(versions, registry.zones, activation)
    ]
    return Supervision(
        activation=activation,
        plan=SupervisionPlan() if newest is None else newest.plan,
        timezone="UTC" if wearer is None else wearer.timezone,
        conditions=tuple(conditions),
    )


def _by_order(orders: Sequence[Order]) -> list[list[Order]]:
    versions: dict[str, list[Order]] = defaultdict(list)
    for order in sorted(orders, key=lambda each: each.version):
        versions[order.order_id].append(order)
    return list(versions.values())


def _since(order: Order) -> Instant:
    return order.effective_from if order.version_from is None else order.version_from


def _conditions(
    versions: Sequence[Order], zones: Mapping[str, ZoneHistory], activation: Activation
) -> list[Condition]:
    """Return the conditions of one order, each with the time in which it is in force."""
    spans: dict[tuple[str, int], tuple[OrderCondition, Instant, Instant]] = {}
    open_keys: dict[str, tuple[str, int]] = {}
    for order, following in pairwise([*versions, None]):
        if order is None:
            continue
        start, end = _in_force(order, following, activation)
        for condition in order.conditions if start < end else ():
            key = open_keys.get(condition.condition_id)
            unchanged = key is not None and _same(spans[key][0], condition)
            if key is None or not unchanged or spans[key][2] != start:
                key = (condition.condition_id, order.version)
                spans[key] = (condition, start, end)
                open_keys[condition.condition_id] = key
            else:
                spans[key] = (spans[key][0], spans[key][1], end)
    order_id = versions[0].order_id
    made = (_condition(*span, version, order_id, zones) for (_, version), span in spans.items())
    return [condition for condition in made if condition is not None]


def _same(before: OrderCondition, after: OrderCondition) -> bool:
    return msgspec.structs.replace(before, version=after.version) == after


def _in_force(
    order: Order, following: Order | None, activation: Activation
) -> tuple[Instant, Instant]:
    start = max(_since(order), order.effective_from, activation.started_at)
    ends = [
        order.effective_until,
        activation.ended_at,
        None if following is None else _since(following),
    ]
    return start, min((end for end in ends if end is not None), default=END)


def _condition(
    written: OrderCondition,
    start: Instant,
    end: Instant,
    version: int,
    order_id: str,
    zones: Mapping[str, ZoneHistory],
) -> Condition | None:
    """Return a condition with its zones; None if it is never in force.

    A zone that does not exist (yet) is left out: the condition is judged by those that do.
    """
    schedule = written.schedule
    first = max(start, schedule.effective_from or BEGINNING)
    until = min(end, END if schedule.effective_until is None else schedule.effective_until)
    if until <= first:
        return None
    bounded = replace(
        schedule,
        effective_from=None if first == BEGINNING else first,
        effective_until=None if until == END else until,
    )
    named = {place for window in schedule.weekly for place in window.places}
    named |= {place for window in schedule.extra for place in window.places}
    named |= {place for repeated in schedule.recurrences for place in repeated.places}
    places = sorted(named - {OWN} - set(written.zone_ids))
    return Condition(
        condition_id=written.condition_id,
        kind=written.kind,
        zones=tuple(zones[zone_id] for zone_id in written.zone_ids if zone_id in zones),
        places=tuple(zones[zone_id] for zone_id in places if zone_id in zones),
        schedule=bounded,
        parameters=written.parameters,
        version=version,
        order_id=order_id,
    )


def changed_from(before: Supervision, after: Supervision) -> Instant:
    """Return the first instant at which two supervisions ask for different things; END if never."""
    ends = {before.activation.ended_at, after.activation.ended_at}
    worn = min((end for end in ends if end is not None), default=END) if len(ends) > 1 else END
    ends = {before.activation.ended_at, after.activation.ended_at}
    worn = min((end for end in ends if end is not None), default=END) if len(ends) > 1 else END
    old = {each.key: each for each in before.conditions}
    new = {each.key: each for each in after.conditions}
    return min([worn, *(_difference(old.get(key), new.get(key)) for key in old | new)])


def _difference(before: Condition | None, after: Condition | None) -> Instant:
    if before is None or after is None:
        only = before or after
        return BEGINNING if only is None else _starts(only)
    if before == after:
        return END
    if (before.kind, before.parameters) != (after.kind, after.parameters):
        return min(_starts(before), _starts(after))
    return min(_zone_difference(before, after), _schedule_difference(before, after))


def _zone_difference(before: Condition, after: Condition) -> Instant:
    """Return from when on the zones differ: the first version that only one of the two has."""
    if (before.zones, before.places) == (after.zones, after.places):
        return END
    old, new = (
        {zone.key: zone for history in each.by_id.values() for zone in history.versions}
        for each in (before, after)
    )
    changed = [
        zone
        for key in old | new
        if old.get(key) != new.get(key)
        for zone in (old.get(key), new.get(key))
        if zone is not None
    ]
    since = (zone.effective_from for zone in changed)
    return min((BEGINNING if each is None else each for each in since), default=BEGINNING)


def _schedule_difference(before: Condition, after: Condition) -> Instant:
    if before.schedule == after.schedule:
        return END
    ends = {
        END if end is None else end
        for end in (before.schedule.effective_until, after.schedule.effective_until)
    }
    same_but_end = replace(before.schedule, effective_until=None) == replace(
        after.schedule, effective_until=None
    )
    return min(ends) if same_but_end else min(_starts(before), _starts(after))


def _starts(condition: Condition) -> Instant:
    return condition.schedule.effective_from or BEGINNING
