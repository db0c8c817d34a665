"""What was shown, against what the evidence now says: the difference, and nothing but it.

Each episode derived now is matched with the episode shown that it is the truth of: of one
condition, zone and group of kinds, first by the instant it began, then by overlap. What has no
counterpart is new; what was shown and is no longer derived is retracted. A shown episode that only
went on (confirmed, ended, more positions) progressed; one of which something settled turned out
otherwise is amended, and its revision rises.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from engine.core.alert import collapse_group, judged_together
from engine.core.episode import Episode, EpisodeState, StoredEpisode
from zones.instant import Instant
from zones.interval import END


class ChangeKind(StrEnum):
    """How an episode differs from what was shown."""

    NEW = "new"
    PROGRESSED = "progressed"
    AMENDED = "amended"
    RETRACTED = "retracted"


class EpisodeChange(msgspec.Struct, frozen=True, kw_only=True):
    """One difference. `shown` is None for a new episode."""

    kind: ChangeKind
    episode: Episode
    shown: StoredEpisode | None = None

    @property
    def revision(self) -> int:
        """The revision the episode has after the change."""
        if self.shown is None:
            return 1
        settled = self.kind in (ChangeKind.AMENDED, ChangeKind.RETRACTED)
        return self.shown.revision + settled


def differences(
    shown: Iterable[StoredEpisode], derived: Iterable[Episode]
) -> tuple[list[EpisodeChange], list[tuple[StoredEpisode, Episode]]]:
    """Return what has to change, and the pairs in which nothing does."""
    theirs, ours = defaultdict(list), defaultdict(list)
    for stored in shown:
        theirs[_identity(stored.episode)].append(stored)
    for episode in derived:
        if worth_showing(episode):
            ours[_identity(episode)].append(episode)
    changes: list[EpisodeChange] = []
    same: list[tuple[StoredEpisode, Episode]] = []
    for identity in {**theirs, **ours}:
        _compare(theirs[identity], ours[identity], changes, same)
    return sorted(changes, key=_order), same


def _identity(episode: Episode) -> tuple[object, ...]:
    group = collapse_group(episode.kind)
    zone_id = None if judged_together(episode.kind) else episode.zone_id
    return (episode.condition_id, episode.condition_version, group, zone_id)


def worth_showing(episode: Episode) -> bool:
    """Tell whether there is any evidence yet: a held position alone is none."""
    return episode.state is not EpisodeState.PENDING or episode.positions > 0


def _compare(
    shown: list[StoredEpisode],
    derived: list[Episode],
    changes: list[EpisodeChange],
    same: list[tuple[StoredEpisode, Episode]],
) -> None:
    pairs, gone, new = _matched(shown, derived)
    for stored, episode in pairs:
        if stored.episode == episode:
            same.append((stored, episode))
        else:
            amended = _settled_otherwise(stored.episode, episode)
            kind = ChangeKind.AMENDED if amended else ChangeKind.PROGRESSED
            changes.append(EpisodeChange(kind=kind, episode=episode, shown=stored))
    changes += [
        EpisodeChange(kind=ChangeKind.RETRACTED, episode=_retracted(stored.episode), shown=stored)
        for stored in gone
    ]
    changes += [EpisodeChange(kind=ChangeKind.NEW, episode=episode) for episode in new]


def _matched(
    shown: Sequence[StoredEpisode], derived: Sequence[Episode]
) -> tuple[list[tuple[StoredEpisode, Episode]], list[StoredEpisode], list[Episode]]:
    free: dict[Instant, deque[Episode]] = defaultdict(deque)
    for episode in sorted(derived, key=_span):
        free[episode.started.by].append(episode)
    pairs: list[tuple[StoredEpisode, Episode]] = []
    unmatched: list[StoredEpisode] = []
    for stored in sorted(shown, key=lambda each: (_span(each.episode), each.episode_id)):
        alike = free.get(stored.episode.started.by)
        if alike:
            pairs.append((stored, alike.popleft()))
        else:
            unmatched.append(stored)
    left = [episode for began in sorted(free) for episode in free[began]]
    overlapping, gone, new = _overlapping(unmatched, left)
    return pairs + overlapping, gone, new


def _overlapping(
    shown: Sequence[StoredEpisode], derived: Sequence[Episode]
) -> tuple[list[tuple[StoredEpisode, Episode]], list[StoredEpisode], list[Episode]]:
    """Pair episodes, both sorted by their spans: each with the first free one it overlaps."""
    pairs: list[tuple[StoredEpisode, Episode]] = []
    gone: list[StoredEpisode] = []
    new: list[Episode] = []
    waiting = deque(derived)
    for stored in shown:
        began, ended = _span(stored.episode)
        while waiting and _span(waiting[0])[1] <= began:
            new.append(waiting.popleft())
        if waiting and waiting[0].started.by < ended:
            pairs.append((stored, waiting.popleft()))
        else:
            gone.append(stored)
    return pairs, gone, [*new, *waiting]


def _span(episode: Episode) -> tuple[Instant, Instant]:
    return episode.started.by, END if episode.ended is None else episode.ended.by


def _settled_otherwise(before: Episode, after: Episode) -> bool:
    if before.started != after.started:
        return True
    confirmed = before.state is EpisodeState.CONFIRMED
    if confirmed and (after.state, after.confirmed_at) != (before.state, before.confirmed_at):
        return True
    ended = (after.ended, after.kind, after.state, after.positions)
    return before.ended is not None and ended != (
        before.ended,
        before.kind,
        before.state,
        before.positions,
    )


def _retracted(episode: Episode) -> Episode:
    return msgspec.structs.replace(episode, state=EpisodeState.RETRACTED)


def _order(change: EpisodeChange) -> tuple[Instant, str, str, str, str]:
    """Return a place among changes that depends on what they say alone."""
    episode = change.episode
    names = (episode.condition_id or "", episode.zone_id or "", episode.kind.value)
    return (episode.started.by, *names, change.kind.value)
