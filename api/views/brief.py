"""Alerts and episodes in a line, on the wire."""

from collections.abc import Iterable, Sequence

from api.schemas.fields import local_text
from api.schemas.wearer import AlertBrief, EpisodeBrief
from engine.core.account import why
from engine.core.alert import Alert
from engine.core.episode import StoredEpisode
from engine.hindsight import CaseFile
from engine.store.protocol import Transaction
from zones.instant import Instant
from zones.interval import Interval


def alert_brief(alert: Alert) -> AlertBrief:
    """Return an alert in a line."""
    return AlertBrief(
        alert_id=alert.alert_id,
        kind=alert.kind,
        severity=alert.severity,
        state=alert.state,
        raised_at=alert.raised_at,
    )


def episodes_of(
    transaction: Transaction, case_file: CaseFile, stretch: Interval
) -> list[StoredEpisode]:
    """Return the episodes of a wearer's activations that touch a stretch, by their start."""
    numbers = (each.supervision.activation.activation_id for each in case_file.worn(stretch))
    found = [
        each
        for number in numbers
        for each in transaction.episodes.touching(number, stretch.start, stretch.end)
    ]
    return sorted(found, key=lambda each: (each.episode.started.estimate, each.episode_id))


def episode_briefs(
    transaction: Transaction, episodes: Sequence[StoredEpisode], timezone: str
) -> list[EpisodeBrief]:
    """Return episodes in a line each, with their alerts."""
    alerts = transaction.alerts.of_episodes([each.episode_id for each in episodes])
    found = ((each, alerts.get(each.episode_id)) for each in episodes)
    return [_episode_brief(each, alert, timezone) for each, alert in found]


def touching(episodes: Iterable[EpisodeBrief], stretch: Interval) -> list[EpisodeBrief]:
    """Return the episodes that touch a stretch of time."""
    return [
        each
        for each in episodes
        if each.start < stretch.end and (each.end is None or each.end >= stretch.start)
    ]


def _episode_brief(stored: StoredEpisode, alert: Alert | None, timezone: str) -> EpisodeBrief:
    episode = stored.episode
    start = episode.started.estimate
    end: Instant | None = None if episode.ended is None else episode.ended.estimate
    return EpisodeBrief(
        episode_id=stored.episode_id,
        alert_id=None if alert is None else alert.alert_id,
        kind=episode.kind,
        severity=episode.severity,
        state=episode.state,
        condition_id=episode.condition_id,
        zone_id=episode.zone_id,
        start=start,
        start_local=local_text(start, timezone),
        end=end,
        end_local=None if end is None else local_text(end, timezone),
        unconfirmed_since=episode.unconfirmed_since,
        why=why(episode, timezone),
    )
