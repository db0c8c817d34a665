"""The index of what moves finds exactly whom brute force finds, whatever has moved before."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import live_positions
from engine.core.position import Position
from engine.live_positions import LivePositions
from tests.judgement_kit import position
from zones.separation import distance_m

PLACES = st.sampled_from(
    [
        (52.0, 13.0),
        (52.001, 13.0),
        (52.0, 13.004),
        (-52.0, 13.0),
        (0.0, 179.9),
        (0.0, 179.999),
        (0.0, -179.999),
        (0.001, 180.0),
        (0.0, -180.0),
        (89.999, 10.0),
        (89.999, -170.0),
        (90.0, 0.0),
    ]
)
NUDGES = st.floats(-0.003, 0.003)


def placed(activation_id: int, seconds: float, lat: float, lon: float) -> Position:
    """Return a position of an activation at a place."""
    lat = min(90.0, max(-90.0, lat))
    lon = (lon + 180.0) % 360.0 - 180.0
    made = position(seconds, 0.0)
    return msgspec.structs.replace(made, activation_id=activation_id, lat=lat, lon=lon)


moves = st.lists(
    st.tuples(st.integers(1, 6), st.booleans(), PLACES, NUDGES, NUDGES), min_size=1, max_size=40
)


@settings(deadline=None, max_examples=150)
@given(moves, PLACES, st.sampled_from([1.0, 100.0, 300.0, 5000.0, 300_000.0]), st.integers(0, 30))
def test_it_finds_whom_brute_force_finds(
    moves: list[tuple[int, bool, tuple[float, float], float, float]],
    place: tuple[float, float],
    radius_m: float,
    since: int,
) -> None:
    """After any moves and departures: the same, nearest first, across antimeridian and pole."""
    newest = dict[int, Position]()
    live = LivePositions(newest.get)
    for seconds, (number, leaves, (lat, lon), north, east) in enumerate(moves):
        if leaves and number in newest:
            live.drop(number)
            del newest[number]
            continue
        newest[number] = placed(number, seconds, lat + north, lon + east)
        live.put(number, newest[number])
        if north > 0:
            live.near(lat, lon, radius_m, 0)
    not_before = position(since, 0.0).fix_time
    lat, lon = place
    expected = sorted(
        (distance_m(lon, lat, each.lon, each.lat), number)
        for number, each in newest.items()
        if each.fix_time >= not_before and distance_m(lon, lat, each.lon, each.lat) <= radius_m
    )
    found = live.near(lat, lon, radius_m, not_before)
    assert [(each.distance_m, each.position.activation_id) for each in found] == expected
    assert len(live) == len(newest)


def test_whoever_never_was_there_leaves_nothing_behind() -> None:
    """Dropping an unknown activation, or the same position twice, changes nothing."""
    at = placed(1, 0.0, 52.0, 13.0)
    live = LivePositions({1: at}.get)
    live.drop(7)
    live.put(1, at)
    live.put(1, at)
    assert len(live.near(52.0, 13.0, 1.0, 0)) == len(live) == 1


def test_a_tree_that_is_built_anew_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where most have moved the tree is packed from the beginning: nobody is lost or doubled."""
    monkeypatch.setattr(live_positions, "REBUILD_FROM", 3)
    newest = dict[int, Position]()
    live = LivePositions(newest.get)
    for turn in range(4):
        for number in range(1, 12):
            newest[number] = placed(number, turn, 52.0 + 0.01 * turn * (number % 3), 13.0)
            live.put(number, newest[number])
        found = live.near(52.0, 13.0, 500.0, 0)
        expected = [number for number in range(1, 12) if turn == 0 or number % 3 == 0]
        assert sorted(each.position.activation_id for each in found) == expected
