"""The ledger of a transaction: the alerts that its episode changes can concern, read at once.

Most changes are an episode going on, position by position, and say nothing new of its alert; the
episodes of an alert are read only where something is to be said.
"""

from collections.abc import Sequence

import msgspec

from engine.core.alert import AlertAction
from engine.core.paging import is_told
from engine.core.raising import (
    Ledger,
    Saved,
    collapse_key,
    episodes_needed,
    moved_gist,
    told_of,
    worth_an_alert,
)
from engine.gaps import newest_gaps
from engine.store.protocol import OutboxEntry, Transaction
from engine.version import engine_version
from zones.instant import Instant


def open_ledger(transaction: Transaction, saved: Sequence[Saved]) -> Ledger | None:
    """Return the ledger of the alerts that episode changes concern; None if they concern none."""
    alerts = transaction.alerts
    of_episodes = alerts.of_episodes([each.stored.episode_id for each in saved])
    worth = [each for each in saved if worth_an_alert(each.stored.episode)]
    if not of_episodes and not worth:
        return None
    not_closed = alerts.not_closed([collapse_key(each.stored) for each in worth])
    every = {alert.alert_id: alert for alert in (*of_episodes.values(), *not_closed.values())}
    ledger = Ledger(
        alerts=every,
        by_episode={
            episode_id: alert.alert_id
            for alert in every.values()
            for episode_id in alert.episode_ids
        },
        not_closed={key: alert.alert_id for key, alert in not_closed.items()},
        episodes={},
        changes=[],
    )
    told = told_of(ledger, saved)
    if told is None:
        moved = any(moved_gist(ledger, each) is not None for each in saved)
        return ledger if moved else None
    episodes = transaction.episodes.get(episodes_needed([every[id_] for id_ in told]))
    ledger.episodes = {stored.episode_id: stored for stored in episodes}
    ledger.gaps = newest_gaps(transaction)
    return ledger


def file_ledger(transaction: Transaction, ledger: Ledger, now: Instant) -> None:
    """Store the alerts that were touched, what changed of them, and what people are to be told."""
    alerts, by = transaction.alerts, engine_version()
    judged = (ledger.alerts[alert_id] for alert_id in sorted(ledger.touched))
    alerts.save([msgspec.structs.replace(alert, engine_version=by) for alert in judged])
    alerts.append_changes(ledger.changes)
    alerts.append_outbox(_outbox(transaction, ledger, now))


def _outbox(transaction: Transaction, ledger: Ledger, now: Instant) -> list[OutboxEntry]:
    """Tell people of what happens to alerts that page, once the grace is over."""
    telling = [
        (change, ledger.alerts[change.alert_id])
        for change in ledger.changes
        if is_told(change, ledger.alerts[change.alert_id])
        and change.action is not AlertAction.COVERAGE_GAP
    ]
    ids = transaction.next_ids("outbox", len(telling))
    return [
        OutboxEntry(
            outbox_id=outbox_id,
            alert_id=alert.alert_id,
            change_id=change.change_id,
            due_at=max(now, alert.page_due_at or now),
            created_at=now,
        )
        for outbox_id, (change, alert) in zip(ids, telling, strict=True)
    ]
