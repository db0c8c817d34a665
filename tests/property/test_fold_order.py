"""Whatever the order, delay and duplication of arrival: what one fold in order says is said."""

from hypothesis import given, note
from hypothesis import strategies as st

from engine.core.episode import Episode
from engine.core.fold import in_order
from engine.core.folding import time_of
from engine.core.position import PositionKey, Quarantine
from tests.history_kit import EDGES, ORDERLY, Arrival, History, arrivals, histories
from tests.judgement_kit import (
    Engine,
)
from zones.instant import SECOND, Instant

Verdicts = dict[PositionKey, Quarantine | None]


def whole(history: History, until: Instant) -> tuple[list[Episode], Verdicts]:
    """Judge a history in one fold, in order."""
    engine = Engine(history.judged_by)
    engine.take(in_order(history.reports), until)
    return engine.standing(), engine.verdicts()


def piecemeal(
    history: History, steps: list[Arrival], until: Instant
) -> tuple[list[Episode], Verdicts]:
    """Judge a history as it arrives."""
    engine = Engine(history.judged_by)
    for step in steps:
        if step.restart:
            engine.restart()
        times = [time_of(each) for each in step.reports]
        engine.take(step.reports, max([engine.now, *times]) + step.pause)
    engine.take((), until)
    return engine.standing(), engine.verdicts()


def arrives_alike(history: History, steps: list[Arrival]) -> None:
    """Check that a history judged as it arrives ends in what one fold in order says."""
    until = history.until + sum(step.pause for step in steps)
    episodes, verdicts = whole(history, until)
    note(str(episodes))
    found, other = piecemeal(history, steps, until)
    assert found == episodes
    assert other == verdicts


@ORDERLY
@given(st.data())
def test_any_arrival_ends_in_what_one_fold_in_order_says(data: st.DataObject) -> None:
    """Permuted, delayed, doubled, with ticks and restarts: the same episodes and verdicts."""
    history = data.draw(histories())
    steps = data.draw(arrivals(history.reports))
    arrives_alike(history, steps)


@ORDERLY
@given(st.data())
def test_until_it_is_due_time_alone_changes_nothing(data: st.DataObject) -> None:
    """Whoever looks before a docket is due sees what was shown; ticks in between are not needed."""
    history = data.draw(histories())
    engine = Engine(history.judged_by)
    edges = [history.judged_by.activation.started_at + round(each * SECOND) for each in EDGES]
    for step in data.draw(arrivals(history.reports)):
        if step.restart:
            engine.restart()
        times = [time_of(each) for each in step.reports]
        engine.take(step.reports, max([engine.now, *times]) + step.pause)
        before = [each for each in (*edges, engine.docket.due - 1) if engine.now <= each]
        looks = [each for each in before if each < min(engine.docket.due, history.until)]
        if looks:
            assert engine.look(data.draw(st.sampled_from(looks))) == []


@ORDERLY
@given(st.data())
def test_episodes_are_sound(data: st.DataObject) -> None:
    """No episode ends before it began, none stands twice; estimates are within their bounds."""
    history = data.draw(histories())
    episodes, _ = whole(history, history.until)
    sound(episodes)


def sound(episodes: list[Episode]) -> None:
    """Check that bounds are in order, and that no episode stands twice."""
    for each in episodes:
        for bound in (each.started, each.ended or each.started):
            assert bound.after is None or bound.after <= bound.estimate
            assert bound.estimate <= bound.by
        if each.ended is not None:
            assert each.started.by <= each.ended.by
            assert (
                each.ended.after is None
                or each.started.by <= each.ended.after
                or (each.kind == "possible_transit")
            )
    places = [(each.condition_id, each.kind, each.zone_id, each.started) for each in episodes]
    assert len(set(map(repr, places))) == len(places)
