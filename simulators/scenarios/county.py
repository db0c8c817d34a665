"""A wide area to stay in: a county of 120 by 90 km with a border of thousands of corners.

Its eastern border runs 3 km east of the origin, straight for 2 km to either side and jagged beyond;
an enclave inside it is none of it.
"""

from math import sin
from typing import Final

from simulators.scenario import Scenario
from simulators.scenarios.stage import Corners, Stage, inclusion
from zones.instant import Instant

MOTORWAY_MPS: Final = 30.0
_EAST, _WEST, _NORTH, _SOUTH = 3_000, -117_000, 45_000, -45_000
_STEP: Final = 100
_JAGGED_M: Final = 40.0


def motorway(start: Instant) -> Scenario:
    """Leave the county on a motorway, and come back."""
    stage = Stage(
        "county-left-on-motorway",
        "He takes the motorway out of the county he must not leave, and turns at the next exit.",
        start,
    )
    county = stage.polygon("COUNTY-1", _border(), _enclave())
    path = stage.path().stay(240).outdoors()
    left = path.go((_EAST, 0), MOTORWAY_MPS).now
    returned = path.go((14_000, 0), MOTORWAY_MPS).stay(120).go((_EAST, 0), MOTORWAY_MPS).now
    path.go((0, 0), MOTORWAY_MPS).indoors()
    stage.wear("county-leaves", path, [inclusion(county)])
    stage.expect(
        "county-leaves", "inclusion_left", left, returned, zone=county, condition="stay-in"
    )
    return stage.build()


def along_the_border(start: Instant) -> Scenario:
    """Drive along the border for half an hour without leaving the county."""
    stage = Stage(
        "county-along-the-border",
        "Her bus line runs along the county's border for 30 km, and never crosses it.",
        start,
    )
    county = stage.polygon("COUNTY-2", _border(), _enclave())
    path = stage.path((_EAST - 200.0, -15_000.0), indoors=False).stay(120)
    path.go((_EAST - 200.0, 15_000.0), 14.0)
    return stage.wear("county-border", path, [inclusion(county)]).build()


def _border() -> Corners:
    """Return the outer ring, anticlockwise from the south-east, a corner every 100 m."""
    heights = range(_SOUTH, _NORTH, _STEP)
    widths = range(_WEST, _EAST, _STEP)
    east = [(_EAST + (_jag(y) if abs(y) > 2_000 else 0.0), float(y)) for y in heights]
    north = [(float(-x + _WEST + _EAST), _NORTH + _jag(x)) for x in widths]
    west = [(_WEST + _jag(y), float(-y)) for y in heights]
    south = [(float(x), _SOUTH + _jag(x)) for x in widths]
    return [*east, *north, *west, *south]


def _enclave() -> Corners:
    return [(-30_000, 5_000), (-22_000, 5_000), (-22_000, 12_000), (-30_000, 12_000)]


def _jag(along: float) -> float:
    return _JAGGED_M * sin(along * 0.37) * sin(along * 0.011)


SCENARIOS = {
    "county-left-on-motorway": motorway,
    "county-along-the-border": along_the_border,
}
