"""What was written to the registry since anything was last judged: it has to be judged by, too.

An engine that is stopped between a write and its next look has judged the past by the registry as
it was before. So it begins with that one again, and then follows the change as if it had been
there. Which writes those are the journal tells: they are the messages after its last telemetry,
because telemetry is never stored before every write has been followed.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from msgspec.structs import replace

from engine.core.order import Activation
from engine.core.registry import Order, WearerClass
from engine.core.registry_journal import RegistryEntry
from zones.group import ZoneGroup
from zones.zone import Zone

V = TypeVar("V", Order, Zone, ZoneGroup, WearerClass)


class Written(NamedTuple):
    """The rows of the registry that a judgement rests on."""

    activations: Sequence[Activation]
    orders: Sequence[Order]
    zones: Sequence[Zone]
    groups: Sequence[ZoneGroup]
    classes: Sequence[WearerClass]


def before(written: Written, unseen: Iterable[RegistryEntry]) -> Written:
    """Return the rows as they were before the last writes, given in order."""
    values = [entry.value for entry in unseen]
    versions = {_version(each) for each in values if isinstance(each, _VERSIONED)}
    first: dict[int, Activation] = {}
    for value in values:
        if isinstance(value, Activation):
            first.setdefault(value.activation_id, value)
    return Written(
        _activations_before(written.activations, first),
        _rest(written.orders, versions),
        _rest(written.zones, versions),
        _rest(written.groups, versions),
        _rest(written.classes, versions),
    )


def _activations_before(
    activations: Sequence[Activation], first: dict[int, Activation]
) -> list[Activation]:
    """Return activations without those that were new, and those that were ended as still worn.

    Of one activation the first unseen write is its beginning, unless it has an end.
    """
    new = {number for number, each in first.items() if each.ended_at is None}
    return [
        replace(each, ended_at=None) if each.activation_id in first else each
        for each in activations
        if each.activation_id not in new
    ]


_VERSIONED = (Order, Zone, ZoneGroup, WearerClass)


def _rest(rows: Sequence[V], versions: set[tuple[type, str, int]]) -> list[V]:
    return [each for each in rows if _version(each) not in versions]


def _version(value: Order | Zone | ZoneGroup | WearerClass) -> tuple[type, str, int]:
    if isinstance(value, Order):
        name = value.order_id
    elif isinstance(value, Zone):
        name = value.zone_id
    elif isinstance(value, ZoneGroup):
        name = value.group_id
    else:
        name = value.class_id
    return (type(value), name, value.version)
