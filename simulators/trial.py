"""A trial: a stream of telemetry through real parts while they are made to fail.

Broker, engine process and store are the real ones. The result is what an auditor would compare: the
positions stored, and the episodes and alerts that stand; ids, revisions and what was retracted on
the way are about arrival and are left out; so is missed call-in, which is nothing else, and what
the engine says of itself.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import aiomqtt
import msgspec

from engine.broker.configuration import Limits
from engine.broker.embedded import EmbeddedBroker
from engine.caseload import Caseload
from engine.clock import SystemClock
from engine.core.episode import EpisodeKind, EpisodeState
from engine.ruling import Ruling
from engine.sources import source as taken
from engine.store import Store, migrate, open_store
from engine.store.page import Page
from engine.store.registry_part import RegistryPart
from simulators.device import Delivery
from simulators.fleet import Vendor, vendors
from simulators.processes import EngineProcess
from zones.instant import DAY

_EVERYTHING: Final = 1_000_000
_POLL_S: Final = 0.1
_BATCH: Final = 200


class Acting(Protocol):
    """Who takes part: see `simulators.cast.Cast`."""

    @property
    def vendors(self) -> list[str]:
        """Every vendor that publishes."""
        ...

    def enrol(self, registry: RegistryPart) -> None:
        """Register everyone."""
        ...


Fault = Callable[[EngineProcess, EmbeddedBroker], Awaitable[None]]
"""Something that happens to the parts, once."""


@dataclass(frozen=True, slots=True)
class Result:
    """What stands at the end."""

    positions: int
    distinct_positions: int
    episodes: tuple[bytes, ...]
    alerts: tuple[bytes, ...]
    journal_messages: int
    faults: int = 0


def result_of(store: Store, faults: int = 0) -> Result:
    """Return what stands in a store."""
    with store.read() as transaction:
        keys = [
            (position.activation_id, *position.key)
            for activation in transaction.registry.activations()
            for position in transaction.positions.since(activation.activation_id, -DAY * 10**6)
        ]
        shown = [
            each
            for each in transaction.episodes.list(Page(limit=_EVERYTHING))
            if each.episode.state is not EpisodeState.RETRACTED
            and each.episode.kind is not EpisodeKind.MISSED_CALL_IN
            and not each.episode.subject
        ]
        alerts = [
            each
            for each in transaction.alerts.list(Page(limit=_EVERYTHING))
            if each.count and not (each.subject or each.kind is EpisodeKind.MISSED_CALL_IN)
        ]
        messages = sum(block.messages for block in transaction.journal.blocks(0, _EVERYTHING))
    return Result(
        positions=len(keys),
        distinct_positions=len(set(keys)),
        episodes=tuple(sorted(msgspec.json.encode(each.episode) for each in shown)),
        alerts=tuple(
            sorted(
                msgspec.json.encode(
                    [each.key, each.kind, each.severity, each.count, each.confirmed, each.restored]
                )
                for each in alerts
            )
        ),
        journal_messages=messages,
        faults=faults,
    )


def undisturbed(acting: Acting, deliveries: Sequence[Delivery], folder: Path) -> Result:
    """Return what stands when the same deliveries are simply judged, without anything failing."""
    url = f"sqlite:///{folder / 'undisturbed.db'}"
    migrate(url)
    store = open_store(url)
    try:
        with store.write() as transaction:
            acting.enrol(transaction.registry)
        caseload = Caseload()
        now = SystemClock().now()
        for first in range(0, len(deliveries), _BATCH):
            part = deliveries[first : first + _BATCH]
            batch = [taken.Delivery(each.topic, each.payload, now, None) for each in part]
            with store.write() as transaction:
                if not len(caseload):
                    caseload.load(transaction)
                ruling = Ruling(caseload, transaction, now)
                ruling.take(batch)
            caseload.keep(ruling.ruled.quiet, ruling.ruled.cases.values())
        return result_of(store)
    finally:
        store.close()


async def trial(
    acting: Acting,
    deliveries: Sequence[Delivery],
    database_url: str,
    state_dir: Path,
    *,
    expected_positions: int,
    faults: Sequence[Fault] = (),
    rate_per_s: float = 2000.0,
    seed: int = 1,
    settle_s: float = 120.0,
    limits: Limits | None = None,
) -> Result:
    """Publish deliveries at a rate, let faults happen at random moments, return what stands.

    Raises:
        TimeoutError: not everything was stored `settle_s` seconds after the last publish.
    """
    state_dir.mkdir(parents=True, exist_ok=True)
    migrate(database_url)
    store = open_store(database_url)
    with store.write() as transaction:
        acting.enrol(transaction.registry)
    try:
        async with EmbeddedBroker(state_dir / "broker", acting.vendors, limits=limits) as broker:
            settings = {
                "database_url": database_url,
                "broker_url": broker.url_for_engine(),
                "port": "0",
                "canary_interval_s": "0",  # what is counted is what was published
            }
            async with EngineProcess(settings, state_dir / "engine.log") as engine:
                happened = await _play(acting, deliveries, broker, engine, faults, rate_per_s, seed)
                await asyncio.wait_for(_until_stored(store, expected_positions), settle_s)
        return result_of(store, happened)
    finally:
        store.close()


async def _play(
    acting: Acting,
    deliveries: Sequence[Delivery],
    broker: EmbeddedBroker,
    engine: EngineProcess,
    faults: Sequence[Fault],
    rate_per_s: float,
    seed: int,
) -> int:
    """Publish everything while the faults happen, each at a random moment of its share of time."""
    urls = {name: broker.url_for_vendor(name) for name in acting.vendors}
    share_s = len(deliveries) / rate_per_s / max(1, len(faults))
    publishing = asyncio.create_task(_publish(urls, deliveries, rate_per_s))
    moments = random.Random(seed)
    try:
        for fault in faults:
            await asyncio.sleep(share_s * moments.uniform(0.2, 1.0))
            await fault(engine, broker)
        await publishing
    finally:
        publishing.cancel()
        with suppress(asyncio.CancelledError):
            await publishing
    return len(faults)


async def _publish(
    urls: Mapping[str, str], deliveries: Sequence[Delivery], rate_per_s: float
) -> None:
    """Publish at a rate; what a lost connection leaves unacknowledged is published again."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    left = list(deliveries)
    done = 0
    while left:
        try:
            async with vendors(urls) as connected:
                while left:
                    await asyncio.sleep(max(0.0, began + done / rate_per_s - loop.time()))
                    part = left[:100]
                    await _publish_part(connected, part)
                    left = left[len(part) :]
                    done += len(part)
        except (aiomqtt.MqttError, OSError):
            await asyncio.sleep(_POLL_S)


async def _publish_part(connected: Mapping[str, Vendor], part: Sequence[Delivery]) -> None:
    for delivery in part:
        await connected[delivery.topic.split("/")[2]].publish(delivery)
    for vendor in connected.values():
        await vendor.settle()


async def _until_stored(store: Store, expected_positions: int) -> None:
    while True:
        with store.read() as transaction:
            if transaction.positions.count() >= expected_positions:
                return
        await asyncio.sleep(_POLL_S)


async def kill_engine(engine: EngineProcess, _broker: EmbeddedBroker) -> None:
    """End the engine as a power cut would, and start it again."""
    await engine.kill()
    await engine.start()


async def restart_broker(_engine: EngineProcess, broker: EmbeddedBroker) -> None:
    """End the broker as a power cut would; it is started again."""
    broker.kill()
    await broker.wait_serving()
