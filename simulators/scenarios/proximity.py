"""Keeping away from a protected person who carries a device too: 300 m from wherever she is.

Unless told otherwise she is at home, which is the origin; he comes from the east along the line on
which the limit is met at 300 m.
"""

from dataclasses import replace
from typing import Any, Final

from simulators import faults
from simulators.device import Sending
from simulators.fix import Fix
from simulators.scenario import Scenario
from simulators.scenarios.stage import BUFFER_S, INTERVAL_S, WALK_MPS, Stage
from zones.instant import Instant, seconds

KEEP_M: Final = 300.0
FAR: Final = (900.0, 0.0)
LIMIT: Final = (KEEP_M, 0.0)
NEAR: Final = (110.0, 0.0)


def keep_away(person_id: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - the values of a JSON object
    """Return a proximity condition in JSON form."""
    asked = {"protected_person": person_id, "distance_m": KEEP_M}
    return {"id": "keep-away", "kind": "proximity", "threshold": 2, **asked, **parameters}


def approach(start: Instant) -> Scenario:
    """He comes to her door and goes: confirmed."""
    stage = Stage("proximity-approach", "He walks up to her door, waits, and goes away.", start)
    stage.protect("near-her", stage.path(indoors=False))
    path = stage.path(FAR, indoors=False).stay(240)
    came = path.go(LIMIT, WALK_MPS).now
    went = path.go(NEAR, WALK_MPS).stay(300).go(LIMIT, WALK_MPS).now
    path.go(FAR, WALK_MPS)
    stage.wear("near-him", path, [keep_away("near-her")])
    zone = "protected/near-her"
    stage.expect("near-him", "proximity", came, went, zone=zone, condition="keep-away")
    return stage.build()


def passes_by(start: Instant) -> Scenario:
    """He passes within the ring: advisory."""
    stage = Stage(
        "proximity-passes-by", "He walks past her street, near, but never near enough.", start
    )
    stage.protect("pass-her", stage.path(indoors=False))
    path = stage.path((-1100, 400), indoors=False).stay(120)
    came = path.go((-300, 400), WALK_MPS).now
    went = path.go((300, 400), WALK_MPS).now
    path.go((1100, 400), WALK_MPS)
    stage.wear("pass-him", path, [keep_away("pass-her", buffer_m=200)])
    zone = "protected/pass-her"
    stage.expect(
        "pass-him", "buffer_entered", came, went, zone=zone, condition="keep-away", slack_s=90.0
    )
    return stage.build()


def she_comes(start: Instant) -> Scenario:
    """She walks to where he sits: told all the same."""
    stage = Stage(
        "proximity-she-comes", "He sits on a bench; she walks up without seeing him.", start
    )
    path = stage.path(FAR, indoors=False).stay(240)
    came = path.go(LIMIT, WALK_MPS).now
    went = path.go(NEAR, WALK_MPS).stay(240).go(LIMIT, WALK_MPS).now
    path.go(FAR, WALK_MPS)
    stage.protect("bench-her", path)
    stage.wear("bench-him", stage.path(indoors=False), [keep_away("bench-her")])
    zone = "protected/bench-her"
    stage.expect("bench-him", "proximity", came, went, zone=zone, condition="keep-away")
    return stage.build()


def stale(start: Instant) -> Scenario:
    """Her device falls silent and she leaves; he comes to where she was: blind, no violation."""
    stage = Stage(
        "proximity-stale",
        "Her device dies and she is driven away; he walks by her empty house.",
        start,
    )
    died = stage.at(10)
    hers = stage.path(indoors=False).stay_until(stage.at(11)).go((6000, 3000), 15.0)

    def dead(sendings: list[Sending]) -> list[Sending]:
        return faults.silence(sendings, died, stage.end)

    stage.protect("stale-her", hers, sendings=dead)
    path = stage.path(FAR, indoors=False).stay_until(stage.at(20)).go(NEAR, WALK_MPS).stay(300)
    path.go(FAR, WALK_MPS)
    stage.wear("stale-him", path, [keep_away("stale-her")])
    overdue = died + seconds(INTERVAL_S + BUFFER_S)
    zone = "protected/stale-her"
    stage.expect("stale-him", "counterpart_unknown", overdue, zone=zone, condition="keep-away")
    stage.expect("stale-her", "missed_call_in", died, started_by=overdue)
    return stage.build()


def late_upload(start: Instant) -> Scenario:
    """What her device kept back shows that he had been beside her."""
    stage = Stage(
        "proximity-late-upload",
        "Her device has no network while he stands beside her; its upload tells.",
        start,
    )
    lost, found = stage.at(8), stage.at(28)
    stage.protect(
        "late-her",
        stage.path(indoors=False),
        sendings=lambda sendings: faults.offline(sendings, lost, found),
    )
    path = stage.path(FAR, indoors=False).stay_until(stage.at(9))
    came = path.go(LIMIT, WALK_MPS).now
    went = path.go(NEAR, WALK_MPS).stay(180).go(LIMIT, WALK_MPS).now
    path.go(FAR, WALK_MPS)
    stage.wear("late-him", path, [keep_away("late-her")])
    zone = "protected/late-her"
    stage.expect("late-him", "proximity", came, went, zone=zone, condition="keep-away")
    overdue = lost + seconds(INTERVAL_S + BUFFER_S)
    stage.expect("late-her", "missed_call_in", lost, found, started_by=overdue)
    return stage.build()


def poor(start: Instant) -> Scenario:
    """Both in buildings, neither well located, at about the distance to keep: nothing."""
    stage = Stage(
        "proximity-poor",
        "Both sit in concrete, 330 m apart; no position says on which side of 300 m.",
        start,
    )

    def vague(fixes: list[Fix]) -> list[Fix]:
        return [replace(fix, accuracy_m=120.0, hdop=None) for fix in fixes]

    stage.protect("poor-her", stage.path(indoors=False), fixes=vague)
    path = stage.path((330.0, 0.0), indoors=False)
    stage.wear("poor-him", path, [keep_away("poor-her", buffer_m=50)], fixes=vague)
    return stage.build()


SCENARIOS = {
    "proximity-approach": approach,
    "proximity-passes-by": passes_by,
    "proximity-she-comes": she_comes,
    "proximity-stale": stale,
    "proximity-late-upload": late_upload,
    "proximity-poor": poor,
}
