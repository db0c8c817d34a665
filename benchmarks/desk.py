"""A desk with many open alerts: a store filled by the engine itself, and the real process on it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from itertools import islice
from pathlib import Path

from benchmarks.alone import Engine
from benchmarks.brokers import Reached, Started, reached
from benchmarks.night import FAULTS, Night, batches
from engine.broker.place import choose_port
from engine.core.alert import Alert
from engine.store import Store, migrate, open_store
from engine.store.page import Page
from simulators.device import Delivery
from simulators.processes import EngineProcess

_EVERYTHING = 1_000_000
_PATIENCE_S = 300.0
_SHORT_OF = 0.94
"""Troubles collapse and bring others with them: the rest is made to measure."""


def filled(store: Store, night: Night, alerts: int) -> list[Alert]:
    """Judge a night's telemetry until so many alerts are open; return them."""
    engine = Engine(store, night, night.start)
    for part in batches(night.deliveries(round(_SHORT_OF * alerts))):
        engine.take(part)
    while (short := alerts - len(open_alerts(store))) > 0:
        engine.take(list(islice(_more(store, night), short)))
    return open_alerts(store)


def open_alerts(store: Store) -> list[Alert]:
    """Return what is not closed."""
    with store.read() as transaction:
        return list(transaction.alerts.list(Page(limit=_EVERYTHING)))


def _more(store: Store, night: Night) -> Iterator[Delivery]:
    """Yield one more fault of somebody who does not have it yet, again and again."""
    has = {(each.wearer_id, each.kind.value) for each in open_alerts(store)}
    for fault in ("no_motion", "strap_tamper", *FAULTS):
        for wearer in night.wearers:
            if not fault.startswith("battery") and (wearer.wearer_id, fault) not in has:
                has.add((wearer.wearer_id, fault))
                yield wearer.reports(fault, "start", night.now)


@asynccontextmanager
async def desk(folder: Path, night: Night, alerts: int) -> AsyncIterator[tuple[Reached, Started]]:
    """Fill a store, then start broker and `ringfence run` on it; ready when the block begins."""
    database = f"sqlite:///{folder / 'engine.db'}"
    migrate(database)
    port = choose_port("127.0.0.1", 0)
    url = f"http://127.0.0.1:{port}"
    with closing(open_store(database)) as store:
        filled(store, night, alerts)
        async with reached(folder / "broker", night.vendors, sync_always=False) as ours:
            settings = {
                "database_url": database,
                "broker_url": ours.broker.url_for_engine(),
                "state_dir": str(folder / "state"),
                "port": str(port),
                "canary_interval_s": "0",  # what changes is what is made to
            }
            async with EngineProcess(settings, folder / "engine.log") as process:
                await process.ready(url, _PATIENCE_S)
                yield ours, Started(process, store, url, folder / "engine.db")
