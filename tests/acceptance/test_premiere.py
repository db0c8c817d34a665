"""Every scenario, all together, at 60 times the speed of life, through broker, engine and store."""

import asyncio
from pathlib import Path

from engine.proof.verification import verify_alert
from engine.store import open_store
from simulators.premiere import premiere
from simulators.scenarios import DEFAULT_START
from tests.proof_kit import alerts_of

SPEED = 60.0


def test_every_scenario_at_sixty_times_raises_exactly_its_expected_alerts(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Over MQTT at 60 times, each scenario leads to its expected episodes and to no others.

    Every alert is then derived again from the one journal of them all, and is identical.
    """
    wrong = asyncio.run(premiere(DEFAULT_START, SPEED, sqlite_url, tmp_path / "premiere"))
    assert len(wrong) > 30
    assert {name: each for name, each in wrong.items() if each} == {}
    store = open_store(sqlite_url)
    checks = [verify_alert(store, alert.alert_id) for alert in alerts_of(store)]
    assert len(checks) > 20
    assert [check.lines() for check in checks if check.outcome != "identical"] == []
    store.close()
