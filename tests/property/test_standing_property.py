"""Walking the fold over a stretch says what the engine said, and leaves no second out."""

from hypothesis import given
from hypothesis import strategies as st

from engine.core.docket import realigned
from engine.core.episode import Episode, EpisodeState
from engine.core.fold import Report, begin, in_order
from engine.core.folding import Cut
from engine.core.position import Position
from engine.core.standing import BREACHES, Course, Standing, follow
from tests.history_kit import ORDERLY, History, histories
from tests.judgement_kit import Engine
from zones.instant import Instant
from zones.interval import BEGINNING, Interval, Intervals, intersect, normalize


def walked(engine: Engine, since: Instant, until: Instant, cut: Cut) -> Course:
    """Return what walking from a cut shows of what the engine judged."""
    reports: list[Report] = [each for each in engine.archive.positions() if each.quarantine is None]
    later = [each for each in reports if isinstance(each, Position) and each.fix_time >= cut.at]
    state = realigned(cut.state, engine.supervision)
    return follow(engine.fold, state, later, since, until)


def breaches(episodes: list[Episode] | tuple[Episode, ...], since: Instant) -> list[Episode]:
    """Return the confirmed ones of conditions that did not end before an instant."""
    found = [
        each
        for each in episodes
        if each.kind in BREACHES
        and each.state is EpisodeState.CONFIRMED
        and (each.ended is None or each.ended.by >= since)
    ]
    return sorted(found, key=repr)


@ORDERLY
@given(history=histories(), data=st.data())
def test_it_adds_up_and_is_the_same_from_any_checkpoint(
    history: History, data: st.DataObject
) -> None:
    """All standings are the stretch, those in force the hours, and breaches the engine's."""
    engine = Engine(history.judged_by)
    engine.take(in_order(history.reports), history.until)
    started = history.judged_by.activation.started_at
    since = data.draw(st.sampled_from([started, started + 9_000_000_000, started + 20_000_000_001]))
    stretch = Interval(since, history.until)
    first = Cut(BEGINNING, begin(history.judged_by))
    course = walked(engine, since, history.until, first)
    kept = engine.archive.history().cut_at(since) or first
    again = walked(engine, since, history.until, kept)
    assert breaches(course.episodes, since) == breaches(again.episodes, since)
    assert breaches(course.episodes, since) == breaches(engine.standing(), since)
    for each in history.judged_by.conditions:
        spans = course.spans(each.key)
        assert spans == again.spans(each.key)
        parts = [part for some in spans.values() for part in some]
        assert normalize(parts) == (stretch,)
        assert length(tuple(parts)) == length((stretch,))
        in_force = [
            part for name in spans if name is not Standing.NOT_IN_FORCE for part in spans[name]
        ]
        assert normalize(in_force) == intersect(each.in_force(since, history.until), (stretch,))


def length(intervals: Intervals) -> int:
    """Return how long intervals are together."""
    return sum(each.end - each.start for each in intervals)
