"""Keeping away: entering, being there already, the edge, one stray fix, driving through, the ring.

The zone lies east of the home on the line the wearer walks: a circle of 150 m around (600, 0), so
that its edge is met at 450 m and at 750 m.
"""

from dataclasses import replace
from typing import Final

from simulators.fix import Fix
from simulators.path import PathBuilder
from simulators.scenario import Scenario
from simulators.scenarios.stage import INTERVAL_S, WALK_MPS, Stage, exclusion
from zones.instant import SECOND, Instant, render, seconds

CENTRE: Final = (600.0, 0.0)
EDGE: Final = (450.0, 0.0)


def visit(path: PathBuilder, stay_s: float) -> tuple[Instant, Instant]:
    """Walk into the zone, stay, walk home; return when its edge was crossed, in and out."""
    entered = path.outdoors().go(EDGE, WALK_MPS).now
    left = path.go(CENTRE, WALK_MPS).stay(stay_s).go(EDGE, WALK_MPS).now
    path.go((0, 0), WALK_MPS).indoors()
    return entered, left


def walks_in(start: Instant) -> Scenario:
    """Enter and leave."""
    stage = Stage("exclusion-walks-in", "He walks into the park he must avoid, and leaves.", start)
    zone = stage.circle("WALK-PARK", *CENTRE, 150)
    path = stage.path().stay(180)
    entered, left = visit(path, 360)
    stage.wear("exclusion-walks-in", path, [exclusion(zone)])
    stage.expect(
        "exclusion-walks-in", "exclusion_entered", entered, left, zone=zone, condition="keep-out"
    )
    return stage.build()


def present_at_start(start: Instant) -> Scenario:
    """Inside when the condition takes effect."""
    stage = Stage(
        "exclusion-present-at-start",
        "The order takes effect while he is still in the house he must leave.",
        start,
    )
    zone = stage.circle("PRESENT-HOUSE", *CENTRE, 150)
    effective = stage.at(10)
    path = stage.path(CENTRE).stay_until(stage.at(22)).outdoors()
    left = path.go(EDGE, WALK_MPS).now
    path.go((0, 0), WALK_MPS).indoors()
    condition = exclusion(zone, effective_from=render(effective))
    stage.wear("exclusion-present", path, [condition])
    stage.expect(
        "exclusion-present",
        "exclusion_present_at_start",
        effective,
        left,
        zone=zone,
        condition="keep-out",
    )
    return stage.build()


def skirts_edge(start: Instant) -> Scenario:
    """Walk along the edge, never surely inside: nothing."""
    stage = Stage(
        "exclusion-skirts-edge",
        "She walks along the fence; no position says surely on which side of it.",
        start,
    )
    zone = stage.polygon("SKIRT-YARD", [(200, 0), (800, 0), (800, 300), (200, 300)])
    path = stage.path((100, -120), indoors=False).stay(240).go((300, -120), WALK_MPS)
    path.go((300, -14), WALK_MPS).go((700, -14), 0.5).go((700, -120), WALK_MPS)

    def vague(fixes: list[Fix]) -> list[Fix]:
        return [replace(fix, accuracy_m=28.0, hdop=None) for fix in fixes]

    return stage.wear("exclusion-skirts", path, [exclusion(zone)], fixes=vague).build()


def fine_outlier(start: Instant) -> Scenario:
    """One confident fix into the zone: a brief episode, no more."""
    stage = Stage(
        "exclusion-fine-outlier",
        "One reflected fix puts her inside a zone she never went near: kept as brief.",
        start,
    )
    zone = stage.circle("STRAY-ZONE", *CENTRE, 150)
    path = stage.path((150, 0), indoors=False).stay(60).go((150, 200), 0.3).go((150, 0), 0.3)
    strayed = stage.at(15)

    def stray(fixes: list[Fix]) -> list[Fix]:
        return _one_stray(stage, fixes, strayed, 12.0)

    stage.wear("exclusion-stray-fine", path, [exclusion(zone)], fixes=stray)
    stage.expect(
        "exclusion-stray-fine",
        "exclusion_entered",
        strayed,
        strayed + seconds(30),
        zone=zone,
        condition="keep-out",
        state="brief",
    )
    return stage.build()


def coarse_outlier(start: Instant) -> Scenario:
    """One coarse fix into the zone: no evidence, nothing."""
    stage = Stage(
        "exclusion-coarse-outlier",
        "A phone mast places her in the zone, give or take 600 m: no evidence.",
        start,
    )
    zone = stage.circle("COARSE-ZONE", *CENTRE, 150)
    path = stage.path((150, 0), indoors=False).stay(60).go((150, 200), 0.3).go((150, 0), 0.3)

    def stray(fixes: list[Fix]) -> list[Fix]:
        return _one_stray(stage, fixes, stage.at(15), 600.0)

    return stage.wear("exclusion-stray-coarse", path, [exclusion(zone)], fixes=stray).build()


def drives_through(start: Instant) -> Scenario:
    """Through the zone between two fixes: possible transit."""
    stage = Stage(
        "exclusion-drives-through",
        "He drives straight across the zone so fast that no fix falls inside.",
        start,
    )
    speed_mps, sets_off = 15.0, stage.at(10)
    before = next(at for at in stage.call_ins("exclusion-drives") if at > sets_off + seconds(45))
    crossed = before + seconds(INTERVAL_S / 2)
    middle = -900 + speed_mps * (crossed - sets_off) / SECOND
    west, east = middle - 60, middle + 60
    corners = [(west, -250), (east, -250), (east, 250), (west, 250)]
    zone = stage.polygon("DRIVE-ZONE", corners)
    path = stage.path((-900, 0), indoors=False).stay_until(sets_off).go((1500, 0), speed_mps)
    stage.wear("exclusion-drives", path, [exclusion(zone)])
    stage.expect(
        "exclusion-drives",
        "possible_transit",
        crossed,
        crossed,
        zone=zone,
        condition="keep-out",
        state="brief",
    )
    return stage.build()


def ring(start: Instant) -> Scenario:
    """Into the buffer ring and out again: advisory."""
    stage = Stage(
        "exclusion-buffer-ring", "He comes within 60 m of the house, and turns round.", start
    )
    zone = stage.circle("RING-HOUSE", *CENTRE, 150)
    path = stage.path().stay(180).outdoors()
    entered = path.go((330, 0), WALK_MPS).now
    left = path.go((390, 0), WALK_MPS).stay(420).go((330, 0), WALK_MPS).now
    path.go((0, 0), WALK_MPS).indoors()
    stage.wear("exclusion-ring", path, [exclusion(zone, buffer_m=120)])
    stage.expect("exclusion-ring", "buffer_entered", entered, left, zone=zone, condition="keep-out")
    return stage.build()


def too_short(start: Instant) -> Scenario:
    """Inside for less than the dwell: brief."""
    stage = Stage(
        "exclusion-shorter-than-dwell",
        "She cuts through the market in four minutes; her order allows six.",
        start,
    )
    zone = stage.circle("DWELL-MARKET", *CENTRE, 150)
    path = stage.path().stay(180)
    entered, left = visit(path, 40)
    stage.wear("exclusion-dwell", path, [exclusion(zone, dwell_s=360)])
    stage.expect(
        "exclusion-dwell",
        "exclusion_entered",
        entered,
        left,
        zone=zone,
        condition="keep-out",
        state="brief",
    )
    return stage.build()


def shared_zone(start: Instant) -> Scenario:
    """Two wearers must keep out of one zone; one goes in."""
    stage = Stage(
        "exclusion-shared-zone", "Two men must avoid one street; only one of them does.", start
    )
    zone = stage.circle("SHARED-STREET", *CENTRE, 150)
    path = stage.path().stay(300)
    entered, left = visit(path, 300)
    stage.wear("shared-enters", path, [exclusion(zone)])
    passer = stage.path((600, -400), indoors=False).stay(200).go((600, -280), WALK_MPS)
    stage.wear("shared-passes", passer.stay(300).go((600, -600), WALK_MPS), [exclusion(zone)])
    stage.expect(
        "shared-enters", "exclusion_entered", entered, left, zone=zone, condition="keep-out"
    )
    return stage.build()


def _one_stray(stage: Stage, fixes: list[Fix], strayed: Instant, accuracy_m: float) -> list[Fix]:
    """Move the first fix from `strayed` on to the middle of the zone."""
    lon, lat = stage.plane.point(*CENTRE)
    index = next(k for k, fix in enumerate(fixes) if fix.fix_time >= strayed)
    mechanism = fixes[index].mechanism if accuracy_m <= 200 else "cell"
    moved = Fix(fixes[index].fix_time, lat, lon, accuracy_m, mechanism)
    return [*fixes[:index], moved, *fixes[index + 1 :]]


SCENARIOS = {
    "exclusion-walks-in": walks_in,
    "exclusion-present-at-start": present_at_start,
    "exclusion-skirts-edge": skirts_edge,
    "exclusion-fine-outlier": fine_outlier,
    "exclusion-coarse-outlier": coarse_outlier,
    "exclusion-drives-through": drives_through,
    "exclusion-buffer-ring": ring,
    "exclusion-shorter-than-dwell": too_short,
    "exclusion-shared-zone": shared_zone,
}
