"""Where a higher condition has the wearer be, a lower one does not keep him out.

Surely inside such a place, while its condition is in force, he complies; where that is unsure, so
is the violation. A permission ends with the window that gives it: whoever is still there then is
in a zone that has begun to apply around him.
"""

from typing import NamedTuple

from engine.core.bearing import Signal
from engine.core.gauge import Gauge
from engine.core.order import Condition
from engine.core.position import Position
from zones.instant import Instant
from zones.membership import Membership, distance_limit_m, membership
from zones.zone import Zone


class Permit(NamedTuple):
    """A place in which a position is permitted, or perhaps is."""

    condition_id: str
    zone: Zone
    sure: bool
    until: Instant
    """When the window that permits it ends."""


def permit(condition: Condition, position: Position, at: Instant, gauge: Gauge) -> Permit | None:
    """Return what permits a position to be where it is at an instant, the surest first."""
    found: Permit | None = None
    for higher in condition.above if condition.keep_out else ():
        window = higher.window_at(at)
        histories = () if window is None else higher.targets(window).values()
        for zone in (history.at(at) for history in histories):
            seen = None if zone is None else _seen(higher, zone, position, gauge)
            if zone is None or window is None or seen in (None, Membership.OUTSIDE):
                continue
            sure = seen is Membership.INSIDE
            if found is None or (sure and not found.sure):
                found = Permit(higher.condition_id, zone, sure, window.end)
    return found


def _seen(condition: Condition, zone: Zone, position: Position, gauge: Gauge) -> Membership:
    if position.beacon_zone_id == zone.zone_id:
        return Membership.INSIDE
    metres = gauge.signed_distance_m(zone, position)
    return membership(metres, position.accuracy_m, condition.parameters.confidence)


def permitted(signal: Signal, by: Permit | None) -> Signal:
    """Return what a signal to keep out means where a higher condition permits to be."""
    if by is None:
        return signal
    if by.sure:
        return Signal.COMPLYING
    return Signal.UNSURE if signal is Signal.VIOLATING else signal


def permit_inside(
    condition: Condition, zone: Zone, position: Position | None, gauge: Gauge
) -> Permit | None:
    """Return what surely permitted a position, when it was measured, not to be clear of a zone."""
    if position is None or not condition.keep_out or not condition.above:
        return None
    limit_m = distance_limit_m(position.accuracy_m, condition.parameters.confidence)
    if gauge.signed_distance_m(zone, position) <= -limit_m:
        return None
    by = permit(condition, position, position.fix_time, gauge)
    return by if by is not None and by.sure else None


def lapsed_at(by: Permit | None, at: Instant) -> Instant | None:
    """Return when a permission ended, if it did by an instant."""
    return by.until if by is not None and by.until <= at else None
