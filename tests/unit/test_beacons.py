"""Beacons: in the range of one a device is at its place, as long as it stands there."""

import msgspec
import pytest

from engine.core.attribute import Attributed, Attribution
from engine.core.beacon import Beacon, Placements
from engine.core.decode import decode
from engine.core.device_event import EventState
from engine.core.fold import Report
from engine.core.order import Activation, ConditionKind, Supervision
from engine.core.position import Quarantine
from engine.core.registry import Device
from engine.core.rejection import Reason
from engine.core.words import in_words
from tests.judgement_kit import Engine, at, circle, condition, judged, position, supervision, told
from zones.instant import render

UNIT = Beacon(vendor="acme", beacon_id="HU-7", zone_id="HOME", lat=52.0, lon=13.0, wearer_id="w")
DEVICE = Device(vendor="acme", device_id="d")
WORN = Activation(activation_id=1, wearer_id="w", vendor="acme", device_id="d", started_at=at(0))
FAR = 5000.0


def said(second: float, *beacons: Beacon, device: str = "d", **message: object) -> Attributed:
    """Return what one message says, received when it was sent."""
    stated = {"device": device, "sent_at": render(at(second)), **message}
    payload = msgspec.json.encode(stated)
    decoded = decode(f"ringfence/v1/acme/{device}/telemetry", payload)
    assert not decoded.rejections
    registry = Attribution([DEVICE], [WORN], beacons or [UNIT])
    return registry.attribute("acme", decoded.messages[0], at(second))


def in_range(second: float, beacon: str = "HU-7", *beacons: Beacon) -> Attributed:
    """Return what the report of a range says."""
    return said(second, *beacons, in_range=[{"time": render(at(second)), "beacon": beacon}])


def ranged(*seconds: float) -> list[Report]:
    """Return positions in the range of the home unit."""
    return [each for second in seconds for each in in_range(second).positions]


def unit_event(second: float, kind: str, state: str) -> list[Report]:
    """Return what the unit reports of itself."""
    stated = [{"type": kind, "state": state, "time": render(at(second))}]
    return list(said(second, device="HU-7", events=stated).events)


def at_home() -> Supervision:
    """Return an inclusion at a home that lies far from where the unit is said to stand."""
    return supervision(condition(ConditionKind.INCLUSION, circle("HOME", FAR, 50)))


def test_in_range_is_a_position_where_the_beacon_stands() -> None:
    """A report of a range is a position of mechanism rf at the beacon's place and in its zone."""
    (found,) = in_range(10).positions
    assert (found.mechanism, found.lat, found.lon, found.accuracy_m) == ("rf", 52.0, 13.0, 50.0)
    assert (found.beacon_id, found.beacon_zone_id, found.quarantine) == ("HU-7", "HOME", None)
    assert not in_range(10).events


@pytest.mark.parametrize(
    ("beacon", "placed"),
    [
        ("HU-8", UNIT),
        ("HU-7", msgspec.structs.replace(UNIT, wearer_id="somebody else")),
        ("HU-7", msgspec.structs.replace(UNIT, effective_from=at(11))),
        ("HU-7", msgspec.structs.replace(UNIT, zone_id=None)),
    ],
)
def test_a_beacon_that_stands_nowhere_for_him_proves_nothing(beacon: str, placed: Beacon) -> None:
    """What is unknown, another wearer's, not yet or no longer placed is rejected: no position."""
    found = in_range(10, beacon, placed)
    assert not found.positions
    assert [each.reason for each in found.rejections] == [Reason.UNKNOWN_BEACON]
    assert found.rejections[0].field == "$.in_range[0].beacon"


def test_a_beacon_stands_where_its_version_of_then_says() -> None:
    """Of versions with one date the last counts, and each holds from its own date."""
    moved = msgspec.structs.replace(UNIT, version=2, zone_id="NEW", effective_from=at(100))
    corrected = msgspec.structs.replace(moved, version=3, zone_id="NEWER")
    placements = Placements.of([corrected, moved, UNIT])
    found = [placements.at(at(second)) for second in (99, 100)]
    assert [each and each.zone_id for each in found] == ["HOME", "NEWER"]


def test_in_range_is_inside_whatever_the_distance() -> None:
    """In range the wearer is in the beacon's zone, and a wearer outside comes back with it."""
    assert told(at_home(), *ranged(0, 60, 120), until=200) == []
    outside = [position(0, 0), position(60, 1), position(120, 2)]
    (episode,) = judged(at_home(), *outside, *ranged(180), until=200)
    assert (episode.state, episode.ended and episode.ended.by) == ("confirmed", at(180))
    last = episode.evidence[-1]
    assert (last.role, last.beacon_id, last.probability_inside) == ("after", "HU-7", 1.0)
    assert "in the range of beacon HU-7, which stands in HOME" in in_words(last, 0.95)


def test_a_moved_beacon_proves_nothing_until_it_is_back() -> None:
    """While it is reported moved its range is kept and not judged; it is an episode of its own."""
    outside = [position(0, 0), position(60, 1), position(120, 2)]
    moved = unit_event(150, "beacon_moved", "start"), unit_event(300, "beacon_moved", "end")
    engine = Engine(at_home())
    engine.take([*outside, *moved[0], *ranged(180), *moved[1], *ranged(360)], at(400))
    verdicts = {key.fix_time: verdict for key, verdict in engine.verdicts().items()}
    assert (verdicts[at(180)], verdicts[at(360)]) == (Quarantine.BEACON_MOVED, None)
    left, unit = sorted(engine.standing(), key=lambda each: each.kind.value)[::-1]
    assert (left.kind, left.ended and left.ended.by) == ("inclusion_left", at(360))
    assert (unit.kind, unit.detail, unit.severity) == ("beacon_moved", "beacon HU-7", "serious")
    assert (unit.started.by, unit.ended and unit.ended.by) == (at(150), at(300))


def test_late_news_of_a_moved_beacon_takes_its_evidence_back() -> None:
    """A range judged as home is no longer once it is known that the beacon had been moved."""
    outside = [position(0, 0), position(60, 1), position(120, 2)]
    engine = Engine(at_home())
    engine.take([*outside, *ranged(180)], at(200))
    assert [each.ended is None for each in engine.standing()] == [False]
    engine.take(unit_event(150, "beacon_moved", "start"), at(210))
    assert {each.kind.value: each.ended for each in engine.standing()} == {
        "inclusion_left": None,
        "beacon_moved": None,
    }


def test_each_beacon_has_its_own_faults() -> None:
    """Two beacons without power are two episodes, and each ends by its own word."""
    other = msgspec.structs.replace(UNIT, beacon_id="HU-8")
    stated = [
        {"type": "beacon_power_lost", "state": "start", "time": render(at(10)), "beacon": each}
        for each in ("HU-7", "HU-8")
    ]
    events = list(said(10, UNIT, other, events=stated).events)
    events += unit_event(50, "beacon_power_lost", "end")  # type: ignore[arg-type]
    found = judged(at_home(), *events, until=100)
    assert {each.detail: each.ended and each.ended.by for each in found} == {
        "beacon HU-7": at(50),
        "beacon HU-8": None,
    }


def test_a_unit_heard_is_not_the_device_heard() -> None:
    """A home unit's own message says nothing of the wearer's device: no call-in, no position."""
    found = said(10, device="HU-7", events=[{"type": "sos", "time": render(at(10))}])
    assert [(each.type, each.state, each.beacon_id) for each in found.events] == [
        ("sos", EventState.AT, "HU-7")
    ]
    assert (found.activation_id, found.positions) == (None, ())
    assert not said(10, device="HU-7").events


def test_a_unit_without_a_wearer_reports_for_nobody() -> None:
    """A beacon that serves many, or stands nowhere, is refused as a device nobody wears."""
    shared = msgspec.structs.replace(UNIT, wearer_id=None)
    found = said(10, shared, device="HU-7")
    assert [each.reason for each in found.rejections] == [Reason.UNKNOWN_DEVICE]
