"""Deadlines in columns leave out nobody who has missed a call-in, and hardly anybody else."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.call_ins import CallIns
from engine.core.call_in import deadline
from engine.core.order import Supervision
from engine.core.plan import PlanHistory, SupervisionPlan
from tests.judgement_kit import supervision
from zones.instant import SECOND
from zones.interval import BEGINNING

times = st.integers(0, 40).map(lambda each: each * SECOND)
none_or_time = st.none() | times


@st.composite
def worn(draw: st.DrawFn) -> Supervision:
    """Return what one of many activations is judged by; some plans change."""
    started_at = draw(times)
    length = draw(st.none() | st.integers(1, 30))
    made = supervision(
        started_at=started_at,
        ended_at=None if length is None else started_at + length * SECOND,
    )
    plans = draw(st.lists(st.integers(1, 9), min_size=1, max_size=3))
    since = (BEGINNING, *(12 * SECOND * each for each in range(1, len(plans))))
    history = PlanHistory(since, tuple(SupervisionPlan(float(each), 0.0) for each in plans))
    return replace(made, plans=history)


@given(st.lists(st.tuples(worn(), none_or_time, none_or_time), max_size=200), times, times)
def test_all_at_once_is_each_by_itself(
    crowd: list[tuple[Supervision, int | None, int | None]], now: int, listening: int
) -> None:
    """Whoever has missed a call-in is found, in order; nobody else whose plan never changed."""
    call_ins, expected, sure = CallIns(), {}, set()
    for number, (each, first, last) in enumerate(crowd):
        mine = replace(each, activation=replace(each.activation, activation_id=number))
        call_ins.enter(mine.activation, mine.plans, first)
        call_ins.enter(mine.activation, mine.plans, last)
        due, ended_at = deadline(mine, last, listening), mine.activation.ended_at
        if len(mine.plans.plans) == 1:
            sure.add(number)
        if due <= now and (ended_at is None or due < ended_at):
            expected[number] = due
    found = call_ins.perhaps_missed(now, listening)
    assert set(expected) <= set(found)
    assert set(found) & sure == set(expected) & sure
    certain = [expected[each] for each in found if each in sure]
    assert certain == sorted(certain)


def test_who_is_known_to_be_silent_is_not_told_again() -> None:
    """After leaving nothing is expected, until the activation is entered anew."""
    call_ins, one = CallIns(), supervision(started_at=0)
    call_ins.enter(one.activation, one.plans, None)
    assert call_ins.perhaps_missed(300 * SECOND, 0) == [1]
    assert call_ins.perhaps_missed(300 * SECOND - 1, 0) == []
    call_ins.leave(1)
    assert call_ins.perhaps_missed(400 * SECOND, 0) == []
    call_ins.enter(one.activation, one.plans, 50 * SECOND)
    assert call_ins.perhaps_missed(349 * SECOND, 0) == []
    assert call_ins.perhaps_missed(350 * SECOND, 0) == [1]
