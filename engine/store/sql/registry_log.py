"""What the newest revisions of the registry wrote: by name, the values are in their own tables.

It lets an engine follow a write by reading that write. Only the newest are kept: who is further
behind reads everything.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import delete, select

from engine.core.beacon import Beacon
from engine.core.order import Activation
from engine.core.registry import Device, Order, ProtectedPerson, Wearer, WearerClass
from engine.core.registry_journal import RegistryEntry, RegistryValue
from engine.store.sql.registry_schema import registry_writes
from engine.store.sql.session import AnyRow, SqlSession
from zones.group import ZoneGroup
from zones.zone import Zone

KEPT: Final = 20_000
"""Writes kept. To read so many one by one costs no more than to read a country's registry."""

NOTHING: Final = "nothing"
"""The kind of a revision that wrote nothing: it was refused, and something else was not."""

Name = tuple[str, str, str | None, int | None]
"""Kind, name, vendor and version."""


class SqlRegistryLog:
    """The newest writes of the registry, by revision."""

    def __init__(self, session: SqlSession) -> None:
        """Work inside one transaction."""
        self._session = session

    def add(self, first: int, last: int, entries: Iterable[RegistryEntry]) -> None:
        """Note what the revisions from `first` to `last` wrote, and drop what is too old."""
        written: Mapping[int, Name] = {each.revision: name_of(each.value) for each in entries}
        kept = range(max(first, last - KEPT + 1), last + 1)
        rows = ((each, *written.get(each, (NOTHING, "", None, None))) for each in kept)
        self._session.insert(registry_writes, rows)
        self._session.change(
            delete(registry_writes).where(registry_writes.c.revision <= last - KEPT)
        )

    def since(self, revision: int, now: int) -> list[AnyRow] | None:
        """Return the writes after a revision, up to that of now; None if they are not all there."""
        column = registry_writes.c.revision
        query = select(registry_writes).where(column > revision).order_by(column)
        if now - revision > KEPT or revision > now:
            return None
        rows = list(self._session.rows(query))
        return rows if len(rows) == now - revision else None


def name_of(value: RegistryValue) -> Name:
    """Return how what was written is found again."""
    match value:
        case Wearer():
            found: tuple[Any, ...] = ("wearer", value.wearer_id, None, None)
        case ProtectedPerson():
            found = ("protected person", value.person_id, None, None)
        case Device():
            found = ("device", value.device_id, value.vendor, None)
        case Activation():
            found = ("activation", str(value.activation_id), None, None)
        case Order():
            found = ("order", value.order_id, None, value.version)
        case Zone():
            found = ("zone", value.zone_id, None, value.version)
        case ZoneGroup():
            found = ("group", value.group_id, None, value.version)
        case WearerClass():
            found = ("class", value.class_id, None, value.version)
        case Beacon():
            found = ("beacon", value.beacon_id, value.vendor, value.version)
    kind, name, vendor, version = found
    return kind, name, vendor, version
