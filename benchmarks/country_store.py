"""A country in a store, written in bulk; a built one is kept for the next run.

Rows, counters and journal are those that the registry's own writes leave, many to a statement and
to a journal block: one by one a country takes a quarter of an hour. A test holds both ways to the
same rows.
"""

import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import Table

from benchmarks.country import SINCE, Country
from engine.core.journal import GENESIS_HASH, RawMessage, build_block
from engine.core.registry_journal import RegistryEntry, RegistryValue, write_entry
from engine.store import migrate
from engine.store.sql import schema
from engine.store.sql.migration import needed_revision
from zones.geojson import write_zone

KEPT: Final = Path(__file__).parent / "out"
_PART: Final = 20_000
T = TypeVar("T")


def country_store(country: Country, path: Path) -> str:
    """Put a country's store at a path, and return its URL."""
    kept = KEPT / f"{country.name}-{needed_revision()}.db"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        building = kept.with_suffix(".building")
        building.unlink(missing_ok=True)
        write_country(country, building)
        building.rename(kept)
    shutil.copyfile(kept, path)
    return f"sqlite:///{path}"


def write_country(country: Country, path: Path) -> None:
    """Write a new SQLite store that holds a country and nothing else."""
    migrate(f"sqlite:///{path}")
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -262144")
        connection.execute("BEGIN")
        _Writing(connection).write(country)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


class _Writing:
    """One transaction on a new database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._revision = self._blocks = 0
        self._head = GENESIS_HASH

    def write(self, country: Country) -> None:
        for people in _parts(country.people()):
            wearers, devices, activations = zip(*people, strict=True)
            self._file(
                schema.wearers, wearers, lambda w: (w.wearer_id, w.name, w.timezone, w.agency)
            )
            self._file(schema.devices, devices, lambda d: (d.vendor, d.device_id, d.model))
            self._file(
                schema.activations,
                activations,
                lambda a: (
                    *(a.activation_id, a.wearer_id, a.vendor, a.device_id, a.started_at),
                    *(None, None, None),
                ),
            )
        for zones in _parts(country.zones()):
            self._file(
                schema.zones, zones, lambda z: (z.zone_id, 1, _json(write_zone(z)), *[None] * 3)
            )
        group = country.group()
        self._file(schema.zone_groups, [group], lambda g: (g.group_id, 1, _json(g)))
        for orders in _parts(country.orders()):
            self._file(
                schema.orders,
                orders,
                lambda o: (o.order_id, 1, True, o.wearer_id, o.agency, o.officer, _json(o)),
            )
        self._count({"activation": country.wearers})

    def _file(
        self,
        table: Table,
        values: Iterable[RegistryValue],
        row: "Any",  # noqa: ANN401
    ) -> None:
        """Insert values as rows and seal them in a journal block."""
        listed = list(values)
        self._insert(table, [row(each) for each in listed])
        numbered = enumerate(listed, self._revision + 1)
        messages = [RawMessage(SINCE, *write_entry(RegistryEntry(*each))) for each in numbered]
        self._revision += len(listed)
        self._blocks += 1
        block = build_block(self._blocks, self._head, messages, SINCE)
        self._head = block.block_hash
        names = schema.journal_blocks.columns.keys()
        self._insert(schema.journal_blocks, [tuple(getattr(block, name) for name in names)])

    def _insert(self, table: Table, rows: list[tuple[Any, ...]]) -> None:
        marks = ", ".join("?" for _ in table.columns)
        names = ", ".join(table.columns.keys())
        statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - own names
        self._connection.executemany(statement, rows)

    def _count(self, more: dict[str, int]) -> None:
        counted = {"registry": self._revision, "block": self._blocks, **more}
        self._insert(schema.counters, list(counted.items()))


def _parts(values: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(values)
    while part := list(islice(iterator, _PART)):
        yield part


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
