"""The canary goes the whole way and comes out; when it does not, somebody is told."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from engine.canary import Canary, memory_publisher
from engine.clock import SystemClock
from engine.core.canary import CANARY, TOPIC, payload
from engine.core.decode import decode
from engine.core.episode import EpisodeState
from engine.core.self_watch import Limits
from engine.service import Service
from engine.sources.memory import MemorySource
from engine.sources.merged import MergedSource
from engine.sources.source import Delivery
from engine.store import Store, open_store
from engine.store.page import Page
from engine.watch import Watch
from tests.integration.mqtt_kit import until
from tests.integration.self_kit import Engine, eventually, running_engine
from zones.instant import SECOND, from_datetime

AT = 1_700_000_000_123_456


async def test_a_canary_through_the_broker_comes_out_and_is_nowhere_else(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Published as a device does it is judged and read back, in and out; people never see it."""
    async with running_engine(sqlite_url, tmp_path, canary_interval_s="1") as engine:
        await eventually(lambda: _out(engine, 4), "four canaries come out")
        _, checks = await engine.readiness()
        assert "out, sent" in checks["canary"]["detail"]
        for path in ("wearers", "devices", "activations", "orders", "zones"):
            listed = (await engine.api.get(f"/v1/{path}")).text
            assert any(word in listed for word in ("w1", "D1", "PARK"))
            assert CANARY not in listed
        # On a slow machine the engine may have something to say of itself.
        shown = [*await engine.items("/v1/episodes"), *await engine.items("/v1/alerts")]
        assert {each["subject"] for each in shown} <= {"engine"}
        assert "ringfence_positions_stored_total 0.0" in (await engine.api.get("/metrics")).text
    store = open_store(sqlite_url)
    with store.read() as transaction:
        assert transaction.positions.count() == 0
        assert transaction.episodes.count() == len(
            transaction.episodes.list(Page(), subject="engine")
        )
        own = transaction.episodes.list(Page(), wearer_id=CANARY)
        journal = sum(block.messages for block in transaction.journal.blocks())
    store.close()
    assert len(own) >= 2
    assert {each.episode.state for each in own} == {EpisodeState.CONFIRMED}
    assert journal >= 4


async def _out(engine: Engine, wanted: int) -> bool:
    text = (await engine.api.get("/metrics")).text
    name = "ringfence_canary_latency_seconds_count"
    found = [float(line.split()[1]) for line in text.splitlines() if line.startswith(name)]
    return bool(found) and found[0] >= wanted


class Leaking(MergedSource):
    """A source that loses what it was given: acknowledged, and never handed on."""

    lossy = False

    async def next_batch(self) -> Sequence[Delivery]:
        """Return what there is, or while it leaks throw it away."""
        while True:
            batch = await super().next_batch()
            if not (batch and self.lossy):
                return batch
            await self.acknowledge(batch)


async def test_a_source_that_loses_messages_is_found_out(sqlite_url: str) -> None:
    """All seems well, yet nothing comes out: an alert, a gap, not ready; then all is over."""
    store, clock = open_store(sqlite_url), SystemClock()
    intake = MemorySource(clock.now)
    source = Leaking(intake)
    service = Service(store, source, clock)
    canary = Canary(store, clock, memory_publisher(intake.submit), interval_s=0.3, lost_s=1.0)
    limits = Limits(gap_after=SECOND)
    watch = Watch(store, clock, service.health, limits, canary=canary)
    serving = asyncio.create_task(service.run())
    await until(lambda: source.connected, "the source takes messages")
    keeping = asyncio.create_task(canary.run())
    watch.start()
    try:
        await until(lambda: canary.status().out_at is not None, "a canary comes out")
        source.lossy = True
        await until(lambda: watch.status().canary_ailment is not None, "its loss is noticed")
        await until(lambda: set(_running(store)) == {"canary_lost", "coverage_gap"}, "it is told")
        source.lossy = False
        await until(lambda: _running(store) == [], "both are over")
        assert watch.status().canary_ailment is None
        assert watch.status().gap_s >= 1
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        service.stop()
        await serving
        await asyncio.to_thread(watch.stop)
        store.close()


def _running(store: Store) -> list[str]:
    with store.read() as transaction:
        alerts = transaction.alerts.list(Page(), subject="engine")
    return [each.kind for each in alerts if not each.restored]


@pytest.mark.parametrize("inside", [True, False])
def test_its_message_is_of_the_wire_contract(inside: bool) -> None:
    """What it publishes is decoded without any rejection."""
    decoded = decode(TOPIC, payload(AT, inside=inside))
    (message,) = decoded.messages
    assert not decoded.rejections
    assert from_datetime(message.positions[0].time) == AT
