"""The JSON form of a proposal: what a dry run is asked.

    {"days": 30, "wearer_ids": ["w1"],
     "zones": [a GeoJSON Feature with its zone_id],
     "orders": [an order as it is stored, with its order_id],
     "conditions": [{"order_id": "o1", "condition": a condition as in an order}],
     "parameters": [{"order_id": "o1", "condition_id": "c1", "buffer_m": 100}]}

Without `order_id`, parameters are for that condition in every order that has it.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, TypeVar

import msgspec

from engine.core.compile import Registry, places_of
from engine.core.condition_json import read_condition
from engine.core.condition_wire import ConditionError, demand
from engine.core.order import Parameters
from engine.core.plan import SupervisionPlan
from engine.core.proposal import ParameterChange, Proposal, has_condition, tuned
from engine.core.registry import Order, OrderCondition
from zones.geojson import read_zones
from zones.instant import Instant, parse
from zones.zone import Zone

DAYS: Final = 30
MOST_DAYS: Final = 90

_TUNABLE: Final = Parameters.__struct_fields__
_Wire = TypeVar("_Wire")


class PlanJson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often a device is to report."""

    interval_s: float = 60.0
    buffer_s: float = 240.0
    tamper_grace_s: float = 0.0


class OrderJson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order, with fields named as the API names them."""

    order_id: str
    wearer_id: str
    agency: str = ""
    officer: str = ""
    effective_from: str
    effective_until: str | None = None
    plan: PlanJson = PlanJson()
    conditions: tuple[dict[str, object], ...] = ()
    classes: tuple[str, ...] = ()
    version: int | None = None
    version_from: str | None = None
    timezone: str | None = None
    recorded_at: str | None = None
    recorded_by: str = ""
    reason: str = ""
    wearer_name: str = ""
    """The last seven are in an order as it is read back; they have no say."""


class _ConditionChangeJson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    order_id: str
    condition: dict[str, object]


class _ProposalJson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    days: int = DAYS
    wearer_ids: tuple[str, ...] = ()
    zones: tuple[dict[str, object], ...] = ()
    orders: tuple[dict[str, object], ...] = ()
    conditions: tuple[dict[str, object], ...] = ()
    parameters: tuple[dict[str, object], ...] = ()


class Question(NamedTuple):
    """What a dry run is asked."""

    proposal: Proposal
    days: int
    wearer_ids: tuple[str, ...]
    """Only these wearers; none: all whom the proposal concerns."""


def read_question(data: Mapping[str, object], registry: Registry) -> Question:
    """Return the question of its JSON form, about a registry.

    Raises:
        ConditionError: what is wrong, where, and how to put it right.
    """
    wire = _decoded(data, _ProposalJson, "")
    demand(1 <= wire.days <= MOST_DAYS, "days", wire.days, f"must be from 1 to {MOST_DAYS}")
    for i, wearer_id in enumerate(wire.wearer_ids):
        known = wearer_id in registry.wearers
        demand(known, f"wearer_ids[{i}]", wearer_id, "is no wearer that is stored")
    some = wire.zones or wire.orders or wire.conditions or wire.parameters
    demand(
        bool(some), "", None, "nothing is proposed: give zones, orders, conditions or parameters"
    )
    zones = tuple(_zone(each, f"zones[{i}]") for i, each in enumerate(wire.zones))
    _check_once([zone.zone_id for zone in zones], "zones", "zone_id")
    orders = tuple(_order(each, f"orders[{i}]", registry) for i, each in enumerate(wire.orders))
    _check_once([order.order_id for order in orders], "orders", "order_id")
    proposal = Proposal(
        zones=zones,
        orders=orders,
        conditions=tuple(
            _condition(each, f"conditions[{i}]", registry) for i, each in enumerate(wire.conditions)
        ),
        parameters=tuple(
            _parameters(each, f"parameters[{i}]", registry)
            for i, each in enumerate(wire.parameters)
        ),
    )
    _check_zones(proposal, registry)
    return Question(proposal, wire.days, wire.wearer_ids)


def _decoded(data: Mapping[str, object], wire: type[_Wire], path: str) -> _Wire:
    try:
        return msgspec.convert(data, wire)
    except msgspec.ValidationError as error:
        words, _, place = str(error).partition(" - at `$")
        inner = place.rstrip("`").removeprefix(".")
        raise ConditionError(_joined(path, inner), None, words) from None


def _joined(path: str, inner: str) -> str:
    return path + inner if inner.startswith("[") else ".".join(filter(None, (path, inner)))


def _check_once(ids: list[str], path: str, name: str) -> None:
    for i, each in enumerate(ids):
        demand(each not in ids[:i], f"{path}[{i}].{name}", each, "is proposed twice: give it once")


def _zone(feature: Mapping[str, object], path: str) -> Zone:
    reading = read_zones(feature)
    for problem in reading.problems:
        inner = problem.path.removeprefix("feature").lstrip(".")
        raise ConditionError(_joined(path, inner), problem.zone_id or None, problem.message)
    return reading.zones[0]


def _order(data: Mapping[str, object], path: str, registry: Registry) -> Order:
    wire = _decoded(data, OrderJson, path)
    wearer = registry.wearers.get(wire.wearer_id)
    if wearer is None:
        fix = "is no wearer that is stored"
        raise ConditionError(f"{path}.wearer_id", wire.wearer_id, fix)
    former = _versions(registry, wire.order_id)
    others = bool(former) and former[0].wearer_id != wire.wearer_id
    demand(not others, f"{path}.order_id", wire.order_id, "is the order of another wearer")
    since = _instant(wire.effective_from, f"{path}.effective_from")
    until = None
    if wire.effective_until is not None:
        until = _instant(wire.effective_until, f"{path}.effective_until")
        fix = "is not after effective_from: give a later time, or none"
        demand(until > since, f"{path}.effective_until", wire.effective_until, fix)
    order = Order(
        order_id=wire.order_id,
        wearer_id=wire.wearer_id,
        agency=wire.agency,
        officer=wire.officer,
        effective_from=since,
        effective_until=until,
        classes=wire.classes,
        plan=_plan(wire.plan, f"{path}.plan"),
        conditions=tuple(
            _read(each, f"{path}.conditions[{i}]", wearer.timezone)
            for i, each in enumerate(wire.conditions)
        ),
    )
    for i, class_id in enumerate(wire.classes):
        known = class_id in registry.classes
        demand(known, f"{path}.classes[{i}]", class_id, "is no class that is stored")
    ids = [each.condition_id for each in order.conditions]
    _check_once(ids, f"{path}.conditions", "id")
    return order


def _plan(wire: PlanJson, path: str) -> SupervisionPlan:
    demand(wire.interval_s > 0, f"{path}.interval_s", wire.interval_s, "must be above 0 seconds")
    demand(wire.buffer_s >= 0, f"{path}.buffer_s", wire.buffer_s, "must be 0 seconds or more")
    demand(
        wire.tamper_grace_s >= 0, f"{path}.tamper_grace_s", wire.tamper_grace_s, "must be 0 or more"
    )
    return SupervisionPlan(wire.interval_s, wire.buffer_s, wire.tamper_grace_s)


def _instant(text: str, path: str) -> Instant:
    try:
        return parse(text)
    except ValueError:
        fix = "write RFC 3339 with an offset, for example 2026-03-01T21:15:00Z"
        raise ConditionError(path, text, fix) from None


def _read(data: Mapping[str, object], path: str, timezone: str) -> OrderCondition:
    try:
        return read_condition(data, timezone)
    except ConditionError as error:
        raise ConditionError(_joined(path, error.path), error.value, error.fix) from None


def _condition(
    data: Mapping[str, object], path: str, registry: Registry
) -> tuple[str, OrderCondition]:
    wire = _decoded(data, _ConditionChangeJson, path)
    versions = _versions(registry, wire.order_id)
    demand(bool(versions), f"{path}.order_id", wire.order_id, "is no order that is stored")
    wearer = registry.wearers[versions[0].wearer_id]
    return wire.order_id, _read(wire.condition, f"{path}.condition", wearer.timezone)


def _parameters(data: Mapping[str, object], path: str, registry: Registry) -> ParameterChange:
    changes = {name: data[name] for name in _TUNABLE if name in data}
    wire = _decoded(
        {name: value for name, value in data.items() if name not in changes} | {"changes": changes},
        ParameterChange,
        path,
    )
    demand(bool(changes), path, None, f"changes nothing: give one of {', '.join(_TUNABLE)}")
    _check_condition_known(wire, path, registry)
    try:
        tuned(Parameters(), wire.changes)
    except (ValueError, msgspec.ValidationError) as error:
        raise ConditionError(path, None, str(error)) from None
    return wire


def _check_condition_known(change: ParameterChange, path: str, registry: Registry) -> None:
    if change.order_id is None:
        every = [order for versions in registry.orders.values() for order in versions]
    else:
        every = _versions(registry, change.order_id)
        demand(bool(every), f"{path}.order_id", change.order_id, "is no order that is stored")
    known = any(has_condition(order, change.condition_id) for order in every)
    demand(known, f"{path}.condition_id", change.condition_id, "is no condition of any such order")


def _versions(registry: Registry, order_id: str) -> list[Order]:
    return [
        order
        for versions in registry.orders.values()
        for order in versions
        if order.order_id == order_id
    ]


def _check_zones(proposal: Proposal, registry: Registry) -> None:
    """Check that conditions name zones that exist, or that are proposed with them."""
    known = registry.zones.keys() | {zone.zone_id for zone in proposal.zones}
    proposed: Iterable[tuple[str, OrderCondition]] = [
        *((f"orders[{i}]", c) for i, each in enumerate(proposal.orders) for c in each.conditions),
        *((f"conditions[{i}]", c) for i, (_, c) in enumerate(proposal.conditions)),
    ]
    for path, condition in proposed:
        for zone_id in sorted((places_of(condition) | set(condition.zone_ids)) - known):
            raise ConditionError(path, zone_id, "is no zone: store it first, or propose it too")
        for group_id in sorted(set(condition.group_ids) - registry.groups.keys()):
            raise ConditionError(path, group_id, "is no group of zones that is stored")
