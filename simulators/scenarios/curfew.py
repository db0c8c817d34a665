"""The five ways to break a curfew: each is one walk away from home and back, or not back.

The home is a circle of 60 m; the wearer walks along one line, so its edge is crossed at 60 m.
"""

from simulators.path import PathBuilder
from simulators.scenario import Scenario
from simulators.scenarios.stage import HOME_RADIUS_M, WALK_MPS, Stage
from zones.instant import Instant

_EDGE = (HOME_RADIUS_M, 0.0)
_AWAY = (420.0, 0.0)


def absent_at_start(start: Instant) -> Scenario:
    """Out when the curfew begins, and still out at the end of the scenario."""
    stage = Stage(
        "curfew-absent-at-start", "His curfew begins and he is not home, nor does he come.", start
    )
    home = stage.home("ABSENT-HOME")
    path = stage.path().stay(240)
    leave(path)
    stage.wear("curfew-absent", path, [stage.curfew(home, 20, 90)])
    stage.expect(
        "curfew-absent", "curfew_absent_at_start", stage.at(20), zone=home, condition="curfew"
    )
    return stage.build()


def late_return(start: Instant) -> Scenario:
    """Out when the curfew begins, home before it ends."""
    stage = Stage("curfew-late-return", "She comes home eight minutes after her curfew.", start)
    home = stage.home("LATE-HOME")
    path = stage.path().stay(120)
    leave(path)
    came = come(path, stage.at(18))
    stage.wear("curfew-late", path, [stage.curfew(home, 12, 35)])
    stage.expect(
        "curfew-late", "curfew_late_return", stage.at(12), came, zone=home, condition="curfew"
    )
    return stage.build()


def left_during(start: Instant) -> Scenario:
    """Home when it begins, out in between, home when it ends."""
    stage = Stage("curfew-left-during", "He slips out during his curfew and is back soon.", start)
    home = stage.home("SLIP-HOME")
    path = stage.path().stay_until(stage.at(15))
    left = leave(path)
    came = come(path, stage.at(26))
    stage.wear("curfew-slips", path, [stage.curfew(home, 10, 38)])
    stage.expect("curfew-slips", "curfew_left_during", left, came, zone=home, condition="curfew")
    return stage.build()


def out_at_end(start: Instant) -> Scenario:
    """Home when it begins, out when it ends."""
    stage = Stage(
        "curfew-out-at-end", "She leaves for work twelve minutes before her curfew ends.", start
    )
    home = stage.home("EARLY-HOME")
    path = stage.path().stay_until(stage.at(18))
    left = leave(path)
    stage.wear("curfew-early", path, [stage.curfew(home, 10, 30)])
    stage.expect(
        "curfew-early", "curfew_out_at_end", left, stage.at(30), zone=home, condition="curfew"
    )
    return stage.build()


def out_entire(start: Instant) -> Scenario:
    """Out from before it begins until after it ends."""
    stage = Stage("curfew-out-entire", "He stays out for the whole of his curfew.", start)
    home = stage.home("ENTIRE-HOME")
    path = stage.path().stay(60)
    leave(path)
    come(path, stage.at(36))
    stage.wear("curfew-entire", path, [stage.curfew(home, 12, 32)])
    stage.expect(
        "curfew-entire",
        "curfew_out_entire",
        stage.at(12),
        stage.at(32),
        zone=home,
        condition="curfew",
    )
    return stage.build()


def leave(path: PathBuilder) -> Instant:
    """Walk 420 m from home into a house; return when the edge of the home was crossed."""
    left = path.outdoors().go(_EDGE, WALK_MPS).now
    path.go(_AWAY, WALK_MPS).indoors()
    return left


def come(path: PathBuilder, sets_off: Instant) -> Instant:
    """Stay where he is until an instant, walk home; return when the edge was crossed."""
    came = path.stay_until(sets_off).outdoors().go(_EDGE, WALK_MPS).now
    path.go((0, 0), WALK_MPS).indoors()
    return came


SCENARIOS = {
    "curfew-absent-at-start": absent_at_start,
    "curfew-late-return": late_return,
    "curfew-left-during": left_during,
    "curfew-out-at-end": out_at_end,
    "curfew-out-entire": out_entire,
}
