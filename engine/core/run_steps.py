"""One reading moves one run: what each outcome of the table in `run.py` does to the state.

Every kind of condition that is judged by runs folds its readings through `step`.
"""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from engine.core.bearing import Aspect
from engine.core.episode import Episode, Evidence
from engine.core.naming import Ending
from engine.core.permission import Permit, lapsed_at, permit_inside
from engine.core.position import Position
from engine.core.readings import Moment, reread
from engine.core.run import TRANSITIONS, Outcome, Phase, Reading, Run, prove, strengthen
from engine.core.run_episode import (
    Context,
    earliest_start,
    end_of_run,
    end_of_window,
    episode_of,
    start_of_run,
    zone_since,
)
from engine.core.state import ConditionState
from zones.instant import Instant
from zones.window import Window

Folded = tuple[ConditionState, list[Episode]]
"""The new state of a condition and the episodes that ended."""


def step(
    context: Context, state: ConditionState, reading: Reading, aspect: Aspect, moment: Moment
) -> Folded:
    """Fold one reading of a moment into the run it is about."""
    run = state.run_at(reading.target, aspect)
    outcome = TRANSITIONS[None if run is None else run.phase, reading.signal]
    if outcome is Outcome.NOTHING:
        return state, []
    before = _watched(context, state, reading, aspect, moment) if run is None else run
    return STEPS[outcome](context, state, before, reading, moment)


def without_zone(
    context: Context, state: ConditionState, window: Window | None, at: Instant
) -> list[Run]:
    """Return the runs against zones of which nothing is in effect any more."""
    if window is None or not state.runs:
        return []
    targets = context.condition.targets(window)
    if not context.condition.keep_out:
        here = any(history.at(at) is not None for history in targets.values())
        return [] if here else list(state.runs)
    return [
        run for run in state.runs if run.target not in targets or targets[run.target].at(at) is None
    ]


def finish_all(
    context: Context, state: ConditionState, runs: Iterable[Run], at: Instant, *, held: bool
) -> list[Episode]:
    """Return the episodes of runs of which nothing is asked from `at` on.

    `held` tells whether a position still holds then.
    """
    ending = Ending.WINDOW_END if held else Ending.UNSEEN
    return [
        episode_of(context, state, run, end_of_window(run, at, held=held), ending)
        for run in runs
        if run.phase is not Phase.UNSURE
    ]


def _watched(
    context: Context, state: ConditionState, reading: Reading, aspect: Aspect, moment: Moment
) -> Run:
    last = None if moment.held else moment.last
    in_force = earliest_start(context, state, reading.zone, moment.at)
    lapsed = lapsed_at(_permit(context, reading, last, moment), moment.at)
    complying = last is not None and lapsed is None and _holds(context, last, in_force)
    return Run(
        target=reading.target,
        zone_id=reading.zone.zone_id,
        aspect=aspect,
        phase=Phase.UNSURE,
        at_start=_nothing_before(context, state, reading, moment),
        clear=last if complying else None,
        not_before=lapsed,
    )


def _nothing_before(
    context: Context, state: ConditionState, reading: Reading, moment: Moment
) -> bool:
    """Tell whether nothing shows compliance since the condition is in force at the zone."""
    if not state.complied:
        return True
    before = moment.position if moment.held else moment.last
    if lapsed_at(_permit(context, reading, before, moment), moment.at) is not None:
        return True
    effect = zone_since(context, reading.zone, moment.at)
    if not context.condition.keep_out or effect is None:
        return False
    if state.window_start is None or effect <= state.window_start:
        return False
    if moment.held:
        return moment.at == effect
    return moment.last is None or not _holds(context, moment.last, effect)


def _permit(
    context: Context, reading: Reading, position: Position | None, moment: Moment
) -> Permit | None:
    """Return what permitted a position in the zone of a reading."""
    return permit_inside(context.condition, reading.zone, position, moment.gauge)


def _holds(context: Context, last: Position, at: Instant) -> bool:
    return at - last.fix_time <= context.plans.max_age_at(last.fix_time)


def _watch(_c: Context, state: ConditionState, run: Run, _r: Reading, _m: Moment) -> Folded:
    return with_run(state, run), []


def _forget(_c: Context, state: ConditionState, run: Run, _r: Reading, _m: Moment) -> Folded:
    return without_run(state, run), []


def _begin(
    context: Context, state: ConditionState, run: Run, reading: Reading, moment: Moment
) -> Folded:
    if run.aspect is Aspect.BUFFER and reported(state, run.target):
        return state, []
    permit = _permit(context, reading, run.clear, moment)
    begun = msgspec.structs.replace(
        run,
        phase=Phase.PENDING,
        zone_id=reading.zone.zone_id,
        at_start=run.at_start or _nothing_before(context, state, reading, moment),
        max_depth_m=max(0.0, reading.depth_m),
        started=start_of_run(context, state, run, reading, moment.at, permit, held=moment.held),
        evidence=_evidence_before(context, run, reading, moment),
    )
    return _strengthen(context, state, begun, reading, moment)


def _evidence_before(
    context: Context, run: Run, reading: Reading, moment: Moment
) -> tuple[Evidence, ...]:
    if moment.held:
        return (prove(reading, "held"),)
    if run.clear is None:
        return ()
    return (prove(reread(context.condition, reading, run.clear, moment), "before"),)


def reported(state: ConditionState, target: str) -> bool:
    """Tell whether the zone itself already is reported, so that its ring need not be."""
    main = state.run_at(target, Aspect.MAIN)
    return main is not None and main.phase is not Phase.UNSURE


def _strengthen(
    context: Context, state: ConditionState, run: Run, reading: Reading, moment: Moment
) -> Folded:
    if not moment.held:
        max_age = context.plans.max_age_at(reading.position.fix_time)
        run = strengthen(run, reading, context.condition.parameters, max_age)
    return with_run(state, run), []


def _finish(
    context: Context, state: ConditionState, run: Run, reading: Reading, moment: Moment
) -> Folded:
    ended = end_of_run(context, run, reading, moment.at, held=moment.held)
    refuted = not run.positions and run.started is not None and ended.by == run.started.by
    if refuted:  # at the very instant at which a position that only held began it
        return without_run(state, run), []
    evidence = () if moment.held else (prove(reading, "after"),)
    episode = episode_of(context, state, run, ended, Ending.RESTORED, evidence)
    return without_run(state, run), [episode]


STEPS: Final[dict[Outcome, Callable[[Context, ConditionState, Run, Reading, Moment], Folded]]] = {
    Outcome.WATCH: _watch,
    Outcome.BEGIN: _begin,
    Outcome.STRENGTHEN: _strengthen,
    Outcome.FORGET: _forget,
    Outcome.FINISH: _finish,
}
"""What becomes of a run, by outcome; nothing comes of `NOTHING`."""


def with_run(state: ConditionState, run: Run) -> ConditionState:
    """Return a state with a run in place of the one of its target and aspect."""
    others = _others(state, run)
    return msgspec.structs.replace(state, runs=(*others, run))


def without_run(state: ConditionState, run: Run) -> ConditionState:
    """Return a state without the run of a target and aspect."""
    return msgspec.structs.replace(state, runs=_others(state, run))


def _others(state: ConditionState, run: Run) -> tuple[Run, ...]:
    same = (run.target, run.aspect)
    return tuple(other for other in state.runs if (other.target, other.aspect) != same)
