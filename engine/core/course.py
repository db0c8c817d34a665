"""The course of a supervision: what it asks of whoever is at rest, from some instant until another.

It does not depend on what the wearer does. So it is worked out once, and every lane that is opened
meanwhile is on it.
"""

from typing import Final

import msgspec

from engine.core.lane_shape import Shape, Zones
from engine.core.order import Condition, Supervision
from engine.core.turns import Fence, factor_of, turns_of
from zones.instant import Instant
from zones.zone import ZoneKey
from zones.zone_set import ZoneSet

FEW: Final = 32
"""Zones of a set that one wearer may have in his own lane; larger sets are looked up together."""

MOST_COURSES: Final = 8_000
"""Courses remembered: whoever is not at rest needs his every minute or so."""


class Course(msgspec.Struct, frozen=True):
    """What is asked from `since` (inclusive) until `until` (exclusive)."""

    since: Instant
    until: Instant
    shape: Shape
    zones: tuple[ZoneKey, ...]
    """Those that its shape is about."""
    shared: tuple[ZoneSet, ...]
    """Sets of zones to keep out of that are too large to be taken one by one; none is empty."""


def course_of(supervision: Supervision, at: Instant) -> Course | None:
    """Return the course from an instant on; None if it is not known what is asked then."""
    turns = turns_of(supervision, at)
    if turns is None:
        return None
    outs = [each for each in supervision.conditions if each.keep_out and each.window_at(at)]
    large = [each for each in outs if _is_large(each)]
    fences = [fence for each in outs if not _is_large(each) for fence in _out(each, at)]
    zones = Zones()
    shape = Shape(
        turns=turns.at,
        sets=turns.sets,
        groups=tuple(len(groups) for groups in turns.places),
        places=zones.places(turns),
        fences=zones.fences(fences),
        shared_factor=max((factor_of(each) for each in large), default=0.0),
        shared_plus_m=max((each.parameters.buffer_m for each in large), default=0.0),
        max_age=supervision.plans.max_ages[-1],
    )
    sets = (each for condition in large for each in (condition.zones, condition.places))
    shared = tuple(each for each in sets if each.histories)
    return Course(at, turns.until, shape, zones.listed(), shared)


class Courses:
    """The courses of those judged last, by activation."""

    def __init__(self, most: int = MOST_COURSES) -> None:
        self._most = most
        self._known: dict[int, tuple[Supervision, Course | None]] = {}

    def at(self, supervision: Supervision, at: Instant) -> Course | None:
        """Return the course of a supervision at an instant; see `course_of`."""
        number = supervision.activation.activation_id
        known = self._known.get(number)
        if known is not None and known[0] is supervision:
            course = known[1]
            if course is not None and course.since <= at < course.until:
                return course
        course = course_of(supervision, at)
        self._known.pop(number, None)
        if len(self._known) >= self._most:
            del self._known[next(iter(self._known))]
        self._known[number] = (supervision, course)
        return course


def _is_large(condition: Condition) -> bool:
    return len(condition.zones.histories) > FEW or len(condition.places.histories) > FEW


def _out(condition: Condition, at: Instant) -> list[Fence]:
    """Return the fences of a condition in force on zones to keep out of.

    A way through a zone is looked at even if it does not count in this window: see `transit.py`.
    """
    plus_m = condition.parameters.buffer_m
    versions = (history.at(at) for history in condition.histories())
    return [Fence(zone, factor_of(condition), plus_m) for zone in versions if zone is not None]
