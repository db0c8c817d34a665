"""A country in a store, written in bulk; a built one is kept for the next run.

Rows, counters and journal are those that the registry's own writes leave, many to a statement and
to a journal block: one by one a country takes a quarter of an hour. A test holds both ways to the
same rows.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import Table

from benchmarks import country as country_module
from benchmarks.country import SINCE, Country
from engine.core.journal import GENESIS_HASH, RawMessage, build_block
from engine.core.registry_journal import RegistryEntry, RegistryValue, write_entry
from engine.store import migrate, open_store
from engine.store.sql import registry_schema, schema
from engine.store.sql.migration import needed_revision
from engine.store.sql.session import SqlSession
from engine.store.sql.store import SqlTransaction
from zones.geojson import write_zone

KEPT: Final = Path(__file__).parent / "out"
_SOURCE: Final = sha256(
    b"".join(Path(each).read_bytes() for each in (__file__, country_module.__file__))
).hexdigest()[:8]
"""Of what a country is made by: a kept store of another making is of no use."""
_PART: Final = 20_000
T = TypeVar("T")
V = TypeVar("V", bound=RegistryValue)


def country_store(country: Country, path: Path) -> str:
    """Put a country's SQLite store at a path, and return its URL."""
    kept = KEPT / f"{country.name}-{needed_revision()}-{_SOURCE}.db"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        for outdated in KEPT.glob(f"{country.name}-*"):
            outdated.unlink()
        building = kept.with_suffix(".building")
        building.unlink(missing_ok=True)
        write_country(country, f"sqlite:///{building}")
        building.rename(kept)
    shutil.copyfile(kept, path)
    return f"sqlite:///{path}"


def write_country(country: Country, url: str) -> None:
    """Write a country into a new store that holds nothing."""
    migrate(url)
    store = open_store(url)
    try:
        with store.write() as transaction:
            assert isinstance(transaction, SqlTransaction)
            _Writing(transaction._session).write(country)
    finally:
        store.close()


class _Writing:
    """One transaction on a new database."""

    def __init__(self, session: SqlSession) -> None:
        self._session = session
        self._revision = self._blocks = 0
        self._head = GENESIS_HASH

    def write(self, country: Country) -> None:
        for people in _parts(country.people()):
            wearers, devices, activations = zip(*people, strict=True)
            self._file(
                registry_schema.wearers,
                wearers,
                lambda w: (w.wearer_id, w.name, w.timezone, w.agency),
            )
            self._file(registry_schema.devices, devices, lambda d: (d.vendor, d.device_id, d.model))
            self._file(
                registry_schema.activations,
                activations,
                lambda a: (
                    *(a.activation_id, a.wearer_id, a.vendor, a.device_id, a.started_at),
                    *(None, None, None),
                ),
            )
        for zones in _parts(country.zones()):
            self._file(
                registry_schema.zones,
                zones,
                lambda z: (z.zone_id, 1, _json(write_zone(z)), *[None] * 3),
            )
        group = country.group()
        self._file(registry_schema.zone_groups, [group], lambda g: (g.group_id, 1, _json(g)))
        for orders in _parts(country.orders()):
            self._file(
                registry_schema.orders,
                orders,
                lambda o: (o.order_id, 1, True, o.wearer_id, o.agency, o.officer, _json(o)),
            )
        self._count({"activation": country.wearers})

    def _file(self, table: Table, values: Iterable[V], row: Callable[[V], tuple[Any, ...]]) -> None:
        """Insert values as rows and seal them in a journal block."""
        listed = list(values)
        self._session.insert(table, [row(each) for each in listed])
        numbered = enumerate(listed, self._revision + 1)
        messages = [RawMessage(SINCE, *write_entry(RegistryEntry(*each))) for each in numbered]
        self._revision += len(listed)
        self._blocks += 1
        block = build_block(self._blocks, self._head, messages, SINCE)
        self._head = block.block_hash
        names = schema.journal_blocks.columns.keys()
        self._session.insert(schema.journal_blocks, [tuple(getattr(block, name) for name in names)])

    def _count(self, more: dict[str, int]) -> None:
        counted = {"registry": self._revision, "block": self._blocks, **more}
        self._session.insert(schema.counters, list(counted.items()))


def _parts(values: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(values)
    while part := list(islice(iterator, _PART)):
        yield part


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
