"""A condition on places, folded over event time: keep out of each, or be in one of them.

Its moves are `turn`, at every change of what is in force, and `observe`, at every judged position.

State, not edges: where a window opens, or a zone takes effect, while the last position still holds,
that position is read again as of that instant. It begins what a crossing would, but it is no
witness: a held position counts towards no threshold.
"""

from collections.abc import Iterator

import msgspec

from engine.core.bearing import Aspect, Signal
from engine.core.episode import Episode
from engine.core.readings import (
    Measured,
    Moment,
    excused,
    far_reading,
    measure,
    read,
    surely_inside,
)
from engine.core.run import Reading
from engine.core.run_episode import Context
from engine.core.run_steps import Folded, finish_all, step, without_zone
from engine.core.state import ConditionState
from zones.instant import Instant
from zones.window import Window


def turn(context: Context, state: ConditionState, at: Instant, moment: Moment | None) -> Folded:
    """Apply a change of schedule or zones at `at`; `moment` is the position that still holds."""
    window = context.condition.window_at(at)
    closed: list[Episode] = []
    if state.window_start is not None and not same_window(state, window):
        closed = finish_all(context, state, state.runs, at, held=moment is not None)
    state = entered(context, state, window, at)
    if gone := without_zone(context, state, window, at):
        closed += finish_all(context, state, gone, at, held=moment is not None)
        kept = tuple(run for run in state.runs if run not in gone)
        state = msgspec.structs.replace(state, runs=kept)
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
    window = context.condition.window_at(moment.at)
    if window is None or not same_window(state, window):
        return state, []
    if _stays(context, state, window, moment):
        return state, []
    return _take(context, state, window, moment)


def _stays(context: Context, state: ConditionState, window: Window, moment: Moment) -> bool:
    """Tell cheaply that nothing comes of a position: it complies, as did what is known before."""
    quiet = state.complied and not state.runs and not context.condition.keep_out
    return quiet and surely_inside(context.condition, window, moment)


def same_window(state: ConditionState, window: Window | None) -> bool:
    """Tell whether a window is the one a state is in."""
    return window is not None and window.start == state.window_start


def entered(
    context: Context, state: ConditionState, window: Window | None, at: Instant
) -> ConditionState:
    """Return a state in the window in force at an instant, None: in none; runs end with it."""
    same = same_window(state, window)
    return msgspec.structs.replace(
        state,
        next_change=context.condition.next_change(at),
        window_start=None if window is None else window.start,
        window_end=None if window is None else window.end,
        complied=state.complied and same,
        runs=state.runs if same else (),
        blind=state.blind if same else (),
    )


def _take(context: Context, state: ConditionState, window: Window, moment: Moment) -> Folded:
    places = measure(context.condition, window, moment)
    closed: list[Episode] = []
    complied = state.complied or context.condition.keep_out
    for reading, aspect in _readings(context, state, places, moment):
        state, ended = step(context, state, reading, aspect, moment)
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
            reading = read(context.condition, aspect, moment.position, place)
            yield excused(context.condition, reading, moment.at, moment.gauge), aspect
    seen = {place.target for place in places}
    for run in state.runs if context.condition.keep_out else ():
        far = None
        if run.target not in seen:
            far = far_reading(context.condition, run.target, moment)
        if far is not None:
            yield far, run.aspect
