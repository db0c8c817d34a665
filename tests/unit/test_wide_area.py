"""A wide area to stay in: far from its border nothing is measured, at its border everything is."""

import math

import pytest

from engine.core.docket import open_docket
from engine.core.fold import Fold
from engine.core.gauge import IndexGauge
from engine.core.order import ConditionKind, Supervision
from engine.core.position import Position
from engine.core.replay import index_of
from tests.judgement_kit import (
    ORIGIN,
    Engine,
    condition,
    estimates,
    judged,
    lon,
    position,
    supervision,
    tell,
)
from zones.zone import Area, Zone

EAST_M = 40_000.0
"""Where the border crosses the line of the stories."""


def county(corners: int = 2000) -> Zone:
    """Return an area of about 200 km with a straight eastern border and a ragged other one."""
    ring = [(lon(EAST_M), ORIGIN[1] - 0.9), (lon(EAST_M), ORIGIN[1] + 0.9)]
    for k in range(1, corners):
        angle = math.pi / 2 + math.pi * k / corners
        reach = 1.0 + 0.02 * math.sin(97 * angle)
        ring.append(
            (lon(EAST_M) + 3.0 * reach * math.cos(angle), ORIGIN[1] + 0.9 * reach * math.sin(angle))
        )
    return Zone("COUNTY", Area((((*ring, ring[0]),),)))


COUNTY = county()
STAY = supervision(condition(ConditionKind.INCLUSION, COUNTY))


def test_leaving_and_coming_back_are_bounded_and_estimated_at_the_border() -> None:
    """Out on a motorway and back: the episode's ends are where the path crossed the border."""
    metres = [
        34_000,
        36_000,
        38_000,
        39_000,
        41_000,
        43_000,
        45_000,
        43_000,
        41_000,
        39_500,
        37_000,
    ]
    reports = [position(60.0 * k, each) for k, each in enumerate(metres)]
    (left,) = judged(STAY, *reports, until=700)
    assert tell(left)[:4] == ("inclusion_left", "confirmed", (180, 240), (480, 540))
    began, ended = estimates(left)
    assert began == pytest.approx(210, abs=0.1)
    assert ended == pytest.approx(480 + 60 * 1000 / 1500, abs=0.1)
    assert left.max_depth_m == pytest.approx(5000, abs=1)


def test_along_the_border_nothing_is_left() -> None:
    """Thirty metres inside, position after position, is inside."""
    reports = [position(60.0 * k, EAST_M - 30 - k % 3) for k in range(30)]
    assert judged(STAY, *reports, until=1800) == []


class _Counting(IndexGauge):
    """A gauge that counts what it is asked."""

    def __init__(self, judged_by: Supervision) -> None:
        super().__init__(index_of([judged_by]))
        self.asked = 0

    def signed_distance_m(self, zone: Zone, position: Position) -> float:
        """See `Gauge.signed_distance_m`."""
        self.asked += 1
        return super().signed_distance_m(zone, position)


def test_far_from_the_border_nothing_is_measured() -> None:
    """Once it is known that he is inside, positions deep inside cost no distance."""
    engine = Engine(STAY)
    gauge = _Counting(STAY)
    engine.fold, engine.docket = Fold(STAY, gauge), open_docket(STAY)
    reports = [position(60.0 * k, 100.0 * k) for k in range(7)]
    for each in reports:
        engine.take([each], each.fix_time)
    assert gauge.asked == 1
    engine.take([position(1500, EAST_M - 100)], position(1500, 0).fix_time)
    assert gauge.asked == 2
    assert engine.standing() == []
