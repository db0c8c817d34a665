"""The outlook says when time alone next changes an episode, so that nobody need look before.

Most changes of what is in force change no episode: at 19:00 sharp a curfew opens for everybody, and
for whoever is at home, or was last heard of long before, nothing happens. So what is to come is
tried out: the state is advanced to the next change and the next, and the first at which an episode
is otherwise is the answer. Once no position holds, nothing runs and no fault holds, time alone
changes nothing any more; whatever comes next is reported by the device, and judged then.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from engine.core import device_fold
from engine.core.amend import worth_showing
from engine.core.episode import Episode
from engine.core.fold import Fold, next_change
from engine.core.rules import RULES
from engine.core.run import Phase
from engine.core.state import ActivationState
from zones.instant import Instant
from zones.interval import END

MOST_LOOKS: Final = 4
"""Changes tried out; what lies behind them is looked at when it comes."""


def outlook(
    fold: Fold, state: ActivationState, running: Sequence[Episode], now: Instant
) -> Instant:
    """Return when time alone next changes an episode, at the latest; END for never.

    `state` has been advanced to `now`, and `running` is what runs in it.
    """
    for _ in range(MOST_LOOKS):
        at = max(_next_look(fold, state, running, now), state.time)
        if at >= END or not _stirs(fold, state, at):
            return END
        step = fold.advance(state, at)
        after = fold.running(step.state, at)
        if _shown(step.closed) or _shown(after) != _shown(running):
            return at
        state, running, now = step.state, after, at
    return _next_look(fold, state, running, now)


def _next_look(
    fold: Fold, state: ActivationState, running: Sequence[Episode], now: Instant
) -> Instant:
    change = min(next_change(state), device_fold.next_change(fold.supervision, state, now))
    return min(change, fold.unconfirmed_next(state, now)) if running else change


def _stirs(fold: Fold, state: ActivationState, at: Instant) -> bool:
    """Tell whether there is anything from which an episode can come, at `at` or later."""
    return (
        device_fold.holds_anything(state)
        or fold.holds(state, at)
        or any(run.phase is not Phase.UNSURE for each in state.conditions for run in each.runs)
        or any(each.blind for each in state.conditions)
        or any(RULES[each.kind].every_turn for each in fold.supervision.conditions)
    )


def _shown(episodes: Iterable[Episode]) -> list[Episode]:
    return [episode for episode in episodes if worth_showing(episode)]
