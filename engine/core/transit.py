"""A possible transit: the path between two positions crosses a zone with neither end inside.

Advisory, never a violation: nobody was seen in the zone. Both positions must be judged, surely
outside the zone, no more than the plan's max age apart, with a path between them that can be
travelled, and the condition in force at both.
"""

from engine.core.bearing import Aspect
from engine.core.episode import Bound, Episode, EpisodeKind, EpisodeState
from engine.core.gauge import Gauge
from engine.core.plausibility import MAX_SPEED_MPS, implied_speed_mps
from engine.core.position import Position
from engine.core.run import Phase
from engine.core.run_episode import Context
from engine.core.state import ConditionState
from zones.crossing import crossing_fraction
from zones.instant import Instant
from zones.interval import BEGINNING
from zones.membership import distance_limit_m
from zones.zone import Zone


def transits(
    context: Context, state: ConditionState, start: Position, end: Position, gauge: Gauge
) -> list[Episode]:
    """Return the possible transits between two judged positions in a row."""
    window_start = state.window_start
    too_far = end.fix_time - start.fix_time > context.plans.max_age_at(start.fix_time)
    if not context.condition.keep_out or window_start is None or too_far:
        return []
    if window_start > start.fix_time or (start.lon, start.lat) == (end.lon, end.lat):
        return []
    return [
        _episode(context, state, zone, start, end)
        for zone in gauge.crossed(start, end)
        if _counts(context, state, zone, start, end)
    ]


def _counts(
    context: Context, state: ConditionState, zone: Zone, start: Position, end: Position
) -> bool:
    history = context.condition.zone(zone.zone_id)
    run = state.run_at(zone.zone_id, Aspect.MAIN)
    if history is None or (run is not None and run.phase is not Phase.UNSURE):
        return False
    in_effect = (history.at(start.fix_time), history.at(end.fix_time))
    if any(version is None or version.version != zone.version for version in in_effect):
        return False
    if not all(_surely_outside(context, zone, position) for position in (start, end)):
        return False
    return implied_speed_mps(start, end) <= MAX_SPEED_MPS


def _surely_outside(context: Context, zone: Zone, position: Position) -> bool:
    metres = zone.signed_distance_m(position.lon, position.lat)
    return metres <= -distance_limit_m(position.accuracy_m, context.condition.parameters.confidence)


def _episode(
    context: Context, state: ConditionState, zone: Zone, start: Position, end: Position
) -> Episode:
    entered, left = (_at(zone, start, end, entering=entering) for entering in (True, False))
    halfway = (entered + left) / 2
    depth_m = zone.signed_distance_m(
        start.lon + halfway * _east(start, end), start.lat + halfway * (end.lat - start.lat)
    )
    bounded = state.window_start != BEGINNING
    return Episode(
        activation_id=context.activation_id,
        condition_id=context.condition.condition_id,
        condition_version=context.condition.version,
        zone_id=zone.zone_id,
        kind=EpisodeKind.POSSIBLE_TRANSIT,
        state=EpisodeState.BRIEF,
        started=Bound(start.fix_time, end.fix_time, _when(start, end, entered)),
        ended=Bound(start.fix_time, end.fix_time, _when(start, end, left)),
        positions=0,
        max_depth_m=max(0.0, depth_m),
        window_start=state.window_start if bounded else None,
        window_end=state.window_end if bounded else None,
    )


def _at(zone: Zone, start: Position, end: Position, *, entering: bool) -> float:
    return crossing_fraction(zone, start.lon, start.lat, end.lon, end.lat, entering=entering)


def _when(start: Position, end: Position, share: float) -> Instant:
    return start.fix_time + round(share * (end.fix_time - start.fix_time))


def _east(start: Position, end: Position) -> float:
    return (end.lon - start.lon + 180.0) % 360.0 - 180.0
