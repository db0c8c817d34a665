"""The directory as the registry the judgement compiles from: the whole, or one wearer's part."""

from collections.abc import Iterable
from itertools import chain

from api.directory import Directory
from engine.core.compile import Registry, places_of, registry_of
from engine.core.order import Role
from engine.core.registry import Order, OrderCondition, WearerClass


def registry_of_directory(directory: Directory) -> Registry:
    """Return the registry that a directory holds."""
    return registry_of(
        directory.revision,
        directory.wearers.values(),
        directory.activations.values(),
        chain.from_iterable(directory.orders.values()),
        chain.from_iterable(directory.zones.values()),
        chain.from_iterable(directory.groups.values()),
        chain.from_iterable(directory.classes.values()),
        directory.protected.values(),
    )


def registry_of_wearer(directory: Directory, wearer_id: str) -> Registry:
    """Return what of the registry concerns one wearer: nothing else is looked at."""
    orders = directory.orders_of.get(wearer_id, ())
    class_ids = {class_id for order in orders for class_id in order.classes}
    classes = [each for id_ in sorted(class_ids) for each in directory.classes.get(id_, ())]
    written = [*_conditions(orders), *_conditions(classes)]
    group_ids = {each for condition in written for each in condition.group_ids}
    groups = [each for id_ in sorted(group_ids) for each in directory.groups.get(id_, ())]
    named = {zone for condition in written for zone in (*condition.zone_ids, *places_of(condition))}
    named.update(zone for group in groups for zone in group.zone_ids)
    persons = {
        person
        for condition in written
        if condition.proximity is not None
        for person in condition.proximity.protected_persons
    }
    wearer = directory.wearers.get(wearer_id)
    activations = directory.activations.values()
    return registry_of(
        directory.revision,
        () if wearer is None else (wearer,),
        [
            each
            for each in activations
            if each.wearer_id in (persons if each.role is Role.PROTECTED else (wearer_id,))
        ],
        orders,
        chain.from_iterable(directory.zones.get(each, ()) for each in sorted(named)),
        groups,
        classes,
        (directory.protected[each] for each in sorted(persons) if each in directory.protected),
    )


def _conditions(written: Iterable[Order | WearerClass]) -> Iterable[OrderCondition]:
    return chain.from_iterable(each.conditions for each in written)
