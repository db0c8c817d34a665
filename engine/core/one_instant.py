"""Of one instant there is one word: a fault that ends and begins again in it never ended.

Reports of one instant follow each other by sequence number and digest, not by what happened first.
Two messages of one second that say "charging" and "not charging" are no two sessions: what holds is
what the last report says, and it holds since it first did. So a fault that ended waits until its
instant is over. Begun again in it, it goes on from its own start; reported once more without length
it is the same. No two faults of a kind ever start, or end, in one instant.
"""

from collections.abc import Iterable

import msgspec

from engine.core.episode import Episode, EpisodeKind
from engine.core.plausibility import AGREEING
from engine.core.state import Fault
from zones.instant import Instant

Waiting = tuple[Episode, ...]
"""Faults that ended in the instant that is folded; nobody can tell yet whether they are over."""


def is_told(waiting: Waiting, episode: Episode) -> bool:
    """Tell whether a fault that ended is one that has ended in this instant already."""
    return any(_same(each, episode) for each in waiting)


def with_ended(waiting: Waiting, ended: Iterable[Episode]) -> Waiting:
    """Add faults that ended in this instant, each once."""
    return (*waiting, *(each for each in ended if not is_told(waiting, each)))


def begun_again(
    waiting: Waiting, faults: tuple[Fault, ...], before: tuple[Fault, ...], at: Instant
) -> tuple[Waiting, tuple[Fault, ...]]:
    """Go on with what ended and, by a report of the same instant, holds again.

    `before` is what held before that report; returns what still waits, and what holds.
    """
    known = {each.kind for each in before}
    over = {each.kind: each for each in waiting}
    again = {each.kind for each in faults} & over.keys() - known
    if not again:
        return waiting, faults
    holding = tuple(
        _resumed(each, over[each.kind], at) if each.kind in again else each for each in faults
    )
    return tuple(each for each in waiting if each.kind not in again), holding


def _resumed(fault: Fault, over: Episode, at: Instant) -> Fault:
    if fault.kind is not EpisodeKind.IMPLAUSIBLE_POSITION:
        return msgspec.structs.replace(fault, started=over.started)
    reports = over.positions + fault.reports
    confirmed_at = over.confirmed_at if over.positions >= AGREEING else None
    if confirmed_at is None and reports >= AGREEING:
        confirmed_at = at
    return msgspec.structs.replace(
        fault, started=over.started, reports=reports, confirmed_at=confirmed_at
    )


def _same(one: Episode, other: Episode) -> bool:
    """Tell whether two are of one kind, and of one beacon."""
    return (one.kind, one.detail) == (other.kind, other.detail)
