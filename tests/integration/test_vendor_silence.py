"""A vendor falls silent: one alert, not one for each of its wearers, and nobody is forgotten."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from engine.core.episode import EpisodeKind, EpisodeState
from engine.core.topic import telemetry_topic
from engine.service import Service
from engine.sources.memory import MemorySource
from engine.store import Store
from engine.store.page import Page
from engine.store.protocol import Transaction
from engine.watch import Watch
from simulators.enrolment import enrol
from tests.integration.test_service import FAR, HOME, START, StillClock, Wearer, until
from zones.instant import MINUTE, SECOND, Instant, render

T = TypeVar("T")
NAMES = ("D1", "D2", "D3", "D4")
ZONES = {"type": "FeatureCollection", "features": [HOME]}


@dataclass
class Vendor:
    """An engine that runs, four wearers with devices of one vendor, and a clock to be set."""

    store: Store
    clock: StillClock
    source: MemorySource
    sent: Counter[str] = field(default_factory=Counter)

    async def at(self, second: float, *devices: str) -> None:
        """Let it be so late, then let these devices report."""
        self.clock.time = START + round(second * SECOND)
        for device in devices:
            self.sent[device] += 1
            message = msgspec.json.encode(_message(device, self.sent[device], self.clock.time))
            await self.source.submit(telemetry_topic("acme", device), message)

    async def shows(self, **states: str) -> None:
        """Wait until the missed call-ins are these, by device, and no others."""
        wanted = {f"w-{device}": state for device, state in states.items()}
        await until(lambda: _read(self.store, _call_ins) == wanted)

    async def alerts(self, *wanted: tuple[str, str, bool]) -> None:
        """Wait until these alerts stand: kind, about whom, restored."""
        await until(lambda: _read(self.store, _alerts) == set(wanted))


def _message(device: str, seq: int, at: Instant) -> dict[str, object]:
    position = {"time": render(at), "lon": FAR[0] + seq * 1e-6, "lat": FAR[1], "accuracy_m": 8}
    return {"device": device, "seq": seq, "positions": [position]}


def _read(store: Store, read: Callable[[Transaction], T]) -> T:
    with store.read() as transaction:
        return read(transaction)


def _call_ins(transaction: Transaction) -> dict[str, str]:
    found = transaction.episodes.list(Page(), kinds=[EpisodeKind.MISSED_CALL_IN])
    waiting = [each.episode for each in found if each.episode.state is EpisodeState.PENDING]
    assert {each.caused_by for each in waiting} <= {"vendor/acme"}
    return {each.wearer_id: each.episode.state.value for each in found}


def _alerts(transaction: Transaction) -> set[tuple[str, str, bool]]:
    every = transaction.alerts.list(Page())
    return {
        (each.kind.value, each.wearer_id or each.subject, each.restored)
        for each in every
        if each.subject != "engine"  # a clock that is set looks like a pause
    }


def _pages(transaction: Transaction) -> list[Instant]:
    """Return when people are told of missed call-ins."""
    call_ins = {
        each.alert_id
        for each in transaction.alerts.list(Page())
        if each.kind is EpisodeKind.MISSED_CALL_IN
    }
    return [each.due_at for each in transaction.alerts.outbox_after(0) if each.alert_id in call_ins]


@asynccontextmanager
async def vendor_of_four(store: Store) -> AsyncIterator[Vendor]:
    """Run an engine with a watch, and let every device report once."""
    wearers = [Wearer(wearer_id=f"w-{name}", device_id=name) for name in NAMES]
    with store.write() as transaction:
        enrol(transaction.registry, wearers, ZONES, START)
    clock = StillClock()
    source = MemorySource(clock.now)
    service = Service(store, source, clock)
    watch = Watch(store, clock, service.health, senses=[service.vendor_signals])
    serving = asyncio.create_task(service.run())
    await until(lambda: service.health().listening_since is not None)
    watch.start()
    try:
        vendor = Vendor(store, clock, source)
        await vendor.at(1, *NAMES)
        yield vendor
    finally:
        service.stop()
        await serving
        await asyncio.to_thread(watch.stop)


SILENT = ("vendor_silent", "vendor/acme")


async def test_a_silent_vendor_is_one_alert_and_its_wearers_none(store: Store) -> None:
    """Its missed call-ins are recorded; back, who calls in is forgiven and who does not is told."""
    async with vendor_of_four(store) as vendor:
        await vendor.at(200)
        await vendor.alerts((*SILENT, False))
        await vendor.at(400)
        await vendor.shows(D1="pending", D2="pending", D3="pending", D4="pending")
        await vendor.at(3600)
        await vendor.alerts((*SILENT, False))
        await vendor.at(3610, "D1", "D2")
        await vendor.shows(D1="brief", D2="brief", D3="pending", D4="pending")
        await vendor.alerts((*SILENT, True))
        await vendor.at(3890, "D1", "D2", "D3")
        await vendor.at(3909)
        await vendor.shows(D1="brief", D2="brief", D3="brief", D4="pending")
        await vendor.at(3911)
        await vendor.shows(D1="brief", D2="brief", D3="brief", D4="confirmed")
        await vendor.alerts((*SILENT, True), ("missed_call_in", "w-D4", False))
        assert _read(store, _pages) == [START + 3911 * SECOND]


async def test_who_was_silent_before_its_vendor_is_not_excused(store: Store) -> None:
    """One device that failed by itself is an alert, also when the others fall silent later."""
    async with vendor_of_four(store) as vendor:
        for second in (150, 290):
            await vendor.at(second, "D1", "D2", "D3")
        await vendor.at(302)
        await vendor.shows(D4="confirmed")
        await vendor.at(600)
        await vendor.shows(D1="pending", D2="pending", D3="pending", D4="confirmed")
        await vendor.alerts((*SILENT, False), ("missed_call_in", "w-D4", False))


async def test_a_restart_forgets_nothing(store: Store) -> None:
    """An engine that starts while the vendor is silent goes on with the same episode."""
    async with vendor_of_four(store) as vendor:
        await vendor.at(400)
        await vendor.shows(D1="pending", D2="pending", D3="pending", D4="pending")
        await vendor.alerts((*SILENT, False))
    clock = StillClock()
    clock.time = START + 7 * MINUTE
    source = MemorySource(clock.now)
    service = Service(store, source, clock)
    watch = Watch(store, clock, service.health, senses=[service.vendor_signals])
    serving = asyncio.create_task(service.run())
    await until(lambda: service.health().listening_since is not None)
    watch.start()
    again = Vendor(store, clock, source, Counter(dict.fromkeys(NAMES, 1)))
    await again.at(420 + 250)
    await until(lambda: bool(service.vendor_signals(clock.time)[0].detail))
    await again.alerts((*SILENT, False))
    await again.at(420 + 400, "D1")
    await again.alerts((*SILENT, True))
    service.stop()
    await serving
    await asyncio.to_thread(watch.stop)
