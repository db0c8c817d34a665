"""The registry as the engine holds it: compact, and a write costs what it changes.

Supervisions are made when they are asked for. A write tells which activations it may concern: those
of the wearer whose order it is, or of all whose orders name a zone, directly, by a group or by a
class; never fewer. Until they have followed it, the registry also shows how it was for them
(`former`). What nobody is judged by (officers, agencies) is not in it.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from engine.core.compile import places_of, plan_history, supervision_of
from engine.core.former import Former
from engine.core.grouped_zones import GroupedZones
from engine.core.order import Activation, ConditionKind, Role, Supervision
from engine.core.packed_orders import PackedOrders
from engine.core.plan import PlanHistory, SupervisionPlan
from engine.core.registry import Order, OrderCondition, ProtectedPerson, Wearer, WearerClass
from engine.core.registry_journal import RegistryValue
from engine.core.resident_zones import ResidentZones
from engine.core.rules import RULES
from engine.core.uses import Named, Uses
from zones.group import ZoneGroup
from zones.table import ZoneTable
from zones.zone import Zone


class Followed(NamedTuple):
    """What writes of the registry lead to."""

    activations: list[int]
    """Those who may be judged otherwise, and new ones."""
    zones: list[int]
    """Numbers of versions to keep out of that are to be measured from now on."""


class _Template(NamedTuple):
    """What a condition names besides its own zones."""

    names: frozenset[tuple[Named, str]]
    keep_out: bool

    @classmethod
    def of(cls, template: OrderCondition) -> "_Template":
        """Return it of a condition without its zones."""
        return cls(frozenset(_named(template)), template.kind is ConditionKind.EXCLUSION)


class FormerRegistry:
    """The registry as it was before the writes that not all have followed; see `Compilable`."""

    def __init__(self, now: "ResidentRegistry") -> None:
        self.wearers = Former(now.wearers)
        self.activations = Former(now.activations)
        self.orders = Former(now.orders)
        self.zones = Former(now.zones)
        self.classes = Former(now.classes)
        self.groups = Former(now.groups)
        self.protected = Former(now.protected)
        self.protecting = Former(now.protecting)
        self.grouped = GroupedZones(self.groups, self.zones)

    def clear(self) -> None:
        """Begin anew: it is now as it is."""
        for each in (self.wearers, self.activations, self.orders, self.zones, self.classes):
            each.clear()
        for other in (self.groups, self.protected, self.protecting, self.grouped):
            other.clear()


class ResidentRegistry:
    """The registry in memory; see `Compilable`."""

    def __init__(self, revision: int = -1, zones: ZoneTable | None = None) -> None:
        """Begin without anything; the zones are numbered in a table that may hold others."""
        self.revision = revision
        self.wearers: dict[str, Wearer] = {}
        self.activations: dict[int, Activation] = {}
        self.orders = PackedOrders()
        self.zones = ResidentZones(ZoneTable() if zones is None else zones)
        self.classes: dict[str, tuple[WearerClass, ...]] = {}
        self.groups: dict[str, tuple[ZoneGroup, ...]] = {}
        self.protected: dict[str, ProtectedPerson] = {}
        self.protecting: dict[str, tuple[Activation, ...]] = {}
        self.grouped = GroupedZones(self.groups, self.zones)
        self.former = FormerRegistry(self)
        self._worn: dict[str, int | tuple[int, ...]] = {}
        self._uses = Uses()
        self._watchers: dict[int, list[int]] = {}
        self._plans: dict[SupervisionPlan, PlanHistory] = {}
        self._templates: list[_Template] = []
        self._outs: set[str] = set()
        self._groups_out: set[str] = set()
        """Groups that somebody has to keep out of."""

    def fill(
        self,
        wearers: Iterable[Wearer],
        persons: Iterable[ProtectedPerson],
        activations: Iterable[Activation],
        groups: Iterable[ZoneGroup],
        classes: Iterable[WearerClass],
        orders: Iterable[str],
        zones: Iterable[Zone],
    ) -> None:
        """Take a whole registry into one that is empty; versions of one id come in order.

        `orders` are the JSON of every version of every order.
        """
        self.wearers.update((each.wearer_id, each) for each in wearers)
        self.protected.update((each.person_id, each) for each in persons)
        for activation in activations:
            self._take_activation(self._sharing(activation))
        for group in groups:
            self.groups[group.group_id] = (*self.groups.get(group.group_id, ()), group)
        self.zones.fill(zones)
        for each in classes:
            self.classes[each.class_id] = (*self.classes.get(each.class_id, ()), each)
            self._keep_out(self._outs_of(each.conditions))
        for body in orders:
            self._keep_out(self._take_order(body))

    def supervision(self, activation_id: int) -> Supervision:
        """Return what an activation is judged against."""
        return supervision_of(self, self.activations[activation_id])

    def former_supervision(self, activation_id: int) -> Supervision | None:
        """Return what it was judged against before the writes not all have followed, if worn."""
        activation = self.former.activations.get(activation_id)
        return None if activation is None else supervision_of(self.former, activation)

    def plans(self, activation: Activation) -> PlanHistory:
        """Return which supervision plan counts when for an activation."""
        if activation.role is Role.PROTECTED:
            return supervision_of(self, activation).plans
        only = self.orders.plan_if_only(activation)
        if only is not None:
            return self._plans.setdefault(only, PlanHistory(plans=(only,)))
        return plan_history(self.orders.get(activation.wearer_id, ()), activation)

    def stirs(self, activation: Activation) -> bool:
        """Tell whether anything may come of an activation that never reports anything.

        An attendance is missed by nobody's coming; and she whom he keeps away from reports too.
        """
        orders = self.orders.get(activation.wearer_id, ())
        classes = {class_id for order in orders for class_id in order.classes}
        held = (version for each in classes for version in self.classes.get(each, ()))
        asked = (*(each.conditions for each in orders), *(each.conditions for each in held))
        conditions = chain.from_iterable(asked)
        return any(RULES[each.kind].every_turn or each.proximity for each in conditions)

    def watchers(self, activation_id: int) -> list[int]:
        """Return who may be judged by the positions of an activation: a protected person's."""
        activation = self.activations.get(activation_id)
        if activation is None or activation.role is not Role.PROTECTED:
            return []
        found = self._watchers.get(activation_id)
        if found is None:
            found = self._activations_of(self._users(Named.PERSON, activation.wearer_id))
            self._watchers[activation_id] = found
        return found

    def take(self, revision: int, values: Sequence[RegistryValue]) -> Followed:
        """Follow writes, in their order; the registry is then of that revision."""
        activations: dict[int, None] = {}
        zones: list[int] = []
        self._watchers.clear()
        self._keep_sets()
        for value in values:
            followed = self._take(value)
            activations |= dict.fromkeys(followed.activations)
            zones += followed.zones
        self.revision = revision
        return Followed(list(activations), zones)

    def _take(self, value: RegistryValue) -> Followed:
        if isinstance(value, Wearer | ProtectedPerson):
            return self._followed_person(value)
        if isinstance(value, Activation):
            return self._followed_activation(value)
        if isinstance(value, Order):
            return self._followed_order(value)
        return self._followed_place(value)

    def _followed_place(self, value: RegistryValue) -> Followed:
        """Follow what many wearers may share; devices and beacons are no part of a supervision."""
        match value:
            case Zone():
                return self._followed_zone(value)
            case ZoneGroup():
                return self._followed_group(value)
            case WearerClass():
                return self._followed_class(value)
        return Followed([], [])

    def _followed_person(self, value: Wearer | ProtectedPerson) -> Followed:
        if isinstance(value, Wearer):
            self.former.wearers.note(value.wearer_id)
            self.wearers[value.wearer_id] = value
            return Followed(self._activations_of([value.wearer_id]), [])
        self.former.protected.note(value.person_id)
        self.protected[value.person_id] = value
        return Followed(self._activations_of([value.person_id]), [])

    def _followed_order(self, order: Order) -> Followed:
        self.former.orders.note(order.wearer_id)
        zones = self._keep_out(sorted(self._take_order(msgspec.json.encode(order))))
        return Followed(self._activations_of([order.wearer_id]), zones)

    def _followed_activation(self, activation: Activation) -> Followed:
        self.former.activations.note(activation.activation_id)
        if activation.role is Role.PROTECTED:
            self.former.protecting.note(activation.wearer_id)
        self._take_activation(activation)
        watchers = self.watchers(activation.activation_id)
        return Followed([activation.activation_id, *watchers], [])

    def _sharing(self, activation: Activation) -> Activation:
        """Return an activation whose id of its wearer is the very text that names the wearer."""
        wearer = self.wearers.get(activation.wearer_id)
        if wearer is None:
            return activation
        return replace(activation, wearer_id=wearer.wearer_id)

    def _take_activation(self, activation: Activation) -> None:
        number, wearer_id = activation.activation_id, activation.wearer_id
        if number not in self.activations:
            worn = self._worn.get(wearer_id, ())
            numbers = (worn,) if isinstance(worn, int) else worn
            self._worn[wearer_id] = (*numbers, number) if numbers else number
        self.activations[number] = activation
        if activation.role is Role.PROTECTED:
            others = (
                each for each in self.protecting.get(wearer_id, ()) if each.activation_id != number
            )
            every = sorted((*others, activation), key=lambda each: each.activation_id)
            self.protecting[wearer_id] = tuple(every)

    def _take_order(self, body: str | bytes) -> set[str]:
        """Take a version of an order and return the zones to keep out of that it names."""
        wearer_id, conditions, classes = self.orders.take(body)
        outs: set[str] = set()
        if classes:
            self._uses.add(Named.CLASS, classes, wearer_id)
        for number, zone_ids in conditions:
            template = self._template(number)
            self._uses.add(Named.ZONE, zone_ids, wearer_id)
            for kind, name in template.names:
                self._uses.add(kind, (name,), wearer_id)
            if template.keep_out:
                outs.update(zone_ids)
        return outs | self._group_outs()

    def _template(self, number: int) -> "_Template":
        while len(self._templates) <= number:
            made = _Template.of(self.orders.template(len(self._templates)))
            self._templates.append(made)
            if made.keep_out:
                self._keep_out_of(made.names)
        return self._templates[number]

    def _keep_out_of(self, names: Iterable[tuple[Named, str]]) -> None:
        for kind, name in names:
            if kind is Named.ZONE:
                self._outs.add(name)
            elif kind is Named.GROUP and name not in self._groups_out:
                self._groups_out.add(name)
                self._outs |= _zones_of(self.groups.get(name, ()))

    def _group_outs(self) -> set[str]:
        """Return, once, the zones of groups and single windows to keep out of that are new."""
        outs, self._outs = self._outs, set()
        return outs

    def _outs_of(self, conditions: Iterable[OrderCondition]) -> set[str]:
        for each in conditions:
            if each.kind is ConditionKind.EXCLUSION:
                self._keep_out_of(_named(each))
        return self._group_outs()

    def _keep_out(self, zone_ids: Iterable[str]) -> list[int]:
        """Note that somebody has to keep out of zones; return the numbers that are new."""
        return [each for zone_id in zone_ids for each in self.zones.keep_out(zone_id)]

    def _followed_zone(self, zone: Zone) -> Followed:
        zone_id = zone.zone_id
        concerned = self._users(Named.ZONE, zone_id)
        awaited = bool(concerned) and zone_id not in self.zones
        self._keep_sets()
        self.former.zones.note(zone_id)
        self.grouped.change(zone_id=zone_id)
        added = self.zones.take(zone)
        return Followed(
            self._activations_of(concerned), self.zones.keep_out(zone_id) if awaited else added
        )

    def _followed_group(self, group: ZoneGroup) -> Followed:
        group_id = group.group_id
        self._keep_sets()
        self.former.groups.note(group_id)
        self.grouped.change(group_id=group_id)
        self.groups[group_id] = (*self.groups.get(group_id, ()), group)
        outs = group.zone_ids if group_id in self._groups_out else ()
        added = self._keep_out(outs)
        return Followed(self._activations_of(self._users(Named.GROUP, group_id)), added)

    def _keep_sets(self) -> None:
        """Keep the sets of zones as they are before the first write that may change any."""
        if not self.former.zones.changed and not self.former.groups.changed:
            self.former.grouped.adopt(self.grouped)

    def _followed_class(self, changed: WearerClass) -> Followed:
        class_id = changed.class_id
        self.former.classes.note(class_id)
        self.classes[class_id] = (*self.classes.get(class_id, ()), changed)
        added = self._keep_out(sorted(self._outs_of(changed.conditions)))
        return Followed(self._activations_of(self._users(Named.CLASS, class_id)), added)

    def _users(self, kind: Named, name: str) -> list[str]:
        """Return the wearers whom something concerns: by their orders, groups and classes."""
        found = dict.fromkeys(self._uses.of(kind, name))
        if kind is Named.ZONE:
            for group_id, versions in self.groups.items():
                if name in _zones_of(versions):
                    found |= dict.fromkeys(self._users(Named.GROUP, group_id))
        if kind is not Named.CLASS:
            for class_id, each in self.classes.items():
                if any((kind, name) in _named(one) for held in each for one in held.conditions):
                    found |= dict.fromkeys(self._uses.of(Named.CLASS, class_id))
        return list(found)

    def _activations_of(self, wearer_ids: Iterable[str]) -> list[int]:
        found: list[int] = []
        for wearer_id in wearer_ids:
            worn = self._worn.get(wearer_id, ())
            found.extend((worn,) if isinstance(worn, int) else worn)
        return found


def _named(condition: OrderCondition) -> set[tuple[Named, str]]:
    """Return everything that a condition names."""
    persons = () if condition.proximity is None else condition.proximity.protected_persons
    return {
        *((Named.ZONE, each) for each in (*condition.zone_ids, *places_of(condition))),
        *((Named.GROUP, each) for each in condition.group_ids),
        *((Named.PERSON, each) for each in persons),
    }


def _zones_of(versions: Iterable[ZoneGroup]) -> set[str]:
    return {zone_id for version in versions for zone_id in version.zone_ids}
