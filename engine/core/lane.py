"""A lane says what a position must be like to change nothing but where the wearer was last.

Most positions are like that: the wearer is where he may be, and stays there. Such a position is
*quiet*: folding it moves the time, the head, the last position and the count of the state, and
nothing else; no episode begins, changes or ends. A lane is made of a docket, holds as long as it
is known what is in force (`course.py`), and asks of a position, all of it or it is not quiet:

- measured after everything that is known of the activation, and before anything changes by itself;
- reachable from the last position at a plausible speed, numbered by the same or the next number;
- surely inside one place of every condition that says where to be, and if there was a turn since
  the last position, and that one held then, that one too, by what is asked from then on;
- farther from every zone to keep out of than its reach, and than the way since the last position;
- nothing said of the battery that begins or ends a fault (`vitals.py`), and no word of the device
  itself.

What is not quiet is folded. A lane is there only where nothing runs that a quiet position would
have to change: see `lane_of`.
"""

from typing import Final

import msgspec

from engine.core import device_fold
from engine.core.course import Courses
from engine.core.docket import Docket
from engine.core.episode import EpisodeKind
from engine.core.lane_shape import Shape
from engine.core.order import Supervision
from engine.core.plausibility import Admission
from engine.core.position import Position
from engine.core.rules import RULES
from engine.core.sequence import Counting
from engine.core.state import ActivationState
from engine.core.turns import turned
from engine.core.vitals import Vitals, told_again, vitals_of
from zones.instant import Instant
from zones.interval import END
from zones.zone import ZoneKey
from zones.zone_set import ZoneSet

_BY_POSITION: Final = frozenset(
    (
        EpisodeKind.LOCATION_LOST,
        EpisodeKind.IMPLAUSIBLE_POSITION,
        EpisodeKind.CLOCK_SKEW,
        EpisodeKind.MOTION_WITHOUT_GNSS,
    )
)
"""Faults that a judged position ends."""


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a quiet position of one activation."""

    since: Instant
    """Nothing received earlier is quiet."""
    after: Instant
    """It must be measured after this, and before `until`."""
    until: Instant
    due: Instant
    """When time alone next changes an episode, the conditions apart."""
    head: Instant
    """When the activation's newest report was measured."""
    counted: int
    """The number its messages have counted to."""
    vitals: Vitals
    shape: Shape
    zones: tuple[ZoneKey, ...]
    shared: tuple[ZoneSet, ...]
    """See `Course`."""


def lane_of(docket: Docket, newest: Instant, courses: Courses) -> Lane | None:
    """Return the lane of a docket; None if each position of it has to be folded.

    `newest` is the greatest fix time stored of it, quarantined positions included.
    """
    supervision, state = docket.supervision, docket.state
    head, counted, last = state.head, state.counting.newest, state.admission.last
    if not _at_rest(docket) or head is None or counted is None or last is None:
        return None
    if not _plain(supervision, state):
        return None
    course = courses.at(supervision, state.time)
    if course is None:
        return None
    limits = (course.until, _device_change(supervision, state), supervision.activation.ended_at)
    plan = supervision.plans.since[-1]
    every_turn = any(RULES[each.kind].every_turn for each in supervision.conditions)
    return Lane(
        since=max(supervision.activation.started_at, plan),
        after=max(head[0], newest),
        until=min(END if each is None else each for each in limits),
        due=docket.due if every_turn or device_fold.holds_anything(state) else END,
        head=head[0],
        counted=counted,
        vitals=vitals_of(state.faults, last),
        shape=course.shape,
        zones=course.zones,
        shared=course.shared,
    )


def moved_on(docket: Docket, last: Position) -> Docket:
    """Return a docket after quiet positions, the last of which is given."""
    state = state_moved_on(docket.supervision, docket.state, last)
    return msgspec.structs.replace(docket, state=state)


def state_moved_on(
    supervision: Supervision, state: ActivationState, last: Position
) -> ActivationState:
    """Return a docket's state after quiet positions, the last of which is given."""
    state = turned(supervision, state, last.fix_time)
    counting = state.counting
    return msgspec.structs.replace(
        state,
        time=max(state.time, last.fix_time),
        head=(last.fix_time, 0, last.seq, last.digest),
        admission=Admission(last, (), (last.fix_time, last.seq)),
        faults=told_again(state.faults, last),
        counting=Counting(last.seq, last.fix_time, counting.other, counting.gaps),
    )


def _at_rest(docket: Docket) -> bool:
    """Tell whether nothing waits for the next position."""
    state = docket.state
    if state.admission.last is None or state.admission.waiting or state.waiting:
        return False
    if any(each.runs or each.blind or each.attendance for each in state.conditions):
        return False
    if any(fault.kind in _BY_POSITION for fault in state.faults):
        return False
    return not docket.shown or device_fold.holds_anything(state)


def _plain(supervision: Supervision, state: ActivationState) -> bool:
    """Tell whether nothing is asked of which this file does not know."""
    if supervision.counterparts or supervision.plans.since[-1] > state.time:
        return False
    for condition, each in zip(supervision.conditions, state.conditions, strict=True):
        in_force = each.window_start is not None
        if condition.proximity is not None or (condition.stay is not None and in_force):
            return False
        if in_force and not each.complied:
            return False
    return True


def _device_change(supervision: Supervision, state: ActivationState) -> Instant:
    return device_fold.next_change(supervision, state, state.time)
