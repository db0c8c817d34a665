"""What became of each condition in a stretch of time, in seconds: kept, broken, unknown, permitted.

The four add up to the time in which the condition's own hours had it in force, so far:

- *permitted* is what a pass or a condition of higher priority takes out of the hours, and the time
  in which such a condition has the wearer be in a zone he must keep out of;
- *broken* is time in confirmed episodes while a position holds;
- *kept* is time for which positions show it;
- *unknown* is the rest: silence, doubt, no device worn. It is never a violation.

Where two devices are worn at once, what one of them shows broken is broken, and what one shows kept
is not unknown. Suspensions, and the time between versions of an order, are not in force at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import reduce

import msgspec

from engine.core.order import Condition, ConditionKind, Supervision
from engine.core.standing import Course, Standing
from zones.instant import SECOND, Duration
from zones.interval import Interval, Intervals, intersect, subtract, union
from zones.remainder import Remainder


class ConditionAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one condition; all versions of it together."""

    order_id: str
    condition_id: str
    kind: ConditionKind
    kept: Intervals
    broken: Intervals
    unknown: Intervals
    permitted: Intervals

    @property
    def in_force_s(self) -> float:
        """Seconds for which its own hours had it in force."""
        return sum(map(seconds_of, (self.kept, self.broken, self.unknown, self.permitted)))


def seconds_of(intervals: Intervals) -> float:
    """Return how long intervals are together, in seconds."""
    total: Duration = sum(each.end - each.start for each in intervals)
    return total / SECOND


def accounts(
    ordered: Supervision, courses: Iterable[tuple[Supervision, Course]], stretch: Interval
) -> list[ConditionAccount]:
    """Return what became of each condition in force in a stretch of time that has passed.

    `ordered` is what the orders ask whether or not a device is worn; `courses` are what each
    activation's fold showed, over the whole stretch.
    """
    walked = list(courses)
    named: dict[tuple[str, str], list[Condition]] = {}
    for each in ordered.conditions:
        named.setdefault(each.key[:2], []).append(each)
    made = (_account(versions, walked, stretch) for versions in named.values())
    return [each for each in made if each is not None]


def _account(
    versions: Sequence[Condition],
    courses: Sequence[tuple[Supervision, Course]],
    stretch: Interval,
) -> ConditionAccount | None:
    hours = _all(_hours(each, stretch) for each in versions)
    if not hours:
        return None
    in_force = _all(each.in_force(stretch.start, stretch.end) for each in versions)
    name = versions[0].key[:2]
    spans = [
        course.spans(condition.key)
        for supervision, course in courses
        for condition in supervision.conditions
        if condition.key[:2] == name
    ]
    shown = {each: intersect(_all(one[each] for one in spans), in_force) for each in Standing}
    broken = shown[Standing.BROKEN]
    permitted = union(subtract(hours, in_force), subtract(shown[Standing.PERMITTED], broken))
    kept = subtract(subtract(shown[Standing.KEPT], broken), permitted)
    return ConditionAccount(
        order_id=name[0],
        condition_id=name[1],
        kind=versions[-1].kind,
        kept=kept,
        broken=broken,
        permitted=permitted,
        unknown=subtract(hours, _all((kept, broken, permitted))),
    )


def _hours(condition: Condition, stretch: Interval) -> Intervals:
    """Return when its own hours have it in force: passes and what comes before it left aside."""
    own = replace(condition.schedule, passes=())
    return Remainder(own, ()).in_force(stretch.start, stretch.end)


def _all(sets: Iterable[Intervals]) -> Intervals:
    return reduce(union, sets, ())
