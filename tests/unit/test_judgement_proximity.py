"""Keeping away from a protected person: pairs, approaches from either side, doubt and blindness."""

import msgspec
import pytest

from engine.core.order import Parameters
from engine.core.position import Position
from tests.judgement_kit import ALWAYS, T0, at, estimates, judged, position, span, told
from tests.proximity_kit import TARGET, hers, keep_away, watching
from zones.instant import SECOND
from zones.schedule import Interval, Schedule

RING = Parameters(buffer_m=200.0)


def her_home(last: float = 600.0, step: float = 60.0, start: float = 0.0) -> list[object]:
    """She stays at metre 0 and reports every minute, half a minute out of step with him."""
    seconds, found, shift = start, [], 0.0
    while seconds <= last:
        found.append(hers(seconds, shift))
        seconds, shift = seconds + step, shift + 0.5
    return found


def test_an_approach_is_confirmed_by_two_of_his_positions_and_ended_by_his_going() -> None:
    """He walks from 1,000 m to 100 m and away again: one episode, bounds from pair to pair."""
    his = [position(30 + 60 * k, metres) for k, metres in enumerate([900, 500, 150, 120, 100, 700])]
    (found,) = judged(watching(), *her_home(), *his, until=600)
    assert (found.kind, found.state, found.severity) == ("proximity", "confirmed", "critical")
    assert found.zone_id == TARGET
    assert span(found.started) == (120.0, 150.0)
    assert found.ended is not None
    assert span(found.ended) == (300.0, 330.0)
    assert found.confirmed_at == at(210)
    assert found.positions == 5
    assert found.max_depth_m == pytest.approx(202.5)


def test_evidence_is_both_positions_and_the_arithmetic() -> None:
    """Every piece of evidence of a pair has her position, the distance, sigma and probability."""
    his = [position(30 + 60 * k, metres) for k, metres in enumerate([900, 150, 120])]
    (found,) = judged(watching(), *her_home(150), *his, until=160)
    assert [each.role for each in found.evidence] == [
        "before",
        "violation",
        "violation",
        "deepest",
    ]
    first = found.evidence[1]
    assert first.counterpart is not None
    assert first.counterpart.distance_m == pytest.approx(149.5, abs=0.01)
    assert first.signed_distance_m == pytest.approx(150.5, abs=0.01)
    assert first.counterpart.fix_time == at(60)
    assert first.counterpart.at == at(90)
    drift = 1.4 * 30 / 2**0.5
    sigma = (2 * (10 / 1.515) ** 2 + drift**2) ** 0.5
    assert first.counterpart.sigma_m == pytest.approx(sigma)
    assert first.probability_inside > 0.99


def test_she_walks_into_him() -> None:
    """He sits still; her positions begin it, his own next ones confirm it, her going ends it."""
    his = [position(60 * k, k * 0.5) for k in range(10)]
    she = [hers(30 + 60 * k, m) for k, m in enumerate([900, 600, 150, 120, 110, 100, 900, 950])]
    (found,) = judged(watching(), *his, *she, until=545)
    assert found.kind == "proximity"
    assert span(found.started) == (120.0, 150.0)
    assert found.ended is not None
    assert span(found.ended) == (360.0, 390.0)
    assert found.confirmed_at == at(210)


def test_one_stray_position_of_hers_confirms_nothing() -> None:
    """Her device once places her beside him: two of his positions are not enough, hers is one."""
    his = [position(20 * k, k * 0.3) for k in range(12)]
    she = [hers(0, 800), hers(30, 800), hers(90, 100), hers(150, 800), hers(210, 800)]
    (found,) = judged(watching(), *his, *she, until=235)
    assert (found.kind, found.state) == ("proximity", "brief")
    assert found.positions >= 2


def test_one_stray_position_of_his_confirms_nothing() -> None:
    """His device once places him beside her, and her positions go on: brief."""
    his = [position(60 * k, 2000 + k) for k in range(6)]
    his[3] = position(180, 100)
    she = [hers(5 + 10 * k, k * 0.1) for k in range(34)]
    (found,) = judged(watching(), *his, *she, until=345)
    assert (found.kind, found.state, found.positions) == ("proximity", "brief", 1)


def test_the_ring_moves_with_her_and_is_advisory() -> None:
    """Between 300 m and 500 m for minutes: buffer entered, no violation; sure of both ends."""
    his = [position(30 + 60 * k, metres) for k, metres in enumerate([900, 400, 395, 400, 900])]
    told_ = told(watching(keep_away(parameters=RING)), *her_home(), *his, until=300)
    assert [each[:2] for each in told_] == [("buffer_entered", "confirmed")]


def test_near_but_unsure_within_the_ring_is_told_by_the_ring() -> None:
    """Poor positions around the limit are no violation; that he surely is in the ring is said."""
    his = [position(30 + 60 * k, metres, 60.0) for k, metres in enumerate([1500, 280, 285, 279])]
    found = judged(
        watching(keep_away(parameters=Parameters(buffer_m=300.0))), *her_home(), *his, until=250
    )
    assert [(each.kind, each.state) for each in found] == [("buffer_entered", "confirmed")]


def test_poor_positions_of_both_are_unsure() -> None:
    """Both indoors, 200 m accurate, 250 m apart: nothing begins."""
    his = [position(30 + 60 * k, 250 + k, 200.0) for k in range(8)]
    she = [hers(60 * k, k * 0.7, 200.0) for k in range(8)]
    assert judged(watching(keep_away(parameters=RING)), *his, *she, until=480) == []


def test_a_coarse_position_of_hers_proves_nothing_alone() -> None:
    """She is known from phone masts only: what begins is never confirmed."""
    his = [position(30 + 60 * k, k * 1.0) for k in range(8)]
    she = [hers(60 * k, k * 0.7, 201.0) for k in range(8)]
    wide = keep_away(distance_m=2000.0)
    (found,) = judged(watching(wide), *his, *she, until=480)
    assert found.state == "pending"


def test_a_stale_counterpart_says_nothing_and_that_is_said() -> None:
    """He comes near where she was five minutes ago: no violation, but blindness is an advisory."""
    his = [position(60 * k, metres) for k, metres in enumerate([2000] * 5 + [50, 40, 30, 20])]
    told_ = told(watching(), hers(0, 0), *his, until=500)
    assert told_ == [("counterpart_unknown", "confirmed", (0.0, 300.0), None, 0, 0)]


def test_blindness_ends_with_her_next_position_and_is_retracted_by_one_from_before() -> None:
    """Her upload of what was kept back says that she was known all the time."""
    his = [position(60 * k, 2000 + k) for k in range(12)]
    told_ = told(watching(), hers(0, 0), *his, hers(645, 1), until=660)
    assert told_ == [("counterpart_unknown", "confirmed", (0.0, 300.0), (600.0, 645.0), 0, 0)]
    kept_back = [hers(100 + 100 * k, 1 + k) for k in range(6)]
    assert told(watching(), hers(0, 0), *his, *kept_back, until=660) == []


def test_without_any_device_of_hers_the_condition_is_blind() -> None:
    """Nobody ever heard of her: that is said once the time a report may take is over."""
    his = [position(60 * k, 2000 + k) for k in range(8)]
    told_ = told(watching(), *his, until=430)
    assert told_ == [("counterpart_unknown", "confirmed", (0.0, 300.0), None, 0, 0)]


def test_an_open_episode_is_unconfirmed_once_her_position_is_too_old() -> None:
    """Near and confirmed, then her device falls silent: it stays open, unconfirmed since then."""
    his = [position(30 + 60 * k, metres) for k, metres in enumerate([900, 150, 120, 110, 100, 90])]
    (found,) = judged(watching(), *her_home(180), *his, until=365)
    assert (found.kind, found.ended) == ("proximity", None)
    assert found.unconfirmed_since == at(180 + 180)


def moving(seconds: float, metres: float) -> Position:
    """Return a position of his that says that he is being driven."""
    return msgspec.structs.replace(position(seconds, metres), speed_mps=20.0)


def test_what_moves_fast_is_less_sure() -> None:
    """Both are being driven: a position half a minute old says nothing of the distance."""
    his = [moving(30 + 60 * k, 100 + k) for k in range(5)]
    still = [hers(60 * k, k * 0.5) for k in range(5)]
    driven = [hers(60 * k, k * 0.5, speed_mps=20.0) for k in range(5)]
    assert [each.state for each in judged(watching(), *his, *still, until=280)] == ["confirmed"]
    assert judged(watching(), *his, *driven, until=280) == []


def test_an_implausible_position_of_hers_is_not_paired() -> None:
    """A jump of 50 km and back is kept out, as it is in her own fold; three in a row are true."""
    his = [position(30 + 60 * k, 50_000 + k) for k in range(8)]
    jump = [hers(60 * k, k * 0.5) for k in range(8)]
    jump[3] = hers(180, 50_000)
    assert judged(watching(), *his, *jump, until=480) == []
    moved = [hers(60 * k, 50_000 + k if k > 3 else k * 0.5) for k in range(8)]
    (found,) = judged(watching(), *his, *moved, until=480)
    assert span(found.started)[1] == 240.0


def test_a_window_that_opens_while_they_are_together_begins_it_exactly_then() -> None:
    """A suspension ends while he stands beside her: the pair that holds begins the episode."""
    until = T0 + 200 * SECOND
    hours = Schedule("UTC", suspensions=(Interval(T0, until),), always=True)
    his = [position(30 + 60 * k, 100 + k) for k in range(6)]
    (found,) = judged(watching(keep_away(schedule=hours)), *her_home(330), *his, until=335)
    assert span(found.started) == (200.0, 200.0)
    assert found.evidence[0].role == "held"


def test_a_window_that_closes_ends_it() -> None:
    """At the end of the hours the episode ends exactly then, for the pair still holds."""
    end = T0 + 250 * SECOND
    hours = Schedule("UTC", effective_until=end, always=True)
    his = [position(30 + 60 * k, 100 + k) for k in range(6)]
    (found,) = judged(watching(keep_away(schedule=hours)), *her_home(330), *his, until=335)
    assert found.ended is not None
    assert span(found.ended) == (250.0, 250.0)


def test_estimates_are_where_the_distance_passes_the_limit() -> None:
    """From 900 m to 150 m within a minute: 300 m were passed at four fifths of it."""
    his = [position(60, 900), position(120, 150), position(180, 140)]
    she = [hers(60, 0), hers(119, 0.2), hers(179, 0.1)]
    (found,) = judged(watching(), *his, *she, until=181)
    began, _ = estimates(found)
    assert 105 < began < 120


def test_always_is_the_default_schedule() -> None:
    """Nothing but a person and a distance is needed."""
    assert keep_away().schedule is ALWAYS
