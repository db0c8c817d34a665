"""The country that benchmarks measure on is what the registry itself would have written."""

from pathlib import Path

import msgspec
from sqlalchemy import select

from benchmarks.country import FLIP, VENDOR, Country
from benchmarks.country_life import Lives
from benchmarks.country_store import write_country
from engine.caseload import Caseload
from engine.core.journal import open_block
from engine.core.raw_message import RawMessage
from engine.core.statement import read_statement
from engine.store import Store, Transaction, migrate, open_store
from engine.store.sql.schema import counters
from engine.store.sql.store import SqlTransaction

SMALL = Country(wearers=60, shared=8)


def one_by_one(country: Country, transaction: Transaction) -> None:
    """Write a country as the API would, in the order of the bulk."""
    registry, people = transaction.registry, list(country.people())
    for wearer, _, _ in people:
        registry.save_wearer(wearer)
    for _, device, _ in people:
        registry.save_device(device)
    for _, _, activation in people:
        registry.add_activation(activation)
    for zone in country.zones():
        registry.save_zone(zone)
    registry.save_group(country.group())
    for order in country.orders():
        registry.save_order(order)


def everything(store: Store) -> tuple[object, ...]:
    """Return what a store holds of the registry, in its tables and in its journal."""
    with store.read() as transaction:
        assert isinstance(transaction, SqlTransaction)
        part = transaction.registry
        rows = transaction._session.rows(select(counters))
        counted = {row.counter: row.value for row in rows if row.counter != "block"}
        blocks = transaction.journal.blocks(0, 1_000_000)
        entries = [each for block in blocks for each in open_block(block)]
        messages = [(each.topic, each.payload) for each in entries if isinstance(each, RawMessage)]
        values = (
            *(part.wearers(), part.devices(), part.activations()),
            *(part.zones(), part.groups(), part.orders()),
        )
        return counted, messages, *values


def test_in_bulk_as_one_by_one(tmp_path: Path) -> None:
    """Rows, counters and journal of the bulk are those of the registry's own writes."""
    bulk, single = f"sqlite:///{tmp_path / 'bulk.db'}", f"sqlite:///{tmp_path / 'single.db'}"
    write_country(SMALL, bulk)
    migrate(single)
    with open_store(single).write() as transaction:
        one_by_one(SMALL, transaction)
    for ours, theirs in zip(
        everything(open_store(bulk)), everything(open_store(single)), strict=True
    ):
        assert ours == theirs


def test_nothing_reported_is_refused(tmp_path: Path) -> None:
    """Every message of a country's lives is attributed, minute by minute and as an upload."""
    url = f"sqlite:///{tmp_path / 'country.db'}"
    write_country(SMALL, url)
    caseload = Caseload()
    with open_store(url).read() as transaction:
        caseload.load(transaction)
    lives = Lives(SMALL, FLIP)
    for sent in (*lives.minute(0), *lives.uploads(1, 60, range(50, 60))):
        said = read_statement(caseload.attribution, *sent)
        assert not said.rejections
        assert len(said.positions) == sent.payload.count(b'"time"')
        assert said.source is not None
        assert said.source.vendor == VENDOR


def test_payloads_are_of_the_size_that_is_said() -> None:
    """A single position is a message of some 214 bytes."""
    sizes = [len(each.payload) for each in Lives(SMALL, FLIP).minute(0)]
    assert 205 <= sum(sizes) / len(sizes) <= 220
    assert msgspec.json.decode(Lives(SMALL, FLIP).minute(3)[7].payload)["device"] == "US00000007"
