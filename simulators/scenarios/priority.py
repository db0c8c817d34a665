"""Conditions that overlap: a hearing at a court on the edge of a district the wearer must avoid.

The district is a circle of 300 m, the court one of 120 m over its western edge, towards home. The
hearing has the higher priority, so for its time the court is permitted and no curfew is in force.
"""

from typing import Any, Final

from simulators.scenario import Scenario
from simulators.scenarios.stage import WALK_MPS, Stage, exclusion
from zones.instant import Instant

_FIRST, _LAST = 14, 34
_COURT: Final = (640.0, 0.0)
_COURT_M: Final = 120.0
_DISTRICT: Final = (900.0, 0.0)
_DRIVE_MPS: Final = 12.0


def hearing(start: Instant) -> Scenario:
    """At court in the hearing's hours, in the midst of the curfew's: both give way."""
    stage = Stage(
        "priority-hearing",
        "Her hearing is in the district she must avoid, in her curfew's hours: both give way.",
        start,
    )
    home = stage.home("HEARING-HOME")
    rules = _rules(stage, "1", late_after_s=240.0, early_before_s=240.0)
    path = stage.path().stay_until(stage.at(_FIRST + 1)).outdoors()
    path.go(_COURT, _DRIVE_MPS).stay_until(stage.at(_LAST - 3)).go((0, 0), _DRIVE_MPS)
    return stage.wear("priority-hearing", path, [*rules, stage.curfew(home, 5, 40)]).build()


def strays_from_court(start: Instant) -> Scenario:
    """Out of the court and into the district, and back: only the court was permitted."""
    stage = Stage(
        "priority-strays-from-court",
        "He is heard at court, and walks on into the district he must avoid.",
        start,
    )
    rules = _rules(stage, "2", minimum_stay_s=300.0)
    door = (_COURT[0] + _COURT_M, 0.0)
    path = stage.path().stay_until(stage.at(_FIRST + 1)).outdoors()
    path.go(_COURT, _DRIVE_MPS).stay_until(stage.at(23))
    out = path.go(door, WALK_MPS).now
    back = path.go(_DISTRICT, WALK_MPS).stay(120).go(door, WALK_MPS).now
    path.go(_COURT, WALK_MPS).stay(30).go((0, 0), _DRIVE_MPS)
    stage.wear("priority-strays", path, rules)
    stage.expect(
        "priority-strays", "exclusion_entered", out, back, zone="DISTRICT-2", condition="keep-out"
    )
    return stage.build()


def _rules(stage: Stage, number: str, **stay: float) -> list[dict[str, Any]]:
    """Return the ban from the district, and the hearing that comes before it."""
    district = stage.circle(f"DISTRICT-{number}", *_DISTRICT, 300.0)
    court = stage.circle(f"COURT-{number}", *_COURT, _COURT_M)
    window = {"days": "daily", "start": stage.clock(_FIRST), "end": stage.clock(_LAST)}
    attend = {"id": "hearing", "kind": "attendance", "zone": court, "weekly": [window]}
    return [exclusion(district), {**attend, "threshold": 2, "priority": 1, **stay}]


SCENARIOS = {
    "priority-hearing": hearing,
    "priority-strays-from-court": strays_from_court,
}
