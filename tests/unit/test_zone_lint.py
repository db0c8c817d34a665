"""Each finding of the zone linter, with the nearest zone that has it not."""

import json
from collections.abc import Iterable
from math import cos, radians
from pathlib import Path

import msgspec
import numpy as np
import pytest
from typer.testing import CliRunner

from engine.cli import application
from engine.core.compile import Registry, registry_of
from engine.core.condition_json import read_condition
from engine.core.order import Activation
from engine.core.plan import SupervisionPlan
from engine.core.position import Position
from engine.core.registry import Order, Wearer
from engine.core.zone_surroundings import precision_near, roads_through, seen, surroundings
from engine.core.zone_use import use_findings, uses_of
from tests.judgement_kit import T0, position
from zones.geojson import write_zones
from zones.instant import DAY
from zones.zone import Area, Circle, Zone
from zones.zone_lint import ASSUMED, Precision, lint_zone

LAT, LON = 52.0, 13.0
EAST_M = 111_320.0 * cos(radians(LAT))
NORTH_M = 111_270.0
Metres = list[tuple[float, float]]


def ring(corners: Metres) -> list[tuple[float, float]]:
    """Return a closed ring of metres east and north, in degrees."""
    return [(LON + e / EAST_M, LAT + n / NORTH_M) for e, n in (*corners, corners[0])]


def area(*polygons: list[Metres]) -> Zone:
    """Return an area of polygons, each an outer ring and holes, in metres."""
    return Zone("Z", Area([[ring(each) for each in rings] for rings in polygons]))


def circle(radius_m: float, east_m: float = 0.0, zone_id: str = "Z") -> Zone:
    """Return a circle."""
    return Zone(zone_id, Circle(LON + east_m / EAST_M, LAT, radius_m))


def box(east: float, north: float, wide: float, high: float) -> Metres:
    """Return a rectangle by its corner and its sides, metres."""
    return [(east, north), (east + wide, north), (east + wide, north + high), (east, north + high)]


def spike(width_m: float) -> Zone:
    """Return a square with a spike of 200 m, so wide at its foot."""
    return area(
        [
            [
                (0, 0),
                (100, 0),
                (100, 100),
                (60, 100),
                (60 - width_m / 2, 300),
                (60 - width_m, 100),
                (0, 100),
            ]
        ]
    )


BIG = box(0, 0, 400, 400)
STAIRS = [(i * 0.2, 0.0) for i in range(498)] + [(200.0, 0.0), (200.0, 200.0), (0.0, 200.0)]

CASES = [
    ("too_small", circle(10.8), circle(10.9)),
    ("too_small", area([box(0, 0, 300, 21.5)]), area([box(0, 0, 300, 22.1)])),
    ("sliver", area([BIG], [box(500, 0, 300, 21)]), area([BIG], [box(500, 0, 300, 23)])),
    ("small_hole", area([BIG, box(100, 100, 21, 21)]), area([BIG, box(100, 100, 23, 23)])),
    ("spike", spike(30), spike(40)),
    ("many_vertices", area([STAIRS]), area([STAIRS[1:]])),
    ("close_vertices", area([[*BIG, (0, 0.9)]]), area([[*BIG, (0, 1.1)]])),
]


@pytest.mark.parametrize(("code", "bad", "good"), CASES)
def test_a_finding_is_made_and_not_for_the_nearest_good_zone(
    code: str, bad: Zone, good: Zone
) -> None:
    """The linter draws the line between the two."""
    assert code in [each.code for each in lint_zone(bad)]
    assert code not in [each.code for each in lint_zone(good)]


def test_how_small_is_too_small_follows_from_the_positions_there() -> None:
    """Half of the positions must be able to prove it, or it is an error; 95 %, or a warning."""
    precise = Precision(median_m=20.0, most_m=40.0, positions=500)
    found = [
        [each.code for each in lint_zone(circle(radius), precise)] for radius in (21, 22, 43, 44)
    ]
    assert found == [["too_small"], ["small"], ["small"], []]


@pytest.mark.parametrize(
    "zone",
    [
        Zone(
            "A",
            Area(
                [
                    [
                        [
                            (179.999, 10),
                            (-179.999, 10),
                            (-179.999, 10.002),
                            (179.999, 10.002),
                            (179.999, 10),
                        ]
                    ]
                ]
            ),
        ),
        Zone("P", Area([[[(0, 80), (120, 80), (-120, 80), (0, 80)]]])),
        Zone("L", Circle(0.0, 0.0, 4_000_000.0)),
        Zone("W", Area([[[(-100, -40), (100, -40), (100, 40), (-100, 40), (-100, -40)]]])),
    ],
    ids=lambda zone: zone.zone_id,
)
def test_zones_anywhere_on_earth_can_be_looked_at(zone: Zone) -> None:
    """Across the antimeridian, round a pole, as large as a continent: no finding, no error."""
    assert lint_zone(zone) == ()


def track(places: Iterable[float], step_s: float = 10.0, accuracy_m: float = 8.0) -> list[Position]:
    """Return positions so many metres east, a step of seconds apart."""
    return [position(i * step_s, metres, accuracy_m) for i, metres in enumerate(places)]


def codes(zone: Zone, *tracks: list[Position]) -> list[str]:
    """Return what positions say against a zone."""
    positions = seen(tracks)
    distance_m = zone.signed_distances_m(positions.lon, positions.lat)
    return [each.code for each in surroundings(zone, distance_m, positions)]


def drives(number: int, speed_mps: float) -> list[Position]:
    """Return drives through the origin, an hour apart."""
    return [
        position(hour * 3600 + i * 10, -200 + i * 10 * speed_mps, 8.0)
        for hour in range(number)
        for i in range(int(400 / (10 * speed_mps)) + 1)
    ]


def test_a_road_through_the_zone_is_seen_by_those_who_drive_it() -> None:
    """Five drives faster than 8 m/s make a road; four, or any number on foot, do not."""
    zone = circle(100)
    assert codes(zone, drives(5, 10.0)) == ["through_road"]
    assert codes(zone, drives(4, 10.0)) == []
    assert codes(zone, drives(9, 7.9)) == []
    assert codes(zone, drives(3, 10.0), drives(2, 10.0)) == ["through_road"]
    stated = [msgspec.structs.replace(each, speed_mps=1.0) for each in drives(5, 10.0)]
    assert codes(zone, stated) == []


def test_a_road_on_the_map_leads_through_or_only_to_the_zone() -> None:
    """A line that goes in and out again passes; one that ends inside, or passes by, does not."""
    zone = area([box(-50, -50, 100, 100)])

    def roads(*line: tuple[float, float]) -> list[str]:
        places = np.array([(LON + e / EAST_M, LAT + n / NORTH_M) for e, n in line])
        return [each.message for each in roads_through(zone, [("Main St", places)])]

    assert roads((-200, 0), (200, 0)) == [
        "Main St leads through it for 100 m: who passes enters it"
    ]
    assert roads((-200, 0), (0, 0)) == []
    assert roads((-200, 51), (200, 51)) == []


def test_coordinates_exchanged_are_told_from_a_place_far_away() -> None:
    """Exchanged they would be where people are; elsewhere it is only far."""
    here = track([0.0] * 3)
    assert codes(Zone("Z", Circle(LAT, LON, 100.0)), here) == ["coordinates_swapped"]
    assert codes(Zone("Z", Circle(LON + 3.0, LAT, 100.0)), here) == ["far_away"]
    assert codes(Zone("Z", Circle(LON + 1.4, LAT, 100.0)), here) == []
    assert codes(Zone("Z", Circle(LAT, LON, 100.0))) == []


def test_how_accurate_positions_are_near_a_zone_is_measured() -> None:
    """From thirty positions near it on; farther ones have no say."""
    zone = circle(100)

    def measured(*tracks: list[Position]) -> Precision:
        positions = seen(tracks)
        return precision_near(zone.signed_distances_m(positions.lon, positions.lat), positions)

    near = track([0.0] * 15, accuracy_m=20.0) + track([0.0] * 15, accuracy_m=40.0)
    assert measured(near) == Precision(30.0, 40.0, 30)
    assert measured(near[1:]) == ASSUMED
    assert measured(near[1:], track([700.0] * 10)) == ASSUMED


def registry(*conditions: dict[str, object], zones: Iterable[Zone]) -> Registry:
    """Return a registry of one wearer with one order."""
    order = Order(
        order_id="o",
        wearer_id="w",
        agency="",
        officer="",
        effective_from=T0 - DAY,
        effective_until=None,
        plan=SupervisionPlan(),
        conditions=tuple(read_condition(each, "UTC") for each in conditions),
    )
    worn = Activation(activation_id=1, wearer_id="w", vendor="v", device_id="d", started_at=T0)
    return registry_of(1, [Wearer(wearer_id="w", name="", timezone="UTC")], [worn], [order], zones)


def used(gap_m: float, buffer_m: float = 0.0) -> list[tuple[str, str]]:
    """Return what is found of a zone to keep out of so far from the wearer's home."""
    home, keep_out = circle(100, zone_id="HOME"), circle(100, 200 + gap_m, "KEEP-OUT")
    made = registry(
        {"id": "x", "kind": "exclusion", "zone": "KEEP-OUT", "buffer_m": buffer_m},
        {"id": "h", "kind": "inclusion", "zone": "HOME"},
        zones=[home, keep_out],
    )
    found = []
    for zone in (keep_out, home):
        uses = uses_of(zone.zone_id, made, T0 + 1)
        found.append(
            [(e.code, e.severity.value) for e in use_findings(zone, uses, ASSUMED, T0 + 1)]
        )
    clashes = [[each for each in some if each[0] == "overlaps_address"] for some in found]
    assert clashes[0] == clashes[1], "seen from either zone"
    return found[0]


def test_a_zone_must_not_reach_where_the_same_wearer_has_to_be() -> None:
    """Overlapping is an error; nearer than the ring and the error of a position a warning."""
    assert used(-10.0) == [("overlaps_address", "error")]
    assert used(10.0) == [("overlaps_address", "warning")]
    assert used(11.5) == []
    assert used(59.5, buffer_m=50.0) == [("overlaps_address", "warning")]
    assert used(62.0, buffer_m=50.0) == []


def test_a_ring_narrower_than_the_error_of_a_position() -> None:
    """Met by chance, it tells nothing."""
    assert used(500.0, buffer_m=9.9) == [("buffer_narrow", "warning")]
    assert used(500.0, buffer_m=10.0) == []


def test_the_command_says_everything_and_exits_by_the_worst(tmp_path: Path) -> None:
    """An error is exit code 1; a road file is read; JSON has all numbers."""
    file, roads = tmp_path / "zones.geojson", tmp_path / "roads.geojson"
    file.write_text(json.dumps(write_zones([circle(5), circle(200, 1000, "Y")])))
    line = {"type": "LineString", "coordinates": [[LON, LAT], [LON + 0.1, LAT]]}
    roads.write_text(json.dumps({"type": "Feature", "properties": None, "geometry": line}))
    command = ["zones", "lint", str(file), "--roads", str(roads)]
    done = CliRunner().invoke(application(), command)
    assert done.exit_code == 1
    assert "Z (version 1): error too_small: nobody can ever be surely inside" in done.output
    assert "Y (version 1): warning through_road: a road leads through it for 400 m" in done.output
    found = json.loads(CliRunner().invoke(application(), [*command, "--json"]).output)
    assert found["zones"][0]["findings"][0]["details"][0]["inscribed_radius_m"] == 5.0
    file.write_text(json.dumps(write_zones([circle(50)])))
    done = CliRunner().invoke(application(), ["zones", "lint", str(file)])
    assert (done.exit_code, done.output.strip()[-11:]) == (0, "no findings")
