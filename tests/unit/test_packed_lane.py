"""A lane is read as it was packed, or not at all."""

from engine.core.compile import Named
from engine.core.course import FEW, Courses
from engine.core.docket import Docket, History, judge, open_docket
from engine.core.fold import Fold
from engine.core.gauge import IndexGauge
from engine.core.lane import Lane, lane_of
from engine.core.order import ConditionKind, Supervision
from engine.core.packed_lane import LaneReader, pack_lane
from engine.core.replay import index_of
from tests.judgement_kit import T0, circle, condition, position, supervision
from zones.interval import BEGINNING
from zones.zone_set import ZoneSet

NOTHING = History(lambda _: None, lambda _: (), lambda _: ())
GROUP: Named = ((), ("schools",))
SCHOOLS = [circle(f"S{number}", 10_000 + 500 * number, 80) for number in range(FEW + 1)]
OWN = circle("X", 3_000, 100, version=2)
JUDGED_BY = supervision(
    condition(ConditionKind.EXCLUSION, *SCHOOLS, condition_id="all"),
    condition(ConditionKind.EXCLUSION, OWN, condition_id="own"),
    condition(ConditionKind.CURFEW, circle("H", 0, 60), condition_id="home"),
)
LARGE = JUDGED_BY.conditions[0].zones


def lane_at_home(judged_by: Supervision = JUDGED_BY) -> Lane:
    """Return the lane of somebody who was heard at home."""
    fold = Fold(judged_by, IndexGauge(index_of([judged_by])))
    judged = judge(open_docket(judged_by), fold, [position(0, 0, 5.0)], T0, NOTHING)
    lane = lane_of(
        Docket(supervision=judged_by, state=judged.state, due=judged.due), BEGINNING, Courses()
    )
    assert lane is not None
    return lane


def set_of(named: Named) -> ZoneSet | None:
    """Return the schools, by what conditions name."""
    return LARGE if named == GROUP else None


def test_a_lane_is_read_as_it_was_packed() -> None:
    """With its zones in whatever version, and sets of them by what conditions name."""
    lane = lane_at_home()
    packed = pack_lane(lane, lambda each: GROUP if each is LARGE else None)
    assert packed is not None
    assert len(packed) < 400
    assert LaneReader(set_of).read(packed) == lane


def test_a_lane_with_a_set_that_has_no_name_is_not_packed() -> None:
    """Thousands of zones would be written beside each docket."""
    assert pack_lane(lane_at_home(), lambda _: None) is None


def test_what_cannot_be_read_is_no_lane() -> None:
    """A set that is not there, rules of another engine, and bytes that say nothing."""
    lane = lane_at_home()
    packed = pack_lane(lane, lambda _: GROUP)
    assert packed is not None
    assert LaneReader(lambda _: None).read(packed) is None
    assert LaneReader(set_of).read(packed[:1] + b"\0" + packed[2:]) is None
    assert LaneReader(set_of).read(b"") is None
