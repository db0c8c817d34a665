"""A position that nobody could have reached is kept but not judged, unless the wearer did move.

The newcomer is quarantined if its implied speed from the last judged position is above
`MAX_SPEED_MPS`. `AGREEING` quarantined positions in a row that agree with each other prove each
other true: the first of them is then trusted, and from it the others follow. Implied speed is taken
over the distance that the two accuracies do not explain, and over at least one second: a receiver
that corrects itself by its own error has not moved.
"""

from typing import Final

import msgspec

from engine.core.position import Position, Quarantine
from zones.instant import SECOND
from zones.separation import distance_m

MAX_SPEED_MPS: Final = 70.0
AGREEING: Final = 3
MOST_M_PER_DEGREE: Final = 111_700.0
"""No degree of latitude or longitude on the ellipsoid is longer."""


class Admission(msgspec.Struct, frozen=True):
    """What is remembered between positions of one activation."""

    last: Position | None = None
    """The last judged position."""
    waiting: tuple[Position, ...] = ()
    """Quarantined positions in a row that agree with each other, fewer than `AGREEING`."""
    seen: tuple[int, int] | None = None
    """fix_time and seq of the newest position, judged or not."""


class Admitted(msgspec.Struct, frozen=True):
    """What becomes of a position: judged, unless the verdict is a quarantine."""

    admission: Admission
    verdict: Quarantine | None = None
    proved: Position | None = None
    """The first of the quarantined positions in a row that this one proves true."""


def implied_speed_mps(before: Position, after: Position) -> float:
    """Return the speed in m/s that the two positions imply beyond their accuracies."""
    apart_m = distance_m(before.lon, before.lat, after.lon, after.lat)
    unexplained_m = max(0.0, apart_m - before.accuracy_m - after.accuracy_m)
    return unexplained_m / max(1.0, (after.fix_time - before.fix_time) / SECOND)


def _plausible(before: Position, after: Position) -> bool:
    """Tell whether the implied speed is not too high; near places need no geodesic for that."""
    elapsed_s = max(1.0, (after.fix_time - before.fix_time) / SECOND)
    degrees = abs(after.lon - before.lon) + abs(after.lat - before.lat)
    if degrees * MOST_M_PER_DEGREE <= MAX_SPEED_MPS * elapsed_s:
        return True
    return implied_speed_mps(before, after) <= MAX_SPEED_MPS


def admit(admission: Admission, position: Position, *, trusted: bool = False) -> Admitted:
    """Decide on the next position in key order; one that is trusted is judged wherever it lies.

    Of several positions with one fix_time and seq the first in key order (the smallest digest) is
    taken; the others are conflicts.
    """
    seen = (position.fix_time, position.seq)
    if seen == admission.seen:
        return Admitted(admission, Quarantine.CONFLICT)
    last = admission.last
    if trusted or last is None or _plausible(last, position):
        return Admitted(Admission(position, (), seen))
    chain = (*_agreeing(admission.waiting, position), position)
    if len(chain) >= AGREEING:
        return Admitted(admission, proved=chain[0])
    return Admitted(Admission(last, chain, seen), Quarantine.IMPLAUSIBLE)


def _agreeing(waiting: tuple[Position, ...], position: Position) -> tuple[Position, ...]:
    if waiting and implied_speed_mps(waiting[-1], position) <= MAX_SPEED_MPS:
        return waiting
    return ()
