"""A docket is due when time alone changes an episode: not for every change of schedule."""

import pytest

from engine.core.amend import ChangeKind
from engine.core.episode import EpisodeKind, EpisodeState
from engine.core.order import ConditionKind, Supervision
from tests.judgement_kit import Engine, at, circle, condition, position, supervision
from zones.interval import END, Interval
from zones.schedule import Schedule
from zones.window import Window


def home(*windows: tuple[float, float], passes: tuple[Interval, ...] = ()) -> Supervision:
    """Return a curfew at metre 0 in windows given in seconds."""
    extra = tuple(Window(at(start), at(end)) for start, end in windows)
    schedule = Schedule("UTC", extra=extra, passes=passes)
    return supervision(condition(ConditionKind.CURFEW, circle("H", 0, 50), schedule=schedule))


def due(judged_by: Supervision, *metres: float) -> int:
    """Return when a docket is due after positions 60 s apart, the last at 240 s."""
    engine = Engine(judged_by)
    first = 300 - 60 * len(metres)
    engine.take([position(first + 60 * n, each) for n, each in enumerate(metres)], at(240))
    return engine.docket.due


@pytest.mark.parametrize("metres", [0.0, 55.0, 500.0])
def test_a_curfew_that_opens_is_nothing_to_look_at(metres: float) -> None:
    """At home, in doubt or away: what a position shows of an opening is shown by the next one."""
    judged_by = home((300, 90_000), (100_000, 190_000))
    after = due(judged_by, metres)
    assert after == (END if metres < 100 else at(90_000))
    if metres > 100:
        engine = Engine(judged_by)
        engine.take([position(240, metres)], at(240))
        assert engine.look(at(300)) == engine.look(at(89_999)) == []


def test_a_window_that_ends_while_the_position_holds_is_looked_at() -> None:
    """Away through a whole short window, seen before it only: brief, and due at its end."""
    judged_by = home((300, 420), (100_000, 190_000))
    assert due(judged_by, 500.0) == at(420)
    engine = Engine(judged_by)
    engine.take([position(240, 500.0)], at(240))
    assert engine.look(at(419)) == []
    (change,) = engine.look(at(420))
    assert (change.kind, change.episode.state) == (ChangeKind.NEW, EpisodeState.BRIEF)


def test_what_runs_is_looked_at_when_nobody_confirms_it_and_when_its_window_ends() -> None:
    """An absence is due when its last position no longer holds, then at the window's end."""
    engine = Engine(home((100, 90_000)))
    engine.take([position(180, 500.0), position(240, 510.0)], at(240))
    assert engine.docket.due == at(540) + 1
    engine.take([], engine.docket.due)
    assert engine.docket.due == at(90_000)
    engine.take([], engine.docket.due)
    (episode,) = engine.standing()
    assert (episode.kind, engine.docket.due) == (EpisodeKind.CURFEW_ABSENT_AT_START, END)


def test_a_restart_looks_once_where_something_is_not_shown_yet() -> None:
    """Restored, a docket is due as before if all is shown, and at once if it is not."""
    engine = Engine(home((100, 90_000)))
    engine.take([position(180, 500.0), position(240, 510.0)], at(240))
    engine.restart()
    assert engine.docket.due == at(540) + 1
