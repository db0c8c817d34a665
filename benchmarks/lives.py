"""Lives as the judgement sees them, without a wire: a supervision, and positions as they come.

Everyday homes, work, errands and nights out, with a curfew each and, for most, an exclusion or an
inclusion zone; positions with a receiver's errors, gaps and frozen fixes. A share of the positions
is received hours late, each on its own: nothing is harder to judge, for an upload of many re-folds
their time once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from msgspec.structs import replace

from engine.core.condition_json import read_condition
from engine.core.order import Activation, Condition, Supervision
from engine.core.plan import PlanHistory, SupervisionPlan
from engine.core.position import Mechanism, Position, content_digest, effective_accuracy_m
from simulators.city import City
from simulators.fix import Fix
from simulators.fleet_life import FleetWearer, live_fleet, zones_of
from simulators.noise import NoiseModel
from zones.geojson import read_zones
from zones.history import ZoneHistory
from zones.instant import HOUR, SECOND, Instant, parse
from zones.zone_set import ZoneSet

START: Final = parse("2025-03-11T03:00:00Z")
"""The town's clocks change within the month that follows."""
SEED: Final = 7
ON_THE_WAY: Final = 2 * SECOND
LATE_SHARE: Final = 0.05
LATE_HOURS: Final = (1.0, 8.0)


@dataclass(frozen=True, slots=True)
class Lived:
    """One wearer's month: what he is judged by, and his positions in order of arrival."""

    supervision: Supervision
    arrivals: tuple[Position, ...]
    late: int
    """How many of them are received hours late."""

    @property
    def until(self) -> Instant:
        """When the last of them is received."""
        return self.arrivals[-1].received_at


def lived(number: int, days: float, interval_s: int) -> Lived:
    """Return the life of one wearer of the town; the same arguments give the same."""
    wearer = _fleet(number + 1, days, interval_s)[number]
    supervision = _supervision(wearer, number + 1)
    rng = np.random.default_rng([SEED, number, 9])
    on_time = list(_positions(wearer, number + 1, rng))
    late = rng.random(len(on_time)) < LATE_SHARE
    delays = np.where(late, rng.uniform(*LATE_HOURS, len(on_time)) * HOUR, ON_THE_WAY)
    received = [
        replace(position, received_at=position.fix_time + delay)
        for position, delay in zip(on_time, delays.astype(np.int64).tolist(), strict=True)
    ]
    arrivals = sorted(received, key=lambda each: (each.received_at, each.key))
    return Lived(supervision, tuple(arrivals), int(late.sum()))


@cache
def _city() -> City:
    return City.generate(SEED)


def _fleet(wearers: int, days: float, interval_s: int) -> list[FleetWearer]:
    return list(live_fleet(_city(), wearers, SEED, START, days, interval_s=interval_s))


def _supervision(wearer: FleetWearer, activation_id: int) -> Supervision:
    zones = {zone.zone_id: ZoneHistory((zone,)) for zone in read_zones(zones_of([wearer])).zones}
    written = [read_condition(each, wearer.timezone) for each in wearer.conditions]
    return Supervision(
        activation=Activation(
            activation_id=activation_id,
            wearer_id=wearer.wearer_id,
            vendor=wearer.vendor,
            device_id=wearer.device_id,
            started_at=wearer.start,
        ),
        plans=PlanHistory(
            plans=(SupervisionPlan(float(wearer.interval_s), float(wearer.buffer_s)),)
        ),
        timezone=wearer.timezone,
        conditions=tuple(
            Condition(
                condition_id=each.condition_id,
                kind=each.kind,
                zones=ZoneSet(tuple(zones[zone_id] for zone_id in each.zone_ids)),
                schedule=each.schedule,
                parameters=each.parameters,
            )
            for each in written
        ),
    )


def _positions(
    wearer: FleetWearer, activation_id: int, rng: np.random.Generator
) -> Iterator[Position]:
    model = NoiseModel.for_device(rng)
    seq = 0
    for path in wearer.paths():
        first, last = max(path.start, wearer.start), min(path.end, wearer.end)
        for fix in model.stream(path, range(first, last, wearer.interval_s * SECOND), rng):
            if fix is not None:
                seq += 1
                yield _position(fix, activation_id, seq)


def _position(fix: Fix, activation_id: int, seq: int) -> Position:
    mechanism = Mechanism(fix.mechanism)
    accuracy_m, assumed = effective_accuracy_m(fix.accuracy_m, fix.hdop, mechanism)
    return Position(
        activation_id=activation_id,
        fix_time=fix.fix_time,
        received_at=fix.fix_time,
        seq=seq,
        digest=content_digest(fix.fix_time, seq, fix.lat, fix.lon, fix.accuracy_m, mechanism),
        lat=fix.lat,
        lon=fix.lon,
        accuracy_m=accuracy_m,
        accuracy_assumed=assumed,
        mechanism=mechanism,
    )
