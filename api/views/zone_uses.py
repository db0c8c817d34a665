"""Which conditions use a zone: by orders that bind now or will, in their newest versions.

A condition uses a zone that it names, that a window of it names, or that a group it names has; and
an order brings the conditions of the classes it names.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, NamedTuple

from api.directory import Directory
from api.schemas.fields import local_text
from api.schemas.zone import ZoneUseOut, ZoneUses
from engine.core.compile import places_of
from engine.core.in_force import class_condition_id
from engine.core.registry import Order, OrderCondition
from zones.instant import Instant

MOST_USES: Final = 200

Via = Literal["zone", "window", "group", "class"]


class _Use(NamedTuple):
    order: Order
    condition_id: str
    condition: OrderCondition
    via: Via
    via_id: str | None


def uses_out(zone_id: str, directory: Directory, now: Instant) -> ZoneUses:
    """Return what uses a zone."""
    groups = groups_with(zone_id, directory)
    found = sorted(
        (
            use
            for order in binding(directory, now)
            for use in _of_order(order, zone_id, set(groups), directory)
        ),
        key=lambda use: (use.order.wearer_id, use.order.order_id, use.condition_id),
    )
    return ZoneUses(
        zone_id=zone_id,
        wearers=len({use.order.wearer_id for use in found}),
        conditions=len(found),
        uses=[_out(use, directory, now) for use in found[:MOST_USES]],
        groups=groups,
        beacons=sorted(
            f"{vendor}/{beacon_id}"
            for (vendor, beacon_id), versions in directory.beacons.items()
            if versions[-1].zone_id == zone_id
        ),
    )


def zones_of_wearer(wearer_id: str, directory: Directory, now: Instant) -> set[str]:
    """Return the ids of the zones that a wearer's conditions use."""
    found: set[str] = set()
    for order in binding(directory, now, wearer_id):
        for _, condition, _ in _conditions(order, directory):
            found |= {*condition.zone_ids, *places_of(condition)}
            for group_id in condition.group_ids:
                found |= set(directory.groups[group_id][-1].zone_ids)
    return found


def groups_with(zone_id: str, directory: Directory) -> list[str]:
    """Return the ids of the groups that have a zone in their newest version."""
    return sorted(
        group_id
        for group_id, versions in directory.groups.items()
        if zone_id in versions[-1].zone_ids
    )


def binding(directory: Directory, now: Instant, wearer_id: str | None = None) -> Iterator[Order]:
    """Yield the newest versions of orders that bind now or will, of one wearer or of all."""
    every: Iterable[tuple[Order, ...]] = directory.orders.values()
    if wearer_id is not None:
        ids = dict.fromkeys(each.order_id for each in directory.orders_of.get(wearer_id, ()))
        every = [directory.orders[each] for each in ids]
    for versions in every:
        order = versions[-1]
        if order.effective_until is None or order.effective_until > now:
            yield order


def _conditions(
    order: Order, directory: Directory
) -> Iterator[tuple[str, OrderCondition, str | None]]:
    """Yield the conditions an order brings: id to the wearer, the rule, the class it is of."""
    for each in order.conditions:
        yield each.condition_id, each, None
    for class_id in order.classes:
        for each in directory.classes[class_id][-1].conditions:
            yield class_condition_id(class_id, each.condition_id), each, class_id


def _of_order(order: Order, zone_id: str, groups: set[str], directory: Directory) -> Iterator[_Use]:
    for condition_id, condition, class_id in _conditions(order, directory):
        via = _via(condition, zone_id, groups)
        if via is None:
            continue
        how, named = via if class_id is None else ("class", class_id)
        yield _Use(order, condition_id, condition, how, named)


def _via(
    condition: OrderCondition, zone_id: str, groups: set[str]
) -> tuple[Via, str | None] | None:
    if zone_id in condition.zone_ids:
        return "zone", None
    by = next((each for each in condition.group_ids if each in groups), None)
    if by is not None:
        return "group", by
    return ("window", None) if zone_id in places_of(condition) else None


def _out(use: _Use, directory: Directory, now: Instant) -> ZoneUseOut:
    order = use.order
    wearer = directory.wearers.get(order.wearer_id)
    timezone = directory.timezone(order.wearer_id)
    return ZoneUseOut(
        order_id=order.order_id,
        wearer_id=order.wearer_id,
        wearer_name="" if wearer is None else wearer.name,
        timezone=timezone,
        condition_id=use.condition_id,
        kind=use.condition.kind,
        via=use.via,
        via_id=use.via_id,
        effective_from=order.effective_from,
        effective_from_local=local_text(order.effective_from, timezone),
        effective_until=order.effective_until,
        in_force=order.effective_from <= now,
    )


def left_without_zone(
    zone_id: str, directory: Directory, at: Instant
) -> Sequence[tuple[Order, str]]:
    """Return the conditions that would have no place left at an instant without this zone.

    So, too, those of which a single window names it: it may be the window's only place.
    """
    groups = set(groups_with(zone_id, directory))
    return [
        (use.order, use.condition_id)
        for order in binding(directory, at)
        for use in _of_order(order, zone_id, groups, directory)
        if zone_id in places_of(use.condition) or not _others(use.condition, zone_id, directory, at)
    ]


def _others(condition: OrderCondition, zone_id: str, directory: Directory, at: Instant) -> bool:
    named = set(condition.zone_ids)
    for group_id in condition.group_ids:
        named |= set(directory.groups[group_id][-1].zone_ids)
    return any(
        each in directory.histories and directory.histories[each].at(at) is not None
        for each in named - {zone_id}
    )
