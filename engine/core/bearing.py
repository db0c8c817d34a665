"""What one position says about one zone of one condition.

With d the signed distance in metres (positive inside), sigma = accuracy / 1.515 and z the quantile
of the condition's confidence: surely inside if d >= z sigma, surely outside if d <= -z sigma. The
ring of `buffer_m` makes the zone larger: the same is asked of it with d + buffer. The same test
written with p = Phi(d / sigma) is in the design of the membership.
"""

from enum import IntEnum
from typing import Final

from engine.core.order import ConditionKind, Parameters
from zones.membership import distance_limit_m


class Bearing(IntEnum):
    """What a position says of the wearer and one zone with its ring, from far out to well in."""

    OUTSIDE = 0
    """Surely outside the zone and its ring."""
    BESIDE = 1
    """Surely outside the zone; perhaps in its ring."""
    RING = 2
    """Surely outside the zone and surely in its ring."""
    EDGE = 3
    """Surely in the ring or the zone, whichever."""
    UNSURE = 4
    INSIDE = 5
    """Surely inside the zone."""


class Signal(IntEnum):
    """What a bearing means for a condition."""

    COMPLYING = 0
    NEARBY = 1
    """Complying, but not far enough away to end what runs."""
    UNSURE = 2
    VIOLATING = 3


class Aspect(IntEnum):
    """Which of a condition's two episodes a run belongs to."""

    MAIN = 0
    BUFFER = 1


_C, _N, _U, _V = Signal

SIGNALS: Final[dict[tuple[bool, Aspect], tuple[Signal, ...]]] = {
    # (keep out?, aspect)       OUTSIDE BESIDE RING EDGE UNSURE INSIDE
    (True, Aspect.MAIN): (_C, _N, _N, _U, _U, _V),
    (True, Aspect.BUFFER): (_C, _U, _V, _V, _U, _C),
    (False, Aspect.MAIN): (_V, _U, _U, _U, _U, _C),
    (False, Aspect.BUFFER): (_C, _V, _V, _U, _U, _C),
}
"""What each bearing means: for a zone to keep out of, and for one to stay in.

The ring of a zone to keep out of is met where the wearer is surely near the zone; the ring of one
to stay in where he surely is out of the zone, but not surely beyond its ring.
"""


def reach_m(accuracy_m: float, parameters: Parameters) -> float:
    """Return how near in metres a zone must be for a position not to be surely clear of it."""
    return parameters.buffer_m + distance_limit_m(accuracy_m, parameters.confidence)


def bearing(signed_distance_m: float, accuracy_m: float, parameters: Parameters) -> Bearing:
    """Return what a position at a signed distance in metres says of a zone."""
    margin = distance_limit_m(accuracy_m, parameters.confidence)
    grown_m = signed_distance_m + parameters.buffer_m
    if signed_distance_m >= margin:
        return Bearing.INSIDE
    if grown_m <= -margin:
        return Bearing.OUTSIDE
    if signed_distance_m <= -margin:
        return Bearing.RING if grown_m >= margin else Bearing.BESIDE
    return Bearing.EDGE if grown_m >= margin else Bearing.UNSURE


def signal(kind: ConditionKind, aspect: Aspect, seen: Bearing) -> Signal:
    """Return what a bearing means for a condition of a kind."""
    return SIGNALS[kind is ConditionKind.EXCLUSION, aspect][seen]
