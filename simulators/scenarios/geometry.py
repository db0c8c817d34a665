"""Shapes that trip up code: across the antimeridian, and a multipolygon with a hole."""

from typing import Final

from simulators.plane import Plane
from simulators.scenario import Scenario
from simulators.scenarios.stage import WALK_MPS, Stage, exclusion
from zones.instant import Instant

FIJI: Final = "Pacific/Fiji"


def antimeridian(start: Instant) -> Scenario:
    """A polygon whose edges cross the antimeridian; the wearer stands on the line itself."""
    stage = Stage(
        "geometry-antimeridian",
        "On Taveuni the zone lies on both sides of 180 degrees, and he stands on the line.",
        start,
        plane=Plane(180.0, -16.8),
        timezone=FIJI,
    )
    zone = stage.polygon("LINE", [(-250, -200), (250, -200), (250, 200), (-250, 200)])
    path = stage.path((-700, 0), indoors=False).stay(120)
    entered = path.go((-250, 0), WALK_MPS).now
    left = path.go((0, 0), WALK_MPS).stay(360).go((250, 0), WALK_MPS).now
    stage.wear("geometry-line", path.go((700, 0), WALK_MPS), [exclusion(zone)])
    stage.expect(
        "geometry-line", "exclusion_entered", entered, left, zone=zone, condition="keep-out"
    )
    return stage.build()


def antimeridian_circle(start: Instant) -> Scenario:
    """A circle across the antimeridian, entered from the east."""
    stage = Stage(
        "geometry-antimeridian-circle",
        "She crosses 180 degrees on her way into the circle she must avoid.",
        start,
        plane=Plane(-179.9990, -16.7),
        timezone=FIJI,
    )
    zone = stage.circle("LINE-CIRCLE", -100, 0, 200)
    path = stage.path((500, 0), indoors=False).stay(120)
    entered = path.go((100, 0), WALK_MPS).now
    left = path.go((-200, 0), WALK_MPS).stay(300).go((-300, 0), WALK_MPS).now
    stage.wear("geometry-circle", path.go((-700, 0), WALK_MPS), [exclusion(zone)])
    stage.expect(
        "geometry-circle", "exclusion_entered", entered, left, zone=zone, condition="keep-out"
    )
    return stage.build()


def hole(start: Instant) -> Scenario:
    """One wearer stands in the hole, which is outside; another in the second polygon."""
    stage = Stage(
        "geometry-hole",
        "He lives in the courtyard the zone leaves out; the other man enters the annexe.",
        start,
    )
    block = [(-300, -300), (300, -300), (300, 300), (-300, 300)]
    courtyard = [(-120, -120), (-120, 120), (120, 120), (120, -120)]
    annexe = [(500, -150), (800, -150), (800, 150), (500, 150)]
    zone = stage.multipolygon("BLOCK", [[block, courtyard], [annexe]])
    yard = stage.path((0, 0), indoors=False).stay(300).go((40, 30), 0.5).stay(400).go((-30, 0), 0.5)
    stage.wear("geometry-yard", yard, [exclusion(zone)])
    path = stage.path((1100, 0), indoors=False).stay(240)
    entered = path.go((800, 0), WALK_MPS).now
    left = path.go((650, 0), WALK_MPS).stay(300).go((800, 0), WALK_MPS).now
    stage.wear("geometry-annexe", path.go((1100, 0), WALK_MPS), [exclusion(zone)])
    stage.expect(
        "geometry-annexe", "exclusion_entered", entered, left, zone=zone, condition="keep-out"
    )
    return stage.build()


SCENARIOS = {
    "geometry-antimeridian": antimeridian,
    "geometry-antimeridian-circle": antimeridian_circle,
    "geometry-hole": hole,
}
