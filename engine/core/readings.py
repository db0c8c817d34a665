"""A position against a condition becomes readings: one a zone to keep out of, or one for them all.

Zones to keep out of are judged each for itself; a zone that is not near is clear and needs no
reading. Of zones to stay in the wearer must be in any, so the one he is deepest in counts for all.
In the range of a beacon he is in the zone in which that stands, whatever the distance says.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from engine.core.bearing import Aspect, Bearing, Signal, bearing, signal
from engine.core.company import Company
from engine.core.gauge import Gauge, Near
from engine.core.order import Condition
from engine.core.permission import permit, permitted
from engine.core.position import Position
from engine.core.run import Reading
from zones.history import ZoneHistory
from zones.instant import Instant
from zones.membership import distance_limit_m
from zones.window import Window
from zones.zone import Zone

TOGETHER: Final = ""
"""Target of the zones to stay in, which are judged together."""


class Moment(NamedTuple):
    """A position as of an instant."""

    at: Instant
    position: Position
    near: Near
    """What is near of the zones to keep out of."""
    gauge: Gauge
    last: Position | None
    """The judged position before this one."""
    held: bool
    """True if the position is older and only still holds."""
    company: Company | None = None
    """Who is where, if conditions name protected persons."""
    company_before: Company | None = None
    """Who was where before this position."""


class Measured(NamedTuple):
    """How far a position is from a zone version in effect."""

    target: str
    zone: Zone
    signed_distance_m: float


def measure(condition: Condition, window: Window, moment: Moment) -> list[Measured]:
    """Return what a position can be judged against at an instant.

    Of zones to keep out of, that is those that are near only.
    """
    targets = condition.targets(window)
    if not condition.keep_out:
        return _deepest(targets.values(), moment.position, moment)
    return [
        Measured(zone.zone_id, zone, metres)
        for zone, metres in moment.near
        if zone.zone_id in targets and _in_effect(targets[zone.zone_id], zone, moment.at)
    ]


def surely_inside(condition: Condition, window: Window, moment: Moment) -> bool:
    """Tell cheaply that a position is surely inside a place to be in; False says nothing."""
    position = moment.position
    margin_m = distance_limit_m(position.accuracy_m, condition.parameters.confidence)
    versions = (history.at(moment.at) for history in condition.targets(window).values())
    return any(
        zone is not None and zone.deep_inside(position.lon, position.lat, margin_m)
        for zone in versions
    )


def _deepest(targets: Iterable[ZoneHistory], position: Position, moment: Moment) -> list[Measured]:
    versions = (history.at(moment.at) for history in targets)
    found = [
        Measured(TOGETHER, zone, moment.gauge.signed_distance_m(zone, position))
        for zone in versions
        if zone is not None
    ]
    here = position.beacon_zone_id

    def depth(each: Measured) -> tuple[bool, float, str]:
        return each.zone.zone_id == here, each.signed_distance_m, each.zone.zone_id

    deepest = max(found, key=depth, default=None)
    return [] if deepest is None else [deepest]


def read(condition: Condition, aspect: Aspect, position: Position, place: Measured) -> Reading:
    """Return what a measured position means for one aspect of a condition."""
    target, zone, metres = place
    at_beacon = position.beacon_zone_id == zone.zone_id
    seen = (
        Bearing.INSIDE if at_beacon else bearing(metres, position.accuracy_m, condition.parameters)
    )
    means = signal(condition.kind, aspect, seen)
    return Reading(means, position, target, zone, metres, _depth_m(condition, metres))


def excused(condition: Condition, reading: Reading, at: Instant, gauge: Gauge) -> Reading:
    """Return a reading as of an instant, with what conditions of higher priority permit."""
    if not condition.above or reading.signal is Signal.COMPLYING or not condition.keep_out:
        return reading
    by = permit(condition, reading.position, at, gauge)
    sure = by if by is not None and by.sure else None
    return reading._replace(signal=permitted(reading.signal, by), permit=sure)


def far_reading(condition: Condition, target: str, moment: Moment) -> Reading | None:
    """Return the reading of a zone to keep out of that is too far away to have been measured.

    None where the zone has no version in effect: there is nothing to be clear of.
    """
    history, position = condition.zone(target), moment.position
    zone = None if history is None else history.at(moment.at)
    if zone is None:
        return None
    metres = moment.gauge.signed_distance_m(zone, position)
    return Reading(Signal.COMPLYING, position, target, zone, metres, _depth_m(condition, metres))


def reread(condition: Condition, reading: Reading, position: Position, moment: Moment) -> Reading:
    """Return the reading of an earlier position against what a reading of the moment is of."""
    window = condition.window_at(moment.at)
    if condition.keep_out or window is None:
        metres = moment.gauge.signed_distance_m(reading.zone, position)
        places = [Measured(reading.target, reading.zone, metres)]
    else:
        places = _deepest(condition.targets(window).values(), position, moment)
    again = read(condition, Aspect.MAIN, position, places[0])
    return excused(condition, again, position.fix_time, moment.gauge)


def _depth_m(condition: Condition, signed_distance_m: float) -> float:
    return signed_distance_m if condition.keep_out else -signed_distance_m


def _in_effect(history: ZoneHistory, zone: Zone, at: Instant) -> bool:
    version = history.at(at)
    return version is not None and version.version == zone.version
