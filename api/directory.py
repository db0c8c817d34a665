"""The directory is the registry as the API looks things up in it: by id, kept until it changes.

Loading it reads the whole registry, so it is kept for as long as the registry's revision stays the
same. A directory is a value: whoever holds one sees one state of the registry.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from engine.core.compile import histories
from engine.core.order import Activation
from engine.core.registry import Device, Order, OrderCondition, Wearer
from engine.store.protocol import RegistryPart
from zones.history import ZoneHistory
from zones.instant import Instant
from zones.zone import Zone


@dataclass(frozen=True, slots=True)
class Directory:
    """Wearers, devices, activations, orders and zones by id, in the order of their ids."""

    revision: int
    wearers: Mapping[str, Wearer]
    devices: Mapping[tuple[str, str], Device]
    activations: Mapping[int, Activation]
    orders: Mapping[str, tuple[Order, ...]]
    """Every version of each order, oldest first."""
    zones: Mapping[str, tuple[Zone, ...]]
    """Every version of each zone, oldest first."""
    histories: Mapping[str, ZoneHistory]
    """Which version of each zone is in effect when."""
    conditions: Mapping[tuple[str, str, int], tuple[tuple[Order, OrderCondition], ...]]
    """Conditions by wearer, condition id and version of the order: see `core.compile`."""

    def timezone(self, wearer_id: str) -> str:
        """Return the IANA zone of a wearer's wall clock, UTC if the wearer is not known."""
        wearer = self.wearers.get(wearer_id)
        return "UTC" if wearer is None else wearer.timezone

    def condition(
        self, wearer_id: str, condition_id: str | None, version: int | None, at: Instant
    ) -> tuple[Order, OrderCondition] | None:
        """Return a condition as it stood in a version of an order that is in force at `at`."""
        if condition_id is None or version is None:
            return None
        found = self.conditions.get((wearer_id, condition_id, version), ())
        return next((pair for pair in found if _binds(pair[0], at)), found[0] if found else None)


class DirectoryCache:
    """Hands out the directory of a transaction, loaded anew only when the registry has changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: Directory | None = None

    def of(self, registry: RegistryPart) -> Directory:
        """Return the directory as this transaction sees it."""
        revision = registry.revision()
        kept = self._kept
        if kept is not None and kept.revision == revision:
            return kept
        with self._lock:
            kept = self._kept
            if kept is None or kept.revision != revision:
                kept = _load(registry, revision)
                self._kept = kept
            return kept


def _load(registry: RegistryPart, revision: int) -> Directory:
    orders = _versions(registry.orders(), "order_id")
    zones = registry.zones()
    return Directory(
        revision=revision,
        wearers={each.wearer_id: each for each in registry.wearers()},
        devices={(each.vendor, each.device_id): each for each in registry.devices()},
        activations={each.activation_id: each for each in registry.activations()},
        orders=orders,
        zones=_versions(zones, "zone_id"),
        histories=histories(zones),
        conditions=_conditions(orders),
    )


_Item = TypeVar("_Item", Order, Zone)


def _versions(items: Iterable[_Item], name: str) -> dict[str, tuple[_Item, ...]]:
    ordered = sorted(items, key=attrgetter(name, "version"))
    return {id_: tuple(versions) for id_, versions in groupby(ordered, attrgetter(name))}


def _conditions(
    orders: Mapping[str, tuple[Order, ...]],
) -> dict[tuple[str, str, int], tuple[tuple[Order, OrderCondition], ...]]:
    found: defaultdict[tuple[str, str, int], list[tuple[Order, OrderCondition]]] = defaultdict(list)
    for versions in orders.values():
        for order in versions:
            for each in order.conditions:
                found[order.wearer_id, each.condition_id, order.version].append((order, each))
    return {key: tuple(pairs) for key, pairs in found.items()}


def _binds(order: Order, at: Instant) -> bool:
    until = order.effective_until
    return order.effective_from <= at and (until is None or at < until)
