"""Who wears what, under which order, and the zones; versions are added, never overwritten.

Every write takes the writers' lock first: version numbers and the rule that a device is on one
wearer at a time rest on what is stored. So does every list in a writing transaction: all of them
are then of one revision. Lists are sorted here: databases sort text differently.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

import msgspec
from sqlalchemy import or_, select, update

from engine.core.beacon import Beacon
from engine.core.order import Activation, Role
from engine.core.recorded import Recorded
from engine.core.registry import Device, Order, ProtectedPerson, Wearer, WearerClass
from engine.core.registry_journal import RegistryEntry, RegistryValue
from engine.store.protocol import ConflictError
from engine.store.sql.backend import Conflict
from engine.store.sql.counters import last_id, set_last, take_ids
from engine.store.sql.registry_log import NOTHING, SqlRegistryLog
from engine.store.sql.registry_schema import activations, devices, protected_persons, wearers
from engine.store.sql.session import AnyRow, SqlSession
from engine.store.sql.versions import SqlBeacons, SqlClasses, SqlGroups, SqlOrders, SqlZones
from zones.group import ZoneGroup
from zones.instant import Instant, render
from zones.zone import Zone

V = TypeVar("V", bound=RegistryValue)

_PERSON: Final = msgspec.json.Decoder(ProtectedPerson)
_REVISION: Final = "registry"
_FOLLOWED: Final = "registry_followed"
_WORN: Final = activations.c


class SqlRegistry:
    """Who wears what, under which order, and the zones. Every write raises the revision."""

    def __init__(self, session: SqlSession) -> None:
        """Work inside one transaction."""
        self._session = session
        self._orders = SqlOrders(session)
        self._zones = SqlZones(session)
        self._groups = SqlGroups(session)
        self._classes = SqlClasses(session)
        self._beacons = SqlBeacons(session)
        self._log = SqlRegistryLog(session)
        self._first = 0
        self.written: list[RegistryEntry] = []
        """What this transaction has written: the journal is to have it by the commit."""

    def revision(self) -> int:
        """Return a number that grows with every write."""
        return last_id(self._session, _REVISION)

    def followed(self) -> int:
        """Return the revision that the stored dockets have followed; 0 if it is not known."""
        return last_id(self._session, _FOLLOWED)

    def follow(self, revision: int) -> None:
        """Note that with this transaction every docket follows a revision."""
        set_last(self._session, _FOLLOWED, revision)

    def written_since(self, revision: int) -> Sequence[RegistryEntry] | None:
        """Return what was written after a revision, as it stands, in order.

        None if that is too long ago, or too much: then everything has to be read.
        """
        self._session.lock()
        rows = self._log.since(revision, self.revision())
        if rows is None:
            return None
        return [
            RegistryEntry(row.revision, _STORED[row.kind](self, row))
            for row in rows
            if row.kind != NOTHING
        ]

    def complete(self) -> None:
        """Note which revisions this transaction made, before it is committed."""
        if self._first:
            self._log.add(self._first, self.revision(), self.written)

    def save_wearer(self, wearer: Wearer) -> None:
        """Insert or replace a wearer."""
        self._changing()
        row = (wearer.wearer_id, wearer.name, wearer.timezone, wearer.agency)
        self._session.insert(wearers, [row], Conflict.REPLACE)
        self._wrote(wearer)

    def save_protected_person(self, person: ProtectedPerson) -> None:
        """Insert or replace a protected person."""
        self._changing()
        row = (person.person_id, person.agency, msgspec.json.encode(person).decode())
        self._session.insert(protected_persons, [row], Conflict.REPLACE)
        self._wrote(person)

    def save_device(self, device: Device) -> None:
        """Insert or replace a device."""
        self._changing()
        row = (device.vendor, device.device_id, device.model)
        self._session.insert(devices, [row], Conflict.REPLACE)
        self._wrote(device)

    def add_activation(self, activation: Activation) -> Activation:
        """Store a new activation and return it with its id (that of the argument is ignored).

        Raises:
            ConflictError: somebody carries the device at that time already, or the person or the
                device is not stored, or it would end before it starts.
        """
        self._changing()
        _check_span(activation.started_at, activation.ended_at)
        self._check_stored(activation)
        self._check_free(activation)
        id_ = take_ids(self._session, "activation", 1)[0]
        row = (
            id_,
            activation.wearer_id if activation.role is Role.WEARER else None,
            activation.vendor,
            activation.device_id,
            activation.started_at,
            activation.ended_at,
            None,
            activation.wearer_id if activation.role is Role.PROTECTED else None,
        )
        self._session.insert(activations, [row])
        return self._wrote(self._activation(id_))

    def end_activation(self, activation_id: int, ended_at: Instant, reason: str) -> Activation:
        """Set the end of an activation, and why it ended.

        Raises:
            ConflictError: there is no such activation, it has ended already, or not yet begun.
        """
        self._changing()
        activation = self._activation(activation_id)
        if activation.ended_at is not None:
            raise ConflictError(
                f"activation {activation_id} ended at {render(activation.ended_at)} already: "
                "begin a new one if the device is worn again"
            )
        _check_span(activation.started_at, ended_at)
        self._session.change(
            update(activations)
            .where(_WORN.activation_id == activation_id)
            .values(ended_at=ended_at, end_reason=reason)
        )
        return self._wrote(self._activation(activation_id))

    def save_order(self, order: Order) -> Order:
        """Store an order; an order with that id gets the next version, the former one is kept.

        Raises:
            ConflictError: its wearer, or a zone, group or class it names, is not stored.
        """
        self._changing()
        self._check_wearer(order.wearer_id)
        return self._wrote(self._orders.save(order))

    def save_zone(self, zone: Zone, recorded: Recorded | None = None) -> Zone:
        """Store a zone version; it gets the next version number of its zone_id."""
        self._changing()
        return self._wrote(self._zones.save(zone, recorded))

    def save_group(self, group: ZoneGroup) -> ZoneGroup:
        """Store a version of a zone group; it gets the next version number of its id.

        Raises:
            ConflictError: a zone it names is not stored.
        """
        self._changing()
        return self._wrote(self._groups.save(group))

    def save_class(self, wearer_class: WearerClass) -> WearerClass:
        """Store a version of a class of wearers; it gets the next version number of its id.

        Raises:
            ConflictError: a zone or a group it names is not stored.
        """
        self._changing()
        return self._wrote(self._classes.save(wearer_class))

    def save_beacon(self, beacon: Beacon) -> Beacon:
        """Store where a beacon stands; it gets the next version number of its vendor and id.

        Raises:
            ConflictError: its zone or its wearer is not stored.
        """
        self._changing()
        if beacon.wearer_id is not None:
            self._check_wearer(beacon.wearer_id)
        return self._wrote(self._beacons.save(beacon))

    def wearers(self) -> Sequence[Wearer]:
        """Return all wearers, by id."""
        self._session.lock()
        shared: dict[str, str] = {}
        found = [_wearer(row, shared) for row in self._session.rows(select(wearers))]
        return sorted(found, key=lambda wearer: wearer.wearer_id)

    def protected_persons(self) -> Sequence[ProtectedPerson]:
        """Return all protected persons, by id."""
        self._session.lock()
        rows = self._session.rows(select(protected_persons.c.body))
        found = [_PERSON.decode(row.body) for row in rows]
        return sorted(found, key=lambda person: person.person_id)

    def devices(self) -> Sequence[Device]:
        """Return all devices, by vendor and id."""
        self._session.lock()
        shared: dict[str, str] = {}
        found = [_stored_device(row, shared) for row in self._session.rows(select(devices))]
        return sorted(found, key=lambda device: (device.vendor, device.device_id))

    def activations(self) -> Sequence[Activation]:
        """Return all activations, by id."""
        self._session.lock()
        query = select(activations).order_by(_WORN.activation_id)
        return _activations(self._session.rows(query))

    def orders(self) -> Sequence[Order]:
        """Return every version of every order, by order_id and version."""
        self._session.lock()
        return self._orders.all()

    def zones(self) -> Sequence[Zone]:
        """Return every version of every zone, by zone_id and version."""
        self._session.lock()
        return self._zones.all()

    def zone_recorded(self, zone_id: str) -> Mapping[int, Recorded]:
        """Return by version how a zone's versions came to be, as far as that is known."""
        return self._zones.recorded(zone_id)

    def groups(self) -> Sequence[ZoneGroup]:
        """Return every version of every zone group, by group_id and version."""
        return self._groups.all()

    def classes(self) -> Sequence[WearerClass]:
        """Return every version of every class of wearers, by class_id and version."""
        return self._classes.all()

    def beacons(self) -> Sequence[Beacon]:
        """Return every version of every beacon, by vendor, id and version."""
        return self._beacons.all()

    def every_order(self) -> Iterator[str]:
        """Yield the JSON of every version of every order, in any order."""
        self._session.lock()
        return self._orders.bodies()

    def every_zone(self) -> Iterator[Zone]:
        """Yield every version of every zone, in any order, one at a time."""
        self._session.lock()
        return self._zones.each()

    def everything(self) -> list[RegistryEntry]:
        """Return the whole registry as if written now; what others refer to comes before them."""
        revision = self.revision()
        values: tuple[RegistryValue, ...] = (
            *self.wearers(),
            *self.protected_persons(),
            *self.devices(),
            *self.activations(),
            *self.zones(),
            *self.groups(),
            *self.classes(),
            *self.beacons(),
            *self.orders(),
        )
        return [RegistryEntry(revision, value) for value in values]

    def _changing(self) -> None:
        (revision,) = take_ids(self._session, _REVISION, 1)
        self._first = self._first or revision

    def _wrote(self, value: V) -> V:
        self.written.append(RegistryEntry(self.revision(), value))
        return value

    def _wearer(self, wearer_id: str) -> Wearer:
        query = select(wearers).where(wearers.c.wearer_id == wearer_id)
        return _wearer(self._session.rows(query)[0], {})

    def _person(self, person_id: str) -> ProtectedPerson:
        column = protected_persons.c
        query = select(column.body).where(column.person_id == person_id)
        return _PERSON.decode(self._session.rows(query)[0].body)

    def _device(self, vendor: str, device_id: str) -> Device:
        same = (devices.c.vendor == vendor) & (devices.c.device_id == device_id)
        return _stored_device(self._session.rows(select(devices).where(same))[0], {})

    def _check_wearer(self, wearer_id: str) -> None:
        found = select(wearers.c.wearer_id).where(wearers.c.wearer_id == wearer_id)
        if self._session.first(found) is None:
            raise ConflictError(f"wearer {wearer_id!r} is not stored: save it first")

    def _check_person(self, person_id: str) -> None:
        column = protected_persons.c.person_id
        if self._session.first(select(column).where(column == person_id)) is None:
            raise ConflictError(f"protected person {person_id!r} is not stored: save her first")

    def _check_stored(self, activation: Activation) -> None:
        if activation.role is Role.PROTECTED:
            self._check_person(activation.wearer_id)
        else:
            self._check_wearer(activation.wearer_id)
        found = select(devices.c.vendor).where(
            devices.c.vendor == activation.vendor, devices.c.device_id == activation.device_id
        )
        if self._session.first(found) is None:
            raise ConflictError(f"device {_device(activation)} is not stored: save it first")

    def _check_free(self, activation: Activation) -> None:
        # Half-open: one that ended when it began covers no instant and is in nobody's way.
        if activation.ended_at == activation.started_at:
            return
        lasts = (_WORN.ended_at > activation.started_at) & (_WORN.ended_at > _WORN.started_at)
        query = select(activations).where(
            _WORN.vendor == activation.vendor,
            _WORN.device_id == activation.device_id,
            or_(_WORN.ended_at.is_(None), lasts),
        )
        if activation.ended_at is not None:
            query = query.where(_WORN.started_at < activation.ended_at)
        for other in _activations(self._session.rows(query.order_by(_WORN.started_at))):
            raise ConflictError(
                f"device {_device(activation)} is on {_carrier(other)} {other.wearer_id!r} from "
                f"{render(other.started_at)} (activation {other.activation_id}): end that first"
            )

    def _activation(self, activation_id: int) -> Activation:
        query = select(activations).where(_WORN.activation_id == activation_id)
        for activation in _activations(self._session.rows(query)):
            return activation
        raise ConflictError(f"activation {activation_id} is not stored: check the id")


_STORED: Final[Mapping[str, Callable[[SqlRegistry, AnyRow], RegistryValue]]] = {
    "wearer": lambda registry, row: registry._wearer(row.name),
    "protected person": lambda registry, row: registry._person(row.name),
    "device": lambda registry, row: registry._device(row.vendor, row.name),
    "activation": lambda registry, row: registry._activation(int(row.name)),
    "order": lambda registry, row: registry._orders.one(row.name, row.version),
    "zone": lambda registry, row: registry._zones.one(row.name, row.version),
    "group": lambda registry, row: registry._groups.one(row.name, row.version),
    "class": lambda registry, row: registry._classes.one(row.name, row.version),
    "beacon": lambda registry, row: registry._beacons.one(row.vendor, row.name, row.version),
}
"""What a kind of write is read by. Not made for each transaction: a reference back to it would
leave every transaction to the garbage collector."""


def _check_span(started_at: Instant, ended_at: Instant | None) -> None:
    if ended_at is not None and ended_at < started_at:
        raise ConflictError(
            f"the activation would end at {render(ended_at)}, before its start at "
            f"{render(started_at)}: give a later end"
        )


def _carrier(activation: Activation) -> str:
    return "wearer" if activation.role is Role.WEARER else "protected person"


def _device(activation: Activation) -> str:
    return f"{activation.device_id!r} of {activation.vendor!r}"


def _wearer(row: AnyRow, shared: dict[str, str]) -> Wearer:
    """Return a wearer; what thousands have in common is one text for all."""
    wearer_id, name, timezone, agency = row
    timezone, agency = shared.setdefault(timezone, timezone), shared.setdefault(agency, agency)
    return Wearer(wearer_id=wearer_id, name=name, timezone=timezone, agency=agency)


def _stored_device(row: AnyRow, shared: dict[str, str]) -> Device:
    vendor, device_id, model = row
    vendor, model = shared.setdefault(vendor, vendor), shared.setdefault(model, model)
    return Device(vendor=vendor, device_id=device_id, model=model)


def _activations(rows: Iterable[AnyRow]) -> list[Activation]:
    vendors: dict[str, str] = {}
    return [
        Activation(
            activation_id=row.activation_id,
            wearer_id=row.wearer_id or row.protected_person_id,
            vendor=vendors.setdefault(row.vendor, row.vendor),
            device_id=row.device_id,
            started_at=row.started_at,
            ended_at=row.ended_at,
            role=Role.WEARER if row.protected_person_id is None else Role.PROTECTED,
        )
        for row in rows
    ]
