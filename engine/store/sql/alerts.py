"""Alerts as they stand, their history, and what people are to be told.

In a writing transaction every read of alerts takes the writers' lock first: two people who
acknowledge the same alert act one after the other, each on what the other left.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import ColumnElement, case, func, select

from engine.core.alert import Alert, AlertChange, AlertState, CollapseKey
from engine.core.episode import EpisodeKind, Severity
from engine.store.page import Page
from engine.store.protocol import OpenCount, OutboxEntry
from engine.store.sql.alert_search import with_text
from engine.store.sql.backend import Conflict
from engine.store.sql.keyset import Sorting, paged
from engine.store.sql.registry_schema import orders
from engine.store.sql.schema import alert_changes, alert_episodes, alerts, outbox
from engine.store.sql.session import AnyRow, AnySelect, SqlSession, chunks, constant
from zones.instant import Instant

Sort = Literal["oldest", "newest", "severity"]

_ROW: Final = alerts.c
_ALERT: Final = msgspec.json.Decoder(Alert)
_CHANGE: Final = msgspec.json.Decoder(AlertChange)
_ENCODER: Final = msgspec.json.Encoder()

STATE_RANK: Final = {AlertState.OPEN: 0, AlertState.ACKNOWLEDGED: 1, AlertState.CLOSED: 2}
SEVERITY_RANK: Final = {
    Severity.CRITICAL: 0,
    Severity.SERIOUS: 1,
    Severity.ADVISORY: 2,
    Severity.SYSTEM: 3,
}
_STATE: Final = {rank: state for state, rank in STATE_RANK.items()}
_SEVERITY: Final = {rank: severity for severity, rank in SEVERITY_RANK.items()}
_NOT_CLOSED: Final = _ROW.state_rank < constant(STATE_RANK[AlertState.CLOSED])

_MANY: Final = "SELECT body FROM alerts WHERE alert_id IN (?)"
_COLLAPSING: Final = (
    "SELECT body FROM alerts WHERE state_rank < 2 AND collapse_key IN (?) ORDER BY alert_id"
)
_OF_EPISODES: Final = (
    "SELECT e.episode_id, a.body FROM alert_episodes e JOIN alerts a ON a.alert_id = e.alert_id "
    "WHERE e.episode_id IN (?)"
)
_CHANGES_AFTER: Final = (
    "SELECT body FROM alert_changes WHERE change_id > ? ORDER BY change_id LIMIT ?"
)
_NEWEST_CHANGE: Final = "SELECT max(change_id) FROM alert_changes"
"""Of each alert raised these are run a few times: see `SqlSession.fixed_rows`."""

_ORDERS: Final[dict[Sort, tuple[Sorting, ...]]] = {
    "oldest": (Sorting(_ROW.state_rank), Sorting(_ROW.raised_at), Sorting(_ROW.alert_id)),
    "newest": (
        Sorting(_ROW.state_rank),
        Sorting(_ROW.raised_at, descending=True),
        Sorting(_ROW.alert_id, descending=True),
    ),
    "severity": (
        Sorting(_ROW.state_rank),
        Sorting(_ROW.severity_rank),
        Sorting(_ROW.raised_at),
        Sorting(_ROW.alert_id),
    ),
}


class SqlAlerts:
    """Alerts, their history, and what people are to be told."""

    def __init__(self, session: SqlSession) -> None:
        """Work inside one transaction."""
        self._session = session

    def save(self, alerts_: Sequence[Alert]) -> None:
        """Insert or replace alerts."""
        self._session.lock()
        self._session.insert(alerts, map(_alert_values, alerts_), Conflict.REPLACE)
        pairs = {id_: alert.alert_id for alert in alerts_ for id_ in alert.episode_ids}
        self._session.insert(alert_episodes, pairs.items(), Conflict.REPLACE)

    def append_changes(self, changes: Sequence[AlertChange]) -> None:
        """Add to the history."""
        self._session.insert(alert_changes, map(_change_values, changes))

    def append_outbox(self, entries: Sequence[OutboxEntry]) -> None:
        """Add what people are to be told."""
        rows = (
            (each.outbox_id, each.alert_id, each.change_id, each.due_at, each.created_at)
            for each in entries
        )
        self._session.insert(outbox, rows)

    def outbox_after(self, outbox_id: int, limit: int = 500) -> Sequence[OutboxEntry]:
        """Return the entries after one, oldest first."""
        query = select(outbox).where(outbox.c.outbox_id > outbox_id).order_by(outbox.c.outbox_id)
        return [OutboxEntry(**row._asdict()) for row in self._session.rows(query.limit(limit))]

    def get(self, alert_id: int) -> Alert | None:
        """Return one alert."""
        self._session.lock()
        row = self._session.first(select(_ROW.body).where(_ROW.alert_id == alert_id))
        return None if row is None else _alert(row)

    def get_many(self, alert_ids: Collection[int]) -> Mapping[int, Alert]:
        """Return alerts by their ids."""
        self._session.lock()
        rows = self._session.fixed_rows_of(_MANY, alert_ids)
        found = [_ALERT.decode(body) for (body,) in rows]
        return {alert.alert_id: alert for alert in found}

    def not_closed(self, keys: Collection[CollapseKey]) -> Mapping[CollapseKey, Alert]:
        """Return the alerts into which further episodes with these keys collapse."""
        self._session.lock()
        rows = self._session.fixed_rows_of(_COLLAPSING, [_text(key) for key in keys])
        found = [_ALERT.decode(body) for (body,) in rows]
        return {alert.key: alert for alert in found}

    def of_episodes(self, episode_ids: Collection[int]) -> Mapping[int, Alert]:
        """Return the alert of each episode that has one."""
        self._session.lock()
        rows = self._session.fixed_rows_of(_OF_EPISODES, episode_ids)
        return {episode_id: _ALERT.decode(body) for episode_id, body in rows}

    def history(self, alert_id: int) -> Sequence[AlertChange]:
        """Return everything that happened to an alert, oldest first."""
        row = alert_changes.c
        query = select(row.body).where(row.alert_id == alert_id).order_by(row.change_id)
        return _changes(self._session.rows(query))

    def changes_after(self, change_id: int, limit: int = 500) -> Sequence[AlertChange]:
        """Return the changes after one, oldest first."""
        rows = self._session.fixed_rows(_CHANGES_AFTER, change_id, limit)
        return [_CHANGE.decode(body) for (body,) in rows]

    def newest_change_id(self) -> int:
        """Return the id of the newest change; 0 if there is none."""
        return int((self._session.fixed(_NEWEST_CHANGE) or (0,))[0] or 0)

    def list(
        self,
        page: Page,
        *,
        states: Collection[AlertState] = (AlertState.OPEN, AlertState.ACKNOWLEDGED),
        severities: Collection[Severity] = (),
        kinds: Collection[EpisodeKind] = (),
        wearer_id: str | None = None,
        subject: str | None = None,
        officer: str | None = None,
        agency: str | None = None,
        assigned_to: str | None = None,
        text: str | None = None,
        sort: Sort = "oldest",
    ) -> Sequence[Alert]:
        """Open ones first, then by `sort`; officer and agency are those of the wearer's orders.

        Those assigned to "" are assigned to nobody. A text is looked for, in capital letters or
        small, in the wearer's id and name, the kind (blanks stand for underscores) and the subject;
        a number is also the id of an alert.

        The cursor is (state rank, severity rank if sorted by it, raised_at, alert_id).
        """
        query = select(_ROW.body)
        if states:
            query = query.where(_ROW.state_rank.in_([STATE_RANK[state] for state in states]))
        if severities:
            query = query.where(
                _ROW.severity_rank.in_([SEVERITY_RANK[each] for each in severities])
            )
        if kinds:
            query = query.where(_ROW.kind.in_([kind.value for kind in kinds]))
        if wearer_id is not None:
            query = query.where(_ROW.wearer_id == wearer_id)
        if subject is not None:
            query = query.where(_ROW.subject != constant(""), _ROW.subject == subject)
        if assigned_to is not None:
            query = query.where(*_in_hands_of(assigned_to))
        if text is not None:
            query = query.where(with_text(text))
        query = _of_orders(query, officer, agency)
        return [_alert(row) for row in self._session.rows(paged(query, _ORDERS[sort], page))]

    def count_not_closed(self, wearer_ids: Collection[str]) -> Mapping[str, Mapping[Severity, int]]:
        """Return how many alerts of each severity are not closed, by wearer; none is left out."""
        found: dict[str, dict[Severity, int]] = {each: {} for each in wearer_ids}
        for part in chunks(wearer_ids):
            query = select(_ROW.wearer_id, _ROW.severity_rank, func.count()).where(
                _ROW.wearer_id.in_(part), _NOT_CLOSED
            )
            grouped = query.group_by(_ROW.wearer_id, _ROW.severity_rank)
            for wearer_id, rank, count in self._session.rows(grouped):
                found[wearer_id][_SEVERITY[rank]] = count
        return found

    def count_by_state(self) -> Mapping[AlertState, int]:
        """Return how many alerts are in each state."""
        query = select(_ROW.state_rank, func.count()).group_by(_ROW.state_rank)
        counts = {_STATE[rank]: count for rank, count in self._session.rows(query)}
        return {state: counts.get(state, 0) for state in AlertState}

    def count_open(self, before: Sequence[Instant]) -> Sequence[OpenCount]:
        """Return how many alerts that are not closed are of each state, severity and age."""
        # From the oldest on: the first instant an alert was raised before is its age.
        ages = [(_ROW.raised_at < before[k - 1], constant(k)) for k in range(len(before), 0, -1)]
        age = case(*ages, else_=constant(0)) if ages else constant(0)
        each = select(_ROW.state_rank, _ROW.severity_rank, age.label("age")).where(_NOT_CLOSED)
        found = each.subquery()
        group = (found.c.state_rank, found.c.severity_rank, found.c.age)
        query = select(*group, func.count()).group_by(*group)
        return [
            OpenCount(_STATE[state], _SEVERITY[severity], age, alerts_)
            for state, severity, age, alerts_ in self._session.rows(query)
        ]


def _of_orders(query: AnySelect, officer: str | None, agency: str | None) -> AnySelect:
    if officer is None and agency is None:
        return query
    supervised = select(orders.c.wearer_id).where(orders.c.newest)
    if officer is not None:
        supervised = supervised.where(orders.c.officer == officer)
    if agency is not None:
        supervised = supervised.where(orders.c.agency == agency)
    return query.where(_ROW.wearer_id.in_(supervised))


def _in_hands_of(operator: str) -> tuple[ColumnElement[bool], ...]:
    if not operator:
        return (_ROW.assigned_to == constant(""),)
    return (_ROW.assigned_to != constant(""), _ROW.assigned_to == operator)


def _text(value: object) -> str:
    return _ENCODER.encode(value).decode()


def _alert_values(alert: Alert) -> tuple[Any, ...]:
    return (
        alert.alert_id,
        STATE_RANK[alert.state],
        SEVERITY_RANK[alert.severity],
        alert.raised_at,
        alert.wearer_id,
        alert.kind.value,
        _text(alert.key),
        _text(alert),
        alert.subject,
        alert.assigned_to or "",
    )


def _change_values(change: AlertChange) -> tuple[Any, ...]:
    return (
        change.change_id,
        change.alert_id,
        change.at,
        change.actor,
        change.action.value,
        _text(change),
    )


def _alert(row: AnyRow) -> Alert:
    return _ALERT.decode(row.body)


def _changes(rows: Iterable[AnyRow]) -> Sequence[AlertChange]:
    return [_CHANGE.decode(row.body) for row in rows]
