"""The load: what 1,000 wearers with lives, orders and everyday faults publish; the same every time.

Each calls in once a minute. Deliveries come late, twice or in arrays as they do in life.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from engine.sources import source
from simulators.cast import Cast, cast
from simulators.device import Delivery
from zones.instant import Instant, parse

WEARERS: Final = 1_000
START: Final = parse("2025-03-11T21:00:00Z")
"""Evening in the simulated town: curfews begin within the load."""


@dataclass(frozen=True, slots=True)
class Load:
    """Who is supervised, and what their devices publish in order of arrival."""

    acting: Cast
    deliveries: tuple[Delivery, ...]

    @property
    def end(self) -> Instant:
        """When the last of it arrives."""
        return self.deliveries[-1].at


def city_load(count: int, wearers: int = WEARERS, seed: int = 7) -> Load:
    """Return the first `count` deliveries of a town's wearers."""
    acting = cast(START, (), wearers, seed=seed, days=1)
    return Load(acting, tuple(islice(acting.deliveries(), count)))


def batch_of(part: Sequence[Delivery]) -> list[source.Delivery]:
    """Return deliveries as a source hands them over, received when they arrived."""
    return [source.Delivery(each.topic, each.payload, each.at, None) for each in part]


def distinct_positions(part: Sequence[Delivery]) -> set[tuple[str, int, str]]:
    """Return what the store must hold of deliveries: device, number and time of each position."""
    found = set()
    for delivery in part:
        body = json.loads(delivery.payload)
        for message in body if isinstance(body, list) else [body]:
            for position in message["positions"]:
                found.add((message["device"], message["seq"], position["time"]))
    return found
