"""Alerts: the queue, one alert with its proof, and what people do to it."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request

from api.openapi import refusals
from api.pages import Paging
from api.problems import ProblemError, field_error, invalid, not_found
from api.routes.parameters import AlertId, ByOperator
from api.schemas.alert import (
    AcknowledgeIn,
    ActionOut,
    AlertDetail,
    AlertOut,
    AlertQuery,
    AssignIn,
    CloseIn,
    NoteIn,
)
from api.schemas.page import Listing
from api.schemas.protected import Include
from api.shell import AtHand, Shell
from api.views.alert import alert_detail, alert_out, change_out
from engine.core.alert import Alert, AlertChange, AlertState
from engine.core.desk import (
    Acknowledge,
    Assign,
    Close,
    DeskAction,
    Handled,
    Note,
    Refusal,
    Unchanged,
    decide,
)
from engine.core.episode import Severity
from engine.store.protocol import Transaction
from zones.instant import Instant, render

router = APIRouter(prefix="/v1/alerts", tags=["alerts"])

_STATE_RANK: Final = {state: rank for rank, state in enumerate(AlertState)}
_SEVERITY_RANK: Final = {severity: rank for rank, severity in enumerate(Severity)}


@router.get(
    "",
    operation_id="list_alerts",
    summary="The queue of alerts",
    responses=refusals(),
)
def list_alerts(
    shell: AtHand, request: Request, query: Annotated[AlertQuery, Query()]
) -> Listing[AlertOut]:
    """Return a page of the alerts that fit all filters: what is not closed, oldest first."""
    shape = (int,) * (4 if query.sort == "severity" else 3)
    paging = Paging(request, query, *shape)
    with shell.read() as (transaction, directory):
        rows = transaction.alerts.list(
            paging.page,
            states=query.state or tuple(AlertState),
            severities=query.severity,
            kinds=query.kind,
            wearer_id=query.wearer_id,
            subject=query.subject,
            officer=query.officer,
            agency=query.agency,
            assigned_to=query.assigned_to,
            text=query.q,
            sort=query.sort,
        )
        desk = shell.desk(rows, transaction)
    shown, cut = paging.cut(rows, lambda each: _sort_values(each, query))
    return Listing(items=[alert_out(each, directory, desk) for each in shown], **cut._asdict())


@router.get(
    "/{alert_id}",
    operation_id="get_alert",
    summary="One alert with its proof",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def get_alert(shell: AtHand, alert_id: AlertId, include: Include = ()) -> AlertDetail:
    """Return an alert with its episodes, their evidence and arithmetic, and its history."""
    with shell.read() as (transaction, directory):
        alert = _alert(transaction, alert_id)
        episodes = transaction.episodes.get(alert.episode_ids)
        gaps = transaction.episodes.get(alert.coverage_gaps)
        history = transaction.alerts.history(alert_id)
        desk = shell.desk([alert], transaction)
    reveal = "protected_positions" in include
    return alert_detail(alert, episodes, gaps, history, directory, desk, reveal=reveal)


@router.post(
    "/{alert_id}/acknowledge",
    operation_id="acknowledge_alert",
    summary="Take an alert in hand",
    responses=refusals(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, body=True),
)
def acknowledge_alert(
    shell: AtHand,
    alert_id: AlertId,
    body: AcknowledgeIn | None = None,
    operator: ByOperator = None,
) -> ActionOut:
    """Acknowledge an alert. One that is acknowledged already stays as it is: changed is false.

    One that nobody has is assigned to who acknowledges it, if the request says who that is.
    """
    return _act(shell, alert_id, Acknowledge(None if body is None else body.note), operator)


@router.post(
    "/{alert_id}/assign",
    operation_id="assign_alert",
    summary="Put an alert into somebody's hands",
    responses=refusals(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, body=True),
)
def assign_alert(
    shell: AtHand, alert_id: AlertId, body: AssignIn, operator: ByOperator = None
) -> ActionOut:
    """Assign an alert, or take it from whoever has it. To whom has it already: changed is false.

    409 if it is closed.
    """
    return _act(shell, alert_id, Assign(body.to, body.note), operator)


@router.post(
    "/{alert_id}/close",
    operation_id="close_alert",
    summary="Finish an alert",
    responses=refusals(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, body=True),
)
def close_alert(
    shell: AtHand, alert_id: AlertId, body: CloseIn, operator: ByOperator = None
) -> ActionOut:
    """Close an alert, with a code and a note. 409 if it is closed already."""
    return _act(shell, alert_id, Close(body.code, body.note), operator)


@router.post(
    "/{alert_id}/notes",
    operation_id="add_alert_note",
    summary="Write something down",
    responses=refusals(HTTPStatus.NOT_FOUND, body=True),
)
def add_alert_note(
    shell: AtHand, alert_id: AlertId, body: NoteIn, operator: ByOperator = None
) -> ActionOut:
    """Add a note to the history of an alert, closed or not."""
    return _act(shell, alert_id, Note(body.note), operator)


class _NothingToDo(Exception):  # noqa: N818 - ends the transaction without a trace, no error
    """The action had been done before."""


def _act(shell: Shell, alert_id: int, action: DeskAction, operator: str | None) -> ActionOut:
    """Do what a person does to an alert, in one transaction, and wake the feed."""
    try:
        with shell.write() as (transaction, directory, _):
            alert = _alert(transaction, alert_id)
            desk = shell.desk([alert], transaction)
            result = _decided(desk.now, transaction, alert, action, operator)
            transaction.alerts.save([result.alert])
            transaction.alerts.append_changes([result.change])
    except _NothingToDo:
        # Rolled back: change ids have no gaps, so that a missing one would be noticed.
        return ActionOut(changed=False, alert=alert_out(alert, directory, desk), change=None)
    shell.services.changes.notify(result.change.change_id)
    return ActionOut(
        changed=True,
        alert=alert_out(result.alert, directory, desk),
        change=change_out(result.change, alert.wearer_id, directory),
    )


def _decided(
    now: Instant, transaction: Transaction, alert: Alert, action: DeskAction, operator: str | None
) -> Handled:
    change_id = transaction.next_ids("change", 1)[0]
    result = decide(alert, action, now, operator, change_id)
    if isinstance(result, Unchanged):
        raise _NothingToDo
    if isinstance(result, Refusal):
        raise _refused(result, transaction.alerts.history(alert.alert_id))
    return result


def _refused(refusal: Refusal, history: Sequence[AlertChange]) -> ProblemError:
    """Return why an action is refused: a field, or the state with who brought it about."""
    if refusal.field is not None:
        return invalid([field_error(f"body.{refusal.field}", refusal.detail)])
    by = next(
        (each for each in reversed(history) if each.action.value == refusal.state.value), None
    )
    words = "" if by is None else f": {by.actor} did that at {render(by.at)}"
    members: dict[str, object] = {"state": refusal.state.value, "action": refusal.action.value}
    if by is not None:
        members |= {"by": by.actor, "at": render(by.at)}
    return ProblemError(
        HTTPStatus.CONFLICT, refusal.detail + words, kind="alert-state", members=members
    )


def _alert(transaction: Transaction, alert_id: int) -> Alert:
    alert = transaction.alerts.get(alert_id)
    if alert is None:
        raise not_found("alert", alert_id)
    return alert


def _sort_values(alert: Alert, query: AlertQuery) -> tuple[int, ...]:
    severity = (_SEVERITY_RANK[alert.severity],) if query.sort == "severity" else ()
    return (_STATE_RANK[alert.state], *severity, alert.raised_at, alert.alert_id)
