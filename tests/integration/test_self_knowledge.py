"""The engine says when it is not well, and what that touches: with real parts that really fail."""

import asyncio
import sqlite3
from pathlib import Path

from engine.broker.embedded import EmbeddedBroker
from engine.core.canary import CANARY
from engine.watch import BEAT_S
from tests.integration.mqtt_kit import now
from tests.integration.self_kit import (
    INSIDE,
    NEAR,
    Engine,
    at_that_time,
    eventually,
    instant,
    running_engine,
)
from zones.instant import SECOND, Instant

SHORTEST_DOWN = round(2.5 * SECOND)
"""Longer than the shortest absence that is a gap."""


async def test_a_broker_that_is_away_is_said_and_attached_to_what_it_hides(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Not ready at once, an alert after a while, then a gap with bounds on the alert it touches."""
    async with running_engine(sqlite_url, tmp_path) as engine:
        await engine.at(NEAR)
        went = now()
        await engine.broker.__aexit__(None, None, None)
        checks = await eventually(lambda: _not_ready(engine, "source"), "503")
        assert checks["engine"]["ok"]
        stalled = await engine.alert("ingest_stalled", restored=False)
        assert (stalled["subject"], stalled["severity"]) == ("engine", "system")
        assert "source is not connected" in stalled["episodes"][0]["detail"]
        await engine.alert("coverage_gap", restored=False)
        back = now()
        async with EmbeddedBroker(tmp_path / "broker", ["acme", CANARY], engine.broker.port):
            gap = await engine.alert("coverage_gap", restored=True)
            for _ in range(2):
                await engine.at(INSIDE)
            entered = await engine.alert("exclusion_entered")
            assert (await engine.readiness())[0] == 200
            await engine.alert("ingest_stalled", restored=True)
    episode = at_that_time(gap, (went + back) // 2)
    assert went - SECOND <= instant(episode["started"]) <= went + 2 * SECOND
    assert back <= instant(episode["ended"]) <= back + 30 * SECOND
    assert episode["episode_id"] in entered["coverage_gaps"]
    assert episode in entered["gaps"]
    assert entered["history"][-1]["action"] == "coverage_gap"
    assert gap["coverage_gaps"] == []


async def _not_ready(engine: Engine, what: str) -> dict[str, dict[str, object]] | None:
    status, checks = await engine.readiness()
    return checks if status == 503 and not checks[what]["ok"] else None


async def _unwritten(engine: Engine) -> bool:
    text = (await engine.api.get("/metrics")).text
    (line,) = [each for each in text.splitlines() if each.startswith("ringfence_findings")]
    return float(line.split()[1]) >= 2


async def _past(instant_: Instant) -> bool:
    return now() > instant_


async def test_after_a_kill_the_gap_is_recorded_with_its_bounds(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Killed and started again, the engine knows from the store since when it was down."""
    async with running_engine(sqlite_url, tmp_path) as engine:
        await engine.at(NEAR)
        await asyncio.sleep(BEAT_S)  # a heartbeat of a while of life: what is lost is since then
        killed = now()
        await engine.process.kill()
        await eventually(lambda: _past(killed + SHORTEST_DOWN), "an absence long enough for a gap")
        started = now()
        await engine.process.start()
        await engine.process.ready(engine.url)
        ready = now()
        gap = await engine.alert("coverage_gap", restored=True)
        for _ in range(2):
            await engine.at(INSIDE)
        entered = await engine.alert("exclusion_entered")
    episode = at_that_time(gap, started)
    assert killed - (BEAT_S + 2) * SECOND <= instant(episode["started"], "after") <= killed
    assert killed <= instant(episode["started"], "by") + 2 * SECOND
    assert started <= instant(episode["ended"]) <= ready + 2 * SECOND
    assert episode["detail"] == "the engine was not running"
    assert episode["episode_id"] in entered["coverage_gaps"]


async def test_a_locked_store_is_said_at_once_and_recorded_afterwards(
    sqlite_url: str, tmp_path: Path
) -> None:
    """While nothing can be written /readyz says why; the alert comes when it can be stored."""
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    async with running_engine(sqlite_url, tmp_path) as engine:
        await engine.at(NEAR)
        other.execute("BEGIN IMMEDIATE")
        locked = now()
        await engine.at(NEAR)
        checks = await eventually(lambda: _not_ready(engine, "engine"), "503")
        assert "the store has not finished a transaction" in str(checks["engine"]["detail"])
        assert checks["source"]["ok"]
        await eventually(lambda: _unwritten(engine), "the watch has seen it, and waits to write")
        assert await engine.items("/v1/alerts") == []
        other.execute("ROLLBACK")
        released = now()
        stalled = await engine.alert("ingest_stalled", restored=True)
        gap = await engine.alert("coverage_gap", restored=True)
        assert (await engine.readiness())[0] == 200
    other.close()
    for each in (stalled, gap):
        episode = at_that_time(each, released - SECOND)
        assert locked - SECOND <= instant(episode["started"]) < released
        assert released - SECOND <= instant(episode["ended"]) <= released + 30 * SECOND
