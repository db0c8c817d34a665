"""Nothing happens: days on which no one must be called."""

from simulators.scenario import Scenario
from simulators.scenarios.stage import WALK_MPS, Stage, exclusion
from zones.instant import Instant


def quiet_day(start: Instant) -> Scenario:
    """Home, a walk to the shop, home before the curfew."""
    stage = Stage("quiet-day", "He buys bread and is home long before his curfew.", start)
    home = stage.home("QUIET-HOME")
    school = stage.circle("QUIET-SCHOOL", 900, 300, 120)
    path = stage.path().stay(180).outdoors()
    path.go((0, 260), WALK_MPS).go((200, 260), WALK_MPS).indoors().stay(300).outdoors()
    path.go((0, 260), WALK_MPS).go((0, 0), WALK_MPS).indoors()
    return stage.wear("quiet-day", path, [stage.curfew(home, 25, 40), exclusion(school)]).build()


def curfew_with_pass(start: Instant) -> Scenario:
    """Out all through the curfew, by permission."""
    stage = Stage(
        "curfew-with-pass", "Her curfew begins while she is out, but the court allowed it.", start
    )
    home = stage.home("PASS-HOME")
    path = stage.path().stay(120).outdoors().go((500, 0), WALK_MPS).indoors()
    path.stay_until(stage.at(36)).outdoors().go((0, 0), WALK_MPS).indoors()
    return stage.wear("curfew-with-pass", path, [stage.curfew(home, 10, 30, [(5, 35)])]).build()


SCENARIOS = {"quiet-day": quiet_day, "curfew-with-pass": curfew_with_pass}
