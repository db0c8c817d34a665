"""Each kind of condition is folded by its own rule; the table says by which.

A rule has two moves, as the fold has: `turn`, at every change of what is in force, and `observe`,
at every judged position. What it knows is in the condition's state.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from engine.core import attendance_fold, condition_fold, proximity_fold
from engine.core.order import Condition, ConditionKind
from engine.core.readings import Moment
from engine.core.run_episode import Context
from engine.core.run_steps import Folded
from engine.core.state import ConditionState
from zones.instant import Instant
from zones.interval import BEGINNING


class Rule(NamedTuple):
    """How one kind of condition is folded."""

    turn: Callable[[Context, ConditionState, Instant, Moment | None], Folded]
    """Apply a change of what is in force; the moment is the position that still holds."""
    observe: Callable[[Context, ConditionState, Moment], Folded]
    """Fold one judged position."""
    every_turn: bool = False
    """True if a window leaves a trace even if nothing runs and no position holds in it."""


_PLACES: Final = Rule(condition_fold.turn, condition_fold.observe)

RULES: Final[dict[ConditionKind, Rule]] = {
    ConditionKind.EXCLUSION: _PLACES,
    ConditionKind.INCLUSION: _PLACES,
    ConditionKind.CURFEW: _PLACES,
    ConditionKind.ATTENDANCE: Rule(attendance_fold.turn, attendance_fold.observe, every_turn=True),
    ConditionKind.PROXIMITY: Rule(proximity_fold.turn, proximity_fold.observe),
}


def initial(condition: Condition) -> ConditionState:
    """Return the state of a condition before anything is known: its first turn is due at once."""
    return ConditionState(key=condition.key, next_change=BEGINNING)
