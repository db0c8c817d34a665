"""What people may do to an alert."""

import msgspec
import pytest

from engine.core.alert import Alert, AlertAction, AlertState, CloseCode, CollapseKey
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
from engine.core.episode import EpisodeKind, Severity

ALERT = Alert(
    alert_id=7,
    wearer_id="w1",
    activation_id=3,
    key=CollapseKey("w1", "curfew", "c1", "HOME"),
    kind=EpisodeKind.CURFEW_LEFT_DURING,
    severity=Severity.SERIOUS,
    state=AlertState.OPEN,
    raised_at=100,
    updated_at=100,
    started=90,
    episode_ids=(1,),
    count=1,
    confirmed=True,
    restored=False,
    retracted=False,
)
CLOSE = Close(CloseCode.VIOLATION, "arrested")


def in_state(state: AlertState) -> Alert:
    """Return the alert in a state."""
    return msgspec.structs.replace(ALERT, state=state)


@pytest.mark.parametrize(
    ("state", "action", "after"),
    [
        (AlertState.OPEN, Acknowledge(), AlertState.ACKNOWLEDGED),
        (AlertState.OPEN, CLOSE, AlertState.CLOSED),
        (AlertState.OPEN, Note("called"), AlertState.OPEN),
        (AlertState.OPEN, Assign("bob", "yours"), AlertState.OPEN),
        (AlertState.ACKNOWLEDGED, Assign("bob"), AlertState.ACKNOWLEDGED),
        (AlertState.ACKNOWLEDGED, CLOSE, AlertState.CLOSED),
        (AlertState.ACKNOWLEDGED, Note("called"), AlertState.ACKNOWLEDGED),
        (AlertState.CLOSED, Note("appealed"), AlertState.CLOSED),
    ],
)
def test_an_allowed_action_moves_the_alert_and_is_recorded(
    state: AlertState, action: DeskAction, after: AlertState
) -> None:
    """An action that is allowed changes the state and records who, when, what and the note."""
    result = decide(in_state(state), action, at=200, operator="ann", change_id=12)
    assert isinstance(result, Handled)
    assert (result.alert.state, result.alert.updated_at) == (after, 200)
    change = result.change
    assert (change.change_id, change.alert_id, change.at, change.actor) == (12, 7, 200, "local/ann")
    assert change.note == action.note


def test_acknowledging_twice_changes_nothing() -> None:
    """The second of two operators who press the key is told that it had been done."""
    alert = in_state(AlertState.ACKNOWLEDGED)
    assert decide(alert, Acknowledge("me too"), 200, "bob", 12) == Unchanged(alert)


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (Acknowledge(), AlertAction.ACKNOWLEDGED),
        (CLOSE, AlertAction.CLOSED),
        (Assign("bob"), AlertAction.ASSIGNED),
        (Assign(None), AlertAction.ASSIGNED),
    ],
)
def test_a_closed_alert_is_only_noted(action: DeskAction, kind: AlertAction) -> None:
    """What is closed is not acknowledged, assigned or closed again, and the refusal says so."""
    result = decide(in_state(AlertState.CLOSED), action, 200, "ann", 12)
    assert isinstance(result, Refusal)
    assert (result.state, result.action, result.field) == (AlertState.CLOSED, kind, None)
    assert "closed" in result.detail


@pytest.mark.parametrize("action", [Note(" \n"), Close(CloseCode.OTHER, "  ")])
def test_a_blank_note_is_refused(action: DeskAction) -> None:
    """A note, and a closing, must say something in words."""
    result = decide(ALERT, action, 200, "ann", 12)
    assert isinstance(result, Refusal)
    assert result.field == "note"


def test_closing_keeps_the_code_and_the_note_without_outer_space() -> None:
    """A closed alert carries its code; the note is kept trimmed."""
    result = decide(ALERT, Close(CloseCode.EQUIPMENT, " strap worn \n"), 200, "ann", 12)
    assert isinstance(result, Handled)
    assert result.alert.close_code is CloseCode.EQUIPMENT
    assert result.change.note == "strap worn"


def test_who_acknowledges_what_nobody_has_takes_it() -> None:
    """The alert says who acknowledged it and when, and is in that operator's hands."""
    result = decide(ALERT, Acknowledge(), 200, "ann", 12)
    assert isinstance(result, Handled)
    taken = result.alert
    assert (taken.acknowledged_at, taken.acknowledged_by) == (200, "local/ann")
    assert (taken.assigned_to, result.change.assigned_to) == ("ann", "ann")


def test_acknowledging_takes_nothing_from_anybody() -> None:
    """What is assigned stays so; without a name it is in nobody's hands, by `local`."""
    theirs = decide(msgspec.structs.replace(ALERT, assigned_to="bob"), Acknowledge(), 200, "ann", 1)
    assert isinstance(theirs, Handled)
    assert (theirs.alert.assigned_to, theirs.alert.acknowledged_by) == ("bob", "local/ann")
    nameless = decide(ALERT, Acknowledge(), 200, None, 1)
    assert isinstance(nameless, Handled)
    assert (nameless.alert.assigned_to, nameless.alert.acknowledged_by) == (None, "local")


def test_an_alert_goes_from_hand_to_hand() -> None:
    """Assigning says to whom; to the same once more changes nothing; to nobody frees it."""
    given = decide(ALERT, Assign("bob"), 200, "ann", 1)
    assert isinstance(given, Handled)
    assert (given.alert.assigned_to, given.change.assigned_to) == ("bob", "bob")
    assert decide(given.alert, Assign("bob"), 300, "bob", 2) == Unchanged(given.alert)
    freed = decide(given.alert, Assign(None), 300, "bob", 2)
    assert isinstance(freed, Handled)
    assert (freed.alert.assigned_to, freed.change.assigned_to) == (None, None)
