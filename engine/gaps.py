"""Coverage gaps in the store: the newest ones, and the alerts that one of them touches."""

from collections.abc import Sequence
from typing import Final

from engine.core.coverage import Gap, gap_of
from engine.core.episode import EpisodeKind, StoredEpisode
from engine.core.raising import gap_change, new_gaps, with_gaps
from engine.core.subject import ENGINE
from engine.store.protocol import Transaction
from zones.instant import Instant

_NEWEST: Final = 100
"""Gaps an alert is compared with; what an older one touches was marked when it ended."""


def newest_gaps(transaction: Transaction) -> tuple[Gap, ...]:
    """Return the newest coverage gaps, those that run included."""
    found = newest_gap_episodes(transaction)
    return tuple(gap_of(each.episode_id, each.episode) for each in found)


def newest_gap_episodes(transaction: Transaction) -> Sequence[StoredEpisode]:
    """Return the episodes that are the newest coverage gaps, newest first."""
    return transaction.episodes.confirmed_about(ENGINE, EpisodeKind.COVERAGE_GAP, _NEWEST)


def mark_alerts(transaction: Transaction, stored: StoredEpisode, now: Instant) -> int:
    """Attach a gap that has ended to every alert it touches; return the newest change's id, or 0.

    An alert that is raised later finds the gap by itself.
    """
    gap = gap_of(stored.episode_id, stored.episode)
    episodes = {each.episode_id: each.episode for each in transaction.episodes.reaching(gap.since)}
    alerts, changes = [], []
    of_episodes = transaction.alerts.of_episodes(list(episodes))
    for alert in {each.alert_id: each for each in of_episodes.values()}.values():
        reached = [episodes[id_] for id_ in alert.episode_ids if id_ in episodes]
        found = new_gaps(alert, (gap,), reached)
        if found:
            change_id = transaction.next_ids("change", 1)[0]
            alerts.append(with_gaps(alert, found, now))
            changes.append(gap_change(alert, gap.episode_id, now, change_id))
    transaction.alerts.save(alerts)
    transaction.alerts.append_changes(changes)
    return max((each.change_id for each in changes), default=0)
