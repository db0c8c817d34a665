"""What has versions (orders, zones, groups, classes): each save is the next, and all stay."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import msgspec
from sqlalchemy import Column, ColumnElement, Table, func, select, update

from engine.core.beacon import Beacon
from engine.core.compile import places_of
from engine.core.recorded import Recorded
from engine.core.registry import Order, OrderCondition, WearerClass
from engine.store.protocol import ConflictError
from engine.store.sql.registry_schema import (
    beacons,
    orders,
    protected_persons,
    wearer_classes,
    zone_groups,
    zones,
)
from engine.store.sql.session import SqlSession, chunks
from zones.geojson import write_zone
from zones.group import ZoneGroup
from zones.stored import read_stored_zone
from zones.zone import Zone

_ORDER: Final = msgspec.json.Decoder(Order)
_GROUP: Final = msgspec.json.Decoder(ZoneGroup)
_BEACON: Final = msgspec.json.Decoder(Beacon)
_CLASS: Final = msgspec.json.Decoder(WearerClass)


class SqlOrders:
    """Every version of every order."""

    def __init__(self, session: SqlSession) -> None:
        """Work inside one transaction."""
        self._session = session

    def save(self, order: Order) -> Order:
        """Store an order as the next version of its id and return it with that version.

        Raises:
            ConflictError: a zone, group, class or protected person it names is not stored.
        """
        self._check_named(order)
        saved = msgspec.structs.replace(
            order, version=_next_version(self._session, orders, order.order_id)
        )
        former = update(orders).where(orders.c.order_id == order.order_id, orders.c.newest)
        self._session.change(former.values(newest=False))
        body = msgspec.json.encode(saved).decode()
        names = (saved.wearer_id, saved.agency, saved.officer)
        self._session.insert(orders, [(saved.order_id, saved.version, True, *names, body)])
        return saved

    def all(self) -> Sequence[Order]:
        """Return every version, by order_id and version."""
        found = [_ORDER.decode(row.body) for row in self._session.rows(select(orders.c.body))]
        return sorted(found, key=lambda order: (order.order_id, order.version))

    def one(self, order_id: str, version: int) -> Order:
        """Return one version."""
        return _ORDER.decode(_body(self._session, orders, orders.c.order_id, order_id, version))

    def bodies(self) -> Iterator[str]:
        """Yield every version as JSON, in any order."""
        return self._session.values(select(orders.c.body))

    def _check_named(self, order: Order) -> None:
        name = f"order {order.order_id!r}"
        _check_conditions(self._session, name, order.conditions)
        _check_stored(self._session, name, "classes", wearer_classes.c.class_id, order.classes)


class SqlZones:
    """Every version of every zone, as GeoJSON."""

    def __init__(self, session: SqlSession) -> None:
        """Work inside one transaction."""
        self._session = session

    def save(self, zone: Zone, recorded: Recorded | None) -> Zone:
        """Store a zone as the next version of its id and return it with that version."""
        saved = replace(zone, version=_next_version(self._session, zones, zone.zone_id))
        body = msgspec.json.encode(write_zone(saved)).decode()
        how = (None, None, None) if recorded is None else (recorded.at, recorded.by, recorded.note)
        self._session.insert(zones, [(saved.zone_id, saved.version, body, *how)])
        return saved

    def recorded(self, zone_id: str) -> Mapping[int, Recorded]:
        """Return how the versions of a zone came to be, as far as that is known."""
        column = zones.c
        query = select(column.version, column.recorded_at, column.recorded_by, column.note)
        rows = self._session.rows(
            query.where(column.zone_id == zone_id, column.recorded_at.is_not(None))
        )
        return {
            row.version: Recorded(at=row.recorded_at, by=row.recorded_by, note=row.note)
            for row in rows
        }

    def all(self) -> Sequence[Zone]:
        """Return every version, by zone_id and version."""
        return sorted(self.each(), key=lambda zone: zone.key)

    def one(self, zone_id: str, version: int) -> Zone:
        """Return one version."""
        return read_stored_zone(_body(self._session, zones, zones.c.zone_id, zone_id, version))

    def each(self) -> Iterator[Zone]:
        """Yield every version, in any order."""
        return map(read_stored_zone, self._session.values(select(zones.c.body)))


class SqlGroups:
    """Every version of every zone group."""

    def __init__(self, session: SqlSession) -> None:
        """Work inside one transaction."""
        self._session = session

    def save(self, group: ZoneGroup) -> ZoneGroup:
        """Store a group as the next version of its id and return it with that version.

        Raises:
            ConflictError: a zone it names is not stored.
        """
        name = f"zone group {group.group_id!r}"
        _check_stored(self._session, name, "zones", zones.c.zone_id, group.zone_ids)
        saved = replace(group, version=_next_version(self._session, zone_groups, group.group_id))
        body = msgspec.json.encode(saved).decode()
        self._session.insert(zone_groups, [(saved.group_id, saved.version, body)])
        return saved

    def all(self) -> Sequence[ZoneGroup]:
        """Return every version, by group_id and version."""
        rows = self._session.rows(select(zone_groups.c.body))
        found = [_GROUP.decode(row.body) for row in rows]
        return sorted(found, key=lambda group: (group.group_id, group.version))

    def one(self, group_id: str, version: int) -> ZoneGroup:
        """Return one version."""
        column = zone_groups.c.group_id
        return _GROUP.decode(_body(self._session, zone_groups, column, group_id, version))


class SqlClasses:
    """Every version of every class of wearers."""

    def __init__(self, session: SqlSession) -> None:
        """Work inside one transaction."""
        self._session = session

    def save(self, wearer_class: WearerClass) -> WearerClass:
        """Store a class as the next version of its id and return it with that version.

        Raises:
            ConflictError: a zone, group or protected person it names is not stored.
        """
        class_id = wearer_class.class_id
        _check_conditions(self._session, f"class {class_id!r}", wearer_class.conditions)
        version = _next_version(self._session, wearer_classes, class_id)
        saved = msgspec.structs.replace(wearer_class, version=version)
        body = msgspec.json.encode(saved).decode()
        self._session.insert(wearer_classes, [(class_id, version, body)])
        return saved

    def all(self) -> Sequence[WearerClass]:
        """Return every version, by class_id and version."""
        rows = self._session.rows(select(wearer_classes.c.body))
        found = [_CLASS.decode(row.body) for row in rows]
        return sorted(found, key=lambda each: (each.class_id, each.version))

    def one(self, class_id: str, version: int) -> WearerClass:
        """Return one version."""
        column = wearer_classes.c.class_id
        return _CLASS.decode(_body(self._session, wearer_classes, column, class_id, version))


class SqlBeacons:
    """Every version of every beacon."""

    def __init__(self, session: SqlSession) -> None:
        """Work inside one transaction."""
        self._session = session

    def save(self, beacon: Beacon) -> Beacon:
        """Store a beacon as the next version of its vendor and id and return it with that version.

        Raises:
            ConflictError: its zone is not stored.
        """
        named = [] if beacon.zone_id is None else [beacon.zone_id]
        name = f"beacon {beacon.beacon_id!r}"
        _check_stored(self._session, name, "zones", zones.c.zone_id, named)
        ours = (beacons.c.vendor == beacon.vendor) & (beacons.c.beacon_id == beacon.beacon_id)
        version = self._session.number(select(func.max(beacons.c.version)).where(ours)) + 1
        saved = msgspec.structs.replace(beacon, version=version)
        body = msgspec.json.encode(saved).decode()
        self._session.insert(beacons, [(saved.vendor, saved.beacon_id, version, body)])
        return saved

    def all(self) -> Sequence[Beacon]:
        """Return every version, by vendor, beacon_id and version."""
        found = [_BEACON.decode(row.body) for row in self._session.rows(select(beacons.c.body))]
        return sorted(found, key=lambda each: (each.vendor, each.beacon_id, each.version))

    def one(self, vendor: str, beacon_id: str, version: int) -> Beacon:
        """Return one version."""
        ours = beacons.c.vendor == vendor
        column = beacons.c.beacon_id
        return _BEACON.decode(_body(self._session, beacons, column, beacon_id, version, ours))


def _check_conditions(session: SqlSession, name: str, conditions: Sequence[OrderCondition]) -> None:
    named = {zone_id for each in conditions for zone_id in _zone_ids(each)}
    groups = {group_id for each in conditions for group_id in each.group_ids}
    _check_stored(session, name, "zones", zones.c.zone_id, named)
    _check_stored(session, name, "zone groups", zone_groups.c.group_id, groups)
    asked = (each.proximity for each in conditions)
    persons = {id_ for each in asked if each is not None for id_ in each.protected_persons}
    _check_stored(session, name, "protected persons", protected_persons.c.person_id, persons)


def _check_stored(
    session: SqlSession, name: str, what: str, column: "Column[str]", named: Iterable[str]
) -> None:
    wanted = set(named)
    stored = {
        row[0]
        for part in chunks(wanted)
        for row in session.rows(select(column).where(column.in_(part)).distinct())
    }
    if missing := sorted(wanted - stored):
        raise ConflictError(
            f"{name} names {what} that are not stored: {', '.join(missing)}: save them first"
        )


def _next_version(session: SqlSession, table: Table, id_: str) -> int:
    column = next(iter(table.primary_key.columns))
    return session.number(select(func.max(table.c.version)).where(column == id_)) + 1


def _body(
    session: SqlSession,
    table: Table,
    column: "Column[str]",
    id_: str,
    version: int,
    *also: ColumnElement[bool],
) -> str:
    query = select(table.c.body).where(column == id_, table.c.version == version, *also)
    return str(session.rows(query)[0][0])


def _zone_ids(condition: OrderCondition) -> set[str]:
    return {*condition.zone_ids, *places_of(condition)}
