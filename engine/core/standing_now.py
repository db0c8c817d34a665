"""How each condition stands now, and why, in one sentence a person would say.

It is the last step of `standing.py`, with what is known only once time has gone on left out: a
violation that is not confirmed yet is doubt, and so is one that was not seen to go on. By a pass,
or by a condition of higher priority, a condition is *permitted* where its own hours would have it
in force.
"""

from dataclasses import replace

import msgspec

from engine.core.account import clock, why
from engine.core.bearing import Aspect
from engine.core.episode import Episode, EpisodeState
from engine.core.fold import Fold, reach_of
from engine.core.order import Condition, Supervision
from engine.core.position import Position
from engine.core.readings import Moment, measure
from engine.core.run import Phase
from engine.core.run_episode import Context
from engine.core.standing import BREACHES, Standing, standing
from engine.core.state import ActivationState, ConditionState
from zones.instant import DAY, Instant
from zones.interval import BEGINNING, END
from zones.window import Window
from zones.zone import Zone


class StandingNow(msgspec.Struct, frozen=True, kw_only=True):
    """One condition as it stands."""

    condition: Condition
    standing: Standing
    why: str
    since: Instant | None = None
    """Start of the window in force; None if it has none, or none is in force."""
    until: Instant | None = None
    """End of the window in force, or of what permits; None if it has none."""
    breach: Episode | None = None
    """What runs against it, confirmed or not."""


def standings_now(
    fold: Fold, state: ActivationState, now: Instant, timezone: str
) -> list[StandingNow]:
    """Return how the conditions in effect stand at `now`, to which the state has been advanced."""
    running = fold.running(state, now)
    return [
        _told(_Asked(fold, context, state, each, now, timezone), running)
        for context, each in zip(fold.contexts, state.conditions, strict=True)
        if _in_effect(context.condition, now)
    ]


def standings_unworn(ordered: Supervision, now: Instant, timezone: str) -> list[StandingNow]:
    """Return how conditions stand of which no device tells anything."""
    return [_unworn(each, now, timezone) for each in ordered.conditions if _in_effect(each, now)]


def _in_effect(condition: Condition, now: Instant) -> bool:
    since, until = condition.schedule.effective_from, condition.schedule.effective_until
    return (since is None or since <= now) and (until is None or now < until)


class _Asked(msgspec.Struct, frozen=True):
    """One condition with all there is to say of it."""

    fold: Fold
    context: Context
    state: ActivationState
    each: ConditionState
    now: Instant
    timezone: str

    @property
    def condition(self) -> Condition:
        return self.context.condition

    def clock(self, instant: Instant) -> str:
        return clock(instant, self.timezone)


def _told(asked: _Asked, running: list[Episode]) -> StandingNow:
    condition, now = asked.condition, asked.now
    window = condition.window_at(now)
    if window is None:
        return _without_window(condition, now, asked.timezone)
    seen = standing(asked.fold, asked.context, asked.state, asked.each, now)
    breach = next((each for each in running if _is_of(each, condition)), None)
    confirmed = breach is not None and breach.state is EpisodeState.CONFIRMED
    if seen is Standing.BROKEN and not confirmed:
        seen = Standing.UNKNOWN
    return StandingNow(
        condition=condition,
        standing=seen,
        why=_why(asked, seen, breach, window),
        since=None if window.start <= BEGINNING else window.start,
        until=None if window.end >= END else window.end,
        breach=breach,
    )


def _is_of(episode: Episode, condition: Condition) -> bool:
    named = (episode.condition_id, episode.condition_version)
    return episode.kind in BREACHES and named == condition.key[1:]


def _why(asked: _Asked, seen: Standing, breach: Episode | None, window: Window) -> str:
    if breach is not None:
        return _of_breach(asked, seen, breach)
    position = asked.state.admission.last
    if position is None:
        return "No position is known yet"
    if not asked.fold.holds(asked.state, asked.now):
        return f"Nothing is known since the position of {asked.clock(position.fix_time)}"
    if asked.condition.proximity is not None:
        return _of_distance(asked, seen)
    if seen is Standing.PERMITTED:
        return "A condition of higher priority has the wearer be there"
    return _of_place(asked, seen, position, window)


def _of_breach(asked: _Asked, seen: Standing, breach: Episode) -> str:
    said = why(breach, asked.timezone)
    if seen is Standing.BROKEN:
        return said
    if breach.state is not EpisodeState.CONFIRMED:
        return f"Not enough evidence yet: {said}"
    last = breach.unconfirmed_since
    since = "" if last is None else f" since {asked.clock(last)}"
    return f"Not known to go on{since}: {said}"


def _of_distance(asked: _Asked, seen: Standing) -> str:
    if seen is Standing.KEPT:
        return "Not within the distance to be kept"
    if any(run.phase is Phase.UNSURE for run in asked.each.runs if run.aspect is Aspect.MAIN):
        return "The positions of the two cannot tell whether they are within the distance"
    return "Where the protected person is, is not known"


def _of_place(asked: _Asked, seen: Standing, position: Position, window: Window) -> str:
    reach_m = reach_of(asked.fold.supervision, position)
    near = () if reach_m is None else asked.fold.gauge.near(position, reach_m)
    moment = Moment(asked.now, position, near, asked.fold.gauge, None, held=True)
    places = measure(asked.condition, window, moment)
    if not places:
        keep_out = asked.condition.keep_out
        return "Clear of every zone" if keep_out else "None of its places exists"
    nearest = max(places, key=lambda each: each.signed_distance_m)
    metres = nearest.signed_distance_m
    side = "inside" if metres >= 0 else "outside"
    said = (
        f"{abs(metres):,.0f} m {side} {_named(nearest.zone)}, accurate to "
        f"{position.accuracy_m:,.0f} m"
    )
    if seen is Standing.UNKNOWN:
        return f"Cannot tell: {said}"
    return said if metres >= 0 or asked.condition.keep_out else f"Nothing is due yet: {said}"


def _named(zone: Zone) -> str:
    return zone.name or zone.zone_id


def _without_window(condition: Condition, now: Instant, timezone: str) -> StandingNow:
    own = replace(condition.schedule, passes=()).window_at(now)
    after = condition.next_change(now)
    if own is None:
        return StandingNow(
            condition=condition,
            standing=Standing.NOT_IN_FORCE,
            why=_next_from(condition, now, timezone),
        )
    higher = [each.condition_id for each in condition.above if each.window_at(now) is not None]
    cause = f"Condition {higher[0]} comes before it" if higher else "A pass"
    until = f" until {clock(after, timezone)}" if after < END else ""
    return StandingNow(
        condition=condition,
        standing=Standing.PERMITTED,
        why=cause + until,
        until=None if after >= END else after,
    )


def _next_from(condition: Condition, now: Instant, timezone: str) -> str:
    coming = condition.in_force(now, now + 7 * DAY)
    if not coming:
        return "Not in force in the next seven days"
    return f"Next from {clock(coming[0].start, timezone)}"


def _unworn(condition: Condition, now: Instant, timezone: str) -> StandingNow:
    window = condition.window_at(now)
    if window is None:
        return _without_window(condition, now, timezone)
    return StandingNow(
        condition=condition,
        standing=Standing.UNKNOWN,
        why="No device is worn",
        since=None if window.start <= BEGINNING else window.start,
        until=None if window.end >= END else window.end,
    )
