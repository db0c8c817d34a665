"""What is taken for quiet changes nothing: whoever folds it finds what the lane says."""

from collections.abc import Sequence

import numpy as np
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.core.archive import Archive
from engine.core.course import Courses
from engine.core.docket import Docket, judge, open_docket
from engine.core.fold import Fold, Report, in_order
from engine.core.folding import time_of
from engine.core.gauge import IndexGauge
from engine.core.lane import lane_of, moved_on
from engine.core.lane_table import LaneTable
from engine.core.position import Position
from engine.core.position_columns import columns_of
from engine.core.quiet import Quiet, cut_of, quiet_of
from engine.core.replay import index_of
from engine.core.shared_zones import SharedZones
from tests.history_kit import NIGHTS, histories, supervisions
from tests.judgement_kit import T0, position
from zones.instant import HOUR, MINUTE, SECOND, Instant
from zones.interval import BEGINNING, END
from zones.table import ZoneTable

COURSES = Courses()
"""Of all lives: only what is of the very same supervision is used again."""
PLACES = [1000.0, 1000.0, 990.0, 910.0, 905.0, 600.0, 140.0, 60.0, 0.0, 5000.0]
"""Metres east; home is at 1000, and later perhaps at 900."""
BATTERY = st.sampled_from([None, None, 80.0, 60.0, 23.0, 15.0, 15.0, 8.0, 0.0])
CHARGING = st.sampled_from([None, None, False, True])
STEPS = [1, 30, 60, 60, 60, 61, 299, 300, 301, 1800, 7200, 40_000]
CALM = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@CALM
@given(st.data())
def test_folding_quiet_positions_moves_only_what_the_lane_moves(data: st.DataObject) -> None:
    """No episode changes, the state is the moved one, nothing falls due before the lane says."""
    night = data.draw(st.sampled_from(NIGHTS))
    judged_by = data.draw(supervisions(night))
    reports: Sequence[Report] = data.draw(st.lists(found(night), min_size=1, max_size=2))
    if data.draw(st.integers(0, 4)) == 0:
        history = data.draw(histories())
        judged_by, reports = history.judged_by, history.reports
    fold = Fold(judged_by, IndexGauge(index_of([judged_by])))
    docket, archive = folded(open_docket(judged_by), fold, Archive("w"), in_order(reports))
    table, row = laned(docket)
    event(f"open: {bool(table['open'][row])}")
    assume(table["open"][row])
    track = data.draw(tracks(docket))
    quiet = told(table, row, track)
    kept = [track[index] for index in quiet.kept]
    event(f"quiet: {len(kept)} of {len(track)}")
    assert kept == track[: len(kept)]
    if kept:
        judged = judge(docket, fold, kept, kept[-1].fix_time, archive.history())
        assert (judged.changes, judged.verdicts, judged.refolded_from) == ([], {}, None)
        assert judged.state == moved_on(docket, kept[-1]).state
        assert int(quiet.due[0]) <= judged.due
        check_cuts(quiet, track, docket, fold, archive)


@CALM
@given(st.data())
def test_room_changes_nothing_of_what_is_quiet(data: st.DataObject) -> None:
    """Whoever was elsewhere before, and was measured there, is told the same."""
    judged_by = data.draw(supervisions(night := data.draw(st.sampled_from(NIGHTS))))
    reports = data.draw(st.lists(found(night), min_size=1, max_size=2))
    fold = Fold(judged_by, IndexGauge(index_of([judged_by])))
    docket, _ = folded(open_docket(judged_by), fold, Archive("w"), in_order(reports))
    (cold, row), (warm, _) = laned(docket), laned(docket)
    assume(cold["open"][row])
    for _ in range(2):
        track = data.draw(tracks(docket))
        told(warm, row, track)
        near = st.sampled_from([0.0, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3])
        moved = [replace(each, lon=each.lon + data.draw(near)) for each in track]
        event(f"room: {bool(warm.rooms[row].any())}")
        for expected, again in zip(told(cold, row, moved), told(warm, row, moved), strict=True):
            assert expected.tolist() == again.tolist()
        cold.rooms[:] = 0.0


def check_cuts(
    quiet: Quiet, track: list[Position], docket: Docket, fold: Fold, archive: Archive
) -> None:
    """Each cut lies between two positions, is of the state between them, and none lacks."""
    head, cuts = docket.state.head, dict(zip(quiet.cut, quiet.before, strict=True))
    assert head is not None
    for index, each in enumerate(track[: len(quiet.kept)]):
        before = track[index - 1] if index else None
        since = head[0] if before is None else before.fix_time
        at = int(cut_of(np.array([1]), np.array([each.fix_time]))[0])
        assert (index in cuts) == (since < at <= each.fix_time)
        if index in cuts:
            assert cuts[index] == index - 1
            known = docket if before is None else moved_on(docket, before)
            judged = judge(docket, fold, track[:index], since, archive.history())
            assert known.state == judged.state
            assert each.fix_time - at < HOUR


def folded(
    docket: Docket, fold: Fold, archive: Archive, reports: Sequence[Report]
) -> tuple[Docket, Archive]:
    """Return the docket and the past after reports that are in order."""
    for report in reports:
        judged = judge(docket, fold, [report], time_of(report), archive.history())
        archive.add(report)
        shown = archive.keep(judged, time_of(report))
        docket = Docket(
            supervision=docket.supervision, state=judged.state, shown=shown, due=judged.due
        )
    return docket, archive


def laned(docket: Docket) -> tuple[LaneTable, int]:
    """Return a table in which a docket has its lane, if there is one, and the row."""
    table = LaneTable(ZoneTable(), SharedZones())
    row = table.row(docket.state.activation_id)
    lane, last = lane_of(docket, BEGINNING, COURSES), docket.state.admission.last
    if lane is not None and last is not None:
        table.set_last(np.array([row]), columns_of([last]), np.array([0]))
        conditions = docket.supervision.conditions
        histories = [history for each in conditions for history in each.histories()]
        table.zones.extend(zone for history in histories for zone in history.versions)
        table.open([row], [lane])
    return table, row


def told(table: LaneTable, row: int, positions: list[Position]) -> Quiet:
    """Return what is quiet of positions, each of a message of its own."""
    many = np.arange(len(positions))
    return quiet_of(table, np.full(len(positions), row), many, columns_of(positions))


@st.composite
def found(draw: st.DrawFn, after: Instant) -> Position:
    """Return a position some time after an instant, at home more often than not."""
    at = after + draw(st.integers(0, 300)) * MINUTE
    made = position((at - T0) / SECOND, draw(st.sampled_from(PLACES)), 10.0, seq=1)
    return replace(made, battery_pct=draw(BATTERY), charging=draw(CHARGING))


@st.composite
def tracks(draw: st.DrawFn, docket: Docket) -> list[Position]:
    """Return positions after a docket's newest, most of them near the one before."""
    state = docket.state
    last = state.admission.last
    head = state.time if state.head is None else state.head[0]
    seq, made = state.counting.newest or 0, list[Position]()
    turns = [each.next_change for each in state.conditions if head < each.next_change < END]
    for _ in range(draw(st.integers(1, 8))):
        if last is not None and draw(st.integers(0, 3)):
            seq, at = seq + 1, head + draw(st.sampled_from(STEPS)) * SECOND
            each = replace(last, lon=last.lon + draw(st.sampled_from([0.0, 1e-5, -1e-5])))
        else:
            seq += draw(st.sampled_from([0, 1, 2]))
            at = draw(st.sampled_from([head + MINUTE, *(turn - 1 for turn in turns), *turns]))
            each = draw(elsewhere())
        last = replace(each, fix_time=at, received_at=at, seq=seq)
        made.append(last)
        head = max(head, at)
    return made


@st.composite
def elsewhere(draw: st.DrawFn) -> Position:
    """Return a position wherever, of whatever accuracy, and what its message says of the device."""
    made = position(0.0, draw(st.sampled_from(PLACES)), draw(st.sampled_from([5.0, 20.0, 60.0])))
    return replace(made, battery_pct=draw(BATTERY), charging=draw(CHARGING))
