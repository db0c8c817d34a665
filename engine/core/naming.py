"""What an episode is called follows from a table: condition, how it began, how it ended."""

from enum import IntEnum
from typing import Final

from engine.core.bearing import Aspect
from engine.core.episode import EpisodeKind
from engine.core.order import ConditionKind


class Ending(IntEnum):
    """How a run ended, if it has."""

    RUNNING = 0
    RESTORED = 1
    """Evidence showed the wearer in compliance."""
    WINDOW_END = 2
    """The condition was no longer in force, and the last position still held."""
    UNSEEN = 3
    """The condition was no longer in force, and where the wearer was then is unknown."""


_X, _I, _C = ConditionKind.EXCLUSION, ConditionKind.INCLUSION, ConditionKind.CURFEW
_A = ConditionKind.ATTENDANCE
_P = ConditionKind.PROXIMITY
_K, _E = EpisodeKind, Ending

KINDS: Final[dict[tuple[ConditionKind, bool, Ending], EpisodeKind]] = {
    # (condition, began with nothing in the window showing compliance before, ending)
    (_X, False, _E.RUNNING): _K.EXCLUSION_ENTERED,
    (_X, False, _E.RESTORED): _K.EXCLUSION_ENTERED,
    (_X, False, _E.WINDOW_END): _K.EXCLUSION_ENTERED,
    (_X, False, _E.UNSEEN): _K.EXCLUSION_ENTERED,
    (_X, True, _E.RUNNING): _K.EXCLUSION_PRESENT_AT_START,
    (_X, True, _E.RESTORED): _K.EXCLUSION_PRESENT_AT_START,
    (_X, True, _E.WINDOW_END): _K.EXCLUSION_PRESENT_AT_START,
    (_X, True, _E.UNSEEN): _K.EXCLUSION_PRESENT_AT_START,
    (_I, False, _E.RUNNING): _K.INCLUSION_LEFT,
    (_I, False, _E.RESTORED): _K.INCLUSION_LEFT,
    (_I, False, _E.WINDOW_END): _K.INCLUSION_LEFT,
    (_I, False, _E.UNSEEN): _K.INCLUSION_LEFT,
    (_I, True, _E.RUNNING): _K.INCLUSION_LEFT,
    (_I, True, _E.RESTORED): _K.INCLUSION_LEFT,
    (_I, True, _E.WINDOW_END): _K.INCLUSION_LEFT,
    (_I, True, _E.UNSEEN): _K.INCLUSION_LEFT,
    (_C, False, _E.RUNNING): _K.CURFEW_LEFT_DURING,
    (_C, False, _E.RESTORED): _K.CURFEW_LEFT_DURING,
    (_C, False, _E.WINDOW_END): _K.CURFEW_OUT_AT_END,
    (_C, False, _E.UNSEEN): _K.CURFEW_LEFT_DURING,
    (_C, True, _E.RUNNING): _K.CURFEW_ABSENT_AT_START,
    (_C, True, _E.RESTORED): _K.CURFEW_LATE_RETURN,
    (_C, True, _E.WINDOW_END): _K.CURFEW_OUT_ENTIRE,
    (_C, True, _E.UNSEEN): _K.CURFEW_ABSENT_AT_START,
    (_A, False, _E.RUNNING): _K.ATTENDANCE_LEFT_EARLY,
    (_A, False, _E.RESTORED): _K.ATTENDANCE_LEFT_EARLY,
    (_A, False, _E.WINDOW_END): _K.ATTENDANCE_LEFT_EARLY,
    (_A, False, _E.UNSEEN): _K.ATTENDANCE_LEFT_EARLY,
    (_A, True, _E.RUNNING): _K.ATTENDANCE_LATE,
    (_A, True, _E.RESTORED): _K.ATTENDANCE_LATE,
    (_A, True, _E.WINDOW_END): _K.ATTENDANCE_MISSED,
    (_A, True, _E.UNSEEN): _K.ATTENDANCE_LATE,
    (_P, False, _E.RUNNING): _K.PROXIMITY,
    (_P, False, _E.RESTORED): _K.PROXIMITY,
    (_P, False, _E.WINDOW_END): _K.PROXIMITY,
    (_P, False, _E.UNSEEN): _K.PROXIMITY,
    (_P, True, _E.RUNNING): _K.PROXIMITY,
    (_P, True, _E.RESTORED): _K.PROXIMITY,
    (_P, True, _E.WINDOW_END): _K.PROXIMITY,
    (_P, True, _E.UNSEEN): _K.PROXIMITY,
}


def name(kind: ConditionKind, aspect: Aspect, *, at_start: bool, ending: Ending) -> EpisodeKind:
    """Return the kind of an episode."""
    if aspect is Aspect.BUFFER:
        return EpisodeKind.BUFFER_ENTERED
    return KINDS[kind, at_start, ending]
