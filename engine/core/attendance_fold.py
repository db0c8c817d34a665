"""An attendance, folded over event time: be at a place for a time, in a window.

It is folded like a condition to be in one of its places, but only while presence is due; what that
means, and what counts of the time before, is in `attendance.py`. A position elsewhere while nothing
is due yet is no violation. Where the slack of a minimum stay is used up between two positions, the
earlier one is read again as of that instant, as where a window opens.

A window that ends without anything to report of it, and without enough presence, leaves an
`attendance_unverified`: always brief, so that it is shown and pages nobody.
"""

from itertools import product

import msgspec

from engine.core import attendance as stay
from engine.core.attendance import Sighting
from engine.core.bearing import Aspect, Signal
from engine.core.episode import Bound, Episode, EpisodeKind, EpisodeState
from engine.core.readings import Measured, Moment, measure, read
from engine.core.run import Phase
from engine.core.run_episode import Context
from engine.core.run_steps import Folded, finish_all, step, without_zone
from engine.core.state import Attendance, ConditionState
from zones.instant import SECOND, Instant
from zones.interval import BEGINNING
from zones.window import Window


def turn(context: Context, state: ConditionState, at: Instant, moment: Moment | None) -> Folded:
    """Apply a change of schedule or zones, or of what is due, at `at`."""
    window = context.condition.window_at(at)
    same = _same(state, window)
    closed: list[Episode] = []
    if not same or not _due_later(context, window, at):
        state, closed = _finished(context, state, at, held=moment is not None)
    if not same:
        state, ended = _changed(context, state, window, at)
        closed += ended
    if gone := without_zone(context, state, window, at):
        closed += finish_all(context, state, gone, at, held=moment is not None)
        state = msgspec.structs.replace(state, runs=())
    state = msgspec.structs.replace(
        state,
        next_change=context.condition.next_change(at),
        window_end=None if window is None else window.end,
    )
    if window is None or moment is None:
        return state, closed
    state, ended = _take(context, state, window, moment)
    return state, closed + ended


def observe(context: Context, state: ConditionState, moment: Moment) -> Folded:
    """Fold one judged position."""
    window = context.condition.window_at(moment.at)
    if window is None or not _same(state, window):
        return state, []
    return _take(context, state, window, moment)


def _same(state: ConditionState, window: Window | None) -> bool:
    return window is not None and window.start == state.window_start


def _due_later(context: Context, window: Window | None, at: Instant) -> bool:
    return window is not None and at < stay.stay_of(context.condition).due(window)[1]


def _finished(context: Context, state: ConditionState, at: Instant, *, held: bool) -> Folded:
    """Return a state of which nothing is due from `at` on."""
    if state.attendance is None:
        return state, []
    attendance = stay.interrupted(state.attendance, at, context.plans)
    state = msgspec.structs.replace(state, attendance=attendance)
    closed = finish_all(context, state, state.runs, at, held=held)
    return msgspec.structs.replace(state, runs=()), closed


def _changed(context: Context, state: ConditionState, window: Window | None, at: Instant) -> Folded:
    """Return a state in the window in force at `at`, which is another one, or none."""
    condition, before = context.condition, state.attendance
    after = None if window is None else stay.opened(condition, window)
    if before is not None and _goes_on(context, before, after, at):
        after, asked_from, closed = before, state.asked_from, []
    else:
        minimum = after is None or after.slack is not None
        asked_from = None if minimum or window is None else stay.stay_of(condition).due(window)[0]
        closed = _unverified(context, state, at)
    state = msgspec.structs.replace(
        state,
        window_start=None if window is None else window.start,
        complied=after is not None and after.seen,
        asked_from=asked_from,
        attendance=after,
    )
    return state, closed


def _goes_on(context: Context, before: Attendance, after: Attendance | None, at: Instant) -> bool:
    if after is None:
        return stay.goes_on(context.condition, before, at)
    return after.start == before.start


def _unverified(context: Context, state: ConditionState, at: Instant) -> list[Episode]:
    attendance, start, end = state.attendance, state.window_start, state.window_end
    if attendance is None or start is None or end is None:
        return []
    if not stay.unverified(context.condition, attendance, Window(start, end)):
        return []
    places = context.condition.zones.histories
    episode = Episode(
        activation_id=context.activation_id,
        condition_id=context.condition.condition_id,
        condition_version=context.condition.version,
        zone_id=places[0].zone_id if len(places) == 1 else None,
        kind=EpisodeKind.ATTENDANCE_UNVERIFIED,
        state=EpisodeState.BRIEF,
        started=Bound(attendance.start, attendance.start, attendance.start),
        ended=Bound(at, at, at),
        positions=0,
        max_depth_m=0.0,
        window_start=None if start == BEGINNING else start,
        window_end=end,
        presence_s=attendance.presence / SECOND,
    )
    return [episode]


def _take(context: Context, state: ConditionState, window: Window, moment: Moment) -> Folded:
    places = measure(context.condition, window, moment)
    state = _counted(context, state, window, moment, places)
    state, closed = _read(context, state, window, moment, places)
    if any(run.phase is not Phase.UNSURE and run.aspect is Aspect.MAIN for run in state.runs):
        state = _broken(state)
    return state, closed


def _counted(
    context: Context,
    state: ConditionState,
    window: Window,
    moment: Moment,
    places: list[Measured],
) -> ConditionState:
    """Return a state with the time up to a moment; if that used up the slack, with what began."""
    before, there = state.attendance, _there(context, moment, places)
    if before is None or there is None:
        return state
    after = stay.counted(before, Sighting(moment.at, moment.position, there), context.plans)
    state = msgspec.structs.replace(state, attendance=after)
    used_up_at = stay.used_up_at(before, after)
    if used_up_at is None or before.last is None:
        return state
    state = msgspec.structs.replace(state, asked_from=used_up_at)
    earlier = moment._replace(at=used_up_at, position=before.last, last=None, held=True)
    measured = measure(context.condition, window, earlier)
    return _read(context, state, window, earlier, measured)[0]


def _there(context: Context, moment: Moment, places: list[Measured]) -> bool | None:
    """Tell whether the wearer surely is at the place; None if a moment is sure of neither."""
    for place in places:
        signal = read(context.condition, Aspect.MAIN, moment.position, place).signal
        if signal is Signal.COMPLYING:
            return True
        if signal is Signal.VIOLATING and not moment.position.coarse:
            return False
    return None


def _read(
    context: Context,
    state: ConditionState,
    window: Window,
    moment: Moment,
    places: list[Measured],
) -> Folded:
    """Fold what a moment says of the places: it is a violation only while presence is due."""
    condition, attendance = context.condition, state.attendance
    due = attendance is not None and stay.is_due(condition, attendance, window, moment.at)
    aspects = tuple(Aspect) if condition.parameters.buffer_m else (Aspect.MAIN,)
    closed: list[Episode] = []
    complied = state.complied
    for place, aspect in product(places, aspects):
        reading = read(condition, aspect, moment.position, place)
        if due or reading.signal is Signal.COMPLYING:
            state, ended = step(context, state, reading, aspect, moment)
            closed += ended
        complied |= aspect is Aspect.MAIN and reading.signal is Signal.COMPLYING
    return msgspec.structs.replace(state, complied=complied), closed


def _broken(state: ConditionState) -> ConditionState:
    if state.attendance is None or state.attendance.broken:
        return state
    attendance = msgspec.structs.replace(state.attendance, broken=True)
    return msgspec.structs.replace(state, attendance=attendance)
