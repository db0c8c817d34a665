"""Scenarios are well formed, repeatable, and can be played together."""

from itertools import pairwise
from pathlib import Path

import pytest

from simulators import scenarios
from simulators.scenario import ExpectedAlert, Scenario
from simulators.scenarios.stage import LENGTH_MIN
from tests.scenario_judge import delivered, ranged
from zones.geojson import read_zones
from zones.instant import MINUTE, SECOND

BUILT = {name: build() for name, build in scenarios.all().items()}
ALL = pytest.mark.parametrize("scenario", BUILT.values(), ids=BUILT.keys())


def test_names_are_those_of_the_builders() -> None:
    """Each builder makes the scenario of its name, and there are at least thirty."""
    assert [scenario.name for scenario in BUILT.values()] == list(BUILT)
    assert len(BUILT) >= 30


@ALL
def test_two_builds_are_equal_to_the_byte(scenario: Scenario) -> None:
    """The same start gives the same deliveries and expectations."""
    again = scenarios.all()[scenario.name]()
    assert again.expected == scenario.expected
    assert [w.deliveries for w in again.wearers] == [w.deliveries for w in scenario.wearers]


@ALL
def test_another_start_only_moves_a_scenario_in_time(scenario: Scenario) -> None:
    """Places and accuracies are the same whatever the start, and times move with it."""
    later = 1_000 * MINUTE
    moved = scenarios.all(scenarios.DEFAULT_START + later)[scenario.name]()
    for ours, theirs in zip(moved.wearers, scenario.wearers, strict=True):
        before = [(s.time + later, s.lon, s.lat, s.accuracy_m) for s in delivered(theirs)]
        assert [(s.time, s.lon, s.lat, s.accuracy_m) for s in delivered(ours)] == before
    starts = [alert.started_after + later for alert in scenario.expected]
    assert [alert.started_after for alert in moved.expected] == starts


def test_a_start_off_the_minute_is_refused() -> None:
    """Windows begin on a minute, so a start that does not is an error that says so."""
    with pytest.raises(ValueError, match="whole minute"):
        scenarios.all(scenarios.DEFAULT_START + SECOND)["quiet-day"]()


def test_all_scenarios_can_be_played_together() -> None:
    """No two scenarios share a wearer, a device or a zone, and all start together."""
    wearers = [wearer for scenario in BUILT.values() for wearer in scenario.wearers]
    zones = [each["id"] for scenario in BUILT.values() for each in scenario.zones["features"]]
    assert len({wearer.wearer_id for wearer in wearers}) == len(wearers)
    assert len({wearer.device_id for wearer in wearers}) == len(wearers)
    assert len(set(zones)) == len(zones)
    assert len({(scenario.start, scenario.end) for scenario in BUILT.values()}) == 1


@ALL
def test_deliveries_lie_within_the_scenario(scenario: Scenario) -> None:
    """Every delivery arrives in order, between start and end, on its device's or unit's topic."""
    assert scenario.end - scenario.start == LENGTH_MIN * MINUTE <= 60 * MINUTE
    for wearer in scenario.wearers:
        times = [delivery.at for delivery in wearer.deliveries]
        assert times == sorted(times)
        assert scenario.start <= times[0]
        assert times[-1] <= scenario.end
        topic = f"ringfence/v1/{wearer.vendor}/{wearer.device_id}/telemetry"
        units = {
            f"ringfence/v1/{unit.vendor}/{unit.beacon_id}/telemetry"
            for unit in scenario.beacons
            if unit.wearer_id == wearer.wearer_id
        }
        topics = {delivery.topic for delivery in wearer.deliveries}
        assert {topic} <= topics <= {topic, *units}
        assert wearer.true_path.start == scenario.start
        assert wearer.true_path.end > scenario.end


@ALL
def test_zones_are_readable_and_named_by_conditions(scenario: Scenario) -> None:
    """The project's own reader takes every zone, and every zone is named by a condition."""
    reading = read_zones(scenario.zones)
    assert reading.problems == ()
    named = {c["zone"] for wearer in scenario.wearers for c in wearer.conditions if "zone" in c}
    assert {zone.zone_id for zone in reading.zones} == named


def test_silences_are_as_long_as_the_plan_forbids() -> None:
    """A gap in arrivals beyond the plan's max age is what a missed call-in is expected for."""
    for scenario in BUILT.values():
        for wearer in scenario.wearers:
            times = [scenario.start, *(delivery.at for delivery in wearer.deliveries), scenario.end]
            gaps = [(a, b) for a, b in pairwise(times) if b - a > wearer.max_age_s * SECOND]
            missed = _silences(scenario, wearer.wearer_id)
            assert len(gaps) == len(missed)
            for (start, end), alert in zip(gaps, missed, strict=True):
                overdue = start + wearer.max_age_s * SECOND
                assert alert.started_after <= overdue
                assert start <= alert.started_by
                assert (alert.ended_after or end) <= end <= (alert.ended_by or end)


def test_positions_fail_only_where_location_loss_is_expected() -> None:
    """Judged positions more than max age apart mean silence or a lost location, both expected."""
    for scenario in BUILT.values():
        for wearer in scenario.wearers:
            moved = _expected(scenario, wearer.wearer_id, "beacon_moved")
            until = min((alert.started_by for alert in moved), default=scenario.end)
            found = [seen.time for seen in delivered(wearer)]
            found += [time for time in ranged(wearer) if time < until]
            times = [scenario.start, *sorted(found), scenario.end]
            gaps = sum(b - a > wearer.max_age_s * SECOND for a, b in pairwise(times))
            lost = _expected(scenario, wearer.wearer_id, "location_lost")
            silent = _silences(scenario, wearer.wearer_id)
            unlocated = [each for each in silent if each.state == "open"]
            unlocated += [each for each in silent if each.kind == "never_reported"]
            assert gaps == len(lost) + len(unlocated)


def test_what_needs_device_events_says_so() -> None:
    """Exactly the scenarios in which a device reports of itself are marked."""
    for scenario in BUILT.values():
        payloads = (each.payload for wearer in scenario.wearers for each in wearer.deliveries)
        own = any(b'"events"' in payload for payload in payloads)
        assert scenario.needs == (frozenset({"device_events"}) if own else frozenset())


def test_poison_gives_no_position() -> None:
    """Of the poisoned deliveries exactly the good ones hold a position that can be judged."""
    (wearer,) = BUILT["delivery-poison"].wearers
    assert BUILT["delivery-poison"].rejections == 12
    assert len(delivered(wearer)) == len(wearer.deliveries) - 12


def test_an_alert_of_an_unknown_kind_or_without_its_end_is_refused() -> None:
    """A misspelt kind, or an end on an open alert, is an error that names the field."""
    with pytest.raises(ValueError, match="kind is 'exclusion_enterd'"):
        ExpectedAlert("w", "exclusion_enterd", None, None, "open", 0, 1)
    with pytest.raises(ValueError, match="state is 'open'"):
        ExpectedAlert("w", "exclusion_entered", None, None, "open", 0, 1, 2, 3)


def _expected(scenario: Scenario, wearer_id: str, kind: str) -> list[ExpectedAlert]:
    return [a for a in scenario.expected if a.wearer_id == wearer_id and a.kind == kind]


def _silences(scenario: Scenario, wearer_id: str) -> list[ExpectedAlert]:
    kinds = ("never_reported", "missed_call_in")
    return [each for kind in kinds for each in _expected(scenario, wearer_id, kind)]


def test_the_documentation_tells_every_scenario() -> None:
    """The table in the documentation has each scenario's name and story."""
    text = (Path(__file__).parents[2] / "docs" / "simulators.md").read_text(encoding="utf-8")
    for scenario in BUILT.values():
        assert f"| `{scenario.name}` | {scenario.story} |" in text
