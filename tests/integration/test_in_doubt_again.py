"""An alert that later evidence puts in doubt again: the queue is as if all had come in order.

An alert that was raised never goes; it says that it is unconfirmed, and nothing of it counts.
"""

from collections.abc import Iterator

import pytest

from engine.core.alert import Alert, AlertAction
from engine.core.episode import EpisodeState
from engine.core.fold import Report, in_order
from engine.core.order import ConditionKind, Parameters, Supervision
from engine.core.position import Position
from tests.judgement_kit import at, circle, condition, position, supervision
from tests.stored_kit import ALL, Known, Stored

FREE = supervision()
SOON = Parameters(threshold=2, dwell_s=45.0)
KEEP_OUT = supervision(condition(ConditionKind.EXCLUSION, circle("X", 0, 100), parameters=SOON))
AWAY = position(0, 300.0)
ENTERED = (position(60, 0.0), position(120, 1.0))
FAR = 50_000.0
HERE = position(0, 0.0)
DOUBTED = (position(60, FAR, seq=0), position(60, 0.0, seq=1))
"""Where nobody could be, and where he was, of one instant: in doubt, and over."""
DOUBTED_AGAIN = position(60, FAR, seq=2)
SAME_PLACE = position(90, 1.0)
"""Makes the second position of the entry a repeat, which is no witness."""
AMENDED = {
    "in doubt": (FREE, (HERE, *DOUBTED), DOUBTED_AGAIN),
    "entered": (KEEP_OUT, (AWAY, *ENTERED), SAME_PLACE),
}
CASES = pytest.mark.parametrize("case", AMENDED.values(), ids=AMENDED)
Case = tuple[Supervision, tuple[Position, ...], Position]


@pytest.fixture
def stored(store_url: str) -> Iterator[Stored]:
    """An engine on each kind of store."""
    played = Stored(store_url)
    yield played
    played.close()


def play(stored: Stored, judged_by: Supervision, *batches: tuple[Report, ...]) -> None:
    """Play batches, one after the other, as of 200 seconds into the story."""
    stored.begin(Known.of(judged_by))
    for batch in batches:
        stored.take(batch, at(200))


def only_alert(stored: Stored) -> Alert:
    """Return the one alert that was ever raised."""
    with stored.store.read() as transaction:
        (alert,) = transaction.alerts.list(ALL)
    return alert


@CASES
def test_what_is_in_doubt_again_stands_as_if_it_had_come_in_order(
    stored: Stored, case: Case
) -> None:
    """Confirmed by what came first and pending by all of it: no alert stands, in either order."""
    judged_by, shown, late = case
    play(stored, judged_by, tuple(in_order([*shown, late])))
    expected = stored.standing()
    assert {each.state for each in expected} == {EpisodeState.PENDING}
    assert stored.alerts() == []
    play(stored, judged_by, shown)
    assert len(stored.alerts()) == 1
    stored.take([late], at(200))
    assert stored.standing() == expected
    assert stored.alerts() == []


def test_an_alert_in_doubt_again_stays_and_says_that_it_is_unconfirmed(stored: Stored) -> None:
    """It is not retracted, for it may well have happened; who was paged is told."""
    play(stored, KEEP_OUT, (AWAY, *ENTERED))
    assert only_alert(stored).confirmed
    stored.take([SAME_PLACE], at(200))
    alert = only_alert(stored)
    assert (alert.count, alert.confirmed, alert.retracted, alert.restored) == (0,) + (False,) * 3
    assert (alert.page_due_at, alert.amended) == (None, True)
    assert alert.gist is not None
    assert alert.gist.state is EpisodeState.PENDING
    with stored.store.read() as transaction:
        newest = transaction.alerts.history(alert.alert_id)[-1]
        told = transaction.alerts.outbox_after(0)
    assert newest.action is AlertAction.AMENDED
    assert told[-1].change_id == newest.change_id


def test_an_alert_in_doubt_again_is_confirmed_by_the_next_witness(stored: Stored) -> None:
    """It is the same alert, and people are told of it as if it had been confirmed only then."""
    witness = position(180, 2.0)
    play(stored, KEEP_OUT, (AWAY, ENTERED[0], SAME_PLACE, ENTERED[1], witness))
    expected = stored.alerts()
    play(stored, KEEP_OUT, (AWAY, *ENTERED), (SAME_PLACE,), (witness,))
    assert stored.alerts() == expected
    assert (only_alert(stored).count, only_alert(stored).confirmed) == (1, True)


def test_of_several_only_what_makes_an_alert_counts(stored: Stored) -> None:
    """A first visit that is over makes the alert; a second, in doubt again, adds nothing to it."""
    first = (AWAY, *ENTERED, position(180, 300.0))
    second = (position(240, 0.0), position(300, 1.0))
    late = position(270, 1.0)
    play(stored, KEEP_OUT, (*first, second[0], late, second[1]))
    expected = stored.alerts()
    play(stored, KEEP_OUT, first, second)
    assert only_alert(stored).count == 2
    stored.take([late], at(300))
    assert stored.alerts() == expected
    alert = only_alert(stored)
    assert (alert.count, alert.confirmed, alert.restored) == (1, True, True)
