"""Alerts, their history and their proof, on the wire."""

from collections.abc import Iterable, Sequence

from api.directory import Directory
from api.schemas.alert import AlertDetail, AlertOut, ChangeOut, PinnedCondition
from api.schemas.fields import local_text
from api.views.desk import Desk
from api.views.episode import episode_facts, episode_out
from api.views.order import condition_out
from api.views.orders_in_force import orders_at
from engine.core.alert import Alert, AlertChange
from engine.core.episode import StoredEpisode
from engine.core.gist_words import sentence


def alert_out(alert: Alert, directory: Directory, desk: Desk) -> AlertOut:
    """Return an alert as it stands."""
    timezone = directory.timezone(alert.wearer_id)
    wearer = directory.wearers.get(alert.wearer_id)
    gist = desk.gist(alert)
    orders = orders_at(alert.wearer_id, desk.now, directory)
    return AlertOut(
        alert_id=alert.alert_id,
        wearer_id=alert.wearer_id or None,
        wearer_name="" if wearer is None else wearer.name,
        subject=alert.subject or None,
        timezone=timezone,
        activation_id=alert.activation_id or None,
        condition_id=alert.key.condition_id,
        zone_id=alert.key.zone_id,
        kind=alert.kind,
        severity=alert.severity,
        state=alert.state,
        raised_at=alert.raised_at,
        raised_at_local=local_text(alert.raised_at, timezone),
        started=alert.started,
        started_local=local_text(alert.started, timezone),
        updated_at=alert.updated_at,
        episode_ids=list(alert.episode_ids),
        count=alert.count,
        confirmed=alert.confirmed,
        restored=alert.restored,
        retracted=alert.retracted,
        coverage_gaps=list(alert.coverage_gaps),
        page_due_at=alert.page_due_at,
        close_code=alert.close_code,
        why="" if gist is None else sentence(alert, gist, directory.place, timezone, desk.now),
        amended=alert.amended,
        assigned_to=alert.assigned_to,
        acknowledged_at=alert.acknowledged_at,
        acknowledged_by=alert.acknowledged_by,
        respond_by=desk.respond_by(alert),
        officers=list(dict.fromkeys(each.officer for each in orders if each.officer)),
        agencies=list(dict.fromkeys(each.agency for each in orders if each.agency)),
    )


def change_out(
    change: AlertChange, wearer_id: str, directory: Directory, *, reveal: bool = False
) -> ChangeOut:
    """Return one step of an alert's history."""
    before = change.before
    return ChangeOut(
        change_id=change.change_id,
        alert_id=change.alert_id,
        at=change.at,
        at_local=local_text(change.at, directory.timezone(wearer_id)),
        actor=change.actor,
        action=change.action,
        note=change.note,
        episode_id=change.episode_id,
        episode_revision=change.episode_revision,
        before=None
        if before is None
        else episode_facts(before, wearer_id, directory, reveal=reveal),
        assigned_to=change.assigned_to,
    )


def alert_detail(
    alert: Alert,
    episodes: Sequence[StoredEpisode],
    gaps: Sequence[StoredEpisode],
    history: Iterable[AlertChange],
    directory: Directory,
    desk: Desk,
    *,
    reveal: bool = False,
) -> AlertDetail:
    """Return an alert with its proof and its history.

    Where protected persons were is left out unless it is to be revealed.
    """
    return AlertDetail(
        **dict(alert_out(alert, directory, desk)),
        episodes=[episode_out(each, directory, reveal=reveal) for each in episodes],
        conditions=_pinned(alert.wearer_id, episodes, directory),
        gaps=[episode_out(each, directory) for each in gaps],
        history=[change_out(each, alert.wearer_id, directory, reveal=reveal) for each in history],
        engine_version=alert.engine_version,
    )


def _pinned(
    wearer_id: str, episodes: Iterable[StoredEpisode], directory: Directory
) -> list[PinnedCondition]:
    found = {}
    for episode in (each.episode for each in episodes):
        pin = (episode.condition_id, episode.condition_version)
        pair = directory.condition(wearer_id, *pin, episode.started.estimate)
        if pair is not None:
            found[pin] = pair
    return [
        PinnedCondition(
            order_id=order.order_id,
            order_version=order.version,
            officer=order.officer,
            agency=order.agency,
            condition=condition_out(condition),
        )
        for order, condition in found.values()
    ]
