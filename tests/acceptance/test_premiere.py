"""Every scenario, all together, at 60 times the speed of life, through broker, engine and store."""

import asyncio
from pathlib import Path

from simulators.premiere import premiere
from simulators.scenarios import DEFAULT_START

SPEED = 60.0


def test_every_scenario_at_sixty_times_raises_exactly_its_expected_alerts(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Over MQTT at 60 times, each scenario leads to its expected episodes and to no others."""
    wrong = asyncio.run(premiere(DEFAULT_START, SPEED, sqlite_url, tmp_path / "premiere"))
    assert len(wrong) > 30
    assert {name: each for name, each in wrong.items() if each} == {}
