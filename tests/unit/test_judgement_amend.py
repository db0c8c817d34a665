"""What was shown is never deleted: it is amended or retracted, once, and nothing is shown twice."""

import time

import pytest
from msgspec.structs import replace

from engine.core.amend import ChangeKind, EpisodeChange, differences
from engine.core.docket import judge, open_docket
from engine.core.episode import Bound, Episode, EpisodeState, StoredEpisode
from engine.core.fold import Fold
from engine.core.gauge import IndexGauge
from engine.core.order import ConditionKind
from engine.core.position import Quarantine
from engine.core.replay import index_of
from tests.judgement_kit import (
    Engine,
    at,
    circle,
    condition,
    event,
    judged,
    position,
    supervision,
    tell,
)
from zones.interval import Interval
from zones.schedule import Schedule
from zones.window import Window

KEEP_OUT = supervision(condition(ConditionKind.EXCLUSION, circle("X", 0, 100)))
OUT = 300.0
NEW, PROGRESSED, AMENDED, RETRACTED = ChangeKind


def shown(engine: Engine) -> list[tuple[str, str, int]]:
    """Return kind, state and revision of everything that was ever shown."""
    return [
        (each.episode.kind.value, each.episode.state.value, each.revision)
        for each in engine.archive.everything()
    ]


def test_going_on_is_no_amendment() -> None:
    """An episode that is confirmed and then ends keeps its first revision."""
    engine = Engine(KEEP_OUT)
    for second, metres in ((0, OUT), (60, 0), (120, 10), (180, 20), (240, OUT)):
        engine.take([position(second, metres)], at(second))
    assert shown(engine) == [("exclusion_entered", "confirmed", 1)]


def test_a_late_position_amends() -> None:
    """A late position that moves the start of what was shown raises the revision."""
    engine = Engine(KEEP_OUT)
    engine.take([position(0, OUT), position(120, 10), position(180, 20)], at(180))
    engine.take([position(60, 0)], at(200))
    assert shown(engine) == [("exclusion_entered", "confirmed", 2)]
    assert tell(engine.standing()[0])[2:5] == ((0, 60), None, 3)


def test_a_late_position_splits() -> None:
    """A late position outside makes two of one: the old one ends, the other is new."""
    engine = Engine(KEEP_OUT)
    inside = [position(second, second / 10) for second in (60, 120, 240, 300)]
    engine.take([position(0, OUT), *inside], at(300))
    engine.take([position(180, OUT)], at(310))
    spans = [tell(each)[2:4] for each in engine.standing()]
    assert spans == [((0, 60), (120, 180)), ((180, 240), None)]
    assert sorted(shown(engine)) == [("exclusion_entered", "confirmed", 1)] * 2


def test_a_late_position_retracts() -> None:
    """A late position that makes others implausible retracts what they led to; it stays as that."""
    engine = Engine(KEEP_OUT)
    engine.take([position(60, 0), position(120, 1)], at(120))
    assert shown(engine) == [("exclusion_present_at_start", "confirmed", 1)]
    engine.take([position(0, 60_000)], at(130))
    assert shown(engine) == [
        ("implausible_position", "pending", 1),
        ("exclusion_present_at_start", "retracted", 2),
    ]


def test_a_window_that_ended_before_the_cut_is_shown_once() -> None:
    """Folding again from a checkpoint does not show what ended just before it a second time.

    The checkpoint holds the state after the last report before the hour; the window ended between
    that report and the hour.
    """
    hours = Schedule("UTC", extra=(Window(at(0), at(3000)),))
    rule = condition(ConditionKind.EXCLUSION, circle("X", 0, 100), schedule=hours)
    engine = Engine(supervision(rule))
    for second in (60, 120, 2900, 3700, 5000):
        engine.take([position(second, second / 100)], at(second))
    engine.take([position(4500, 45)], at(5001))
    assert shown(engine) == [("exclusion_present_at_start", "confirmed", 1)]
    engine.restart()
    engine.take([position(4600, 46)], at(5002))
    assert shown(engine) == [("exclusion_present_at_start", "confirmed", 1)]


def test_doubt_renewed_after_the_hour() -> None:
    """A late position amid three that proved each other true renews the doubt in all of them.

    No checkpoint may rest on what only a later report proved: one hour ends amid the three.
    """
    far = [position(second, 60_000 + second) for second in (3590, 3610, 3650)]
    engine = Engine(KEEP_OUT)
    engine.take([position(3580, OUT), *far], at(3650))
    assert [each.quarantine for each in engine.archive.positions()] == [None] * 4
    engine.take([position(3605, OUT)], at(3700))
    doubted = [each.quarantine for each in engine.archive.positions()]
    no = Quarantine.IMPLAUSIBLE
    assert doubted == [None, no, None, no, no]


def test_a_late_position_proves_what_a_checkpoint_holds_in_doubt() -> None:
    """The fold goes back beyond the checkpoint, to the first position that had been in doubt."""
    engine = Engine(KEEP_OUT)
    far = [position(second, 60_000 + second) for second in (3590, 3605, 3610)]
    engine.take([position(3580, OUT), far[0], far[2]], at(3610))
    engine.restart()
    engine.take([far[1]], at(3620))
    assert [each.quarantine for each in engine.archive.positions()] == [None] * 4
    last = engine.docket.state.admission.last
    assert last is not None
    assert last.key == far[2].key


def test_doubled_in_one_batch() -> None:
    """The same position twice in one batch is one position, and no conflict with itself."""
    once = Engine(KEEP_OUT)
    once.take([position(60, 0), position(60, 0)], at(60))
    (kept,) = once.archive.positions()
    assert kept.quarantine is None
    assert once.standing()[0].positions == 1


def test_ticks_show_what_time_alone_changes() -> None:
    """The end of a window, and the age of the last position, are shown when they come."""
    hours = Schedule("UTC", extra=(Window(at(0), at(1000)),))
    rule = condition(ConditionKind.EXCLUSION, circle("X", 0, 100), schedule=hours)
    engine = Engine(supervision(rule))
    engine.take([position(60, 0), position(120, 1)], at(120))
    assert engine.docket.due == at(420.000001)
    engine.take([], engine.docket.due)
    assert engine.standing()[0].unconfirmed_since == at(420)
    assert engine.docket.due == at(1000)
    engine.take([], engine.docket.due)
    assert tell(engine.standing()[0])[3] == (120, 1000)


def test_a_device_taken_off_is_due_then() -> None:
    """A fault that holds is looked at again when the device is taken off."""
    engine = Engine(supervision(ended_at=at(500)))
    engine.take([position(0, 0), event(10, "sos", event(10).state.START)], at(20))
    assert engine.docket.due <= at(500)
    while engine.docket.due <= at(500):
        engine.take([], engine.docket.due)
    assert tell(engine.standing()[0])[3] == (10, 500)


def test_a_pass_granted_while_a_window_runs() -> None:
    """A window that a new pass shortens is shown with its new end."""
    whole = Window(at(0), at(5000))
    before, after = (
        supervision(
            condition(
                ConditionKind.EXCLUSION,
                circle("X", 0, 100),
                schedule=Schedule("UTC", extra=(whole,), passes=passes),
            )
        )
        for passes in ((), (Interval(at(3000), at(4000)),))
    )
    engine = Engine(before)
    engine.take([position(60, 0), position(120, 1)], at(120))
    engine.supervise(after)
    engine.take([position(3100, 2)], at(3100))
    (found,) = engine.standing()
    assert found.window_end == at(3000)
    assert (
        found == judged(after, position(60, 0), position(120, 1), position(3100, 2), until=3100)[0]
    )


def long_history(size: int, shift: int = 0) -> list[Episode]:
    """Return many episodes of one condition, one after the other."""
    (one,) = judged(KEEP_OUT, position(60, 0), position(120, 1), position(180, OUT), until=180)
    assert one.ended is not None
    made = []
    for index in range(size):
        first, last = at(index * 100 + shift), at(index * 100 + 50)
        made.append(replace(one, started=Bound(None, first, first), ended=Bound(first, last, last)))
    return made


def stored(episodes: list[Episode]) -> list[StoredEpisode]:
    """Return episodes as they were shown."""
    return [
        StoredEpisode(episode_id=number, revision=1, wearer_id="w", updated_at=0, episode=each)
        for number, each in enumerate(episodes)
    ]


@pytest.mark.parametrize("shift", [0, 10])
def test_long_histories_are_compared_in_little_time(shift: int) -> None:
    """Comparing 20,000 episodes takes seconds at most: no pair is looked at that cannot match."""
    before, now = stored(long_history(20_000)), long_history(20_000, shift)
    began = time.process_time()
    changes, same = differences(before, now)
    took = time.process_time() - began
    assert len(changes) == (20_000 if shift else 0)
    assert len(same) == (0 if shift else 20_000)
    assert {change.kind for change in changes} <= {AMENDED}
    assert took < 8


def test_what_changes_is_listed_by_content() -> None:
    """Changes come in an order that does not depend on the order of what was shown or derived."""
    before, now = stored(long_history(20)[::2]), long_history(20)[1::2]
    one, _ = differences(before, now)
    other, _ = differences(reversed(before), reversed(now))
    assert one == other
    assert {change.kind for change in one} == {NEW, RETRACTED}
    assert all(isinstance(change, EpisodeChange) for change in one)
    assert {c.episode.state for c in one if c.kind is RETRACTED} == {EpisodeState.RETRACTED}


def test_judging_changes_nothing_it_is_given() -> None:
    """The same docket and reports judged twice lead to the same."""
    engine = Engine(KEEP_OUT)
    fold = Fold(KEEP_OUT, IndexGauge(index_of([KEEP_OUT])))
    reports = [position(0, OUT), position(60, 0), position(120, 1)]
    docket, past = open_docket(KEEP_OUT), engine.archive.history()
    first = judge(docket, fold, reports, at(120), past)
    again = judge(docket, fold, reports[::-1], at(120), past)
    assert (first.state, first.changes, first.due) == (again.state, again.changes, again.due)
