"""What an alert's place in the queue depends on besides the alert: now, and the time allowed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from engine.core.alert import Alert
from engine.core.episode import Severity
from engine.core.gist import Gist
from engine.core.raising import gist_in
from engine.store.protocol import Transaction
from zones.instant import MINUTE, Duration, Instant

TIME_ALLOWED: Final[Mapping[Severity, Duration]] = {
    Severity.CRITICAL: 5 * MINUTE,
    Severity.SERIOUS: 15 * MINUTE,
    Severity.SYSTEM: 15 * MINUTE,
}
"""How long an alert may wait to be acknowledged; a severity that is not here has no deadline."""


@dataclass(frozen=True, slots=True)
class Desk:
    """As of when alerts are shown, and by when they are to be acknowledged."""

    now: Instant
    allowed: Mapping[Severity, Duration]
    gists: Mapping[int, Gist] = field(default_factory=dict)
    """By alert, of those that were stored without."""

    def respond_by(self, alert: Alert) -> Instant | None:
        """Return by when an alert is to be acknowledged; None if nobody is told of it.

        The time allowed counts from when people are told; of what was known late, from when.
        """
        allowed = self.allowed.get(alert.severity)
        if allowed is None or alert.page_due_at is None:
            return None
        return max(alert.page_due_at, alert.raised_at) + allowed

    def gist(self, alert: Alert) -> Gist | None:
        """Return the gist of an alert."""
        return self.gists.get(alert.alert_id) if alert.gist is None else alert.gist


def desk_for(
    alerts: Iterable[Alert],
    transaction: Transaction,
    now: Instant,
    allowed: Mapping[Severity, Duration],
) -> Desk:
    """Return the desk at which these alerts are shown.

    The gists of those stored before there were any are made of their episodes, read at once.
    """
    without = [each for each in alerts if each.gist is None]
    if not without:
        return Desk(now, allowed)
    wanted = {episode_id for each in without for episode_id in each.episode_ids}
    read = transaction.episodes.get(wanted)
    episodes = {each.episode_id: each.episode for each in read}
    found = {
        each.alert_id: gist_in(episodes[id_] for id_ in each.episode_ids if id_ in episodes)
        for each in without
    }
    return Desk(now, allowed, {id_: gist for id_, gist in found.items() if gist is not None})
