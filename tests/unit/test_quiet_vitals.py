"""A device that charges, or whose battery is low, says so again and again: that changes nothing."""

import pytest

from engine.core.archive import Archive
from engine.core.docket import judge, open_docket
from engine.core.fold import Fold
from engine.core.gauge import IndexGauge
from engine.core.lane import moved_on
from engine.core.replay import index_of
from tests.judgement_kit import position, supervision
from tests.property.test_quiet_positions import folded, laned, told

Said = tuple[float | None, bool | None]
"""What a message says: percent of charge, and whether the device charges."""


@pytest.mark.parametrize(
    ("known", "said", "quiet"),
    [
        pytest.param((80.0, None), [(79.0, False), (78.0, None)], 2, id="healthy"),
        pytest.param((80.0, None), [(20.0, None)], 0, id="low begins"),
        pytest.param((80.0, None), [(80.0, True)], 0, id="charging begins"),
        pytest.param((70.0, True), [(71.0, True), (72.0, True)], 2, id="charging goes on"),
        pytest.param((70.0, True), [(71.0, True), (72.0, None)], 1, id="no word of charging"),
        pytest.param((70.0, True), [(71.0, False)], 0, id="charging ends"),
        pytest.param((18.0, None), [(17.0, None), (11.0, False), (10.0, None)], 2, id="falling"),
        pytest.param((18.0, None), [(25.0, None), (25.1, None)], 1, id="left above hysteresis"),
        pytest.param((18.0, None), [(17.0, None), (None, None)], 1, id="no word of the battery"),
        pytest.param((0.5, None), [(0.0, None), (1.5, None), (6.1, None)], 2, id="dead"),
        pytest.param((18.0, True), [(19.0, True), (26.0, True)], 1, id="charged from low"),
        pytest.param((None, True), [(None, True), (30.0, True), (19.0, True)], 2, id="no percent"),
    ],
)
def test_only_what_is_known_may_be_said(known: Said, said: list[Said], quiet: int) -> None:
    """So many positions are quiet, and the state is that of their fold."""
    judged_by = supervision()
    fold = Fold(judged_by, IndexGauge(index_of([judged_by])))
    first = position(0, 0, seq=1, battery_pct=known[0], charging=known[1])
    docket, archive = folded(open_docket(judged_by), fold, Archive("w"), [first])
    table, row = laned(docket)
    track = [
        position(60.0 * number, number, seq=1 + number, battery_pct=percent, charging=charging)
        for number, (percent, charging) in enumerate(said, 1)
    ]
    kept = [track[index] for index in told(table, row, track).kept]
    assert kept == track[:quiet]
    if kept:
        judged = judge(docket, fold, kept, kept[-1].fix_time, archive.history())
        assert judged.changes == []
        assert judged.state == moved_on(docket, kept[-1]).state
