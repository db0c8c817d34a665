"""What confirms a run: witnesses, and the error that successive positions have in common.

Errors of positions are not independent. A receiver that a wall deceives, or that believes it is
next door, says so again a minute later, and says each time that it is sure; its stated accuracy
holds only what differs from fix to fix. So besides its accuracy every position is granted an error
that it may share with its neighbours: at first `shared_error_m` (a 68 % radius, like an accuracy,
added to it in quadrature), and half as much after every `shared_error_half_life_s` in which the
violation lasted. A run is confirmed once `threshold` different witnesses, one of them not coarse,
would be in violation even so, and the newest comes `dwell_s` or more after the first instant by
which the run had begun. The deeper the violation, the sooner: far beyond the boundary the second
position is enough, near it the wearer must stay.

A witness is a place and an accuracy: repeated, they are one, for network positions freeze. A
position that only repeats a witness, or the newest violating position, proves neither threshold nor
dwell. Time counts as lasted from each violating position to the next witness, but never more at
once than a position holds: two outliers an hour apart are no hour.
"""

from math import exp2, inf, sqrt
from typing import Final

import msgspec

from engine.core.order import Parameters
from engine.core.position import Position
from zones.instant import Duration, Instant, seconds
from zones.membership import distance_limit_m

Sight = tuple[float, float, float]
"""Latitude, longitude and accuracy of a witness."""


class Witnesses(msgspec.Struct, frozen=True):
    """What is remembered of the witnesses of a run, until it is confirmed."""

    seen: tuple[Sight, ...] = ()
    """Different ones: the first, up to the threshold, and the newest."""
    margins_m: tuple[float, ...] = ()
    """The shared errors that the `threshold` deepest would outlast, largest first."""
    fine_margin_m: float | None = None
    """The largest of those of witnesses that are not coarse; None without one."""
    lasted: Duration = 0


NOBODY: Final = Witnesses()


def heard(
    witnesses: Witnesses,
    position: Position,
    accuracy_m: float,
    beyond_m: float,
    since: Instant | None,
    parameters: Parameters,
    max_age: Duration,
) -> Witnesses:
    """Return the witnesses with a violating position, `beyond_m` metres beyond the boundary.

    `accuracy_m` is the 68 % radius of what is judged: the position's, if it is judged by itself.
    `since` is the time of the violating position before it. A repeat changes nothing.
    """
    sight = (position.lat, position.lon, position.accuracy_m)
    if sight in witnesses.seen:
        return witnesses
    margin_m = outlasted_m(beyond_m, accuracy_m, parameters.confidence)
    step = 0 if since is None else min(position.fix_time - since, max_age)
    fine_m = witnesses.fine_margin_m
    if not position.coarse:
        fine_m = margin_m if fine_m is None else max(fine_m, margin_m)
    deepest = sorted((*witnesses.margins_m, margin_m), reverse=True)
    return Witnesses(
        (*witnesses.seen[: parameters.threshold], sight),
        tuple(deepest[: parameters.threshold]),
        fine_m,
        witnesses.lasted + step,
    )


def enough(
    witnesses: Witnesses, at: Instant, begun_by: Instant | None, parameters: Parameters
) -> bool:
    """Tell whether witnesses, the newest at an instant, confirm a run begun by another."""
    fine_m = witnesses.fine_margin_m
    if len(witnesses.margins_m) < parameters.threshold or fine_m is None or begun_by is None:
        return False
    if at - begun_by < seconds(parameters.dwell_s):
        return False
    return min(witnesses.margins_m[-1], fine_m) >= shared_error_m(witnesses.lasted, parameters)


def shared_error_m(lasted: Duration, parameters: Parameters) -> float:
    """Return the error (68 % radius) that positions may still share after a violation lasted."""
    half_lives = lasted / seconds(parameters.shared_error_half_life_s)
    return parameters.shared_error_m * exp2(-half_lives)


def outlasted_m(beyond_m: float, accuracy_m: float, confidence: float) -> float:
    """Return the largest shared error with which a position would still be in violation.

    From d = z / 1.515 * sqrt(accuracy² + shared²), d metres beyond the boundary: see the bearings.
    """
    if beyond_m == inf:
        return inf
    radius_m = max(0.0, beyond_m) / distance_limit_m(1.0, confidence)
    return sqrt(max(0.0, radius_m * radius_m - accuracy_m * accuracy_m))
