"""A way through a zone is not quiet, whichever of a condition's zones the hours are about."""

from engine.core.archive import Archive
from engine.core.docket import judge, open_docket
from engine.core.fold import Fold
from engine.core.gauge import IndexGauge
from engine.core.order import ConditionKind
from engine.core.replay import index_of
from tests.judgement_kit import T0, circle, condition, position, supervision
from tests.property.test_quiet_positions import folded, laned, told
from zones.instant import DAY
from zones.schedule import Schedule
from zones.window import Window


def test_a_way_through_a_zone_that_does_not_count_now_is_folded() -> None:
    """It may be a possible transit; that is for the fold to say."""
    elsewhere = Schedule("UTC", extra=(Window(T0 - DAY, T0 + DAY, ("H",)),))
    judged_by = supervision(
        condition(ConditionKind.EXCLUSION, circle("Y", 350, 80), schedule=elsewhere)
    )
    fold = Fold(judged_by, IndexGauge(index_of([judged_by])))
    first, last = position(0, 900, seq=1), position(60, 40, seq=2)
    docket, archive = folded(open_docket(judged_by), fold, Archive("w"), [first])
    table, row = laned(docket)
    assert table["open"][row]
    assert judge(docket, fold, [last], last.fix_time, archive.history()).changes
    assert not len(told(table, row, [last]).kept)
