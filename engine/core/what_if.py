"""One activation, judged twice over the same reports: as it is supervised, and as it would be.

Both folds start from the same checkpoint at or before the window. Conditions that are the same in
both are left out, as the judgement of one never depends on another; so are faults of the device,
unless the supervision plan differs. An episode that ended before the window has no say.

Episodes are matched as amendments are (`amend.differences`), whatever version of the condition
they belong to. One that runs into the window is compared from the window's start on: before it,
what the proposal would have meant was not asked.
"""

from collections.abc import Iterable, Sequence

import msgspec

from engine.core.amend import differences
from engine.core.docket import History, refold
from engine.core.episode import Episode, StoredEpisode
from engine.core.fold import Fold, Report
from engine.core.folding import time_of
from engine.core.gauge import IndexGauge
from engine.core.order import Condition, Supervision
from engine.core.position import Position
from engine.core.replay import index_of
from zones.instant import Instant


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """The episodes of one activation in the window, before and after, and which are the same."""

    before: tuple[StoredEpisode, ...]
    """Numbered from 1 on, in order of their beginning."""
    after: tuple[StoredEpisode, ...]
    """Numbered on from there."""
    counterparts: dict[int, int]
    """Of an episode after, by its number, that of the episode before that it is the truth of."""
    positions: int
    """Positions of the window that were judged."""


def narrowed(before: Supervision, after: Supervision) -> tuple[Supervision, Supervision]:
    """Return two supervisions without the conditions that they have in common."""
    if before.plans != after.plans or before.activation != after.activation:
        return before, after
    ours, theirs = ([_unnumbered(each) for each in side.conditions] for side in (before, after))
    return (
        _only(before, [each for each, bare in _pairs(before, ours) if bare not in theirs]),
        _only(after, [each for each, bare in _pairs(after, theirs) if bare not in ours]),
    )


def _pairs(
    supervision: Supervision, bare: Sequence[Condition]
) -> Iterable[tuple[Condition, Condition]]:
    return zip(supervision.conditions, bare, strict=True)


def _unnumbered(condition: Condition) -> Condition:
    return msgspec.structs.replace(condition, version=1)


def _only(supervision: Supervision, conditions: Iterable[Condition]) -> Supervision:
    return msgspec.structs.replace(supervision, conditions=tuple(conditions))


def what_if(
    before: Supervision, after: Supervision, since: Instant, now: Instant, history: History
) -> WhatIf:
    """Judge an activation's reports from `since` to `now` by either supervision.

    Where the geometry of a zone differs, its version must.
    """
    with_faults = before.plans != after.plans
    history = _remembered(history)
    gauge = IndexGauge(index_of([before, after]))
    was, would_be = (
        [
            each
            for each in derived(Fold(side, gauge), since, now, history)
            if with_faults or each.condition_id is not None
        ]
        for side in (before, after)
    )
    positions = _positions(before.activation.activation_id, history, since, now)
    return compared(before.activation.wearer_id, was, would_be, positions)


def _positions(activation_id: int, history: History, since: Instant, now: Instant) -> int:
    """Return how many of the wearer's own positions there are; those of others count not."""
    return sum(
        isinstance(each, Position)
        and each.activation_id == activation_id
        and since <= each.fix_time <= now
        for each in history.reports_since(since)
    )


def _remembered(history: History) -> History:
    """Return a history that reads the reports since an instant once for both folds."""
    known: dict[Instant, list[Report]] = {}

    def reports_since(instant: Instant) -> list[Report]:
        widest = min(known, default=None)
        if widest is not None and widest <= instant:
            return [each for each in known[widest] if time_of(each) >= instant]
        known.clear()
        known[instant] = list(history.reports_since(instant))
        return known[instant]

    return History(history.cut_at, reports_since, history.shown_since)


def derived(fold: Fold, since: Instant, now: Instant, history: History) -> list[Episode]:
    """Return the episodes that run, or ended after `since`, as of `now`."""
    _, _, folded = refold(fold, (), since, history)
    now = max(now, folded.state.time)
    projected = fold.advance(folded.state, now)
    every = [*folded.closed, *projected.closed, *fold.running(projected.state, now)]
    return [each for each in every if each.ended is None or each.ended.by > since]


def compared(
    wearer_id: str, before: Iterable[Episode], after: Iterable[Episode], positions: int
) -> WhatIf:
    """Return episodes before and after, numbered, with the pairs that are the same ones."""
    was = _numbered(wearer_id, before, 1)
    would_be = _numbered(wearer_id, after, 1 + len(was))
    plain = [_plain(each).episode for each in would_be]
    number_of = {id(each): stored.episode_id for each, stored in zip(plain, would_be, strict=True)}
    changes, same = differences(map(_plain, was), plain)
    pairs = [(each.shown, each.episode) for each in changes if each.shown is not None]
    counterparts = {
        number_of[id(episode)]: stored.episode_id
        for stored, episode in (*pairs, *same)
        if id(episode) in number_of
    }
    return WhatIf(before=was, after=would_be, counterparts=counterparts, positions=positions)


def _numbered(wearer_id: str, episodes: Iterable[Episode], first: int) -> tuple[StoredEpisode, ...]:
    ordered = sorted(episodes, key=lambda each: (each.started.by, each.kind.value, repr(each)))
    return tuple(
        StoredEpisode(
            episode_id=number,
            revision=1,
            wearer_id=wearer_id,
            updated_at=each.started.by,
            episode=each,
        )
        for number, each in enumerate(ordered, first)
    )


def _plain(stored: StoredEpisode) -> StoredEpisode:
    """Return an episode without the version of its condition, which is another in a proposal."""
    episode = msgspec.structs.replace(stored.episode, condition_version=None)
    return msgspec.structs.replace(stored, episode=episode)
