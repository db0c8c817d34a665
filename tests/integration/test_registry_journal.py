"""The journal alone holds everything that decisions rest on: the registry's writes are in it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import msgspec
import pytest
from sqlalchemy import text

from engine.caseload import Caseload
from engine.core.fold import Fold
from engine.core.journal import (
    GENESIS,
    ChainHead,
    RawMessage,
    build_block,
    open_block,
    verify_chain,
)
from engine.core.order import ConditionKind, Supervision
from engine.core.plan import SupervisionPlan
from engine.core.registry import (
    Device,
    Order,
    OrderCondition,
    ProtectedPerson,
    Wearer,
    WearerClass,
)
from engine.core.registry_journal import RegistryEntry, RegistryValue, read_entry
from engine.ruling import RegistryMovedError, Ruling
from engine.sources.source import Delivery
from engine.store import ConflictError, Store, migrate, open_store
from engine.store.opening import _backend
from engine.store.protocol import Transaction
from tests.store_values import HOUR, T0, protect, put_on, undone
from zones.group import ZoneGroup
from zones.schedule import Schedule
from zones.zone import Circle, Zone

ZONE = Zone("home", Circle(9.1, 38.7, 100.0), "Ann Smith, 12 Elm Street", effective_from=T0)
ORDER = Order(
    order_id="o1",
    wearer_id="w1",
    agency="a",
    officer="Officer Lee",
    effective_from=T0,
    effective_until=None,
    plan=SupervisionPlan(60.0, 30.0),
    conditions=(
        OrderCondition(
            condition_id="c1",
            kind=ConditionKind.CURFEW,
            zone_ids=("home",),
            schedule=Schedule("Europe/London", always=True),
        ),
    ),
)


def written(tx: Transaction) -> list[RegistryEntry]:
    """Return the registry's writes as the journal has them, once the chain is verified."""
    blocks = tx.journal.blocks(limit=10_000)
    verify_chain(blocks)
    entries = [entry for block in blocks for entry in open_block(block)]
    return [
        read_entry(each.topic, each.payload) for each in entries if isinstance(each, RawMessage)
    ]


def rewrite_all(tx: Transaction) -> None:
    """Write persons, devices, activations and an end, two zone versions, two of an order."""
    put_on(tx, "w1", "d1", T0)
    protect(tx, "p1", "d2", T0)
    tx.registry.end_activation(1, T0 + HOUR, "swap")
    for radius_m in (100.0, 200.0):
        tx.registry.save_zone(replace(ZONE, shape=Circle(9.1, 38.7, radius_m)))
        tx.registry.save_order(ORDER)
    tx.registry.save_group(ZoneGroup("g1", ("home",), "Schools"))
    tx.registry.save_class(
        WearerClass(class_id="k1", name="Night", timezone="UTC", conditions=ORDER.conditions)
    )


def nameless(value: RegistryValue) -> RegistryValue:
    """Return a value as far as decisions need it."""
    if isinstance(value, Wearer):
        return Wearer(wearer_id=value.wearer_id, name="", timezone=value.timezone)
    if isinstance(value, ProtectedPerson):
        return msgspec.structs.replace(value, name="", agency="")
    if isinstance(value, Order):
        return msgspec.structs.replace(value, officer="")
    if isinstance(value, WearerClass):
        return msgspec.structs.replace(value, name="")
    return replace(value, name="") if isinstance(value, Zone | ZoneGroup) else value


def registry(tx: Transaction) -> list[RegistryValue]:
    """Return all that the registry tables hold."""
    part = tx.registry
    people = (*part.wearers(), *part.protected_persons(), *part.devices(), *part.activations())
    places = (*part.zones(), *part.groups())
    return [*people, *places, *part.classes(), *part.orders()]


def test_each_write_is_journaled_with_its_revision(store: Store) -> None:
    """The writes of a transaction are one block, from which every value is rebuilt in order."""
    with store.write() as tx:
        rewrite_all(tx)
    with store.read() as tx:
        entries = written(tx)
        assert len(tx.journal.blocks()) == 1
        assert [entry.revision for entry in entries] == list(range(1, 14))
        last = {(type(e.value), getattr(e.value, "activation_id", e.revision)): e for e in entries}
        rebuilt = [entry.value for entry in last.values()]
        expected = [nameless(each) for each in registry(tx)]
        assert sorted(map(repr, rebuilt)) == sorted(map(repr, expected))


def test_no_name_and_no_address_is_journaled(store: Store) -> None:
    """No wearer's, protected person's or officer's name, nor a zone's, leaves the tables."""
    with store.write() as tx:
        protect(tx, "p1", "d2", T0, name="Jane Roe")
        put_on(tx, "w1", "d1", T0)
        tx.registry.save_wearer(Wearer(wearer_id="w1", name="Ann Smith", timezone="UTC"))
        tx.registry.save_zone(ZONE)
        tx.registry.save_order(ORDER)
    with store.read() as tx:
        (block,) = tx.journal.blocks()
        shown = repr(open_block(block))
    assert not any(name in shown for name in ("Ann", "Elm", "Lee"))


def test_what_is_rolled_back_is_not_journaled(store: Store) -> None:
    """Neither a transaction that fails nor a write that is refused leaves anything behind."""
    with undone(store) as tx:
        put_on(tx, "w1", "d1", T0)
    with store.write() as tx:
        put_on(tx, "w1", "d1", T0)
        with pytest.raises(ConflictError):
            tx.registry.end_activation(1, T0 - 1, "too early")
    with store.read() as tx:
        kinds = [type(entry.value).__name__ for entry in written(tx)]
    assert kinds == ["Wearer", "Device", "Activation"]


def test_two_writers_make_one_chain(store_url: str) -> None:
    """Telemetry and registry, written at once through two stores, are tied to one another."""
    stores = [open_store(store_url), open_store(store_url)]

    def register(store: Store) -> None:
        for number in range(20):
            with store.write() as tx:
                tx.registry.save_device(Device(vendor="acme", device_id=f"d{number}"))

    def receive(store: Store) -> None:
        for number in range(20):
            with store.write() as tx:
                block_id = tx.next_ids("block", 1)[0]
                previous = (tx.journal.head() or GENESIS)[1]
                messages = [RawMessage(T0, "ringfence/v1/acme/d1/telemetry", b"%d" % number)]
                tx.journal.append(build_block(block_id, previous, messages, T0))

    with ThreadPoolExecutor() as pool:
        tasks = [
            pool.submit(work, store) for store in stores for work in (register, receive, register)
        ]
        for task in tasks:
            task.result()
    with stores[0].read() as tx:
        blocks = tx.journal.blocks(limit=1000)
    assert verify_chain(blocks).block_id == len(blocks) == 120
    for store in stores:
        store.close()


def test_a_registry_from_before_is_journaled_once(store_url: str) -> None:
    """Migrating a database whose registry is not in its journal adds it whole, and once."""
    backend = _backend(store_url)
    store = open_store(store_url)
    with store.write() as tx:
        rewrite_all(tx)
    with backend.writing.begin() as connection:
        connection.execute(text("DELETE FROM journal_blocks"))
        connection.execute(text("DELETE FROM counters WHERE counter = 'block'"))
        connection.execute(text("DELETE FROM counters WHERE counter = 'registry_journaled'"))
    backend.writing.dispose()
    for _ in range(2):
        migrate(store_url)
    with store.read() as tx:
        entries = written(tx)
        assert [entry.value for entry in entries] == [nameless(each) for each in registry(tx)]
        assert {entry.revision for entry in entries} == {13}
    store.close()


class Interrupted(Caseload):
    """A caseload in the midst of whose judging somebody else changes the registry."""

    other: Store | None = None

    def fold(self, supervision: Supervision) -> Fold:
        if self.other is not None:
            with self.other.write() as tx:
                tx.registry.save_zone(ZONE)
            self.other = None
        return super().fold(supervision)


@pytest.fixture
def other(postgres_url: str) -> Iterator[Store]:
    """A second process's store."""
    opened = open_store(postgres_url)
    yield opened
    opened.close()


def test_messages_never_follow_a_registry_they_were_not_judged_by(
    postgres_url: str, other: Store
) -> None:
    """A batch during which the registry changed is tried again, so the journal's order is true."""
    store = open_store(postgres_url)
    with store.write() as tx:
        put_on(tx, "w1", "d1", T0)
    caseload = Interrupted()
    with store.read() as tx:
        caseload.load(tx)
    caseload.other = other
    at = '"time": "2026-03-01T22:00:00Z", "lat": 38.7, "lon": 9.1'
    body = f'{{"device": "d1", "seq": 1, "positions": [{{{at}}}]}}'.encode()
    batch = [Delivery("ringfence/v1/acme/d1/telemetry", body, T0 + HOUR, None)]
    with pytest.raises(RegistryMovedError), store.write() as tx:
        Ruling(caseload, tx, T0 + HOUR).take(batch)
    with store.write() as tx:
        Ruling(caseload, tx, T0 + HOUR).take(batch)
    with store.read() as tx:
        blocks = tx.journal.blocks()
        topics = [
            [entry.topic.split("/")[2] for entry in open_block(each)]  # type: ignore[union-attr]
            for each in blocks
        ]
    assert topics == [["registry"] * 3, ["registry"], ["acme"]]
    assert verify_chain(blocks) == ChainHead(3, blocks[-1].block_hash)
    store.close()
