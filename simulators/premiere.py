"""A premiere: every scenario at once, over MQTT, through a running engine, on a clock of any speed.

At the end of each scenario what the store shows is compared with what the scenario expects.
"""

import asyncio
from pathlib import Path
from typing import Final

from engine.broker.embedded import EmbeddedBroker
from engine.clock import ScaledClock, SystemClock
from engine.core.episode import StoredEpisode
from engine.store import Store, migrate, open_store
from engine.store.page import Page
from simulators.cast import cast
from simulators.fleet import play, vendors
from simulators.processes import EngineProcess
from simulators.scenario import Scenario
from simulators.verdict import mistakes
from zones.instant import SECOND, Instant, render

LEAD_S: Final = 6.0
"""Real seconds given to the engine's start before the clock begins."""

_ARRIVAL_S: Final = 0.4
"""Real seconds in which a delivery gets from the fleet into the store."""


async def premiere(
    start: Instant, speed: float, database_url: str, state_dir: Path
) -> dict[str, list[str]]:
    """Play everything; return what is wrong with each scenario (nothing, if it is as expected)."""
    state_dir.mkdir(parents=True, exist_ok=True)
    acting = cast(start)
    migrate(database_url)
    store = open_store(database_url)
    with store.write() as transaction:
        acting.enrol(transaction.registry)
    clock = ScaledClock(start, speed, SystemClock().now() + round(LEAD_S * SECOND))
    try:
        async with EmbeddedBroker(state_dir / "broker", acting.vendors) as broker:
            settings = {
                "database_url": database_url,
                "broker_url": broker.url_for_engine(),
                "port": "0",
                "canary_interval_s": "0",  # what is counted is what was published
                "clock_speed": str(speed),
                "clock_origin": render(clock.origin),
                "clock_started": render(clock.started),
            }
            urls = {name: broker.url_for_vendor(name) for name in acting.vendors}
            async with (
                EngineProcess(settings, state_dir / "engine.log"),
                vendors(urls) as connected,
            ):
                playing = asyncio.create_task(play(acting.deliveries(), connected, clock))
                found = await asyncio.gather(
                    *(_judged(scenario, store, clock) for scenario in acting.scenarios)
                )
                playing.cancel()
        return dict(found)
    finally:
        store.close()


async def _judged(scenario: Scenario, store: Store, clock: ScaledClock) -> tuple[str, list[str]]:
    await asyncio.sleep(clock.real_seconds(scenario.end) + _ARRIVAL_S)
    return scenario.name, mistakes(scenario, await asyncio.to_thread(_shown, store))


def _shown(store: Store) -> list[StoredEpisode]:
    with store.read() as transaction:
        return list(transaction.episodes.list(Page(limit=100_000)))
