"""A live fleet: ordered, repeatable streams in constant memory, with the truth beside them."""

import json
import tracemalloc
from collections import Counter
from itertools import islice, pairwise

import numpy as np
import pytest
import shapely

from simulators.city import City
from simulators.fleet_life import FleetWearer, live_fleet, merged, zones_of
from simulators.path import PathBuilder
from simulators.plane import Plane
from simulators.truth import violations
from simulators.uplink import EVERYDAY, FaultRates
from zones.geojson import read_zones
from zones.instant import HOUR, MINUTE, SECOND, Instant, parse

CITY = City.generate(1)
START = parse("2026-03-10T21:00:00Z")
CALM = FaultRates(0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0)
PLANE = Plane(-46.6, -23.5)


def _fleet(wearers: int = 12, days: float = 1.0, rates: FaultRates = EVERYDAY) -> list[FleetWearer]:
    return list(live_fleet(CITY, wearers, 1, START, days, rates=rates))


def test_deliveries_of_all_wearers_come_in_order() -> None:
    """The merged stream is sorted by arrival, holds every device, and begins at the start."""
    deliveries = list(merged(_fleet(8)))
    times = [delivery.at for delivery in deliveries]
    assert times == sorted(times)
    assert START <= times[0] < START + 2 * MINUTE
    assert len({delivery.topic for delivery in deliveries}) == 8


def test_a_stream_can_be_read_again() -> None:
    """Reading a wearer's deliveries twice, or making the fleet anew, gives the same bytes."""
    wearer, again = _fleet(3)[2], _fleet(3)[2]
    first = list(islice(wearer.deliveries, 500))
    assert list(islice(wearer.deliveries, 500)) == first
    assert list(islice(again.deliveries, 500)) == first


def test_without_faults_every_call_in_arrives_in_time() -> None:
    """A message a minute for the whole time, numbered without gaps, each within 3 s."""
    (wearer,) = _fleet(1, 2.0, CALM)
    bodies = [(d.at, json.loads(d.payload)) for d in wearer.deliveries]
    assert [body["seq"] for _, body in bodies] == list(range(1, len(bodies) + 1))
    assert len(bodies) == pytest.approx(2 * 1_440, abs=2)
    assert all(0 < at - parse(body["sent_at"]) < 3 * SECOND for at, body in bodies)
    gaps = {after - before for before, after in pairwise(parse(b["sent_at"]) for _, b in bodies)}
    assert max(gaps) <= 2 * MINUTE


def test_faults_come_at_their_rates() -> None:
    """Doubled and dropped messages are about as frequent as asked for."""
    rates = FaultRates(0.05, 0.1, 0.2, 120.0, 0.0, 1.0, 5.0)
    numbers: Counter[tuple[str, int]] = Counter()
    tampers = 0
    for delivery in merged(_fleet(5, 1.0, rates)):
        body = json.loads(delivery.payload)
        numbers[body["device"], body["seq"]] += 1
        tampers += bool(body.get("events"))
    assert len(numbers) / (5 * 1_440) == pytest.approx(0.95, abs=0.02)
    assert sum(n == 2 for n in numbers.values()) / len(numbers) == pytest.approx(0.1, abs=0.02)
    assert 10 <= tampers <= 50


def test_offline_devices_upload_all_of_it_at_once() -> None:
    """Long silences end with an array that holds every message made in them."""
    rates = FaultRates(0.0, 0.0, 0.0, 0.0, 6.0, 2.0, 0.0)
    (wearer,) = _fleet(1, 1.0, rates)
    seen: list[int] = []
    arrays = 0
    for delivery in wearer.deliveries:
        body = json.loads(delivery.payload)
        arrays += isinstance(body, list)
        seen += [each["seq"] for each in (body if isinstance(body, list) else [body])]
    assert arrays >= 2
    assert sorted(seen) == list(range(1, len(seen) + 1))
    assert len(seen) == pytest.approx(1_440, abs=2)


def test_memory_does_not_grow_with_time() -> None:
    """Reading three days of a wearer takes no more than a few megabytes at any moment."""
    fleet = _fleet(1, 3.0)
    list(islice(merged(fleet), 10))
    tracemalloc.start()
    try:
        assert sum(1 for _ in merged(fleet)) > 4_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000


def test_orders_name_zones_the_engine_can_read() -> None:
    """Every condition's zone is among the wearer's, and the fleet's zones are readable."""
    fleet = _fleet(40)
    for wearer in fleet:
        assert [c["zone"] for c in wearer.conditions] == [zone["id"] for zone in wearer.zones]
    written = {(zone["id"], json.dumps(zone)) for wearer in fleet for zone in wearer.zones}
    assert len(written) == len({zone_id for zone_id, _ in written})
    kinds = Counter(c["kind"] for wearer in fleet for c in wearer.conditions)
    assert kinds["curfew"] == 40
    assert kinds["exclusion"] > 15
    assert kinds["inclusion"] >= 2
    reading = read_zones(zones_of(fleet))
    assert reading.problems == ()
    assert len(reading.zones) == len({zone["id"] for wearer in fleet for zone in wearer.zones})


def test_zones_fit_the_lives_they_bind() -> None:
    """Home, work and haunts lie in the district to stay in and outside what to keep away from."""
    for wearer in _fleet(60):
        own = (wearer.life.home, wearer.life.work, *wearer.life.haunts)
        points = [shapely.Point(place.lon, place.lat) for place in own]
        for condition, zone in zip(wearer.conditions, wearer.zones, strict=True):
            if zone["geometry"]["type"] == "Polygon":
                shape = shapely.from_geojson(json.dumps(zone["geometry"]))
                wanted = condition["kind"] != "exclusion"
                assert [shape.contains(point) for point in points] == [wanted] * len(points)
    assert _fleet(1)[0].zones[0]["geometry"]["coordinates"] == [
        _fleet(1)[0].life.home.lon,
        _fleet(1)[0].life.home.lat,
    ]


def test_some_truly_break_their_orders_and_most_do_not() -> None:
    """In two days of a hundred wearers some curfews and exclusions are broken, by few of them."""
    broken: dict[str, set[str]] = {}
    for wearer in _fleet(100, 2.0):
        for each in wearer.truth():
            assert wearer.start <= each.start < each.end <= wearer.end
            broken.setdefault(each.rule, set()).add(each.wearer_id)
    assert {"curfew", "exclusion"} <= set(broken)
    assert 3 <= len(set.union(*broken.values())) <= 30


def test_truth_of_a_curfew_is_the_time_out_of_the_home() -> None:
    """Out from 23:00 to 01:00 local time, the truth is those two hours, to 5 s."""
    night = parse("2026-03-10T22:00:00Z")  # 19:00 local time
    path = PathBuilder(PLANE, night, (0.0, 0.0)).stay(4 * 3600 - 50).go((50.0, 0.0), 1.0)
    path.go((900.0, 0.0), 10.0).stay(2 * 3600 - 170).go((50.0, 0.0), 10.0).go((0, 0), 1).stay(6e4)
    found = _violations(path, _circle(50.0), _rule("curfew", ("22:00", "06:00")))
    ((start, end),) = found
    assert start == pytest.approx(night + 4 * HOUR, abs=6 * SECOND)
    assert end == pytest.approx(night + 6 * HOUR, abs=6 * SECOND)


def test_truth_outside_the_window_is_no_violation() -> None:
    """Out before 22:00 and after 06:00 breaks nothing, and what lies across is cut."""
    evening = parse("2026-03-11T00:50:00Z")  # 21:50 local time
    path = PathBuilder(PLANE, evening, (500.0, 0.0)).stay(600 + 300).go((0.0, 0.0), 10.0)
    path.stay(9 * 3600).go((500.0, 0.0), 10.0).stay(3600)
    ((start, end),) = _violations(path, _circle(50.0), _rule("curfew", ("22:00", "06:00")))
    assert start == evening + 10 * MINUTE
    assert end == pytest.approx(evening + 15 * MINUTE + 45 * SECOND, abs=6 * SECOND)


def test_truth_of_an_exclusion_is_the_time_in_a_polygon() -> None:
    """The stretch in an L-shaped polygon is the one shapely finds second by second."""
    corners = [(100, -50), (300, -50), (300, 200), (250, 200), (250, 50), (100, 50), (100, -50)]
    ring = [list(PLANE.point(float(e), float(n))) for e, n in corners]
    zone: dict[str, object] = {
        "id": "Z",
        "properties": {},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path = PathBuilder(PLANE, 0, (0.0, 0.0)).go((400.0, 150.0), 1.0).stay(600)
    found = _violations(path, zone, _rule("exclusion", None))
    truth = path.build().sample(np.arange(0, 400 * SECOND, SECOND))
    inside = shapely.contains_xy(shapely.Polygon(corners), truth.east_m, truth.north_m)
    seconds = np.flatnonzero(inside)
    stretches = np.split(seconds, np.flatnonzero(np.diff(seconds) > 1) + 1)
    assert len(found) == len(stretches) == 2
    for (start, end), stretch in zip(found, stretches, strict=True):
        assert start / SECOND == pytest.approx(stretch[0], abs=6)
        assert end / SECOND == pytest.approx(stretch[-1], abs=6)


def test_a_fleet_of_none_is_refused() -> None:
    """No wearers, or no time, is an error that names both."""
    with pytest.raises(ValueError, match="wearers is 0"):
        next(live_fleet(CITY, 0, 1, START, 1))
    with pytest.raises(ValueError, match="days is 0"):
        next(live_fleet(CITY, 1, 1, START, 0))


def _circle(radius_m: float) -> dict[str, object]:
    return {
        "id": "Z",
        "properties": {"radius_m": radius_m},
        "geometry": {"type": "Point", "coordinates": [-46.6, -23.5]},
    }


def _rule(kind: str, clock: tuple[str, str] | None) -> dict[str, object]:
    rule: dict[str, object] = {"id": "c", "kind": kind, "zone": "Z"}
    if clock is not None:
        rule["weekly"] = [{"days": "daily", "start": clock[0], "end": clock[1]}]
    return rule


def _violations(
    path: PathBuilder, zone: dict[str, object], rule: dict[str, object]
) -> list[tuple[Instant, Instant]]:
    found = violations("w", path.build(), [rule], {"Z": zone}, "America/Sao_Paulo")
    return [(each.start, each.end) for each in found]
