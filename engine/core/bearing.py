"""What one position says about one zone of one condition.

With d the signed distance in metres (positive inside), sigma = accuracy / 1.515 and z the quantile
of the condition's confidence: surely inside if d >= z sigma, surely outside the ring of `buffer_m`
if d + buffer <= -z sigma. Between the two the position bears witness neither way, but it may surely
be in the ring. The same test written with p = Phi(d / sigma) is in the design of the membership.
"""

from enum import IntEnum
from typing import Final

from engine.core.order import ConditionKind, Parameters
from zones.membership import distance_limit_m


class Bearing(IntEnum):
    """What a position says of the wearer and one zone, from far out to well in."""

    OUTSIDE = 0
    """Surely outside the zone and its ring."""
    RING = 1
    """Surely in the ring: see `bearing`."""
    UNSURE = 2
    INSIDE = 3
    """Surely inside the zone."""


class Signal(IntEnum):
    """What a bearing means for a condition."""

    COMPLYING = 0
    UNSURE = 1
    VIOLATING = 2


class Aspect(IntEnum):
    """Which of a condition's two episodes a run belongs to."""

    MAIN = 0
    BUFFER = 1


_C, _U, _V = Signal.COMPLYING, Signal.UNSURE, Signal.VIOLATING

SIGNALS: Final[dict[tuple[bool, Aspect], tuple[Signal, Signal, Signal, Signal]]] = {
    # (keep out?, aspect)       OUTSIDE RING UNSURE INSIDE
    (True, Aspect.MAIN): (_C, _U, _U, _V),
    (True, Aspect.BUFFER): (_C, _V, _U, _C),
    (False, Aspect.MAIN): (_V, _U, _U, _C),
    (False, Aspect.BUFFER): (_C, _V, _U, _C),
}
"""What each bearing means: for a zone to keep out of, and for one to stay in."""


def reach_m(accuracy_m: float, parameters: Parameters) -> float:
    """Return how near in metres a zone must be for a position not to be surely clear of it."""
    return parameters.buffer_m + distance_limit_m(accuracy_m, parameters.confidence)


def bearing(
    signed_distance_m: float, accuracy_m: float, parameters: Parameters, *, keep_out: bool
) -> Bearing:
    """Return what a position at a signed distance in metres says of a zone.

    The ring of a zone to keep out of is met when the wearer is surely within it: near the zone. The
    ring of a zone to stay in is met when the wearer is surely out of the zone, not surely beyond.
    """
    margin, ring = distance_limit_m(accuracy_m, parameters.confidence), parameters.buffer_m
    if signed_distance_m >= margin:
        return Bearing.INSIDE
    if signed_distance_m + ring <= -margin:
        return Bearing.OUTSIDE
    if not ring:
        return Bearing.UNSURE
    near = signed_distance_m + ring >= margin if keep_out else signed_distance_m <= -margin
    return Bearing.RING if near else Bearing.UNSURE


def signal(kind: ConditionKind, aspect: Aspect, seen: Bearing) -> Signal:
    """Return what a bearing means for a condition of a kind."""
    return SIGNALS[kind is ConditionKind.EXCLUSION, aspect][seen]
