"""Orders and zones: each save is the next version, and every version stays."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec
from sqlalchemy import Table, func, select, update

from engine.core.registry import Order, OrderCondition
from engine.store.protocol import ConflictError
from engine.store.sql.schema import orders, zones
from engine.store.sql.session import SqlSession, chunks
from zones.geojson import read_zones, write_zone
from zones.schedule import OWN, Schedule
from zones.zone import Zone

_ORDER: Final = msgspec.json.Decoder(Order)


class SqlOrders:
    """Every version of every order."""

    def __init__(self, session: SqlSession) -> None:
        """Work inside one transaction."""
        self._session = session

    def save(self, order: Order) -> Order:
        """Store an order as the next version of its id and return it with that version.

        Raises:
            ConflictError: a zone it names is not stored.
        """
        self._check_zones(order)
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

    def _check_zones(self, order: Order) -> None:
        named = {zone_id for condition in order.conditions for zone_id in _zone_ids(condition)}
        stored = {
            row.zone_id
            for part in chunks(named)
            for row in self._session.rows(
                select(zones.c.zone_id).where(zones.c.zone_id.in_(part)).distinct()
            )
        }
        if missing := sorted(named - stored):
            raise ConflictError(
                f"order {order.order_id!r} names zones that are not stored: {', '.join(missing)}: "
                "save them first"
            )


class SqlZones:
    """Every version of every zone, as GeoJSON."""

    def __init__(self, session: SqlSession) -> None:
        """Work inside one transaction."""
        self._session = session

    def save(self, zone: Zone) -> Zone:
        """Store a zone as the next version of its id and return it with that version."""
        saved = replace(zone, version=_next_version(self._session, zones, zone.zone_id))
        body = msgspec.json.encode(write_zone(saved)).decode()
        self._session.insert(zones, [(saved.zone_id, saved.version, body)])
        return saved

    def all(self) -> Sequence[Zone]:
        """Return every version, by zone_id and version."""
        found = [_zone(row.body) for row in self._session.rows(select(zones.c.body))]
        return sorted(found, key=lambda zone: zone.key)


def _next_version(session: SqlSession, table: Table, id_: str) -> int:
    column = table.c[f"{table.name.removesuffix('s')}_id"]
    return session.number(select(func.max(table.c.version)).where(column == id_)) + 1


def _zone(body: str) -> Zone:
    reading = read_zones(body)
    if reading.problems:
        raise ValueError(f"a stored zone cannot be read: {reading.problems[0]}: {body[:200]}")
    return reading.zones[0]


def _zone_ids(condition: OrderCondition) -> set[str]:
    return {*condition.zone_ids, *_places(condition.schedule)} - {OWN}


def _places(schedule: Schedule) -> Iterable[str]:
    windows: tuple[Any, ...] = (*schedule.weekly, *schedule.extra, *schedule.recurrences)
    return (place for window in windows for place in window.places)
