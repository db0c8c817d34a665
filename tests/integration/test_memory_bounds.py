"""What the engine remembers is bounded by its wearers and its batches, not by what has happened."""

from contextlib import closing

from benchmarks.alone import Engine
from benchmarks.load import city_load
from engine.core.gauge import MOST_REMEMBERED, IndexGauge
from engine.core.position import Mechanism, Position
from engine.store import open_store
from zones.index import ZoneIndex
from zones.zone import Circle, Zone

WEARERS = 10
BATCH = 50


def test_a_day_of_positions_leaves_no_more_than_a_batch(sqlite_url: str) -> None:
    """After many batches one deadline an activation and the last measures are kept, no more."""
    load = city_load(4_000, WEARERS)
    with closing(open_store(sqlite_url)) as store:
        engine = Engine(store, load.acting)
        for first in range(0, len(load.deliveries), BATCH):
            engine.take(load.deliveries[first : first + BATCH])
        caseload = engine._service._caseload
        assert engine.positions > 3_500
        assert len(caseload._agenda) == WEARERS
        assert caseload.gauge.remembered <= 500


def test_a_gauge_that_is_never_told_to_forget_forgets() -> None:
    """Tracks measured against one zone, without any zone to keep out of, are bounded as well."""
    home = Zone("HOME", Circle(-46.6, -23.5, 100.0))
    gauge = IndexGauge(ZoneIndex([]))
    for number in range(60):
        track = [_position(number * 1_000 + each) for each in range(1_000)]
        gauge.prime([], [], [], [(home, track)])
        assert gauge.remembered <= MOST_REMEMBERED
    assert sum(len(each) for each in gauge._metres.values()) <= MOST_REMEMBERED


def _position(number: int) -> Position:
    return Position(
        activation_id=1,
        fix_time=number,
        received_at=number,
        seq=number,
        digest=number.to_bytes(16),
        lat=-23.5,
        lon=-46.6,
        accuracy_m=10.0,
        accuracy_assumed=False,
        mechanism=Mechanism.GNSS,
    )
