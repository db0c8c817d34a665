"""What people do to an alert at the desk: acknowledge it, note something, close it.

Who, when and what is always recorded. What is allowed follows from `alert.TRANSITIONS`; two rules
more: acknowledging what is acknowledged already changes nothing (two operators press the same key),
and closing needs a code and a note. The clock, the actor and the id of the change are arguments.
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


DeskAction = Acknowledge | Note | Close

ACTIONS: Final[dict[type[DeskAction], AlertAction]] = {
    Acknowledge: AlertAction.ACKNOWLEDGED,
    Note: AlertAction.NOTED,
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


def decide(
    alert: Alert, action: DeskAction, at: Instant, actor: str, change_id: int
) -> Handled | Unchanged | Refusal:
    """Return what an action makes of an alert.

    `at` is the time of the action, `actor` who does it, `change_id` the id of the change it makes.
    """
    kind = ACTIONS[type(action)]
    if isinstance(action, Acknowledge) and alert.state is AlertState.ACKNOWLEDGED:
        return Unchanged(alert)
    state = TRANSITIONS.get((alert.state, kind))
    if state is None:
        return Refusal(alert.state, kind, f"an alert that is {alert.state} cannot be {kind}")
    note = _stripped(action.note)
    if note is None and not isinstance(action, Acknowledge):
        return Refusal(alert.state, kind, "the note is blank: say why in words", field="note")
    code = action.code if isinstance(action, Close) else alert.close_code
    return Handled(
        msgspec.structs.replace(alert, state=state, updated_at=at, close_code=code),
        AlertChange(
            change_id=change_id, alert_id=alert.alert_id, at=at, actor=actor, action=kind, note=note
        ),
    )


def _stripped(note: str | None) -> str | None:
    return (note or "").strip() or None
