"""Areas across the antimeridian and round a pole, however written, have no seam."""

import pytest

from zones.area import Area
from zones.polygons import Polygons
from zones.zone import Circle, Zone

WEST = [(170, 10), (180, 10), (180, 20), (170, 20), (170, 10)]
EAST = [(-180, 10), (-170, 10), (-170, 20), (-180, 20), (-180, 10)]
RUNS_ON = [(170, 10), (190, 10), (190, 20), (170, 20), (170, 10)]
RUNS_BACK = [(-190, 10), (-170, 10), (-170, 20), (-190, 20), (-190, 10)]
JUMPS = [(170, 10), (-170, 10), (-170, 20), (170, 20), (170, 10)]
HOLE = [(-179, 14), (-179, 16), (179, 16), (179, 14), (-179, 14)]

ARCTIC = [(0, 70), (90, 70), (180, 70), (-90, 70), (0, 70)]
ARCTIC_BACKWARD = ARCTIC[::-1]
ARCTIC_RUNS_ON = [(0, 70), (90, 70), (180, 70), (270, 70), (360, 70)]
ARCTIC_FULL_TURN = [(-180, 70), (-90, 70), (0, 70), (90, 70), (180, 70)]
ARCTIC_CLOSED = [(-180, 70), (0, 70), (180, 70), (180, 90), (-180, 90), (-180, 70)]


def zone(*polygons: list[list[tuple[int, int]]]) -> Zone:
    """Build a zone of rings as they stand in a document."""
    return Zone("zone", Area(polygons))


@pytest.mark.parametrize(
    "polygons",
    [([WEST], [EAST]), ([EAST], [WEST]), ([RUNS_ON],), ([RUNS_BACK],), ([JUMPS],)],
    ids=["cut", "cut, other order", "runs past 180", "runs past -180", "jumps"],
)
def test_the_antimeridian_is_no_boundary(polygons: Polygons) -> None:
    """However an area across the antimeridian is written, ±180 is deep inside it."""
    area = Zone("zone", Area(polygons))
    depths = area.signed_distances_m([180.0, -180.0, 179.999, -179.999, 540.0], [15.0] * 5)
    assert depths == pytest.approx([553_000.0] * 5, rel=0.001)
    assert area.signed_distance_m(169.0, 15.0) == pytest.approx(-107_550.0, rel=0.001)
    assert area.signed_distance_m(-169.0, 15.0) == pytest.approx(-107_550.0, rel=0.001)
    assert area.signed_distance_m(0.0, 15.0) < -10_000_000.0
    assert area.signed_distance_m(180.0, 20.0) == 0.0


def test_a_hole_across_the_antimeridian() -> None:
    """A hole across ±180, written with a jump, is a hole of a shell that runs on."""
    for shell in (RUNS_ON, RUNS_BACK, JUMPS):
        assert zone([shell, HOLE]).signed_distance_m(180.0, 15.0) == pytest.approx(
            -107_544, rel=1e-3
        )


def test_an_area_that_ends_at_the_antimeridian_has_its_boundary_there() -> None:
    """Where nothing goes on at the other side, ±180 bounds the area."""
    area = zone([WEST])
    assert area.signed_distances_m([179.9, -179.9], [15.0, 15.0]) == pytest.approx(
        [10_754.0, -10_754.0], rel=1e-3
    )
    assert area.signed_distances_m([180.0, -180.0], [15.0, 15.0]).tolist() == [0.0, 0.0]


def test_a_seam_shared_in_part_is_open_in_part() -> None:
    """±180 bounds the area exactly where only one side goes on."""
    area = zone([WEST], [[(-180, 14), (-170, 14), (-170, 16), (-180, 16), (-180, 14)]])
    assert area.signed_distance_m(180.0, 15.0) == pytest.approx(110_650.0, rel=1e-3)
    assert area.signed_distance_m(179.99, 12.0) == pytest.approx(1_088.0, rel=1e-2)


@pytest.mark.parametrize(
    "ring", [ARCTIC, ARCTIC_BACKWARD, ARCTIC_RUNS_ON, ARCTIC_FULL_TURN, ARCTIC_CLOSED]
)
@pytest.mark.parametrize("pole", [1, -1], ids=["north", "south"])
def test_a_ring_round_a_pole(ring: list[tuple[int, int]], pole: int) -> None:
    """However a ring round a pole is written, the pole is inside, and no meridian a boundary."""
    cap = zone([[(lon, pole * lat) for lon, lat in ring]])
    depths = cap.signed_distances_m([0.0, 123.0, 180.0, -180.0], [pole * 90.0] * 4)
    assert depths == pytest.approx([2_233_651.0] * 4, rel=1e-3)
    assert cap.signed_distance_m(180.0, pole * 70.1) == pytest.approx(11_155.0, rel=1e-3)
    assert cap.signed_distance_m(33.0, pole * 69.9) == pytest.approx(-11_155.0, rel=1e-3)
    assert cap.signed_distance_m(0.0, pole * -90.0) < 0.0


def test_a_hole_at_the_pole() -> None:
    """A ring round a pole may have a hole round it, and holes beside it, also at ±180."""
    inner = [(0, 80), (120, 80), (-120, 80), (0, 80)]
    beside = [(179, 74), (-179, 74), (-179, 76), (179, 76), (179, 74)]
    for shell in (ARCTIC, ARCTIC_CLOSED):
        ring = zone([shell, inner, beside])
        inside = ring.signed_distances_m(
            [7.0, 7.0, 180.0, 180.0, 7.0], [75.0, 85.0, 75.0, 72.0, 90.0]
        )
        assert (inside > 0.0).tolist() == [True, False, False, True, False]


def test_a_wedge_to_the_pole_has_its_meridians_as_boundary() -> None:
    """An area that reaches a pole between two meridians ends at them, the pole on its rim."""
    wedge = zone([[(10, 80), (20, 80), (20, 90), (10, 90), (10, 80)]])
    assert wedge.signed_distance_m(15.0, 85.0) == pytest.approx(48_600.0, rel=0.01)
    assert wedge.signed_distance_m(25.0, 85.0) == pytest.approx(-48_600.0, rel=0.01)
    assert wedge.signed_distance_m(100.0, 90.0) == pytest.approx(0.0, abs=1e-6)


def test_a_band_round_the_earth_ends_only_in_latitude() -> None:
    """A full turn at constant latitudes bounds a band; ±180 is not its boundary."""
    band = zone([[(-180, -10), (180, -10), (180, 10), (-180, 10), (-180, -10)]])
    assert band.signed_distances_m([180.0, 0.0], [0.0, 0.0]) == pytest.approx(
        [1_105_854.0] * 2, rel=1e-3
    )


def test_an_edge_along_a_pole_is_meant_as_written() -> None:
    """An area of 340° of longitude up to the pole leaves out the 20° at the antimeridian."""
    sector = zone([[(-170, -60), (0, -60), (170, -60), (170, -90), (-170, -90), (-170, -60)]])
    inside = sector.signed_distances_m([0.0, 90.0, -169.0, 180.0, 175.0], [-75.0] * 5) > 0.0
    assert inside.tolist() == [True, True, True, False, False]


def test_circles_know_no_seam() -> None:
    """A circle at the antimeridian or a pole holds what is near, on every side."""
    fiji = Zone("fiji", Circle(179.99, -17.0, 5_000.0))
    assert fiji.signed_distance_m(-179.99, -17.0) == pytest.approx(5_000.0 - 2_129.0, abs=2.0)
    pole = Zone("pole", Circle(77.0, 90.0, 5_000.0))
    assert pole.signed_distances_m([0.0, -120.0], [89.99, 89.99]) == pytest.approx(
        [3_883.0] * 2, abs=1.0
    )
    assert Circle(190.0, 0.0, 5.0) == Circle(-170.0, 0.0, 5.0)


@pytest.mark.parametrize("shape", [Circle(179.9, 10.0, 50_000.0), Area([[JUMPS]])])
def test_boxes_stay_within_the_frame(shape: Circle | Area) -> None:
    """Bounding boxes end at ±180 and hold the zone at both sides."""
    boxes = Zone("zone", shape).boxes
    assert {(west == -180.0, east == 180.0) for west, _, east, _ in boxes} == {
        (True, False),
        (False, True),
    }
