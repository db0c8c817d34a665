"""Attendance at a community garden 420 m from home: on time, late, too short, not at all, unseen.

The garden is a circle of 100 m; the wearer walks along one line, so its edge is crossed at 320 m.
Presence is due from two minutes after the window's start until two before its end.
"""

from typing import Any, Final

from simulators import faults
from simulators.device import Sending
from simulators.path import PathBuilder
from simulators.scenario import Scenario
from simulators.scenarios.stage import BUFFER_S, INTERVAL_S, WALK_MPS, Stage
from zones.instant import Instant, seconds

_EDGE = (320.0, 0.0)
_GARDEN = (420.0, 0.0)
_TOLERANCE_MIN: Final = 2
_FIRST, _LAST = 12, 38


def on_time(start: Instant) -> Scenario:
    """There within the tolerance, and until within the tolerance of the end."""
    stage = Stage(
        "attendance-on-time",
        "She works her hours in the community garden from the first to the last.",
        start,
    )
    path = stage.path()
    _come(path, stage.at(6))
    _leave(path, stage.at(37))
    return stage.wear("attendance-on-time", path, [_attendance(stage, "GARDEN-1")]).build()


def late(start: Instant) -> Scenario:
    """Elsewhere when presence is due, there later."""
    stage = Stage("attendance-late", "He comes to his hours of service ten minutes late.", start)
    condition = _attendance(stage, "GARDEN-2")
    path = stage.path()
    came = _come(path, stage.at(18))
    stage.wear("attendance-late", path, [condition])
    due = stage.at(_FIRST + _TOLERANCE_MIN)
    return _expect(stage, "attendance-late", "attendance_late", due, came, "GARDEN-2")


def left_early(start: Instant) -> Scenario:
    """There at first, elsewhere long before the end."""
    stage = Stage("attendance-left-early", "She leaves her hours of service at half-time.", start)
    condition = _attendance(stage, "GARDEN-3")
    path = stage.path()
    _come(path, stage.at(5))
    left = _leave(path, stage.at(24))
    stage.wear("attendance-early", path, [condition])
    over = stage.at(_LAST - _TOLERANCE_MIN)
    return _expect(stage, "attendance-early", "attendance_left_early", left, over, "GARDEN-3")


def missed(start: Instant) -> Scenario:
    """Elsewhere from beginning to end."""
    stage = Stage(
        "attendance-missed", "He stays at home instead of going to his hours of service.", start
    )
    condition = _attendance(stage, "GARDEN-4")
    stage.wear("attendance-missed", stage.path(), [condition])
    due, over = stage.at(_FIRST + _TOLERANCE_MIN), stage.at(_LAST - _TOLERANCE_MIN)
    return _expect(stage, "attendance-missed", "attendance_missed", due, over, "GARDEN-4")


def minimum_stay(start: Instant) -> Scenario:
    """A quarter of an hour at any time: one has it late, the other no longer can."""
    stage = Stage(
        "attendance-minimum-stay",
        "Both owe fifteen minutes of service; she comes in time for them, he does not.",
        start,
    )
    condition = _attendance(stage, "GARDEN-5", minimum_stay_s=900)
    path = stage.path()
    _come(path, stage.at(15))
    stage.wear("attendance-in-time", path, [condition])
    path = stage.path()
    came = _come(path, stage.at(27))
    stage.wear("attendance-too-late", path, [condition])
    latest = stage.at(_LAST - 15)
    return _expect(stage, "attendance-too-late", "attendance_late", latest, came, "GARDEN-5")


def unseen(start: Instant) -> Scenario:
    """At the place, where the device finds no position: unverified, not missed."""
    stage = Stage(
        "attendance-unseen",
        "At work in a glasshouse her device finds no position: nobody says she missed it.",
        start,
    )
    condition = _attendance(stage, "GARDEN-6")
    path = stage.path()
    _come(path, stage.at(1))
    lost, found = stage.at(8), stage.at(39)

    def lose(sendings: list[Sending]) -> list[Sending]:
        return faults.lose_positions(sendings, lost, found)

    stage.wear("attendance-unseen", path, [condition], sendings=lose)
    overdue = lost + seconds(INTERVAL_S + BUFFER_S)
    stage.expect("attendance-unseen", "location_lost", lost, found, started_by=overdue)
    stage.expect(
        "attendance-unseen",
        "attendance_unverified",
        stage.at(_FIRST),
        stage.at(_LAST),
        condition="attend",
        zone="GARDEN-6",
        state="brief",
    )
    return stage.build()


def _attendance(stage: Stage, zone_id: str, **stay: float) -> dict[str, Any]:
    """Return an attendance at the garden, which is added as a zone of that id."""
    stage.circle(zone_id, *_GARDEN, 100.0)
    tolerance_s = 60.0 * _TOLERANCE_MIN
    asked = stay or {"late_after_s": tolerance_s, "early_before_s": tolerance_s}
    window = {"days": "daily", "start": stage.clock(_FIRST), "end": stage.clock(_LAST)}
    rule = {"id": "attend", "kind": "attendance", "zone": zone_id, "weekly": [window]}
    return {**rule, "threshold": 2, **asked}


def _come(path: PathBuilder, sets_off: Instant) -> Instant:
    """Stay until an instant and walk to the garden; return when its edge was crossed."""
    came = path.stay_until(sets_off).outdoors().go(_EDGE, WALK_MPS).now
    path.go(_GARDEN, WALK_MPS)
    return came


def _leave(path: PathBuilder, sets_off: Instant) -> Instant:
    """Stay until an instant and walk home; return when its edge was crossed."""
    left = path.stay_until(sets_off).outdoors().go(_EDGE, WALK_MPS).now
    path.go((0, 0), WALK_MPS).indoors()
    return left


def _expect(
    stage: Stage, wearer_id: str, kind: str, started: Instant, ended: Instant, zone: str
) -> Scenario:
    return stage.expect(wearer_id, kind, started, ended, zone=zone, condition="attend").build()


SCENARIOS = {
    "attendance-on-time": on_time,
    "attendance-late": late,
    "attendance-left-early": left_early,
    "attendance-missed": missed,
    "attendance-minimum-stay": minimum_stay,
    "attendance-unseen": unseen,
}
