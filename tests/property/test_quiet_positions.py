"""What is taken for quiet changes nothing: whoever folds it finds what the lane says."""

import numpy as np
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.core.archive import Archive
from engine.core.docket import Docket, judge, open_docket
from engine.core.fold import Fold, in_order
from engine.core.folding import time_of
from engine.core.gauge import IndexGauge
from engine.core.lane import lane_of, moved_on
from engine.core.lane_table import LaneTable
from engine.core.position import Position
from engine.core.position_columns import columns_of
from engine.core.quiet import Quiet, quiet_of
from engine.core.replay import index_of
from engine.core.shared_zones import SharedZones
from tests.judgement_kit import T0, position
from tests.property.test_fold_order import History, histories
from zones.instant import SECOND
from zones.interval import BEGINNING
from zones.table import ZoneTable

PLACES = [0.0, 30.0, 60.0, 90.0, 140.0, 200.0, 1000.0, 1010.0, 5000.0]
STEPS = [1.0, 30.0, 60.0, 61.0, 299.0, 300.0, 301.0, 1800.0, 7200.0]


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_folding_a_quiet_position_moves_only_what_the_lane_moves(data: st.DataObject) -> None:
    """No episode changes, the state is the moved one, nothing falls due before the lane says."""
    history: History = data.draw(histories())
    count = data.draw(st.integers(1, len(history.reports)))
    fold = Fold(history.judged_by, IndexGauge(index_of([history.judged_by])))
    docket, archive = folded(history, fold, count)
    lane_table, row = laned(docket)
    assume(lane_table["open"][row])
    candidate = data.draw(candidates(docket))
    quiet = told(lane_table, row, [candidate])
    event(f"quiet: {len(quiet.kept)}")
    if len(quiet.kept):
        judged = judge(docket, fold, [candidate], candidate.fix_time, archive.history())
        assert (judged.changes, judged.verdicts, judged.refolded_from) == ([], {}, None)
        assert judged.state == moved_on(docket, candidate).state
        assert int(quiet.due[0]) <= judged.due
        assert [each.at for each in judged.cuts] == [
            candidate.fix_time // 3_600_000_000 * 3_600_000_000 for _ in quiet.cut
        ]


def folded(history: History, fold: Fold, count: int) -> tuple[Docket, Archive]:
    """Return the docket and the past after the first reports in order."""
    archive, docket = Archive("w"), open_docket(history.judged_by)
    for report in in_order(history.reports)[:count]:
        judged = judge(docket, fold, [report], time_of(report), archive.history())
        archive.add(report)
        shown = archive.keep(judged, time_of(report))
        docket = Docket(
            supervision=docket.supervision, state=judged.state, shown=shown, due=judged.due
        )
    return docket, archive


def laned(docket: Docket) -> tuple[LaneTable, int]:
    """Return a table in which a docket has its lane, if there is one, and the row."""
    lane_table = LaneTable(ZoneTable(), SharedZones())
    row = lane_table.row(docket.state.activation_id)
    lane, last = lane_of(docket, BEGINNING), docket.state.admission.last
    counted, head = docket.state.counting.newest, docket.state.head
    if lane is not None and last is not None and counted is not None and head is not None:
        lane_table.open(row, lane, last, counted, head[0])
    return lane_table, row


def told(lane_table: LaneTable, row: int, positions: list[Position]) -> Quiet:
    """Return what is quiet of positions, each of a message of its own."""
    many = np.arange(len(positions))
    return quiet_of(lane_table, np.full(len(positions), row), many, columns_of(positions))


@st.composite
def candidates(draw: st.DrawFn, docket: Docket) -> Position:
    """Return a position after a docket's newest, near where it or something else is."""
    state = docket.state
    last = state.admission.last
    head = state.time if state.head is None else state.head[0]
    turns = [each.next_change for each in state.conditions if head < each.next_change < 2**60]
    after = head + round(draw(st.sampled_from(STEPS)) * SECOND)
    at = draw(st.sampled_from([after, *(turn - 1 for turn in turns), *turns]))
    east = draw(st.sampled_from(PLACES))
    made = position((at - T0) / SECOND, east, draw(st.sampled_from([5.0, 20.0, 60.0])))
    if last is not None and draw(st.booleans()):
        made = replace(made, lat=last.lat, lon=last.lon + draw(st.sampled_from([0.0, 1e-5])))
    step = draw(st.sampled_from([0, 1, 1, 1, 2]))
    battery = draw(st.sampled_from([None, None, 80.0, 15.0]))
    charging = draw(st.sampled_from([None, None, False, True]))
    seq = (state.counting.newest or 0) + step
    return replace(
        made, fix_time=at, received_at=at, seq=seq, battery_pct=battery, charging=charging
    )
