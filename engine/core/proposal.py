"""A proposal is a change of the registry that is not made, to ask what it would have meant.

It is taken as if it had been in force during the whole window. A zone gets its proposed geometry
from the window's start on; an order is replaced from there on by the proposed one; a condition, or
parameters of one, is put into every version of its order that is in force in the window, and leaves
the order's other conditions as they were. A beginning that lies within the window or after it moves
to the window's start; an end stands as it is written.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import msgspec

from engine.core.compile import Registry, histories, registry_of
from engine.core.order import Parameters
from engine.core.order_timeline import held_from, timeline
from engine.core.registry import Order, OrderCondition
from zones.history import ZoneHistory
from zones.instant import Instant
from zones.zone import Zone


class ParameterChange(msgspec.Struct, frozen=True, kw_only=True):
    """Other parameters for one condition of an order, or of every order that has it (None)."""

    condition_id: str
    order_id: str | None = None
    changes: Mapping[str, float]
    """By the names of `Parameters`."""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What would be changed; nothing of it is stored."""

    zones: tuple[Zone, ...] = ()
    orders: tuple[Order, ...] = ()
    conditions: tuple[tuple[str, OrderCondition], ...] = ()
    """With the order each is to stand in."""
    parameters: tuple[ParameterChange, ...] = ()


Rewrite = Callable[[tuple[OrderCondition, ...]], tuple[OrderCondition, ...]]
"""What becomes of the conditions of an order."""


def applied(registry: Registry, proposal: Proposal, since: Instant) -> Registry:
    """Return the registry as if a proposal were in force from an instant on."""
    zones = dict(registry.zones)
    for zone in proposal.zones:
        zones[zone.zone_id] = _with_zone(zones.get(zone.zone_id), zone, since)
    orders = {each[0].order_id: each for each in _by_id(registry)}
    for order in proposal.orders:
        orders[order.order_id] = _replaced(orders.get(order.order_id, ()), order, since)
    for order_id, condition in proposal.conditions:
        put = _putting(_begun(condition, since))
        orders[order_id] = _revised(orders[order_id], put, since)
    for change in proposal.parameters:
        for order_id in _orders_with(change, orders):
            orders[order_id] = _revised(orders[order_id], _tuning(change), since)
    return registry_of(
        registry.revision,
        registry.wearers.values(),
        registry.activations,
        chain.from_iterable(orders.values()),
        chain.from_iterable(history.versions for history in zones.values()),
        chain.from_iterable(registry.groups.values()),
        chain.from_iterable(registry.classes.values()),
        registry.protected.values(),
    )


def _by_id(registry: Registry) -> list[tuple[Order, ...]]:
    found: dict[str, list[Order]] = {}
    for versions in registry.orders.values():
        for order in versions:
            found.setdefault(order.order_id, []).append(order)
    return [tuple(sorted(each, key=lambda order: order.version)) for each in found.values()]


def _with_zone(former: ZoneHistory | None, zone: Zone, since: Instant) -> ZoneHistory:
    """Return a zone's history with the proposed version from `since` on."""
    versions = () if former is None else former.versions
    number = max((each.version for each in versions), default=0) + 1
    kept = [each for each in versions if each.effective_from is None or each.effective_from < since]
    proposed = replace(zone, version=number, effective_from=since)
    return histories([*kept, proposed])[zone.zone_id]


def _replaced(former: Sequence[Order], order: Order, since: Instant) -> tuple[Order, ...]:
    kept = _before(former, since)
    proposed = msgspec.structs.replace(
        order,
        version=max((each.version for each in former), default=0) + 1,
        version_from=since if kept else None,
        effective_from=min(order.effective_from, since),
        conditions=tuple(_begun(each, since) for each in order.conditions),
    )
    return (*kept, proposed)


def _revised(former: Sequence[Order], rewrite: Rewrite, since: Instant) -> tuple[Order, ...]:
    """Return an order of which every version in force from `since` on has other conditions."""
    number = max(each.version for each in former) + 1
    return (
        *_before(former, since),
        *(
            msgspec.structs.replace(
                held.order,
                version=number + i,
                version_from=held.start,
                conditions=rewrite(held.order.conditions),
            )
            for i, held in enumerate(held_from(former, since))
        ),
    )


def _before(former: Sequence[Order], since: Instant) -> list[Order]:
    return [held.order for held in timeline(former) if held.start < since]


def _putting(condition: OrderCondition) -> Rewrite:
    def put(conditions: tuple[OrderCondition, ...]) -> tuple[OrderCondition, ...]:
        others = (each for each in conditions if each.condition_id != condition.condition_id)
        return (*others, condition)

    return put


def _tuning(change: ParameterChange) -> Rewrite:
    def tune(conditions: tuple[OrderCondition, ...]) -> tuple[OrderCondition, ...]:
        return tuple(
            msgspec.structs.replace(each, parameters=tuned(each.parameters, change.changes))
            if each.condition_id == change.condition_id
            else each
            for each in conditions
        )

    return tune


def tuned(parameters: Parameters, changes: Mapping[str, float]) -> Parameters:
    """Return parameters with some of them changed.

    Raises:
        ValueError: a value that means nothing.
    """
    return msgspec.convert(msgspec.structs.asdict(parameters) | dict(changes), Parameters)


def _orders_with(change: ParameterChange, orders: Mapping[str, Sequence[Order]]) -> list[str]:
    if change.order_id is not None:
        return [change.order_id]
    return [
        order_id
        for order_id, versions in orders.items()
        if any(has_condition(each, change.condition_id) for each in versions)
    ]


def has_condition(order: Order, condition_id: str) -> bool:
    """Tell whether a version of an order has a condition of that id."""
    return any(each.condition_id == condition_id for each in order.conditions)


def _begun(condition: OrderCondition, since: Instant) -> OrderCondition:
    schedule = condition.schedule
    begins, ends = schedule.effective_from, schedule.effective_until
    if begins is None or begins <= since or (ends is not None and ends <= since):
        return condition
    return msgspec.structs.replace(condition, schedule=replace(schedule, effective_from=since))
