"""The directory is the registry as the API looks things up in it: by id.

It is a value: whoever holds one sees one state of the registry. A write makes the next one from it
without reading everything again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Final, TypeVar

import msgspec

from api.directory_zones import Histories, ZoneBook
from engine.core.beacon import Beacon
from engine.core.canary import CANARY
from engine.core.in_force import class_condition_id
from engine.core.order import Activation, Role
from engine.core.registry import Device, Order, OrderCondition, ProtectedPerson, Wearer, WearerClass
from engine.store.registry_part import RegistryPart
from zones.group import ZoneGroup
from zones.history import ZoneHistory
from zones.instant import Instant
from zones.zone import Zone

Entry = (
    Wearer | ProtectedPerson | Device | Activation | Order | Zone | ZoneGroup | WearerClass | Beacon
)
"""What the registry holds, one at a time."""


@dataclass(frozen=True, slots=True)
class Directory:
    """Everything that is configured by id, as of one revision."""

    revision: int
    wearers: Mapping[str, Wearer]
    devices: Mapping[tuple[str, str], Device]
    activations: Mapping[int, Activation]
    orders: Mapping[str, tuple[Order, ...]]
    """Every version of each order, oldest first."""
    orders_of: Mapping[str, tuple[Order, ...]]
    """By wearer, every version of every order."""
    zones: ZoneBook
    """Every version of each zone, oldest first."""
    groups: Mapping[str, tuple[ZoneGroup, ...]]
    """Every version of each group of zones, oldest first."""
    classes: Mapping[str, tuple[WearerClass, ...]]
    """Every version of each class of wearers, oldest first."""
    beacons: Mapping[tuple[str, str], tuple[Beacon, ...]]
    """Every version of each beacon, oldest first, by vendor and id."""
    protected: Mapping[str, ProtectedPerson]

    @property
    def histories(self) -> Mapping[str, ZoneHistory]:
        """Which version of each zone is in effect when."""
        return Histories(self.zones)

    def timezone(self, wearer_id: str) -> str:
        """Return the IANA zone of a wearer's wall clock, UTC if the wearer is not known."""
        wearer = self.wearers.get(wearer_id)
        return "UTC" if wearer is None else wearer.timezone

    def place(self, zone_id: str) -> str:
        """Return what people call a zone: the name of its newest version, or its id."""
        versions = self.zones.get(zone_id, ())
        return (versions[-1].name if versions else "") or zone_id

    def of_protected(self) -> set[tuple[str, str]]:
        """Return the devices, by vendor and id, that a protected person ever carried."""
        every = self.activations.values() if self.protected else ()
        return {(each.vendor, each.device_id) for each in every if each.role is Role.PROTECTED}

    def condition(
        self, wearer_id: str, condition_id: str | None, version: int | None, at: Instant
    ) -> tuple[Order, OrderCondition] | None:
        """Return a condition as it stood in a version of the wearer's order in force at `at`.

        `version` is the order's, or the class's, as `core.in_force` gives it to what is judged.
        """
        orders = self.orders_of.get(wearer_id, ())
        found = [
            (order, each)
            for order in orders
            if order.version == version
            for each in order.conditions
            if each.condition_id == condition_id
        ] + [
            (order, each)
            for order in orders
            for class_id in order.classes
            for held in self.classes.get(class_id, ())
            if held.version == version
            for each in held.conditions
            if class_condition_id(class_id, each.condition_id) == condition_id
        ]
        return next((pair for pair in found if _binds(pair[0], at)), found[0] if found else None)

    def after(self, entry: Entry, revision: int) -> "Directory":
        """Return the directory after the write of one entry, a new version where it has them."""
        match entry:
            case Wearer():
                made = replace(self, wearers={**self.wearers, entry.wearer_id: entry})
            case ProtectedPerson():
                made = replace(self, protected={**self.protected, entry.person_id: entry})
            case Device():
                key = (entry.vendor, entry.device_id)
                made = replace(self, devices={**self.devices, key: entry})
            case Activation():
                key_ = entry.activation_id
                made = replace(self, activations={**self.activations, key_: entry})
            case Order():
                made = replace(
                    self,
                    orders=_with(self.orders, entry.order_id, entry),
                    orders_of=_with(self.orders_of, entry.wearer_id, entry),
                )
            case Zone():
                made = replace(self, zones=self.zones.after(entry))
            case ZoneGroup():
                made = replace(self, groups=_with(self.groups, entry.group_id, entry))
            case WearerClass():
                made = replace(self, classes=_with(self.classes, entry.class_id, entry))
            case Beacon():
                at = (entry.vendor, entry.beacon_id)
                made = replace(self, beacons=_with(self.beacons, at, entry))
        return replace(made, revision=revision)


def load(registry: RegistryPart, revision: int) -> Directory:
    """Return the directory of the whole registry, the engine's canary left out."""
    wearers = {each.wearer_id: each for each in registry.wearers() if each.wearer_id != CANARY}
    orders = _orders(registry, wearers)
    devices = (each for each in registry.devices() if each.vendor != CANARY)
    activations = (each for each in registry.activations() if each.vendor != CANARY)
    return Directory(
        revision=revision,
        protected={each.person_id: each for each in registry.protected_persons()},
        wearers=wearers,
        devices={(each.vendor, each.device_id): each for each in devices},
        activations={each.activation_id: each for each in activations},
        orders=_versions(orders, "order_id"),
        orders_of=_versions(orders, "wearer_id"),
        zones=ZoneBook.of(each for each in registry.every_zone() if each.zone_id != CANARY),
        groups=_versions(registry.groups(), "group_id"),
        classes=_versions(registry.classes(), "class_id"),
        beacons=_beacons(registry.beacons()),
    )


def _orders(registry: RegistryPart, wearers: Mapping[str, Wearer]) -> list[Order]:
    """Return the orders; what thousands of them have in common is there once for all."""
    shared: dict[object, object] = {}
    found = (_ORDER(body) for body in registry.every_order())
    return [_sharing(each, wearers, shared) for each in found if each.order_id != CANARY]


def _sharing(order: Order, wearers: Mapping[str, Wearer], shared: dict[object, object]) -> Order:
    def one(value: _Item) -> _Item:
        # What a dictionary gives for a key that is equal is of the type of that key.
        return shared.setdefault((type(value), value), value)  # type: ignore[return-value]

    wearer = wearers.get(order.wearer_id)
    conditions = (
        msgspec.structs.replace(
            each,
            condition_id=one(each.condition_id),
            schedule=one(each.schedule),
            parameters=one(each.parameters),
        )
        for each in order.conditions
    )
    return msgspec.structs.replace(
        order,
        wearer_id=order.wearer_id if wearer is None else wearer.wearer_id,
        agency=one(order.agency),
        officer=one(order.officer),
        plan=one(order.plan),
        conditions=tuple([each if each.zone_ids else one(each) for each in conditions]),
    )


_ORDER: Final = msgspec.json.Decoder(Order).decode
_Id = TypeVar("_Id", str, tuple[str, str])
_Item = TypeVar("_Item")
_Versioned = TypeVar("_Versioned", Order, ZoneGroup, WearerClass)


def _versions(items: Iterable[_Versioned], name: str) -> dict[str, tuple[_Versioned, ...]]:
    ordered = sorted(items, key=attrgetter(name, "version"))
    return {id_: tuple(versions) for id_, versions in groupby(ordered, attrgetter(name))}


def _beacons(items: Iterable[Beacon]) -> dict[tuple[str, str], tuple[Beacon, ...]]:
    ordered = sorted(items, key=attrgetter("vendor", "beacon_id", "version"))
    return {id_: tuple(each) for id_, each in groupby(ordered, attrgetter("vendor", "beacon_id"))}


def _with(
    versions: Mapping[_Id, tuple[_Item, ...]], id_: _Id, newest: _Item
) -> dict[_Id, tuple[_Item, ...]]:
    return {**versions, id_: (*versions.get(id_, ()), newest)}


def _binds(order: Order, at: Instant) -> bool:
    until = order.effective_until
    return order.effective_from <= at and (until is None or at < until)
