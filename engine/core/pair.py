"""A pair: a wearer's position and a protected person's, and how far apart they are at an instant.

Both hold where they were measured; that they may have moved since makes the distance less sure, not
another one. Each adds to the variance of the difference, along any line,

    (accuracy_m / 1.515)^2 + (speed * age)^2 / 2

for a displacement of length speed * age in a direction nobody knows has that variance along a line.
The speed is what the device states with the position or what its last two positions imply, if that
is more, and never less than `WALKING_MPS`: whoever sat still a moment ago may have got up. So a
pair half a minute apart in time is less sure by 30 m, one of a minute by 60 m, and one of which one
part is being driven soon says nothing at all. That is meant: to be unsure is no violation. Where it
is unsure whether he is within the distance but sure that he is within the ring, the ring tells it.
"""

from math import hypot, sqrt
from typing import Final

import msgspec

from engine.core.bearing import Bearing
from engine.core.order import Parameters
from engine.core.position import Position
from engine.core.proximity import Proximity
from zones.instant import SECOND, Duration, Instant
from zones.membership import sigma_m
from zones.separation import distance_m
from zones.within import probability_within

WALKING_MPS: Final = 1.4
"""Preferred walking speed of adults (Browning et al. 2006)."""


class Whereabouts(msgspec.Struct, frozen=True):
    """A judged position and how fast it was reached."""

    position: Position
    speed_mps: float = 0.0
    """Implied by the judged position before it; 0 if there is none."""

    def drift_m(self, at: Instant) -> float:
        """Return the standard deviation in metres along any line of where it may be by `at`."""
        stated = self.position.speed_mps or 0.0
        speed_mps = max(WALKING_MPS, stated, self.speed_mps)
        return speed_mps * (at - self.position.fix_time) / SECOND / sqrt(2.0)

    def holds(self, at: Instant, age: Duration) -> bool:
        """Tell whether it is no older than an age."""
        return at - self.position.fix_time <= age


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two positions as of an instant, not before either of them."""

    person_id: str
    at: Instant
    own: Position
    counterpart: Position
    distance_m: float
    sigma_m: float
    """Standard deviation of the difference of the two places along any line, metres."""


def pair_of(person_id: str, own: Whereabouts, counterpart: Whereabouts, at: Instant) -> Pair:
    """Return the pair of a wearer's place and a protected person's as of an instant."""
    one, other = own.position, counterpart.position
    return Pair(
        person_id=person_id,
        at=at,
        own=one,
        counterpart=other,
        distance_m=distance_m(one.lon, one.lat, other.lon, other.lat),
        sigma_m=hypot(
            sigma_m(one.accuracy_m),
            sigma_m(other.accuracy_m),
            own.drift_m(at),
            counterpart.drift_m(at),
        ),
    )


def bearing_of(pair: Pair, asked: Proximity, parameters: Parameters) -> Bearing:
    """Return what a pair says of the distance to be kept and of its ring."""
    sure = parameters.confidence
    near = probability_within(pair.distance_m, pair.sigma_m, asked.distance_m)
    if near >= sure:
        return Bearing.INSIDE
    ring_m = asked.distance_m + parameters.buffer_m
    ring = probability_within(pair.distance_m, pair.sigma_m, ring_m)
    if ring <= 1.0 - sure:
        return Bearing.OUTSIDE
    if near <= 1.0 - sure:
        return Bearing.RING if ring >= sure else Bearing.BESIDE
    return Bearing.EDGE if ring >= sure else Bearing.UNSURE
