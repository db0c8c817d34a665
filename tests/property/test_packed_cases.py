"""What is kept in few bytes is what was put."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.case import Case, Silence
from engine.cases import Cases
from engine.core.archive import Archive
from engine.core.docket import Docket, judge, open_docket
from engine.core.fold import Fold, in_order
from engine.core.folding import time_of
from engine.core.gauge import IndexGauge
from engine.core.packed_state import pack_state, unpack_state
from engine.core.position import NEVER_JUDGED, Position
from engine.core.replay import index_of
from tests.history_kit import History, histories

PLAYED = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def cases_of(history: History) -> list[Case]:
    """Return the case of an activation after each of its reports."""
    supervision = history.judged_by
    fold = Fold(supervision, IndexGauge(index_of([supervision])))
    archive, docket, newest = Archive("w"), open_docket(supervision), None
    found = [Case(docket=docket)]
    for report in in_order(history.reports):
        if isinstance(report, Position) and report.quarantine in NEVER_JUDGED:
            continue
        now = time_of(report)
        judged = judge(docket, fold, [report], now, archive.history())
        archive.add(report)
        shown = archive.keep(judged, now)
        docket = Docket(supervision=supervision, state=judged.state, shown=shown, due=judged.due)
        if isinstance(report, Position):
            newest = report.key if newest is None else max(newest, report.key)
        missed = shown[0] if shown else None
        found.append(Case(docket=docket, newest=newest, silence=Silence(now, missed)))
    return found


@PLAYED
@given(histories(), st.integers(0, 2))
def test_a_packed_case_is_the_case_that_was_put(history: History, recent: int) -> None:
    """Whether it is still an object or packed by now, each case comes back as it was put."""
    cases = Cases(lambda _activation_id: history.judged_by, recent)
    for case in cases_of(history):
        cases.put(case)
        activation_id = case.docket.supervision.activation.activation_id
        assert cases.get(activation_id) == case
        assert activation_id in cases
        assert list(cases) == [activation_id]


@PLAYED
@given(histories())
def test_a_packed_state_is_the_state(history: History) -> None:
    """A state survives its few bytes."""
    for case in cases_of(history):
        assert unpack_state(pack_state(case.docket.state)) == case.docket.state
