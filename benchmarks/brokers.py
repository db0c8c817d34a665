"""An embedded broker with its vendors connected, and the engine, as its users run it, behind it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from engine.broker.configuration import Limits
from engine.broker.embedded import EmbeddedBroker
from engine.broker.place import choose_port
from engine.clock import ScaledClock
from engine.store import Store, migrate, open_store
from simulators.device import Delivery
from simulators.fleet import Vendor, vendors
from simulators.processes import EngineProcess
from simulators.trial import Acting
from zones.instant import render


@dataclass(frozen=True, slots=True)
class Reached:
    """A broker that vendors are connected to, as equal to any other as its settings are."""

    broker: EmbeddedBroker
    connected: dict[str, Vendor]

    async def publish(self, part: Sequence[Delivery]) -> None:
        """Publish as fast as the broker acknowledges."""
        for delivery in part:
            await self.connected[delivery.topic.split("/")[2]].publish(delivery)
        for vendor in self.connected.values():
            await vendor.settle()


@asynccontextmanager
async def reached(
    folder: Path, names: list[str], *, sync_always: bool, max_in_flight: int = 1_000
) -> AsyncIterator[Reached]:
    """Start a broker and connect its vendors."""
    limits = Limits(sync_always=sync_always, max_in_flight=max_in_flight)
    async with (
        EmbeddedBroker(folder, names, limits=limits) as broker,
        vendors({name: broker.url_for_vendor(name) for name in names}) as connected,
    ):
        yield Reached(broker, connected)


@dataclass(frozen=True, slots=True)
class Started:
    """An engine that is ready."""

    process: EngineProcess
    store: Store
    url: str
    """Where its API is."""
    database: Path

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid


@asynccontextmanager
async def engine_behind(
    reached_: Reached, acting: Acting, folder: Path, clock: ScaledClock | None = None
) -> AsyncIterator[Started]:
    """Start the engine on a new SQLite store; ready when the block begins."""
    database = f"sqlite:///{folder / 'engine.db'}"
    migrate(database)
    port = choose_port("127.0.0.1", 0)
    url = f"http://127.0.0.1:{port}"
    settings = {
        "database_url": database,
        "broker_url": reached_.broker.url_for_engine(),
        "port": str(port),
        "canary_interval_s": "0",  # what is counted is what was published
    }
    if clock is not None:
        settings["clock_speed"] = str(clock.speed)
        settings["clock_origin"] = render(clock.origin)
        settings["clock_started"] = render(clock.started)
    with closing(open_store(database)) as store:
        with store.write() as transaction:
            acting.enrol(transaction.registry)
        async with EngineProcess(settings, folder / "engine.log") as process:
            await process.ready(url)
            yield Started(process, store, url, folder / "engine.db")
