"""Killed at random moments, the engine ends where an undisturbed one does, on both stores."""

import asyncio
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from simulators.cast import Cast, cast
from simulators.device import Delivery
from simulators.trial import Fault, Result, kill_engine, restart_broker, trial, undisturbed
from zones.instant import DAY

WEARERS = 25
DELIVERIES = 3000
START = 1_735_689_600_000_000 - DAY
RATE_PER_S = 250.0


@pytest.fixture(scope="module")
def acting() -> Cast:
    """A small city."""
    return cast(START, (), WEARERS, seed=7, days=1)


@pytest.fixture(scope="module")
def deliveries(acting: Cast) -> list[Delivery]:
    """What its devices publish, faults and all."""
    return list(islice(acting.deliveries(), DELIVERIES))


@pytest.fixture(scope="module")
def expected(
    acting: Cast, deliveries: list[Delivery], tmp_path_factory: pytest.TempPathFactory
) -> Result:
    """What stands when nothing fails."""
    return undisturbed(acting, deliveries, tmp_path_factory.mktemp("undisturbed"))


@pytest.mark.parametrize(
    ("faults", "what"),
    [((kill_engine,) * 5, "engine"), ((restart_broker,) * 2, "broker")],
    ids=["engine-killed", "broker-killed"],
)
def test_failures_change_nothing(
    faults: tuple[Fault, ...],
    what: str,
    store_url: str,
    tmp_path: Path,
    acting: Cast,
    deliveries: list[Delivery],
    expected: Result,
) -> None:
    """Every position is stored once, and episodes and alerts are those of an undisturbed run."""
    result = asyncio.run(
        trial(
            acting,
            deliveries,
            store_url,
            tmp_path / what,
            expected_positions=expected.positions,
            faults=faults,
            rate_per_s=RATE_PER_S,
        )
    )
    assert result.distinct_positions == result.positions
    assert replace(result, faults=0, journal_messages=0) == replace(expected, journal_messages=0)
    assert result.journal_messages == expected.journal_messages
