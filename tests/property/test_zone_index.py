"""The index finds exactly what asking every zone finds."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zones.crossing import crosses
from zones.errors import ZoneError
from zones.index import FEW, ZoneIndex
from zones.zone import Area, Circle, Zone

TOWNS = [(-46.63, -23.55), (180.0, -17.0), (-179.999, 65.0), (20.0, 89.99), (0.0, -90.0), (10, 50)]


def normal(lon: float) -> float:
    """Bring a longitude to -180..180."""
    return (lon + 180.0) % 360.0 - 180.0


@st.composite
def places(draw: st.DrawFn, town: tuple[float, float]) -> tuple[float, float]:
    """A place within a few kilometres of a town."""
    lat = max(-90.0, min(90.0, town[1] + draw(st.floats(-0.05, 0.05))))
    squeeze = max(0.001, math.cos(math.radians(lat)))
    return normal(town[0] + draw(st.floats(-0.05, 0.05)) / squeeze), lat


@st.composite
def zones(draw: st.DrawFn, number: int, town: tuple[float, float]) -> Zone:
    """A circle, or an area of few or many corners, near a town."""
    lon, lat = draw(places(town))
    radius_m = 10.0 ** draw(st.floats(0.5, 4.5))
    corners = draw(st.sampled_from([0, 3, 7, 150]))
    reach = min(radius_m / 111_195.0, (90.0 - abs(lat)) / 2.0)
    if not corners or reach < 1e-5:
        return Zone(str(number), Circle(lon, lat, radius_m))
    squeeze = math.cos(math.radians(lat))
    ring = []
    for corner in range(corners):
        angle = math.tau * corner / corners
        ring.append(
            (normal(lon + reach * math.cos(angle) / squeeze), lat + reach * math.sin(angle))
        )
    return Zone(str(number), Area((((*ring, ring[0]),),)))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Zone], np.ndarray]:
    """Zones and positions in and around some towns."""
    town = draw(st.lists(st.sampled_from(TOWNS), min_size=1, max_size=2, unique=True))
    found = [
        draw(zones(number, draw(st.sampled_from(town))))
        for number in range(draw(st.integers(0, 8)))
    ]
    at = [draw(places(draw(st.sampled_from(town)))) for _ in range(draw(st.integers(1, 8)))]
    return found, np.array(at)


@given(worlds(), st.sampled_from([0.0, 1.0, 300.0, 3_000.0, 50_000.0, 9_000_000.0]))
@settings(max_examples=100, deadline=None)
def test_near_is_brute_force(world: tuple[list[Zone], np.ndarray], reach_m: float) -> None:
    """Near finds every pair within reach or inside, no other, with the zone's own distance."""
    found, at = world
    got = ZoneIndex(found).near(at[:, 0], at[:, 1], reach_m)
    want = {
        (position, number): distance
        for number, zone in enumerate(found)
        for position, distance in enumerate(zone.signed_distances_m(at[:, 0], at[:, 1]))
        if distance >= -reach_m
    }
    pairs = list(zip(got.position.tolist(), got.zone.tolist(), strict=True))
    assert pairs == sorted(want)
    assert got.signed_distance_m.tolist() == pytest.approx([want[pair] for pair in pairs], abs=1e-6)


@given(worlds(), st.lists(st.floats(0.0, 5_000.0) | st.floats(0.0, 100.0), min_size=8, max_size=8))
@settings(max_examples=30, deadline=None)
def test_each_position_has_its_own_reach(
    world: tuple[list[Zone], np.ndarray], reaches: list[float]
) -> None:
    """A reach for each position gives what each position alone gives."""
    found, at = world
    index = ZoneIndex(found)
    reach = np.array(reaches[: len(at)])
    many = np.concatenate([at, np.zeros((FEW, 2))])
    together = index.near(many[:, 0], many[:, 1], np.append(reach, np.zeros(FEW)))
    for position, (lon, lat) in enumerate(at):
        alone = index.near([lon], [lat], reach[position])
        mine = together.position == position
        assert together.zone[mine].tolist() == alone.zone.tolist()
        assert together.signed_distance_m[mine].tolist() == alone.signed_distance_m.tolist()


@given(worlds(), st.data())
@settings(max_examples=80, deadline=None)
def test_crossed_is_brute_force(world: tuple[list[Zone], np.ndarray], data: st.DataObject) -> None:
    """Crossed finds every path that touches a zone with neither end inside, and no other."""
    found, start = world
    end = start[data.draw(st.permutations(range(len(start))))]
    path, number = ZoneIndex(found).crossed(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    want = [
        (each, zone_number)
        for each, (a, b) in enumerate(zip(start, end, strict=True))
        for zone_number, zone in enumerate(found)
        if crosses(zone, *a, *b)
        and zone.signed_distance_m(*a) < 0.0
        and zone.signed_distance_m(*b) < 0.0
    ]
    assert list(zip(path.tolist(), number.tolist(), strict=True)) == want
    many = np.concatenate([start, np.zeros((FEW, 2))]), np.concatenate([end, np.zeros((FEW, 2))])
    path, number = ZoneIndex(found).crossed(*many[0].T, *many[1].T)
    assert list(zip(path.tolist(), number.tolist(), strict=True)) == want


@given(worlds(), st.data())
@settings(max_examples=50, deadline=None)
def test_edited_is_built_anew(world: tuple[list[Zone], np.ndarray], data: st.DataObject) -> None:
    """After any edits the index answers as one built from the zones it then has."""
    found, at = world
    half = len(found) // 2
    index = ZoneIndex(found[:half])
    have = {zone.key: zone for zone in found[:half]}
    for zone in found[half:]:
        gone = data.draw(st.lists(st.sampled_from(sorted(have)), unique=True)) if have else []
        index.edit([zone], gone)
        have = {key: kept for key, kept in have.items() if key not in gone} | {zone.key: zone}
    left = [index.zones[number] for number in index.numbers]
    assert sorted(zone.key for zone in left) == sorted(have)
    anew = ZoneIndex(left)
    got, want = (each.near(at[:, 0], at[:, 1], 2_000.0) for each in (index, anew))
    assert [index.zones[each] for each in got.zone] == [anew.zones[each] for each in want.zone]
    assert got.position.tolist() == want.position.tolist()
    assert got.signed_distance_m.tolist() == want.signed_distance_m.tolist()
    paths = at[:, 0], at[:, 1], at[::-1, 0], at[::-1, 1]
    mine, theirs = index.crossed(*paths), anew.crossed(*paths)
    assert mine[0].tolist() == theirs[0].tolist()
    assert [index.zones[each] for each in mine[1]] == [anew.zones[each] for each in theirs[1]]


def test_thousands_of_edits_leave_nothing_behind() -> None:
    """An index in which zones were replaced many times over finds the last ones, and no others."""
    index = ZoneIndex(
        Zone(f"old-{number}", Circle(number / 1000, 0.0, 50.0)) for number in range(300)
    )
    for version in range(1, 21):
        gone = [(f"new-{number}", version - 1) for number in range(150)] if version > 1 else []
        index.edit(
            (
                Zone(f"new-{each}", Circle(each / 1000, 1.0, 40.0 + version), version=version)
                for each in range(150)
            ),
            gone,
        )
    index.edit(removed=[("old-7", 1), ("new-3", 20)])
    assert len(index) == len(index.numbers) == 300 + 150 - 2
    near = index.near([0.003, 0.004, 0.007], [1.0, 1.0, 0.0], 0.0)
    assert [index.zones[number].key for number in near.zone] == [("new-4", 20)]
    assert near.signed_distance_m.tolist() == [60.0]


@pytest.mark.parametrize(
    ("added", "removed"),
    [([Zone("a", Circle(0.0, 0.0, 50.0))], []), ([], [("b", 1)]), ([], [("a", 1), ("a", 1)])],
    ids=["added twice", "not there", "removed twice"],
)
def test_a_wrong_edit_is_refused(added: list[Zone], removed: list[tuple[str, int]]) -> None:
    """Adding what is there, or removing what is not, is an error that names it; nothing changes."""
    index = ZoneIndex([Zone("a", Circle(0.0, 0.0, 50.0))])
    with pytest.raises(ZoneError, match=r"zone '[ab]'.*version 1"):
        index.edit([Zone("c", Circle(0.0, 0.0, 50.0)), *added], removed)
    assert [index.zones[number].zone_id for number in index.near([0.0], [0.0], 0.0).zone] == ["a"]


def test_a_version_has_one_shape() -> None:
    """A version that comes again with another shape is refused: its number stands for the first."""
    index = ZoneIndex([Zone("a", Circle(0.0, 0.0, 50.0))])
    index.edit(removed=[("a", 1)])
    with pytest.raises(ZoneError, match=r"zone 'a'.*another shape"):
        index.edit([Zone("a", Circle(0.0, 0.0, 60.0))])


def test_a_duplicate_is_refused() -> None:
    """Two zones with one zone_id and version make no index."""
    with pytest.raises(ZoneError, match=r"zone 'a'.*twice"):
        ZoneIndex([Zone("b", Circle(1.0, 0.0, 50.0)), *[Zone("a", Circle(0.0, 0.0, 50.0))] * 2])
