"""The ledger of a transaction: the alerts that its episode changes can concern, read at once."""

from collections.abc import Sequence

from engine.core.raising import Ledger, Saved, collapse_key, episodes_needed, worth_an_alert
from engine.gaps import newest_gaps
from engine.store.protocol import Transaction


def open_ledger(transaction: Transaction, saved: Sequence[Saved]) -> Ledger | None:
    """Return the ledger of the alerts that episode changes can concern; None if they cannot any."""
    alerts = transaction.alerts
    of_episodes = alerts.of_episodes([each.stored.episode_id for each in saved])
    worth = [each for each in saved if worth_an_alert(each.stored.episode)]
    if not of_episodes and not worth:
        return None
    not_closed = alerts.not_closed([collapse_key(each.stored) for each in worth])
    every = {alert.alert_id: alert for alert in (*of_episodes.values(), *not_closed.values())}
    episodes = transaction.episodes.get(episodes_needed(every))
    return Ledger(
        alerts=every,
        by_episode={
            episode_id: alert.alert_id
            for alert in every.values()
            for episode_id in alert.episode_ids
        },
        not_closed={key: alert.alert_id for key, alert in not_closed.items()},
        episodes={stored.episode_id: stored for stored in episodes},
        changes=[],
        gaps=newest_gaps(transaction),
    )
