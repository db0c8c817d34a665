"""What a report says of the device itself: heard or lost, its faults, its battery, its count.

Every report the fold takes passes here, whatever becomes of its position: an alarm, a number or a
charge counts even if the position beside it does not.
"""

from typing import Final, NamedTuple

import msgspec

from engine.core import battery, beacon_fold, faults, one_instant, tamper
from engine.core.device_event import CLOCK_WRONG, HEARD, DeviceEvent
from engine.core.episode import Bound, Episode, EpisodeKind
from engine.core.order import Supervision
from engine.core.position import Mechanism, Position, Quarantine
from engine.core.sequence import counted, gap_episode, given_up
from engine.core.state import ActivationState, Fault
from zones.instant import Instant
from zones.interval import END

_LOCATED: Final = frozenset(
    (EpisodeKind.LOCATION_LOST, EpisodeKind.IMPLAUSIBLE_POSITION, EpisodeKind.CLOCK_SKEW)
)
_LOCATED_BY_GNSS: Final = _LOCATED | {EpisodeKind.MOTION_WITHOUT_GNSS}
_RIGHT_CLOCK: Final = frozenset((EpisodeKind.CLOCK_SKEW,))


class Folded(NamedTuple):
    """The new state, and the episodes that ended."""

    state: ActivationState
    closed: list[Episode]


def position(
    supervision: Supervision,
    state: ActivationState,
    position: Position,
    verdict: Quarantine | None,
) -> Folded:
    """Fold what a position says of the device; `verdict` is why it is not judged, if so."""
    at = position.fix_time
    if not supervision.activation.worn_at(at):
        return Folded(state, [])
    if verdict is None:
        located = _LOCATED_BY_GNSS if position.mechanism is Mechanism.GNSS else _LOCATED
        folded = _over(state, located, at)
    else:
        folded = _over(_heard(supervision, state, at), _RIGHT_CLOCK, at)
        if verdict is Quarantine.IMPLAUSIBLE:
            folded = _in_doubt(folded, at)
    folded = _charge(folded, position.battery_pct, position.charging, at)
    folded = _in_one_instant(state, folded, at)
    return _numbered(supervision, folded, position.seq, at)


def event(supervision: Supervision, state: ActivationState, event: DeviceEvent) -> Folded:
    """Fold a device event, of whatever type; one from the shelf says nothing."""
    at = event.time
    if not supervision.activation.worn_at(at):
        return Folded(state, [])
    if event.type == HEARD:
        folded = _over(_heard(supervision, state, at), _RIGHT_CLOCK, at)
    elif event.type == CLOCK_WRONG:
        heard = _heard(supervision, state, at)
        skewed = faults.holds(heard.faults, EpisodeKind.CLOCK_SKEW, Bound(at, at, at), at)
        folded = Folded(msgspec.structs.replace(heard, faults=skewed), [])
    elif event.type in beacon_fold.REPORTED:
        beacons, closed = beacon_fold.reported(state.beacons, event)
        folded = Folded(msgspec.structs.replace(state, beacons=beacons), closed)
        return _in_one_instant(state, folded, at)
    else:
        folded = _reported(state, event)
    folded = _charge(folded, event.battery_pct, event.charging, at)
    folded = _in_one_instant(state, folded, at)
    return folded if event.seq is None else _numbered(supervision, folded, event.seq, at)


def advanced(supervision: Supervision, state: ActivationState, now: Instant) -> Folded:
    """Let time pass: what ends by itself, and everything when the device is taken off."""
    state, over = passed(state) if state.time < now else Folded(state, [])
    if not holds_anything(state):
        return Folded(state, over)
    ended_at = supervision.activation.ended_at
    if ended_at is not None and ended_at <= now:
        folded = _by_themselves(state, ended_at - 1)
        return _taken_off(folded.state, ended_at, over + folded.closed)
    folded = _by_themselves(state, now)
    return Folded(folded.state, over + folded.closed)


def passed(state: ActivationState) -> Folded:
    """Let the instant of the newest report be over, and with it what ended in it."""
    if not state.waiting:
        return Folded(state, [])
    return Folded(msgspec.structs.replace(state, waiting=()), list(state.waiting))


def holds_anything(state: ActivationState) -> bool:
    """Tell whether anything holds that time alone can end."""
    return bool(state.faults or state.beacons or state.counting.gaps)


def running(state: ActivationState, now: Instant) -> list[Episode]:
    """Return the faults that hold at `now`, to which the state has been advanced."""
    number = state.activation_id
    held = [faults.episode_of(fault, number, None) for fault in state.faults]
    held += [beacon_fold.episode_of(each, number, None) for each in state.beacons]
    open_gaps = [gap for gap in state.counting.gaps if gap.shown_from <= now]
    return held + [gap_episode(gap, number, None) for gap in open_gaps]


def next_change(supervision: Supervision, state: ActivationState, now: Instant) -> Instant:
    """Return when time alone next changes what holds after `now`; END if never."""
    changes = [fault.until for fault in state.faults if fault.until is not None]
    for gap in state.counting.gaps:
        changes += (gap.shown_from, gap.until)
    ended_at = supervision.activation.ended_at
    if ended_at is not None and holds_anything(state):
        changes.append(ended_at)
    return min((change for change in changes if change > now), default=END)


def _over(state: ActivationState, kinds: frozenset[EpisodeKind], at: Instant) -> Folded:
    if not state.faults:
        return Folded(state, [])
    holding, closed = faults.over(state.faults, kinds, at, state.activation_id)
    return Folded(msgspec.structs.replace(state, faults=holding) if closed else state, closed)


def _heard(supervision: Supervision, state: ActivationState, at: Instant) -> ActivationState:
    last = state.admission.last
    judged = supervision.activation.started_at if last is None else last.fix_time
    held = faults.heard(state.faults, at, judged, supervision.plans.max_age_at(judged))
    return state if held is state.faults else msgspec.structs.replace(state, faults=held)


def _in_doubt(folded: Folded, at: Instant) -> Folded:
    state = folded.state
    last = state.admission.last
    started = Bound(None if last is None else last.fix_time, at, at)
    held = faults.holds(state.faults, EpisodeKind.IMPLAUSIBLE_POSITION, started, at)
    return Folded(msgspec.structs.replace(state, faults=held), folded.closed)


def _reported(state: ActivationState, event: DeviceEvent) -> Folded:
    if event.type in battery.LEVELS:
        holding, closed = battery.reported(state.faults, event)
    elif event.type in faults.REPORTED:
        holding, closed = faults.reported(state.faults, event)
    else:
        return Folded(state, [])
    tampers = state.tampers
    for episode in closed:
        if tamper.is_brief(episode) and not one_instant.is_told(state.waiting, episode):
            holding, tampers = tamper.noted(holding, tampers, episode)
    return Folded(msgspec.structs.replace(state, faults=holding, tampers=tampers), closed)


def _in_one_instant(before: ActivationState, folded: Folded, at: Instant) -> Folded:
    """Keep what ended until its instant is over; go on with what began again in it."""
    state, closed = folded
    if not closed and (state.faults is before.faults or not before.waiting):
        return folded
    waiting = one_instant.with_ended(before.waiting, closed)
    waiting, holding = one_instant.begun_again(waiting, state.faults, before.faults, at)
    return Folded(msgspec.structs.replace(state, faults=holding, waiting=waiting), [])


def _charge(folded: Folded, percent: float | None, charging: bool | None, at: Instant) -> Folded:
    state, closed = folded
    holding, number = state.faults, state.activation_id
    if percent is not None:
        holding, more = battery.charged_to(holding, percent, at, number)
        closed = closed + more
    if charging:
        holding = faults.goes_on(holding, EpisodeKind.CHARGING, at)
    elif charging is False:
        holding, more = faults.over(holding, (EpisodeKind.CHARGING,), at, number)
        closed = closed + more
    if holding is state.faults:
        return Folded(state, closed)
    return Folded(msgspec.structs.replace(state, faults=holding), closed)


def _numbered(supervision: Supervision, folded: Folded, seq: int, at: Instant) -> Folded:
    state = folded.state
    max_age = supervision.plans.max_age_at(at)
    counting, closed = counted(state.counting, seq, at, max_age, state.activation_id)
    return Folded(msgspec.structs.replace(state, counting=counting), folded.closed + closed)


def _by_themselves(state: ActivationState, now: Instant) -> Folded:
    counting, closed = given_up(state.counting, now, state.activation_id)
    due = [fault for fault in state.faults if fault.until is not None and fault.until <= now]
    if not due and not closed:
        return Folded(state, [])
    closed += [_ended_by_itself(fault, state.activation_id) for fault in due]
    holding = tuple(fault for fault in state.faults if fault not in due)
    return Folded(msgspec.structs.replace(state, faults=holding, counting=counting), closed)


def _ended_by_itself(fault: Fault, activation_id: int) -> Episode:
    at = fault.last if fault.until is None else fault.until
    return faults.ended(fault, at, activation_id)


def _taken_off(state: ActivationState, at: Instant, closed: list[Episode]) -> Folded:
    number = state.activation_id
    ended = [faults.ended(fault, at, number) for fault in state.faults]
    ended += [beacon_fold.ended(each, at, number) for each in state.beacons]
    missing = [gap_episode(gap, number, at) for gap in state.counting.gaps]
    counting = msgspec.structs.replace(state.counting, gaps=())
    off = msgspec.structs.replace(state, faults=(), beacons=(), counting=counting)
    return Folded(off, closed + ended + missing)
