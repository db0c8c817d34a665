"""A quiet cut stands for the state that folding everything before it leads to, however it came."""

import random
import shutil
from collections.abc import Iterator
from datetime import time

import pytest
from msgspec.structs import replace

from engine.core.docket import open_docket
from engine.core.fold import Fold, Report, in_order
from engine.core.folding import fold_run, time_of
from engine.core.gauge import IndexGauge
from engine.core.order import ConditionKind
from engine.core.position import Position
from engine.core.quiet_cut import unpack_quiet_cut
from engine.core.replay import index_of
from engine.core.state import ActivationState
from engine.past import reports_since, stored_cut
from tests.judgement_kit import at, circle, condition, position, supervision
from tests.stored_kit import Known, Stored
from zones.instant import HOUR, SECOND
from zones.interval import BEGINNING, END
from zones.schedule import Schedule, WeeklyWindow

HOME, WORK, FORBIDDEN = 1000.0, 400.0, 0.0
STEP_S = 240
EVENING = Schedule("UTC", weekly=(WeeklyWindow(frozenset(range(7)), time(15), time(18)),))
JUDGED_BY = supervision(
    condition(ConditionKind.EXCLUSION, circle("X", FORBIDDEN, 100), condition_id="x"),
    condition(ConditionKind.CURFEW, circle("H", HOME, 60), condition_id="h", schedule=EVENING),
)


@pytest.fixture
def stored(request: pytest.FixtureRequest) -> Iterator[Stored]:
    """An engine on a store, with the wearer enrolled."""
    path = request.getfixturevalue("tmp_path") / "ringfence.db"
    shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
    played = Stored(f"sqlite:///{path}")
    played.begin(Known.of(JUDGED_BY))
    yield played
    played.close()


@pytest.mark.parametrize("seed", range(4))
def test_a_quiet_cut_is_what_folding_leads_to(stored: Stored, seed: int) -> None:
    """At rest, after the docket has moved, after a restart, and after something came late."""
    rng = random.Random(seed)
    lives = [position(n * STEP_S, HOME, seq=n) for n in range(150)]
    for number in range(70, 73):
        lives[number] = replace(lives[number], lon=position(0, FORBIDDEN).lon)
    late = [lives.pop(number) for number in sorted(rng.sample(range(20, 140), 2), reverse=True)]
    while lives:
        many = rng.choice((1, 3, 10, 40))
        batch, lives = lives[:many], lives[many:]
        stored.take(batch, time_of(batch[-1]) + SECOND)
        if rng.random() < 0.3:
            stored.restart()
        check(stored)
    assert len(quiet_cuts(stored)) > 5
    before = stored.now
    for number, each in enumerate(late):
        stored.take([each], stored.now + SECOND)
        check(stored)
        newer = position(150 * STEP_S + number * STEP_S, HOME, seq=150 + number)
        stored.take([newer], before + (number + 1) * HOUR)
        check(stored)


def test_what_comes_late_with_quiet_ones_drops_their_cuts(stored: Stored) -> None:
    """No cut is left that has not seen it."""
    lives = [position(n * STEP_S, HOME, seq=n) for n in range(60)]
    late = lives.pop(10)
    stored.take(lives[:30], at(30 * STEP_S))
    stored.take([*lives[30:], late], at(60 * STEP_S))
    check(stored)
    assert not [cut for cut in quiet_cuts(stored) if cut > late.fix_time]


def check(stored: Stored) -> None:
    """Compare every quiet cut with a fold of all before it."""
    judged_by = stored.caseload.case(1).docket.supervision
    fold = Fold(judged_by, IndexGauge(index_of([judged_by])))
    with stored.store.read() as transaction:
        reports = in_order(reports_since(transaction, [judged_by], BEGINNING))
    for cut, state in quiet_cuts(stored).items():
        before = [prompt(each) for each in reports if time_of(each) < cut]
        assert fold_run(fold, open_docket(judged_by).state, before).state == told(state)


def quiet_cuts(stored: Stored) -> dict[int, ActivationState]:
    """Return the states that the stored quiet cuts stand for."""
    found, instant = {}, END
    with stored.store.read() as transaction:
        while (row := transaction.checkpoints.at(1, instant)) is not None:
            if unpack_quiet_cut(row.state) is not None:
                judged_by = stored.caseload.case(1).docket.supervision
                cut = stored_cut(transaction, judged_by, row.cut)
                assert cut is not None
                assert cut.at == row.cut
                found[cut.at] = cut.state
            instant = row.cut - 1
    return found


def prompt(report: Report) -> Report:
    """Return a position without whether it came late, which is no part of what is judged."""
    if isinstance(report, Position):
        return replace(report, late=False, received_at=0)
    return report


def told(state: ActivationState) -> ActivationState:
    """Return a state with such a last position."""
    last = state.admission.last
    assert last is not None
    last = replace(last, late=False, received_at=0)
    return replace(state, admission=replace(state.admission, last=last))
