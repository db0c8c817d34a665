"""Zones to keep out of or to stay in: starts, rings, versions and paths across; by the second."""

from typing import Any

import pytest
from msgspec.structs import replace

from engine.core.order import ConditionKind, Parameters, Supervision
from tests.judgement_kit import (
    ORIGIN,
    at,
    circle,
    condition,
    estimates,
    judged,
    lon,
    position,
    supervision,
    told,
)
from zones.history import ZoneHistory
from zones.interval import Interval
from zones.schedule import Schedule
from zones.window import Window
from zones.zone import Circle, Zone
from zones.zone_set import ZoneSet

OUT, RING, IN = 300.0, 125.0, 0.0


def keep_out(*zones: Zone | tuple[Zone, ...], **parameters: Any) -> Supervision:  # noqa: ANN401
    """Return an exclusion of zones."""
    chosen = Parameters(**parameters)
    every = zones or (circle("X", 0, 100),)
    return supervision(condition(ConditionKind.EXCLUSION, *every, parameters=chosen))


def stay_in(*zones: Zone | tuple[Zone, ...], **parameters: Any) -> Supervision:  # noqa: ANN401
    """Return an inclusion of zones."""
    chosen = Parameters(**parameters)
    return supervision(condition(ConditionKind.INCLUSION, *zones, parameters=chosen))


def test_a_first_position_inside_is_present_at_start() -> None:
    """Where nothing shows the wearer outside before, he was present at the start."""
    found = told(keep_out(), position(60, 0), position(120, 10), position(180, OUT), until=180)
    assert found == [("exclusion_present_at_start", "confirmed", (0, 60), (120, 180), 2, 100)]


def test_a_first_position_unsure_leaves_the_start_open() -> None:
    """A position that cannot tell does not show the wearer outside."""
    reports = (position(0, 100), position(60, 0), position(120, 10))
    (found,) = told(keep_out(), *reports, until=120)
    assert found == ("exclusion_present_at_start", "confirmed", (0, 60), None, 2, 100)


def test_each_zone_to_keep_out_of_is_judged_for_itself() -> None:
    """Two zones that overlap make two episodes."""
    both = keep_out(circle("X", 0, 100), circle("Y", 50, 100))
    reports = (position(0, OUT), position(60, 20), position(120, 30), position(180, 120))
    found = told(both, *reports, position(240, 260), until=240)
    assert found == [
        ("exclusion_entered", "confirmed", (0, 60), (120, 180), 2, 80),
        ("exclusion_entered", "confirmed", (0, 60), (180, 240), 3, 80),
    ]


def test_a_zone_taking_effect_round_the_wearer() -> None:
    """A zone that takes effect while the last position in it still holds begins an episode then."""
    zone = circle("X", 0, 100, since=at(200))
    reports = (position(60, 0), position(120, 1), position(260, 2), position(320, 3))
    found = told(keep_out(zone), *reports, until=320)
    assert found == [("exclusion_present_at_start", "confirmed", (200, 200), None, 2, 99)]


def test_a_zone_taking_effect_round_a_silent_wearer() -> None:
    """If no position holds when it takes effect, he is present at its start when seen in it."""
    other, zone = circle("Y", 5000, 10), circle("X", 0, 100, since=at(1000))
    reports = (position(60, 0), position(1060, 1), position(1120, 2))
    found = told(keep_out(other, zone), *reports, until=1120)
    assert found == [("exclusion_present_at_start", "confirmed", (1000, 1060), None, 2, 99)]


def test_a_zone_known_to_be_clear_when_it_took_effect_is_entered() -> None:
    """If the position that held when a zone took effect was outside, a later one inside enters."""
    zone = circle("X", 0, 100, since=at(200))
    reports = (position(60, OUT), position(260, 1), position(320, 2))
    found = told(keep_out(zone), *reports, until=320)
    assert found == [("exclusion_entered", "confirmed", (200, 260), None, 2, 99)]


def test_a_zone_moved_away_ends_the_episode() -> None:
    """A new version that leaves the position that holds outside ends the episode at its effect."""
    versions = (circle("X", 0, 100), circle("X", 2000, 100, version=2, since=at(200)))
    reports = (position(60, 0), position(120, 1))
    found = told(keep_out(versions), *reports, until=320)
    assert found == [("exclusion_present_at_start", "confirmed", (0, 60), (200, 200), 2, 100)]


def test_a_zone_withdrawn_ends_its_episode_and_may_begin_another() -> None:
    """What runs ends when its zone is withdrawn, and begins anew if it counts again round him."""
    history = ZoneHistory((circle("X", 0, 100),), withdrawn=(Interval(at(150), at(400)),))
    rule = replace(condition(ConditionKind.EXCLUSION), zones=ZoneSet((history,)))
    reports = [position(second, second % 100 / 50) for second in range(0, 600, 50)]
    assert told(supervision(rule), *reports, until=600) == [
        ("exclusion_present_at_start", "confirmed", (0, 0), (150, 150), 3, 100),
        ("exclusion_present_at_start", "confirmed", (400, 400), None, 4, 100),
    ]


def test_a_version_that_withdraws_a_zone_ends_its_episode() -> None:
    """From the effect of a version that withdraws it, the zone is not there."""
    gone = circle("X", 0, 100, version=2, since=at(150), withdrawn=True)
    reports = [position(second, second % 100 / 50) for second in range(0, 400, 50)]
    assert told(keep_out((circle("X", 0, 100), gone)), *reports, until=400) == [
        ("exclusion_present_at_start", "confirmed", (0, 0), (150, 150), 3, 100)
    ]


def test_a_zone_not_yet_in_effect_does_not_count() -> None:
    """Before its first version a zone is not there."""
    zone = circle("X", 0, 100, since=at(200))
    assert told(keep_out(zone), position(60, 0), position(199.999999, 1), until=199.999999) == []


def test_a_version_takes_effect_at_its_instant() -> None:
    """At the very instant of its effect a version holds."""
    zone = circle("X", 0, 100, since=at(1000))
    found = told(keep_out(zone, threshold=1), position(1000, 0), until=1000)
    assert found == [("exclusion_present_at_start", "confirmed", (1000, 1000), None, 1, 100)]


def test_the_ring_is_an_advisory_of_its_own() -> None:
    """Positions surely in the ring make a buffer episode; entering the zone ends it."""
    ring = keep_out(buffer_m=50)
    reports = (position(0, OUT), position(60, RING), position(120, 126), position(180, 0))
    found = told(ring, *reports, position(240, 1), until=240)
    assert found == [
        ("buffer_entered", "confirmed", (0, 60), (120, 180), 2, 0),
        ("exclusion_entered", "confirmed", (120, 180), None, 2, 100),
    ]


def test_a_ring_left_into_the_zone_is_left_at_its_boundary() -> None:
    """The end of a ring's episode is estimated where the path leaves the ring: here inwards."""
    reports = (position(0, OUT), position(60, RING), position(120, 125.5), position(180, 0))
    ring, _ = judged(keep_out(buffer_m=50), *reports, until=180)
    assert estimates(ring) == pytest.approx((60 * 150 / 175, 120 + 60 * 25.5 / 125.5), abs=0.01)


def test_leaving_needs_the_ring_to_be_left() -> None:
    """Within the ring an exclusion goes on, and the ring is not reported beside it."""
    ring = keep_out(buffer_m=50)
    reports = (position(0, OUT), position(60, 0), position(120, 1), position(180, RING))
    assert told(ring, *reports, position(240, 126), until=240) == [
        ("exclusion_entered", "confirmed", (0, 60), None, 2, 100)
    ]
    assert told(ring, *reports, position(240, OUT), until=240) == [
        ("exclusion_entered", "confirmed", (0, 60), (120, 240), 2, 100)
    ]


def test_the_ring_of_a_zone_to_stay_in() -> None:
    """Out of a zone to stay in but within its ring is advisory; beyond, the zone was left."""
    home = stay_in(circle("I", 0, 100), buffer_m=50)
    reports = (position(0, 0), position(60, RING), position(120, 126), position(180, OUT))
    found = told(home, *reports, position(240, OUT + 1), position(300, 0), until=300)
    assert found == [
        ("buffer_entered", "confirmed", (0, 60), (120, 180), 2, 26),
        ("inclusion_left", "confirmed", (0, 180), (240, 300), 2, 201),
    ]


def test_a_zone_to_stay_in_is_left_for_its_ring_only_with_evidence() -> None:
    """A zone to stay in is returned to at its own boundary, not at the ring's."""
    home = stay_in(circle("I", 0, 100), buffer_m=50)
    reports = (position(0, 0), position(60, OUT), position(120, OUT + 1), position(180, RING))
    assert told(home, *reports, until=180) == [
        ("inclusion_left", "confirmed", (0, 60), None, 2, 201)
    ]


def test_any_of_several_zones_to_stay_in_is_enough() -> None:
    """Of zones to stay in the one the wearer is deepest in counts for all."""
    both = stay_in(circle("I", 0, 100), circle("J", 1000, 100))
    reports = (position(0, 0), position(60, 1000), position(120, 500), position(180, 501))
    found = told(both, *reports, position(240, 990), until=240)
    assert found == [("inclusion_left", "confirmed", (60, 120), (180, 240), 2, 400)]


def test_a_zone_that_does_not_exist_is_left_out() -> None:
    """A window that names a zone there is none of is judged by those there are."""
    hours = Schedule("UTC", extra=(Window(at(0), at(5000), ("", "NOWHERE")),))
    home = supervision(condition(ConditionKind.INCLUSION, circle("I", 0, 100), schedule=hours))
    assert told(home, position(0, 0), position(60, 1), until=60) == []


def test_a_path_across_is_a_possible_transit() -> None:
    """A path across a zone with both ends surely outside is advisory, with its depth."""
    found = judged(keep_out(), position(0, -300), position(60, 300), until=60)
    assert told(keep_out(), position(0, -300), position(60, 300), until=60) == [
        ("possible_transit", "brief", (0, 60), (0, 60), 0, 100)
    ]
    assert estimates(found[0]) == pytest.approx((20, 40), abs=0.01)


@pytest.mark.parametrize(
    ("reports", "why"),
    [
        ((position(0, -300), position(300.000001, 300)), "more than max age apart"),
        ((position(0, -300), position(60, 105)), "one end is not surely outside"),
        ((position(0, -105), position(60, 300)), "the other end is not"),
        ((position(0, -300), position(5, 300)), "nobody travels so fast"),
        ((position(0, -300), position(60, -290)), "it does not cross"),
    ],
)
def test_not_every_path_is_a_transit(reports: tuple[Any, Any], why: str) -> None:
    """A path is no transit where its ends are too far apart, unsure, or could not be travelled."""
    found = told(keep_out(), *reports, until=400)
    assert {each[0] for each in found} <= {"implausible_position"}, why


def test_a_transit_needs_the_condition_in_force_at_both_ends() -> None:
    """A path that began before the window opened says nothing about the window."""
    hours = Schedule("UTC", extra=(Window(at(30), at(5000)),))
    rule = condition(ConditionKind.EXCLUSION, circle("X", 0, 100), schedule=hours)
    assert told(supervision(rule), position(0, -300), position(60, 300), until=60) == []
    late = told(supervision(rule), position(30, -300), position(90, 300), until=90)
    assert [each[0] for each in late] == ["possible_transit"]


def test_a_transit_can_begin_and_end_in_the_ring() -> None:
    """From the ring across the zone to the other side of the ring is a transit, too."""
    reports = (position(0, -OUT), position(60, -RING), position(120, RING), position(180, OUT))
    found = told(keep_out(buffer_m=50), *reports, until=180)
    assert ("possible_transit", "brief", (60, 120), (60, 120), 0, 100) in found


def test_what_is_open_is_no_transit() -> None:
    """While an episode runs at a zone, its wearer does not cross it besides."""
    reports = (position(0, OUT), position(60, 0), position(120, RING), position(180, -RING))
    found = told(keep_out(buffer_m=50), *reports, until=180)
    assert [each[0] for each in found] == ["exclusion_entered"]


def test_a_transit_across_the_antimeridian() -> None:
    """A path takes the short way round the earth."""
    degrees = lon(300) - ORIGIN[0]
    there = Zone("X", Circle(180.0, ORIGIN[1], 100.0))
    west = replace(position(0, 0), lon=180.0 - degrees)
    east = replace(position(60, 0), lon=degrees - 180.0)
    found = told(keep_out(there), west, east, until=60)
    assert found == [("possible_transit", "brief", (0, 60), (0, 60), 0, 100)]
