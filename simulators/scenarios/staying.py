"""Staying inside: an area left and returned to, and bad fixes at home that prove nothing."""

from dataclasses import replace

from simulators.fix import Fix
from simulators.scenario import Scenario
from simulators.scenarios.stage import WALK_MPS, Stage, inclusion
from zones.instant import Instant, seconds


def left_and_returned(start: Instant) -> Scenario:
    """Leave the area and come back."""
    stage = Stage(
        "inclusion-left-and-returned", "He leaves the district he must stay in, and returns.", start
    )
    area = stage.polygon("DISTRICT", [(-400, -300), (400, -300), (400, 300), (-400, 300)])
    path = stage.path().stay(180).outdoors()
    left = path.go((400, 50), WALK_MPS).now
    returned = path.go((620, 50), WALK_MPS).stay(300).go((400, 50), WALK_MPS).now
    path.go((0, 0), WALK_MPS).indoors()
    stage.wear("inclusion-leaves", path, [inclusion(area)])
    stage.expect(
        "inclusion-leaves", "inclusion_left", left, returned, zone=area, condition="stay-in"
    )
    return stage.build()


def lost_satellites(start: Instant) -> Scenario:
    """At home without satellites: phone masts place her far away, which proves nothing."""
    stage = Stage(
        "curfew-lost-satellites",
        "In her cellar the device sees only phone masts, 800 m off: no violation.",
        start,
    )
    home = stage.home("CELLAR-HOME")
    masts = [stage.plane.point(east, north) for east, north in ((700, 300), (-500, 640))]

    def coarse(fixes: list[Fix]) -> list[Fix]:
        lost = (stage.at(12), stage.at(26))
        return [
            _at_mast(fix, masts[0] if fix.fix_time < stage.at(20) else masts[1])
            if lost[0] <= fix.fix_time < lost[1]
            else fix
            for fix in fixes
        ]

    curfew = stage.curfew(home, 10, 35)
    return stage.wear("curfew-cellar", stage.path(), [curfew], fixes=coarse).build()


def implausible_jump(start: Instant) -> Scenario:
    """Two fixes 30 km away: nobody moves that fast."""
    stage = Stage(
        "curfew-implausible-jump",
        "Twice in a row the device says she is 30 km from home; nobody moves that fast.",
        start,
    )
    home = stage.home("JUMP-HOME")
    lon, lat = stage.plane.point(21_000, 21_000)

    def jump(fixes: list[Fix]) -> list[Fix]:
        first = next(k for k, fix in enumerate(fixes) if fix.fix_time >= stage.at(18))
        away = [
            Fix(fix.fix_time, lat + 1e-5 * k, lon, 8.0, "gnss", satellites=9, hdop=1.0)
            for k, fix in enumerate(fixes[first : first + 2])
        ]
        return [*fixes[:first], *away, *fixes[first + 2 :]]

    curfew = stage.curfew(home, 10, 35)
    stage.wear("curfew-jump", stage.path(), [curfew], fixes=jump)
    landed = stage.at(19)
    return stage.expect("curfew-jump", "implausible_position", stage.at(18), landed).build()


def frozen_position(start: Instant) -> Scenario:
    """One wrong network fix repeated: one witness, not many."""
    stage = Stage(
        "curfew-frozen-position",
        "A wrong position freezes: it is repeated six times and stays a single witness.",
        start,
    )
    home = stage.home("FROZEN-HOME")
    lon, lat = stage.plane.point(260, 120)
    frozen = stage.at(15)

    def freeze(fixes: list[Fix]) -> list[Fix]:
        until = frozen + seconds(180)
        return [
            Fix(fix.fix_time, lat, lon, 40.0, "wifi") if frozen <= fix.fix_time < until else fix
            for fix in fixes
        ]

    stage.wear("curfew-frozen", stage.path(), [stage.curfew(home, 10, 35)], fixes=freeze)
    stage.expect(
        "curfew-frozen",
        "curfew_left_during",
        frozen,
        frozen + seconds(180),
        zone=home,
        condition="curfew",
        state="brief",
    )
    return stage.build()


def no_accuracy(start: Instant) -> Scenario:
    """Accuracy 0 or missing is taken from hdop or mechanism, and still proves a violation."""
    stage = Stage(
        "inclusion-no-accuracy",
        "His device claims an accuracy of 0 or none at all, and he does leave his district.",
        start,
    )
    area = stage.polygon("BLOCKS", [(-300, -300), (300, -300), (300, 300), (-300, 300)])
    path = stage.path().stay(240).outdoors()
    left = path.go((300, 0), WALK_MPS).now
    returned = path.go((600, 0), WALK_MPS).stay(240).go((300, 0), WALK_MPS).now
    path.go((0, 0), WALK_MPS).indoors()

    def blind(fixes: list[Fix]) -> list[Fix]:
        told = (0.0, None)
        return [replace(fix, accuracy_m=told[k % 2]) for k, fix in enumerate(fixes)]

    stage.wear("inclusion-no-accuracy", path, [inclusion(area)], fixes=blind)
    stage.expect(
        "inclusion-no-accuracy", "inclusion_left", left, returned, zone=area, condition="stay-in"
    )
    return stage.build()


def _at_mast(fix: Fix, mast: tuple[float, float]) -> Fix:
    lon, lat = mast
    return Fix(fix.fix_time, lat, lon, 1000.0, "cell")


SCENARIOS = {
    "inclusion-left-and-returned": left_and_returned,
    "inclusion-no-accuracy": no_accuracy,
    "curfew-lost-satellites": lost_satellites,
    "curfew-implausible-jump": implausible_jump,
    "curfew-frozen-position": frozen_position,
}
