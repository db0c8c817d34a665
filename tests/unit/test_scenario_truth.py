"""What scenarios expect follows from the true path, and from the positions actually delivered."""

from itertools import pairwise

import numpy as np
import pytest
import shapely

from simulators import scenarios
from simulators.scenario import ExpectedAlert, Scenario
from tests.scenario_judge import (
    delivered,
    ground_of,
    proved,
    seen_depths,
    stretches,
    true_depths,
    true_episodes,
    zones_of,
)
from zones.instant import SECOND

BUILT = {name: build() for name, build in scenarios.all().items()}
ALL = pytest.mark.parametrize("scenario", BUILT.values(), ids=BUILT.keys())
FROM_NOISE = {"exclusion-stray-fine", "curfew-frozen"}
"""Wearers whose brief episode is the receiver's doing: nothing in the truth corresponds to it."""
SHORTEST_TRUE = 30 * SECOND
"""A drive of 8 s through a zone is no violation any position could show."""


def _about_places(scenario: Scenario, wearer_id: str) -> list[ExpectedAlert]:
    about = [
        alert
        for alert in scenario.expected
        if alert.wearer_id == wearer_id
        and alert.kind.startswith(("exclusion", "inclusion", "curfew", "attendance", "proximity"))
        and alert.kind != "attendance_unverified"
    ]
    return sorted(about, key=lambda alert: alert.started_after)


@ALL
def test_truth_breaks_exactly_what_is_expected(scenario: Scenario) -> None:
    """Each true violation is expected with its bounds, and each expected one is true."""
    for wearer in scenario.wearers:
        noise = wearer.wearer_id in FROM_NOISE
        expected = [] if noise else _about_places(scenario, wearer.wearer_id)
        truth = [
            episode
            for episode in true_episodes(scenario, wearer)
            if episode[3] - episode[2] > SHORTEST_TRUE
        ]
        assert [episode[:2] for episode in truth] == [(e.condition_id, e.kind) for e in expected]
        for (_, _, start, end), alert in zip(truth, expected, strict=True):
            assert alert.started_after <= start <= alert.started_by
            assert (alert.ended_after or scenario.end - 2 * SECOND) <= end
            assert end <= (alert.ended_by or scenario.end)


@ALL
def test_positions_prove_exactly_what_is_expected(scenario: Scenario) -> None:
    """Judged one by one, the delivered positions confirm what is expected and nothing else."""
    for wearer in scenario.wearers:
        expected = [
            (alert.condition_id, alert.state != "brief")
            for alert in _about_places(scenario, wearer.wearer_id)
            if alert.kind != "proximity"
        ]
        found = [
            (condition["id"], confirmed)
            for condition in wearer.conditions
            if "zone" in condition
            for confirmed in proved(scenario, wearer, condition)
        ]
        assert found == expected


@pytest.mark.parametrize("name", ["curfew-implausible-jump", "delivery-skewed-clock"])
def test_a_gullible_judge_would_be_wrong(name: str) -> None:
    """Whoever believes every position would see a violation that never happened."""
    (wearer,) = BUILT[name].wearers
    (condition,) = wearer.conditions
    assert proved(BUILT[name], wearer, condition, gullible=True) != []
    assert proved(BUILT[name], wearer, condition) == []


def test_without_the_frozen_fix_nothing_would_be_kept() -> None:
    """The frozen position is repeated at least five times, far outside the home."""
    scenario = BUILT["curfew-frozen-position"]
    (wearer,) = scenario.wearers
    fine = [seen for seen in delivered(wearer) if not seen.coarse]
    depth_m = seen_depths(scenario, "FROZEN-HOME", fine)
    outside = [seen for seen, metres in zip(fine, depth_m, strict=True) if metres < -150]
    assert len(outside) >= 5
    assert len({(seen.lon, seen.lat, seen.accuracy_m) for seen in outside}) == 1


@ALL
def test_paths_between_positions_touch_zones_only_as_expected(scenario: Scenario) -> None:
    """A path that crosses an exclusion zone with neither end in it is expected as a transit."""
    here, zones = ground_of(scenario), zones_of(scenario)
    for wearer in scenario.wearers:
        seen = delivered(wearer)
        points = here.metres([s.lon for s in seen], [s.lat for s in seen])
        paths = shapely.linestrings([list(pair) for pair in pairwise(points)])
        crossings = 0
        for condition in wearer.conditions:
            if condition["kind"] == "exclusion":
                zone = zones[condition["zone"]]
                inside = shapely.covers(zone, shapely.points(points))
                touched = shapely.intersects(zone, paths)
                crossings += int(np.sum(touched & ~inside[:-1] & ~inside[1:]))
        kinds = [a.kind for a in scenario.expected if a.wearer_id == wearer.wearer_id]
        assert crossings == kinds.count("possible_transit")


def test_a_transit_is_true_and_its_positions_are_surely_outside() -> None:
    """He truly crosses the zone when expected, and no fix is near enough to be unsure."""
    scenario = BUILT["exclusion-drives-through"]
    (wearer,), (alert,) = scenario.wearers, scenario.expected
    ((start, end),) = stretches(*_inside(scenario, alert))
    assert alert.started_after <= start < end <= alert.started_by
    assert seen_depths(scenario, "DRIVE-ZONE", delivered(wearer)).max() < -90


def test_the_ring_is_entered_by_truth_and_by_sure_positions() -> None:
    """In the buffer scenario the wearer is in the ring, never in the zone, for minutes."""
    scenario = BUILT["exclusion-buffer-ring"]
    (wearer,), (alert,) = scenario.wearers, scenario.expected
    instants, inside_m = true_depths(scenario, wearer, "RING-HOUSE")
    ((start, end),) = stretches(instants, inside_m > -120)
    assert inside_m.max() < -30
    assert alert.started_after <= start <= alert.started_by
    assert (alert.ended_after or 0) <= end <= (alert.ended_by or 0)
    seen = delivered(wearer)
    margin_m = np.array([1.1 * each.accuracy_m for each in seen])
    near_m = seen_depths(scenario, "RING-HOUSE", seen)
    assert np.sum((near_m > margin_m - 120) & (near_m < -margin_m)) >= 5


def test_skirting_positions_are_unsure_and_never_inside() -> None:
    """Along the fence the positions are of uncertain membership for minutes, none of them in."""
    scenario = BUILT["exclusion-skirts-edge"]
    (wearer,) = scenario.wearers
    seen = delivered(wearer)
    inside_m = seen_depths(scenario, "SKIRT-YARD", seen)
    unsure = np.abs(inside_m) < np.array([1.08 * each.accuracy_m for each in seen])
    assert np.sum(unsure) >= 10
    assert inside_m.max() < 0


def test_noise_is_really_there() -> None:
    """Positions lie metres off the truth, not on it, in every scenario."""
    for scenario in BUILT.values():
        here = ground_of(scenario)
        for wearer in scenario.wearers:
            seen = delivered(wearer)
            truth = wearer.true_path.sample(np.array([each.time for each in seen]))
            at = here.metres([each.lon for each in seen], [each.lat for each in seen])
            error_m = np.hypot(*(at - here.metres(truth.lon, truth.lat)).T)
            assert 1.0 < np.median(error_m) < 25.0


def _inside(scenario: Scenario, alert: ExpectedAlert) -> tuple[np.ndarray, np.ndarray]:
    (wearer,) = scenario.wearers
    instants, inside_m = true_depths(scenario, wearer, alert.zone_id or "")
    return instants, inside_m > 0
