"""What a window of an attendance asks for, and what the evidence has shown of it so far.

Of the **whole window** presence is due from `late_after_s` after its start until `early_before_s`
before its end. Of a **minimum stay** it is due once the absence that is proved leaves too little of
the window: the slack is the window less the stay, and never less than `late_after_s`.

Time counts as presence (or absence) between two positions in a row that are both sure of it, no
more than the plan's max age apart; positions that are sure of neither, and coarse ones elsewhere,
say nothing. A last position there also counts while it holds. All other time is unknown: it is not
presence, and it is never absence. So what cannot be known never makes presence due.

Time in which the condition is not in force (a pass, an order that begins later) is never absence
either: what is excused of a minimum stay counts as if he had been there. What was counted before a
pass goes on to count after it.
"""

from typing import NamedTuple

import msgspec

from engine.core.order import Condition, Stay
from engine.core.plan import PlanHistory
from engine.core.position import Position
from engine.core.state import Attendance
from zones.instant import Duration, Instant, seconds
from zones.window import Window


class Sighting(NamedTuple):
    """A position, as of an instant, that is sure whether the wearer is there."""

    at: Instant
    position: Position
    there: bool


def stay_of(condition: Condition) -> Stay:
    """Return how long the wearer has to be there."""
    return condition.stay or Stay()


def opened(condition: Condition, window: Window) -> Attendance:
    """Return the attendance of a window of which nothing is known yet."""
    stay = stay_of(condition)
    whole = condition.schedule.whole_at(window.start)
    if stay.minimum_s is None or whole is None:
        return Attendance(start=window.start)
    room = whole.end - whole.start - seconds(stay.minimum_s)
    return Attendance(start=whole.start, slack=max(room, seconds(stay.late_after_s)))


def is_due(condition: Condition, attendance: Attendance, window: Window, at: Instant) -> bool:
    """Tell whether the wearer has to be there at an instant of a window in force."""
    since, until = stay_of(condition).due(window)
    used_up = attendance.slack is None or attendance.absence > attendance.slack
    return used_up and since <= at < until


def counted(attendance: Attendance, sighting: Sighting, plans: PlanHistory) -> Attendance:
    """Return an attendance with the time up to a sighting, and the sighting as the last one."""
    last, at = attendance.last, sighting.at
    fresh = last is not None and at <= _holds_until(last, plans)
    presence, absence = attendance.presence, attendance.absence
    if fresh and attendance.there == sighting.there:
        spent = at - attendance.since
        presence += spent if sighting.there else 0
        absence += 0 if sighting.there else spent
    elif not fresh:
        presence += _held(attendance, at, plans)
    return msgspec.structs.replace(
        attendance,
        presence=presence,
        absence=absence,
        seen=attendance.seen or sighting.there,
        last=sighting.position,
        there=sighting.there,
        since=at,
    )


def interrupted(attendance: Attendance, at: Instant, plans: PlanHistory) -> Attendance:
    """Return an attendance whose window is no longer in force: what held until then counts."""
    presence = attendance.presence + _held(attendance, at, plans)
    return msgspec.structs.replace(attendance, presence=presence, last=None)


def used_up_at(before: Attendance, after: Attendance) -> Instant | None:
    """Return when, between two states of it, the slack was used up; None if it was not."""
    slack = before.slack
    if slack is None or before.absence > slack or after.absence <= slack:
        return None
    return before.since + slack - before.absence


def goes_on(condition: Condition, attendance: Attendance, at: Instant) -> bool:
    """Tell whether the window of an attendance is in force again after `at`, when it is not."""
    if attendance.slack is None:
        return False
    whole = condition.schedule.whole_at(attendance.start)
    return whole is not None and bool(condition.in_force(at, whole.end))


def unverified(condition: Condition, attendance: Attendance, window: Window) -> bool:
    """Tell whether a window that is over was neither attended, so far as is known, nor broken."""
    since, until = stay_of(condition).due(window)
    if attendance.broken or since >= until:
        return False
    if attendance.slack is None:
        return not attendance.seen
    whole = condition.schedule.whole_at(attendance.start)
    if whole is None:
        return False
    asked = whole.end - whole.start - attendance.slack - seconds(stay_of(condition).late_after_s)
    return attendance.presence + _excused(condition, whole) < asked


def _held(attendance: Attendance, at: Instant, plans: PlanHistory) -> Duration:
    if attendance.last is None or not attendance.there:
        return 0
    return max(0, min(_holds_until(attendance.last, plans), at) - attendance.since)


def _holds_until(position: Position, plans: PlanHistory) -> Instant:
    return position.fix_time + plans.max_age_at(position.fix_time)


def _excused(condition: Condition, whole: Window) -> Duration:
    """Return for how much of a window the condition is not in force."""
    parts = condition.in_force(whole.start, whole.end)
    return whole.end - whole.start - sum(each.end - each.start for each in parts)
