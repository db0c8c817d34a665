"""What is in force changes by turns that are known beforehand, and most of them change one thing.

A curfew that opens every evening asks of the wearer to be at home; one that closes asks nothing.
Whoever is where he has to be, before the turn and after it, makes no episode of it: only what is in
force is another. So the next turns are worked out with what each leads to, as long as they change
nothing but the places to be. The first that changes more leads to what is not known (`UNKNOWN`).
"""

from typing import Final, NamedTuple

import msgspec

from engine.core.order import Condition, Supervision
from engine.core.rules import RULES
from engine.core.state import ActivationState, ConditionState
from zones.instant import Instant
from zones.interval import END
from zones.membership import distance_limit_m
from zones.window import Window
from zones.zone import Zone

MOST_TURNS: Final = 6
MOST_SETS: Final = 4
UNKNOWN: Final = -1


class Fence(NamedTuple):
    """A zone, and how far from its boundary is far enough: plus `factor` x accuracy, metres."""

    zone: Zone
    factor: float
    plus_m: float = 0.0


Places = tuple[tuple[Fence, ...], ...]
"""Of each condition that says where to be, its places: one of each must hold the wearer."""


class Turns(msgspec.Struct, frozen=True):
    """Turns in order, and the places to be before the first of them and after each."""

    at: tuple[Instant, ...]
    sets: tuple[int, ...]
    """One more than turns: which of `places` counts; UNKNOWN after a turn that changes more."""
    places: tuple[Places, ...]

    @property
    def until(self) -> Instant:
        """From when on it is not known what is asked."""
        return self.at[-1] if self.sets[-1] == UNKNOWN else END


def turns_of(supervision: Supervision, time: Instant) -> Turns | None:
    """Return the turns after an instant; None if it is not known what is asked at that instant."""
    places: list[Places] = []
    at, sets = list[Instant](), [_number(_asked(supervision, time), places)]
    changes = [condition.next_change(time) for condition in supervision.conditions]
    while sets[-1] != UNKNOWN and (now := min(changes, default=END)) < END:
        at.append(now)
        plain = len(at) < MOST_TURNS and all(
            _says_where_only(condition) or change > now
            for condition, change in zip(supervision.conditions, changes, strict=True)
        )
        sets.append(_number(_asked(supervision, now), places) if plain else UNKNOWN)
        changes = [
            condition.next_change(now) if change == now else change
            for condition, change in zip(supervision.conditions, changes, strict=True)
        ]
    return None if sets[0] == UNKNOWN else Turns(tuple(at), tuple(sets), tuple(places))


def turned(supervision: Supervision, state: ActivationState, time: Instant) -> ActivationState:
    """Return a state after turns up to an instant at which the wearer is where he has to be.

    Conditions of it that the supervision does not have any more stay as they are.
    """
    if not any(each.next_change <= time for each in state.conditions):
        return state
    known = {condition.key: condition for condition in supervision.conditions}
    conditions = (
        _turned(known[each.key], each, time) if each.key in known else each
        for each in state.conditions
    )
    return msgspec.structs.replace(state, conditions=tuple(conditions))


def _turned(condition: Condition, state: ConditionState, time: Instant) -> ConditionState:
    if state.next_change > time:
        return state
    window = condition.window_at(time)
    return msgspec.structs.replace(
        state,
        next_change=condition.next_change(time),
        window_start=None if window is None else window.start,
        window_end=None if window is None else window.end,
        complied=window is not None,
    )


def _versions(condition: Condition, window: Window, at: Instant) -> list[Zone]:
    versions = (history.at(at) for history in condition.targets(window).values())
    return [zone for zone in versions if zone is not None]


def factor_of(condition: Condition) -> float:
    """Return how many times its accuracy a position must be clear of a boundary."""
    # A hair more than the limit: products are rounded otherwise than quotients.
    return distance_limit_m(1.0, condition.parameters.confidence) * (1.0 + 1e-9)


def _says_where_only(condition: Condition) -> bool:
    return condition.says_where and not RULES[condition.kind].every_turn


def _asked(supervision: Supervision, at: Instant) -> Places | None:
    """Return the places to be at an instant; None if a condition has none to be in."""
    found = []
    for condition in supervision.conditions:
        window = condition.window_at(at) if condition.says_where else None
        if window is None:
            continue
        factor, versions = factor_of(condition), _versions(condition, window, at)
        group = tuple(Fence(zone, factor) for zone in versions)
        if not group:
            return None
        found.append(group)
    return tuple(found)


def _number(asked: Places | None, places: list[Places]) -> int:
    if asked is None:
        return UNKNOWN
    if asked not in places:
        if len(places) == MOST_SETS:
            return UNKNOWN
        places.append(asked)
    return places.index(asked)
