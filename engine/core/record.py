"""A record is what of the journal bears on decisions about one device: read in order, nothing else.

A message is attributed as it was when it came: by the registry as the journal had it before the
message. Of what was delivered twice the first counts. A journal that was there before the registry
was journaled begins with the registry as it was first journaled.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from engine.core.attribute import Attribution
from engine.core.beacon import Beacon
from engine.core.device_event import DeviceEvent
from engine.core.fold import Report
from engine.core.journal import Entry
from engine.core.order import Activation
from engine.core.position import NEVER_JUDGED, Position
from engine.core.raw_message import Expunged, RawMessage
from engine.core.registry import Device
from engine.core.registry_journal import (
    RegistryEntry,
    RegistryValue,
    is_registry_topic,
    read_entry,
)
from engine.core.statement import Statement, read_statement
from engine.core.topic import telemetry_topic
from zones.instant import Instant


class Kept(NamedTuple):
    """A raw message with its place in the journal."""

    block_id: int
    message_index: int
    committed_at: Instant
    message: RawMessage


class Said(NamedTuple):
    """What a message brought to one activation, of which nothing was known before."""

    kept: Kept
    reports: list[Report]
    """Those that are judged."""
    heard: bool
    """True if the device was worn in this activation when the message was received."""


class Record(msgspec.Struct):
    """The registry's writes and the messages on some topics, in the order of the journal."""

    topics: set[str]
    wearers: frozenset[str]
    """Whose beacons' topics are added to those, as the registry says they stand somewhere."""
    registry: list[tuple[Kept, RegistryEntry]] = msgspec.field(default_factory=list)
    messages: list[Kept] = msgspec.field(default_factory=list)
    expunged: list[tuple[int, int]] = msgspec.field(default_factory=list)
    """Block and index of messages that were removed by law or order."""
    followed: int = 0
    """Newest revision of the registry by which telemetry can have been judged."""

    def take(self, block_id: int, committed_at: Instant, index: int, entry: Entry) -> None:
        """Read the next message of the journal.

        Raises:
            RegistryEntryError: a write of the registry that this version cannot read.
        """
        if isinstance(entry, Expunged):
            self.expunged.append((block_id, index))
        elif is_registry_topic(entry.topic):
            kept = Kept(block_id, index, committed_at, entry)
            written = read_entry(entry.topic, entry.payload)
            self.registry.append((kept, written))
            if isinstance(written.value, Beacon) and written.value.wearer_id in self.wearers:
                self.topics.add(telemetry_topic(written.value.vendor, written.value.beacon_id))
        else:
            self.followed = self.revision
            if entry.topic in self.topics:
                self.messages.append(Kept(block_id, index, committed_at, entry))

    @property
    def revision(self) -> int:
        """The newest revision of the registry."""
        return self.registry[-1][1].revision if self.registry else 0


def record_of(activations: Iterable[Activation]) -> Record:
    """Return an empty record of activations: of their devices and of their wearers' beacons."""
    worn = list(activations)
    topics = {telemetry_topic(each.vendor, each.device_id) for each in worn}
    return Record(topics, frozenset(each.wearer_id for each in worn))


def said_of(record: Record, activation: Activation) -> list[Said]:
    """Return what each message of a record said of an activation, in the order of the journal."""
    number = activation.activation_id
    seen: set[tuple[object, ...]] = set()
    found = []
    for kept, statement in _statements(record, activation):
        positions = [each for each in statement.positions if _is_new(each, seen)]
        events = [each for each in statement.events if _is_new(each, seen)]
        judged = [each for each in positions if each.quarantine not in NEVER_JUDGED]
        own: list[Position | DeviceEvent] = [*judged, *events]
        reports: list[Report] = [each for each in own if each.activation_id == number]
        heard = number in statement.heard
        if reports or heard:
            found.append(Said(kept, reports, heard))
    return found


def _is_new(report: Position | DeviceEvent, seen: set[tuple[object, ...]]) -> bool:
    key: tuple[object, ...] = (report.activation_id, report.digest)
    if isinstance(report, Position):
        key = (report.activation_id, report.key)
    if key in seen:
        return False
    seen.add(key)
    return True


def _statements(record: Record, activation: Activation) -> Iterator[tuple[Kept, Statement]]:
    writes = [
        (kept, entry.value) for kept, entry in record.registry if _bears_on(entry.value, activation)
    ]
    topics = {telemetry_topic(activation.vendor, activation.device_id)}
    topics |= {
        telemetry_topic(value.vendor, value.beacon_id)
        for _, value in writes
        if isinstance(value, Beacon) and value.wearer_id == activation.wearer_id
    }
    attribution, taken = Attribution(), 0
    for kept in record.messages:
        if kept.message.topic not in topics:
            continue
        known = _known_by(record, kept)
        while taken < len(writes) and _place(writes[taken][0]) < known:
            attribution = _with(attribution, writes[taken][1])
            taken += 1
        message = kept.message
        yield (
            kept,
            read_statement(attribution, message.topic, message.payload, message.received_at),
        )


def _bears_on(value: RegistryValue, activation: Activation) -> bool:
    """Tell whether a write of the registry can change whose a message of the device is."""
    match value:
        case Device():
            return (value.vendor, value.device_id) == (activation.vendor, activation.device_id)
        case Activation():
            same = (value.vendor, value.device_id) == (activation.vendor, activation.device_id)
            return same or value.wearer_id == activation.wearer_id
        case Beacon():
            whose = value.wearer_id in (None, activation.wearer_id)
            return value.vendor == activation.vendor and whose
    return False


def _with(attribution: Attribution, value: RegistryValue) -> Attribution:
    match value:
        case Device():
            return attribution.changed(devices=[value])
        case Activation():
            return attribution.changed(activations=[value])
        case Beacon():
            return attribution.changed(beacons=[value])
    return attribution


def _place(kept: Kept) -> tuple[int, int]:
    return kept.block_id, kept.message_index


def _known_by(record: Record, kept: Kept) -> tuple[int, int]:
    """Return the place in the journal before which what a message was attributed by was written."""
    if not record.registry:
        return _place(kept)
    first, entry = record.registry[0]
    began_whole = entry.revision > 1
    return max(_place(kept), (first.block_id + 1, 0)) if began_whole else _place(kept)
