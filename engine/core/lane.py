"""A lane says what a position must be like to change nothing but where the wearer was last.

Most positions are like that: the wearer is where he may be, and stays there. Such a position is
*quiet*: folding it moves the time, the head, the last position and the count of the state, and
nothing else; no episode begins, changes or ends. A lane is made of a docket, holds as long as it
is known what is in force (`turns.py`), and asks of a position, all of it or it is not quiet:

- measured after everything that is known of the activation, and before anything changes by itself;
- reachable from the last position at a plausible speed, numbered by the same or the next number;
- surely inside one place of every condition that says where to be, and if there was a turn since
  the last position, and that one held then, that one too, by what is asked from then on;
- farther from every zone to keep out of than its reach, and than the way since the last position;
- nothing said of the battery that begins or ends a fault, and no word of the device itself.

What is not quiet is folded. A lane is there only where nothing runs that a quiet position would
have to change: see `lane_of`.
"""

from typing import Final

import msgspec

from engine.core import device_fold
from engine.core.docket import Docket
from engine.core.episode import EpisodeKind
from engine.core.lane_shape import Shape, Zones
from engine.core.order import Condition, Supervision
from engine.core.plausibility import Admission
from engine.core.position import Position
from engine.core.rules import RULES
from engine.core.sequence import Counting
from engine.core.state import ActivationState
from engine.core.turns import Fence, factor_of, in_effect, turned, turns_of
from zones.instant import Instant
from zones.interval import END
from zones.zone import Zone
from zones.zone_set import ZoneSet

FEW: Final = 32
"""Zones of a set that one wearer may have in his own lane; larger sets are looked up together."""

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
    shape: Shape
    zones: tuple[Zone, ...]
    """Those that its shape is about."""
    shared: tuple[ZoneSet, ...]
    """Sets of zones to keep out of that are too large to be taken one by one; none is empty."""


def lane_of(docket: Docket, newest: Instant) -> Lane | None:
    """Return the lane of a docket; None if each position of it has to be folded.

    `newest` is the greatest fix time stored of it, quarantined positions included.
    """
    supervision, state = docket.supervision, docket.state
    head, counted = state.head, state.counting.newest
    if not _at_rest(docket) or head is None or counted is None:
        return None
    if not _plain(supervision, state):
        return None
    at = state.time
    pairs = [
        (condition, each)
        for condition, each in zip(supervision.conditions, state.conditions, strict=True)
        if each.window_start is not None
    ]
    turns = turns_of(supervision, at)
    if turns is None or not all(each.complied for _, each in pairs):
        return None
    outs = [condition for condition, _ in pairs if condition.keep_out]
    limits = (turns.until, _device_change(supervision, state), supervision.activation.ended_at)
    plan = supervision.plans.since[-1]
    every_turn = any(RULES[each.kind].every_turn for each in supervision.conditions)
    large = [each for each in outs if _is_large(each)]
    fences = [fence for each in outs if not _is_large(each) for fence in _out(each, at)]
    zones = Zones()
    shape = Shape(
        turns=turns.at,
        sets=turns.sets,
        groups=tuple(len(groups) for groups in turns.places),
        places=zones.places(turns),
        fences=zones.fences(fences),
        shared_factor=max((factor_of(each) for each in large), default=0.0),
        shared_plus_m=max((each.parameters.buffer_m for each in large), default=0.0),
        faulty=bool(state.faults),
        max_age=supervision.plans.max_ages[-1],
    )
    sets = (zones for each in large for zones in (each.zones, each.places))
    return Lane(
        since=max(supervision.activation.started_at, plan),
        after=max(head[0], newest),
        until=min(END if each is None else each for each in limits),
        due=docket.due if every_turn or device_fold.holds_anything(state) else END,
        head=head[0],
        counted=counted,
        shape=shape,
        zones=zones.listed(),
        shared=tuple(each for each in sets if each.histories),
    )


def moved_on(docket: Docket, last: Position) -> Docket:
    """Return a docket after quiet positions, the last of which is given."""
    state = turned(docket.supervision, docket.state, last.fix_time)
    counting = state.counting
    moved = msgspec.structs.replace(
        state,
        time=max(state.time, last.fix_time),
        head=(last.fix_time, 0, last.seq, last.digest),
        admission=Admission(last, (), (last.fix_time, last.seq)),
        counting=Counting(last.seq, last.fix_time, counting.other, counting.gaps),
    )
    return msgspec.structs.replace(docket, state=moved)


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
    return True


def _device_change(supervision: Supervision, state: ActivationState) -> Instant:
    return device_fold.next_change(supervision, state, state.time)


def _is_large(condition: Condition) -> bool:
    return len(condition.zones.histories) > FEW or len(condition.places.histories) > FEW


def _out(condition: Condition, at: Instant) -> list[Fence]:
    """Return the fences of a condition in force on zones to keep out of."""
    plus_m = condition.parameters.buffer_m
    return [Fence(zone, factor_of(condition), plus_m) for zone in in_effect(condition, at)]
