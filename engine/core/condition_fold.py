"""One condition, folded over event time.

Its moves are `turn`, at every change of what is in force, and `observe`, at every judged position.

State, not edges: where a window opens, or a zone takes effect, while the last position still holds,
that position is read again as of that instant. It begins what a crossing would, but it is no
witness: a held position counts towards no threshold.
"""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from engine.core.bearing import Aspect, Signal
from engine.core.episode import Episode, Evidence
from engine.core.naming import Ending
from engine.core.order import Condition
from engine.core.readings import Measured, Moment, far_reading, measure, read, reread
from engine.core.run import TRANSITIONS, Outcome, Phase, Reading, Run, prove, strengthen
from engine.core.run_episode import (
    Context,
    earliest_start,
    end_of_run,
    end_of_window,
    episode_of,
    start_of_run,
)
from engine.core.state import ConditionState
from zones.instant import Instant
from zones.interval import BEGINNING
from zones.window import Window

Folded = tuple[ConditionState, list[Episode]]
"""The new state of a condition and the episodes that ended."""


def initial(condition: Condition) -> ConditionState:
    """Return the state of a condition before anything is known: its first turn is due at once."""
    return ConditionState(key=condition.key, next_change=BEGINNING)


def turn(context: Context, state: ConditionState, at: Instant, moment: Moment | None) -> Folded:
    """Apply a change of schedule or zones at `at`; `moment` is the position that still holds."""
    window = context.condition.schedule.window_at(at)
    closed: list[Episode] = []
    if state.window_start is not None and not _same(state, window):
        closed = _finish_all(context, state, at, held=moment is not None)
    state = _entered(context, state, window, at)
    if window is None or moment is None:
        return state, closed
    state, ended = _take(context, state, window, moment)
    return state, closed + ended


def observe(context: Context, state: ConditionState, moment: Moment) -> Folded:
    """Fold one judged position."""
    if state.window_start is None:
        return state, []
    if not moment.near and not state.runs and state.complied and context.condition.keep_out:
        return state, []
    window = context.condition.schedule.window_at(moment.at)
    if window is None or not _same(state, window):
        return state, []
    return _take(context, state, window, moment)


def _same(state: ConditionState, window: Window | None) -> bool:
    return window is not None and window.start == state.window_start


def _entered(
    context: Context, state: ConditionState, window: Window | None, at: Instant
) -> ConditionState:
    same = _same(state, window)
    return msgspec.structs.replace(
        state,
        next_change=context.condition.next_change(at),
        window_start=None if window is None else window.start,
        window_end=None if window is None else window.end,
        complied=state.complied and same,
        runs=state.runs if same else (),
    )


def _finish_all(
    context: Context, state: ConditionState, at: Instant, *, held: bool
) -> list[Episode]:
    ending = Ending.WINDOW_END if held else Ending.UNSEEN
    return [
        episode_of(context, state, run, end_of_window(run, at, held=held), ending)
        for run in state.runs
        if run.phase is not Phase.UNSURE
    ]


def _take(context: Context, state: ConditionState, window: Window, moment: Moment) -> Folded:
    places = measure(context.condition, window, moment)
    closed: list[Episode] = []
    complied = state.complied or context.condition.keep_out
    for reading, aspect in _readings(context, state, places, moment):
        state, ended = _step(context, state, reading, aspect, moment)
        closed += ended
        complied |= aspect is Aspect.MAIN and reading.signal is Signal.COMPLYING
    if complied != state.complied:
        state = msgspec.structs.replace(state, complied=complied)
    return state, closed


def _readings(
    context: Context, state: ConditionState, places: list[Measured], moment: Moment
) -> Iterator[tuple[Reading, Aspect]]:
    aspects = tuple(Aspect) if context.condition.parameters.buffer_m else (Aspect.MAIN,)
    for place in places:
        for aspect in aspects:
            yield read(context.condition, aspect, moment.position, place), aspect
    seen = {place.target for place in places}
    for run in state.runs if context.condition.keep_out else ():
        reading = None
        if run.target not in seen:
            reading = far_reading(context.condition, run.target, moment)
        if reading is not None:
            yield reading, run.aspect


def _step(
    context: Context, state: ConditionState, reading: Reading, aspect: Aspect, moment: Moment
) -> Folded:
    run = state.run_at(reading.target, aspect)
    outcome = TRANSITIONS[None if run is None else run.phase, reading.signal]
    if outcome is Outcome.NOTHING:
        return state, []
    before = _watched(context, state, reading, aspect, moment) if run is None else run
    return _STEPS[outcome](context, state, before, reading, moment)


def _watched(
    context: Context, state: ConditionState, reading: Reading, aspect: Aspect, moment: Moment
) -> Run:
    last = None if moment.held else moment.last
    in_force = earliest_start(context, state, reading.zone)
    complying = last is not None and in_force - last.fix_time <= context.max_age
    return Run(
        target=reading.target,
        zone_id=reading.zone.zone_id,
        aspect=aspect,
        phase=Phase.UNSURE,
        at_start=_nothing_before(context, state, reading, moment),
        clear=last if complying else None,
    )


def _nothing_before(
    context: Context, state: ConditionState, reading: Reading, moment: Moment
) -> bool:
    """Tell whether nothing shows compliance since the condition is in force at the zone."""
    if not state.complied:
        return True
    effect = reading.zone.effective_from
    if not context.condition.keep_out or effect is None:
        return False
    if state.window_start is None or effect <= state.window_start:
        return False
    if moment.held:
        return moment.at == effect
    return moment.last is None or effect - moment.last.fix_time > context.max_age


def _watch(_c: Context, state: ConditionState, run: Run, _r: Reading, _m: Moment) -> Folded:
    return _with(state, run), []


def _forget(_c: Context, state: ConditionState, run: Run, _r: Reading, _m: Moment) -> Folded:
    return _without(state, run), []


def _begin(
    context: Context, state: ConditionState, run: Run, reading: Reading, moment: Moment
) -> Folded:
    if run.aspect is Aspect.BUFFER and _reported(state, run.target):
        return state, []
    begun = msgspec.structs.replace(
        run,
        phase=Phase.PENDING,
        zone_id=reading.zone.zone_id,
        at_start=run.at_start or _nothing_before(context, state, reading, moment),
        max_depth_m=max(0.0, reading.depth_m),
        started=start_of_run(context, state, run, reading, moment.at, held=moment.held),
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


def _reported(state: ConditionState, target: str) -> bool:
    """Tell whether the zone itself already is reported, so that its ring need not be."""
    main = state.run_at(target, Aspect.MAIN)
    return main is not None and main.phase is not Phase.UNSURE


def _strengthen(
    context: Context, state: ConditionState, run: Run, reading: Reading, moment: Moment
) -> Folded:
    if not moment.held:
        run = strengthen(run, reading, context.condition.parameters)
    return _with(state, run), []


def _finish(
    context: Context, state: ConditionState, run: Run, reading: Reading, moment: Moment
) -> Folded:
    ended = end_of_run(context, run, reading, moment.at, held=moment.held)
    refuted = not run.positions and run.started is not None and ended.by == run.started.by
    if refuted:  # at the very instant at which a position that only held began it
        return _without(state, run), []
    evidence = () if moment.held else (prove(reading, "after"),)
    episode = episode_of(context, state, run, ended, Ending.RESTORED, evidence)
    return _without(state, run), [episode]


_STEPS: Final[dict[Outcome, Callable[[Context, ConditionState, Run, Reading, Moment], Folded]]] = {
    Outcome.WATCH: _watch,
    Outcome.BEGIN: _begin,
    Outcome.STRENGTHEN: _strengthen,
    Outcome.FORGET: _forget,
    Outcome.FINISH: _finish,
}


def _with(state: ConditionState, run: Run) -> ConditionState:
    others = _others(state, run)
    return msgspec.structs.replace(state, runs=(*others, run))


def _without(state: ConditionState, run: Run) -> ConditionState:
    return msgspec.structs.replace(state, runs=_others(state, run))


def _others(state: ConditionState, run: Run) -> tuple[Run, ...]:
    same = (run.target, run.aspect)
    return tuple(other for other in state.runs if (other.target, other.aspect) != same)
