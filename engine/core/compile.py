"""The registry becomes, for each activation, the one value it is judged against.

Every version of every order of the wearer is in it, with the classes the orders put the wearer in;
when each condition is in force is `engine.core.in_force`'s rule.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Protocol, TypeVar

import msgspec

from engine.core.in_force import Dated, conditions_of, plans_of
from engine.core.order import Activation, Condition, Role, Supervision
from engine.core.plan import PlanHistory
from engine.core.precedence import ranked
from engine.core.registry import Order, OrderCondition, ProtectedPerson, Wearer, WearerClass
from zones.group import ZoneGroup, members, united
from zones.history import ZoneHistory
from zones.instant import Instant
from zones.window import OWN
from zones.zone import Zone
from zones.zone_set import NO_ZONES, ZoneSet

Named = tuple[tuple[str, ...], tuple[str, ...]]
"""Zones and groups, as a condition names them."""


class Registry(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is configured, as of one revision."""

    revision: int
    wearers: dict[str, Wearer]
    activations: tuple[Activation, ...]
    orders: dict[str, tuple[Order, ...]]
    """By wearer, every version."""
    zones: dict[str, ZoneHistory]
    classes: dict[str, tuple[WearerClass, ...]] = {}
    """Every version."""
    groups: dict[str, tuple[ZoneGroup, ...]] = {}
    """Every version."""
    grouped: dict[Named, ZoneSet] = {}
    """The zones of every condition that names groups, shared by all whom it concerns."""
    protected: dict[str, ProtectedPerson] = {}
    protecting: dict[str, tuple[Activation, ...]] = {}
    """By protected person, every activation, by id."""


class Grouped(Protocol):
    """The zones of conditions that name groups."""

    def get(self, named: Named, /) -> ZoneSet | None:
        """Return the zones of a condition; None if it names no group."""
        ...


class Compilable(Protocol):
    """What a supervision is made of: a registry, or a part of it that holds what is asked for."""

    @property
    def wearers(self) -> Mapping[str, Wearer]:
        """By id."""
        ...

    @property
    def orders(self) -> Mapping[str, tuple[Order, ...]]:
        """By wearer, every version."""
        ...

    @property
    def zones(self) -> Mapping[str, ZoneHistory]:
        """By id."""
        ...

    @property
    def classes(self) -> Mapping[str, tuple[WearerClass, ...]]:
        """By id, every version."""
        ...

    @property
    def grouped(self) -> Grouped:
        """The zones of conditions that name groups."""
        ...

    @property
    def protected(self) -> Mapping[str, ProtectedPerson]:
        """By id."""
        ...

    @property
    def protecting(self) -> Mapping[str, tuple[Activation, ...]]:
        """By protected person, every activation, by id."""
        ...


_Version = TypeVar("_Version", Order, WearerClass, ZoneGroup)


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
    groups: Iterable[ZoneGroup] = (),
    classes: Iterable[WearerClass] = (),
    protected: Iterable[ProtectedPerson] = (),
) -> Registry:
    """Return the registry made of its rows."""
    worn = tuple(activations)
    by_wearer, by_class = _by(orders, "wearer_id"), _by(classes, "class_id")
    by_group = _by(groups, "group_id")
    known = histories(zones)
    ordered = (order.conditions for versions in by_wearer.values() for order in versions)
    classed = (each.conditions for versions in by_class.values() for each in versions)
    written = [condition for conditions in chain(ordered, classed) for condition in conditions]
    return Registry(
        revision=revision,
        wearers={wearer.wearer_id: wearer for wearer in wearers},
        activations=worn,
        orders=by_wearer,
        zones=known,
        classes=by_class,
        groups=by_group,
        grouped=_grouped(written, by_group, known),
        protected={person.person_id: person for person in protected},
        protecting=_protecting(worn),
    )


def supervision_of(registry: Compilable, activation: Activation) -> Supervision:
    """Return what an activation is judged against."""
    if activation.role is Role.PROTECTED:
        return _protected(registry, activation)
    orders = registry.orders.get(activation.wearer_id, ())
    wearer = registry.wearers.get(activation.wearer_id)
    dated = (
        (versions[0].order_id, each)
        for versions in _by(orders, "order_id").values()
        for each in conditions_of(versions, registry.classes, activation)
    )
    conditions = tuple(_condition(order_id, each, registry) for order_id, each in dated)
    return Supervision(
        activation=activation,
        plans=plan_history(orders, activation),
        timezone="UTC" if wearer is None else wearer.timezone,
        conditions=ranked(conditions),
        counterparts=_counterparts(registry, conditions),
    )


def plan_history(orders: Iterable[Order], activation: Activation) -> PlanHistory:
    """Return which supervision plan counts when, of every version of every order of a wearer."""
    by_order = _by(orders, "order_id").values()
    return PlanHistory.of(each for versions in by_order for each in plans_of(versions, activation))


def _protected(registry: Compilable, activation: Activation) -> Supervision:
    """Return the supervision of a protected person's device: she has no conditions to keep."""
    person = registry.protected.get(activation.wearer_id)
    return Supervision(
        activation=activation,
        plans=PlanHistory() if person is None else PlanHistory(plans=(person.plan,)),
        timezone="UTC" if person is None else person.timezone,
        conditions=(),
    )


def _counterparts(registry: Compilable, conditions: Iterable[Condition]) -> tuple[Activation, ...]:
    asked = (each.proximity for each in conditions)
    named = {id_ for each in asked if each is not None for id_ in each.protected_persons}
    return tuple(each for id_ in sorted(named) for each in registry.protecting.get(id_, ()))


def _protecting(activations: Iterable[Activation]) -> dict[str, tuple[Activation, ...]]:
    found: dict[str, list[Activation]] = defaultdict(list)
    for each in activations:
        if each.role is Role.PROTECTED:
            found[each.wearer_id].append(each)
    return {id_: tuple(each) for id_, each in found.items()}


def _by(versions: Iterable[_Version], name: str) -> dict[str, tuple[_Version, ...]]:
    found: dict[str, list[_Version]] = defaultdict(list)
    for each in sorted(versions, key=lambda each: each.version):
        found[getattr(each, name)].append(each)
    return {id_: tuple(each) for id_, each in found.items()}


def _condition(order_id: str, dated: Dated, registry: Compilable) -> Condition:
    """Return a condition with its zones.

    A zone that does not exist (yet) is left out: the condition is judged by those that do.
    """
    written = dated.written
    places = sorted(places_of(written) - set(written.zone_ids))
    return Condition(
        condition_id=dated.condition_id,
        kind=written.kind,
        zones=registry.grouped.get(_named(written)) or _zone_set(written.zone_ids, registry.zones),
        places=_zone_set(places, registry.zones),
        schedule=dated.schedule,
        parameters=written.parameters,
        stay=written.stay,
        priority=written.priority,
        version=dated.version,
        order_id=order_id,
        proximity=written.proximity,
    )


def places_of(condition: OrderCondition) -> set[str]:
    """Return the ids of the zones that single windows of a condition name."""
    schedule = condition.schedule
    placed = {place for window in schedule.weekly for place in window.places}
    placed.update(place for window in schedule.extra for place in window.places)
    placed.update(place for repeated in schedule.recurrences for place in repeated.places)
    return placed - {OWN}


def _named(condition: OrderCondition) -> Named:
    return condition.zone_ids, condition.group_ids


def _zone_set(zone_ids: Iterable[str], zones: Mapping[str, ZoneHistory]) -> ZoneSet:
    found = (zones.get(zone_id) for zone_id in zone_ids)
    histories_ = tuple(each for each in found if each is not None)
    return ZoneSet(histories_) if histories_ else NO_ZONES


def _grouped(
    written: Iterable[OrderCondition],
    groups: Mapping[str, Sequence[ZoneGroup]],
    zones: Mapping[str, ZoneHistory],
) -> dict[Named, ZoneSet]:
    inside = {group_id: members(versions, zones) for group_id, versions in groups.items()}
    named = {_named(each) for each in written if each.group_ids}
    return {each: united_zones(each, inside, zones) for each in named}


def united_zones(
    named: Named,
    inside: Mapping[str, Mapping[str, ZoneHistory]],
    zones: Mapping[str, ZoneHistory],
) -> ZoneSet:
    """Return the zones that a condition names, by themselves and by groups.

    `inside` are the zones of each group, by id.
    """
    zone_ids, group_ids = named
    found: dict[str, ZoneHistory] = {}
    parts = [{each: zones[each] for each in zone_ids if each in zones}]
    for part in (*parts, *(inside.get(each, {}) for each in group_ids)):
        for zone_id, history in part.items():
            former = found.get(zone_id)
            found[zone_id] = history if former is None else united(former, history)
    return ZoneSet(tuple(found.values()))
