"""A run becomes an episode: its bounds, its name, its evidence.

A start lies after the last position in compliance (and not before the window opened or the zone
took effect), and by the first position in violation; the estimate is where the straight path
between the two crosses the boundary, if they are no more than the plan's max age apart, else the
later end: the first instant that is proved. An end likewise, with the buffer as hysteresis.
"""

from enum import Enum

import msgspec

from engine.core.bearing import Aspect
from engine.core.episode import Bound, Episode, EpisodeState, Evidence
from engine.core.naming import Ending, name
from engine.core.order import Condition
from engine.core.permission import Permit
from engine.core.plan import PlanHistory
from engine.core.run import Phase, Place, Reading, Run
from engine.core.state import ConditionState
from zones.crossing import crossing_fraction
from zones.instant import SECOND, Instant
from zones.interval import BEGINNING
from zones.zone import Zone


class Edge(Enum):
    """Which end of a run."""

    START = "start"
    END = "end"


class Context(msgspec.Struct, frozen=True):
    """A condition of an activation, with what its judgement needs to know of both."""

    condition: Condition
    activation_id: int
    since: Instant
    """Start of the activation; `BEGINNING` if it is not known."""
    plans: PlanHistory


def start_of_run(
    context: Context,
    state: ConditionState,
    run: Run,
    reading: Reading,
    at: Instant,
    permit: Permit | None,
    *,
    held: bool,
) -> Bound:
    """Return when a run that a reading begins at `at` started.

    `permit` is what permitted the last position in compliance to be in the zone, if anything did.
    """
    if held:
        return Bound(at, at, at)
    earliest, clear = earliest_start(context, state, reading.zone, at), run.clear
    if run.not_before is not None:
        earliest = max(earliest, run.not_before)
    after = earliest if clear is None else max(earliest, clear.fix_time)
    if after == BEGINNING:
        return Bound(None, at, at)
    place = None if clear is None else Place(clear.fix_time, clear.lat, clear.lon)
    crossed = _crossing(context, run.aspect, place, reading, Edge.START, permit)
    return Bound(after, at, max(after, crossed))


def end_of_run(context: Context, run: Run, reading: Reading, at: Instant, *, held: bool) -> Bound:
    """Return when a run that a reading finishes at `at` ended."""
    if held or run.started is None:
        return Bound(at, at, at)
    after = run.started.by if run.last is None else run.last.time
    crossed = _crossing(context, run.aspect, run.last, reading, Edge.END, reading.permit)
    return Bound(after, at, crossed)


def end_of_window(run: Run, at: Instant, *, held: bool) -> Bound:
    """Return when a run that goes on when its window closes at `at` ended.

    If no position holds then, nobody knows how much earlier the wearer was back in compliance.
    """
    if held or run.started is None:
        return Bound(at, at, at)
    return Bound(run.started.by if run.last is None else run.last.time, at, at)


def earliest_start(context: Context, state: ConditionState, zone: Zone, at: Instant) -> Instant:
    """Return since when the condition is in force at a zone, in the window open at an instant."""
    effect = zone_since(context, zone, at)
    opened = BEGINNING if state.window_start is None else state.window_start
    asked = BEGINNING if state.asked_from is None else state.asked_from
    return max(context.since, opened, asked, BEGINNING if effect is None else effect)


def zone_since(context: Context, zone: Zone, at: Instant) -> Instant | None:
    """Return since when a zone version in effect at an instant has counted; None: it always did."""
    history = context.condition.zone(zone.zone_id)
    return zone.effective_from if history is None else history.since(at)


def _crossing(
    context: Context,
    aspect: Aspect,
    start: Place | None,
    reading: Reading,
    edge: Edge,
    permit: Permit | None,
) -> Instant:
    """Return when the path from a certain place to the reading's crossed the boundary.

    Where a permission begins or ends, that is the boundary of the place permitted.
    """
    end = reading.position
    if start is None or end.fix_time - start.time > context.plans.max_age_at(start.time):
        return end.fix_time
    entering, outer = _boundary(context.condition, aspect, edge, reading)
    margin = context.condition.parameters.buffer_m if outer else 0.0
    zone = reading.zone
    if permit is not None:
        zone, entering, margin = permit.zone, edge is Edge.END, 0.0
    share = crossing_fraction(
        zone, start.lon, start.lat, end.lon, end.lat, entering=entering, margin_m=margin
    )
    return start.time + round(share * (end.fix_time - start.time))


def _boundary(
    condition: Condition, aspect: Aspect, edge: Edge, reading: Reading
) -> tuple[bool, bool]:
    """Return whether the boundary is crossed inwards, and whether it is the ring's outer one.

    A ring is left into the zone or away from it; what is left otherwise is left with the ring as
    hysteresis, so over its outer boundary; a zone to stay in is returned to over its own.
    """
    if edge is Edge.START:
        return condition.keep_out, condition.keep_out and aspect is Aspect.BUFFER
    if aspect is Aspect.BUFFER:
        inside = reading.signed_distance_m >= 0.0
        return inside, not inside
    return not condition.keep_out, condition.keep_out


def episode_of(
    context: Context,
    state: ConditionState,
    run: Run,
    ended: Bound | None,
    ending: Ending,
    evidence: tuple[Evidence, ...] = (),
    unconfirmed_since: Instant | None = None,
) -> Episode:
    """Return what a run that has begun is, ended or not."""
    if run.started is None:
        raise ValueError("a run that has not begun is no episode")
    kind = context.condition.kind
    deepest = () if run.deepest is None else (run.deepest,)
    bounded = state.window_start != BEGINNING
    attendance = state.attendance
    return Episode(
        activation_id=context.activation_id,
        condition_id=context.condition.condition_id,
        condition_version=context.condition.version,
        zone_id=run.zone_id,
        kind=name(kind, run.aspect, at_start=run.at_start, ending=ending),
        state=_state(run, ended),
        started=run.started,
        ended=ended,
        positions=run.positions,
        max_depth_m=run.max_depth_m,
        confirmed_at=run.confirmed_at,
        unconfirmed_since=unconfirmed_since,
        window_start=state.window_start if bounded else None,
        window_end=state.window_end if bounded else None,
        evidence=(*run.evidence, *deepest, *evidence),
        presence_s=None if attendance is None else attendance.presence / SECOND,
    )


def _state(run: Run, ended: Bound | None) -> EpisodeState:
    if run.phase is Phase.CONFIRMED:
        return EpisodeState.CONFIRMED
    return EpisodeState.PENDING if ended is None else EpisodeState.BRIEF
