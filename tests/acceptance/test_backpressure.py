"""While the store is locked the broker keeps what the engine cannot, and nothing is lost."""

import asyncio
from itertools import islice
from pathlib import Path

from benchmarks.soaks.slow_store import slowed
from simulators.cast import cast
from simulators.trial import undisturbed
from zones.instant import parse

BOUND = 50
WEARERS = 20
DELIVERIES = 600
RATE_PER_S = 150.0
REDELIVERED = 1
"""The bound is the broker's to keep; redelivering, NATS was seen to give one message more."""
HELD_S = (6.0, 1.5)
START = parse("2025-03-11T00:00:00Z")


def test_a_locked_store_leaves_the_backlog_with_the_broker(tmp_path: Path) -> None:
    """The engine holds no more than its bound and afterwards has stored and judged everything."""
    acting = cast(START, (), WEARERS, seed=7, days=1)
    deliveries = list(islice(acting.deliveries(), DELIVERIES))
    expected = undisturbed(acting, deliveries, tmp_path)
    outcome = asyncio.run(slowed(acting, deliveries, tmp_path, expected, HELD_S, RATE_PER_S, BOUND))
    locked = [
        each
        for since, until in outcome.held
        for each in outcome.samples
        if since <= each.at_s < until
    ]
    most = max(each.in_flight for each in outcome.samples)
    assert BOUND <= most <= BOUND + REDELIVERED
    assert max(each.published - each.stored - each.in_flight for each in locked) > BOUND
    assert outcome.result == expected
    assert outcome.result.distinct_positions == expected.positions
