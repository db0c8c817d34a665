"""What people do to an alert at the desk: acknowledge, note, assign, close.

Who, when and what is always recorded. What is allowed follows from `alert.TRANSITIONS`; three rules
more: acknowledging what is acknowledged already, or assigning to whom it is assigned already,
changes nothing (two operators press the same key); acknowledging what nobody has takes it, under
the name of who acknowledges; and closing needs a code and a note. The clock, the operator and the
id of the change are arguments.
"""

from typing import Final

import msgspec

from engine.core.alert import TRANSITIONS, Alert, AlertAction, AlertChange, AlertState, CloseCode
from zones.instant import Instant


class Acknowledge(msgspec.Struct, frozen=True):
    """Take the alert in hand."""

    note: str | None = None


class Note(msgspec.Struct, frozen=True):
    """Write something down; possible in every state."""

    note: str


class Close(msgspec.Struct, frozen=True):
    """Finish the alert, with the reason."""

    code: CloseCode
    note: str


class Assign(msgspec.Struct, frozen=True):
    """Put the alert into somebody's hands, or into nobody's."""

    to: str | None
    note: str | None = None


LOCAL: Final = "local"
"""Actor of everything done on this installation, as long as nothing says who it is."""

DeskAction = Acknowledge | Note | Assign | Close

ACTIONS: Final[dict[type[DeskAction], AlertAction]] = {
    Acknowledge: AlertAction.ACKNOWLEDGED,
    Note: AlertAction.NOTED,
    Assign: AlertAction.ASSIGNED,
    Close: AlertAction.CLOSED,
}


class Handled(msgspec.Struct, frozen=True):
    """The alert after an action, and the step of its history that records it."""

    alert: Alert
    change: AlertChange


class Unchanged(msgspec.Struct, frozen=True):
    """The action had been done before; nothing is recorded."""

    alert: Alert


class Refusal(msgspec.Struct, frozen=True):
    """Why an action was not done."""

    state: AlertState
    action: AlertAction
    detail: str
    field: str | None = None
    """The part of the action that has to be changed; None if the alert's state forbids it."""


def actor(operator: str | None) -> str:
    """Return who acts, as it is recorded: the name an operator claims, on this installation.

    There is no access control: `local/` says that nobody checked the name.
    """
    return LOCAL if operator is None else f"{LOCAL}/{operator}"


def decide(
    alert: Alert, action: DeskAction, at: Instant, operator: str | None, change_id: int
) -> Handled | Unchanged | Refusal:
    """Return what an action makes of an alert.

    `at` is the time of the action, `operator` the name of who does it if there is one, `change_id`
    the id of the change it makes.
    """
    kind = ACTIONS[type(action)]
    if _done_before(alert, action):
        return Unchanged(alert)
    state = TRANSITIONS.get((alert.state, kind))
    if state is None:
        return Refusal(alert.state, kind, f"an alert that is {alert.state} cannot be {kind}")
    note = _stripped(action.note)
    if note is None and isinstance(action, Note | Close):
        return Refusal(alert.state, kind, "the note is blank: say why in words", field="note")
    after = msgspec.structs.replace(_done(alert, action, at, operator), state=state, updated_at=at)
    change = AlertChange(
        change_id=change_id,
        alert_id=alert.alert_id,
        at=at,
        actor=actor(operator),
        action=kind,
        note=note,
        assigned_to=after.assigned_to if isinstance(action, Acknowledge | Assign) else None,
    )
    return Handled(after, change)


def _done_before(alert: Alert, action: DeskAction) -> bool:
    match action:
        case Acknowledge():
            return alert.state is AlertState.ACKNOWLEDGED
        case Assign():
            return alert.state is not AlertState.CLOSED and action.to == alert.assigned_to
    return False


def _done(alert: Alert, action: DeskAction, at: Instant, operator: str | None) -> Alert:
    match action:
        case Acknowledge():
            return msgspec.structs.replace(
                alert,
                acknowledged_at=at,
                acknowledged_by=actor(operator),
                assigned_to=alert.assigned_to or operator,
            )
        case Assign():
            return msgspec.structs.replace(alert, assigned_to=action.to)
        case Close():
            return msgspec.structs.replace(alert, close_code=action.code)
    return alert


def _stripped(note: str | None) -> str | None:
    return (note or "").strip() or None
