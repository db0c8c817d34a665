"""The agenda forgets nothing that was not done, and does not grow with what has happened."""

from engine.agenda import Agenda
from zones.interval import END


def test_an_entry_is_due_from_its_instant_on() -> None:
    """An activation is due at the instant entered, not before."""
    agenda = Agenda()
    agenda.enter(1, 100)
    assert agenda.due(99) == []
    assert agenda.due(100) == [1]


def test_what_is_due_stays_due_until_it_is_entered_anew() -> None:
    """Asking does not forget; entering does."""
    agenda = Agenda()
    agenda.enter(1, 100)
    agenda.enter(2, 150)
    assert agenda.due(120) == [1]
    assert agenda.due(160) == [1, 2]
    agenda.enter(1, 300)
    agenda.enter(2, END)
    assert agenda.due(200) == []
    assert agenda.due(END) == [1]


def test_a_later_entry_replaces_an_earlier_one() -> None:
    """Only the newest entry of an activation counts, whichever way it was moved."""
    agenda = Agenda()
    agenda.enter(1, 100)
    agenda.enter(1, 300)
    agenda.enter(2, 400)
    agenda.enter(2, 100)
    agenda.enter(3, 100)
    agenda.enter(3, END)
    assert agenda.due(200) == [2]
    agenda.enter(2, END)
    assert agenda.due(300) == [1]


def test_entering_the_same_again_after_it_was_due_makes_it_due_again() -> None:
    """An instant that has been reached and is entered again is due at once."""
    agenda = Agenda()
    agenda.enter(1, 100)
    assert agenda.due(100) == [1]
    agenda.enter(1, 100)
    assert agenda.due(100) == [1]


def test_it_holds_one_entry_an_activation_and_all_of_them() -> None:
    """200,000 entries for two hundred activations, ever different, leave two hundred."""
    agenda = Agenda()
    for number in range(200_000):
        agenda.enter(number % 200, 10**9 + number)
    assert len(agenda) == 200
    assert agenda.due(10**9 + 199_800) == [0]
    assert agenda.due(10**9 + 199_900) == list(range(101))
