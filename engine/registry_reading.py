"""The registry as it is read from a store: all of it, as it stands or as it was judged by last."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from engine.core.attribute import Attribution
from engine.core.compile import Registry, registry_of
from engine.core.journal import open_block
from engine.core.raw_message import RawMessage
from engine.core.registry import Order
from engine.core.registry_journal import RegistryEntry, is_registry_topic, read_entry
from engine.core.resident_registry import ResidentRegistry
from engine.core.unseen import Written, before
from engine.store.protocol import JournalPart
from engine.store.registry_part import RegistryPart
from zones.table import ZoneTable
from zones.zone import Zone


class _OrderVersion(msgspec.Struct):
    order_id: str
    version: int


_VERSION = msgspec.json.Decoder(_OrderVersion)


def read_registry(part: RegistryPart) -> Registry:
    """Return the registry as the store holds it."""
    return registry_of(
        part.revision(),
        part.wearers(),
        part.activations(),
        part.orders(),
        part.zones(),
        part.groups(),
        part.classes(),
        part.protected_persons(),
    )


def read_resident(
    part: RegistryPart, zones: ZoneTable, unseen: Sequence[RegistryEntry] = ()
) -> tuple[ResidentRegistry, Attribution]:
    """Return the registry in few bytes, as it stands or as it was before its last writes.

    Its zones are numbered in the table given.
    """
    rest = Written(part.activations(), (), (), part.groups(), part.classes())
    if unseen:
        rest = before(rest, unseen)
    revision = unseen[0].revision - 1 if unseen else part.revision()
    registry = ResidentRegistry(revision, zones)
    registry.fill(
        part.wearers(),
        part.protected_persons(),
        rest.activations,
        rest.groups,
        rest.classes,
        _orders_before(part.every_order(), unseen),
        _zones_before(part.every_zone(), unseen),
    )
    activations = registry.activations.values()
    return registry, Attribution(part.devices(), activations, part.beacons())


def _orders_before(bodies: Iterable[str], unseen: Sequence[RegistryEntry]) -> Iterator[str]:
    values = (entry.value for entry in unseen)
    new = {(each.order_id, each.version) for each in values if isinstance(each, Order)}
    for body in bodies:
        if new:
            named = _VERSION.decode(body)
            if (named.order_id, named.version) in new:
                continue
        yield body


def _zones_before(zones: Iterable[Zone], unseen: Sequence[RegistryEntry]) -> Iterator[Zone]:
    new = {entry.value.key for entry in unseen if isinstance(entry.value, Zone)}
    return (zone for zone in zones if zone.key not in new)


def unseen_writes(journal: JournalPart) -> list[RegistryEntry]:
    """Return the writes of the registry after the newest telemetry; none if there is none."""
    head = journal.head()
    found: list[RawMessage] = []
    for block_id in range(0 if head is None else head[0], 0, -1):
        block = journal.block(block_id)
        raw = () if block is None else open_block(block)
        messages = [each for each in raw if isinstance(each, RawMessage)]
        if not all(is_registry_topic(each.topic) for each in messages):
            return [read_entry(each.topic, each.payload) for each in found]
        found[:0] = messages
    return []
