"""Orders in few bytes: what thousands of orders have in common is kept once.

A condition is a template (everything but its zones) and the zones it names; an order is its dates,
the numbers of its plan and templates, and those zones. So a wearer's order takes some 150 bytes,
and to take it in costs a fraction of decoding it. Whole orders are made again when asked for;
officer, agency, and who wrote an order down, when and why, are left out: they have no say in a
judgement.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Generic, TypeVar

import msgspec
from msgspec.structs import replace

from engine.core.order import Activation
from engine.core.plan import SupervisionPlan
from engine.core.registry import Order, OrderCondition
from zones.instant import Instant

T = TypeVar("T")

Parts = tuple[tuple[int, tuple[str, ...]], ...]
"""Of each condition the number of its template, and its zones."""

_ZONES: Final = b'"zone_ids":['
_NAMES: Final = msgspec.json.Decoder(tuple[str, ...])
_CONDITION: Final = msgspec.json.Decoder(OrderCondition)


def _parted(condition: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return the JSON of a condition without its zones, and these.

    What is looked for cannot stand inside of a string: there its last quote would be escaped.
    """
    start = condition.find(_ZONES) + len(_ZONES)
    end = condition.find(b"]", start)
    listed = condition[start - 1 : end + 1]
    try:
        return condition[:start] + condition[end:], _NAMES.decode(listed)
    except msgspec.DecodeError:
        # A bracket in the id of a zone: the end of the list is further on.
        whole = _CONDITION.decode(condition)
        return msgspec.json.encode(replace(whole, zone_ids=())), whole.zone_ids


class _Order(msgspec.Struct, frozen=True, gc=False):
    """An order as it stands in its JSON."""

    order_id: str
    wearer_id: str
    effective_from: Instant
    effective_until: Instant | None
    plan: msgspec.Raw
    conditions: tuple[msgspec.Raw, ...]
    classes: tuple[str, ...] = ()
    version: int = 1
    version_from: Instant | None = None


class _Packed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An order in few bytes."""

    order_id: str
    version: int
    effective_from: Instant
    effective_until: Instant | None
    version_from: Instant | None
    plan: int
    classes: tuple[str, ...]
    conditions: Parts


class _Shared(Generic[T]):
    """Values that many have in common, by number; each is decoded once."""

    def __init__(self, decode: Callable[[bytes], T]) -> None:
        self._decode = decode
        self._numbers: dict[bytes, int] = {}
        self.values: list[T] = []

    def number(self, body: bytes) -> int:
        """Return the number of a value, given its JSON."""
        number = self._numbers.get(body)
        if number is None:
            self.values.append(self._decode(body))
            number = self._numbers[body] = len(self._numbers)
        return number


_ORDER: Final = msgspec.json.Decoder(_Order)
_PACKED: Final = msgspec.msgpack.Decoder(_Packed)
_PACK: Final = msgspec.msgpack.Encoder()


class PackedOrders(Mapping[str, tuple[Order, ...]]):
    """Every version of every order, by wearer; those of one wearer by version, then id."""

    def __init__(self) -> None:
        self._templates = _Shared(_CONDITION.decode)
        self._plans = _Shared(msgspec.json.Decoder(SupervisionPlan).decode)
        self._bodies: dict[str, bytes | tuple[bytes, ...]] = {}

    def take(self, body: str | bytes) -> tuple[str, Parts, tuple[str, ...]]:
        """Take a version of an order, given its JSON as msgspec writes it.

        Returns its wearer, its conditions in parts and the classes that it names.
        """
        order = _ORDER.decode(body)
        parted = [_parted(bytes(each)) for each in order.conditions]
        conditions = tuple((self._templates.number(bare), ids) for bare, ids in parted)
        packed = _PACK.encode(
            _Packed(
                order.order_id,
                order.version,
                order.effective_from,
                order.effective_until,
                order.version_from,
                self._plans.number(bytes(order.plan)),
                order.classes,
                conditions,
            )
        )
        self._keep(order.wearer_id, packed)
        return order.wearer_id, conditions, order.classes

    def template(self, number: int) -> OrderCondition:
        """Return a condition without its zones, by the number of its template."""
        return self._templates.values[number]

    def plan_if_only(self, activation: Activation) -> SupervisionPlan | None:
        """Return the plan of the only version of the only order of a wearer, if it is in force."""
        body = self._bodies.get(activation.wearer_id)
        if not isinstance(body, bytes):
            return None
        packed = _PACKED.decode(body)
        since = packed.effective_from if packed.version_from is None else packed.version_from
        start = max(since, packed.effective_from, activation.started_at)
        ends = (packed.effective_until, activation.ended_at)
        held = all(end is None or start < end for end in ends)
        return self._plans.values[packed.plan] if held else None

    def __getitem__(self, wearer_id: str) -> tuple[Order, ...]:
        """Return every version of every order of a wearer.

        Raises:
            KeyError: there is none.
        """
        body = self._bodies[wearer_id]
        bodies = (body,) if isinstance(body, bytes) else body
        orders = [self._order(wearer_id, _PACKED.decode(each)) for each in bodies]
        return tuple(sorted(orders, key=lambda each: (each.version, each.order_id)))

    def __len__(self) -> int:
        """Return how many wearers have orders."""
        return len(self._bodies)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the wearers who have orders."""
        return iter(self._bodies)

    def _keep(self, wearer_id: str, packed: bytes) -> None:
        former = self._bodies.get(wearer_id)
        if former is None:
            self._bodies[wearer_id] = packed
        else:
            bodies = (former,) if isinstance(former, bytes) else former
            self._bodies[wearer_id] = (*bodies, packed)

    def _order(self, wearer_id: str, packed: _Packed) -> Order:
        return Order(
            order_id=packed.order_id,
            wearer_id=wearer_id,
            agency="",
            officer="",
            effective_from=packed.effective_from,
            effective_until=packed.effective_until,
            plan=self._plans.values[packed.plan],
            conditions=self._conditions(packed.conditions),
            classes=packed.classes,
            version=packed.version,
            version_from=packed.version_from,
        )

    def _conditions(self, conditions: Parts) -> tuple[OrderCondition, ...]:
        templates = self._templates.values
        return tuple(replace(templates[number], zone_ids=ids) for number, ids in conditions)
