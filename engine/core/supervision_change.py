"""From when on two supervisions of one activation ask for different things.

A change from now on needs no re-judging of the past; one that reaches into the past is judged again
from the first instant that differs.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from operator import is_

from msgspec.structs import replace as replace_fields

from engine.core.order import Activation, Condition, Supervision
from engine.core.plan import plans_differ_from
from zones.history import ZoneHistory
from zones.instant import Duration, Instant
from zones.interval import BEGINNING, END, first_difference
from zones.schedule import Schedule
from zones.zone import Zone
from zones.zone_set import ZoneSet

_Key = tuple[str, str, int]


def changed_from(before: Supervision, after: Supervision) -> Instant:
    """Return the first instant at which two supervisions ask for different things; END if never."""
    ends = {before.activation.ended_at, after.activation.ended_at}
    worn = min((end for end in ends if end is not None), default=END) if len(ends) > 1 else END
    plans = plans_differ_from(before.plans, after.plans)
    old = {each.key: each for each in before.conditions}
    new = {each.key: each for each in after.conditions}
    differences = [_difference(old.get(key), new.get(key)) for key in old | new]
    counterparts = _counterpart_difference(before, after)
    first = min([worn, plans, counterparts, *differences]) - _notice(old, new)
    return min([first, *(_asked_from(each, first) for each in (*old.values(), *new.values()))])


def _counterpart_difference(before: Supervision, after: Supervision) -> Instant:
    """Return from when on other devices of protected persons count, or no longer do."""
    old, new = ({each.activation_id: each for each in one.counterparts} for one in (before, after))
    changed = [key for key in old | new if old.get(key) != new.get(key)]
    return min((_worn_otherwise(old.get(key), new.get(key)) for key in changed), default=END)


def _worn_otherwise(before: Activation | None, after: Activation | None) -> Instant:
    known = [each for each in (before, after) if each is not None]
    ends = [END if each.ended_at is None else each.ended_at for each in known]
    one_only = len(known) == 1 or known[0].started_at != known[1].started_at
    return min(each.started_at for each in known) if one_only else min(ends)


def _notice(old: Mapping[_Key, Condition], new: Mapping[_Key, Condition]) -> Duration:
    """Return how long before a higher condition changes that already matters to a lower one.

    When it changes says its own difference; a lower attendance has to know before its window ends.
    """
    both = ((old[key], new[key]) for key in old if key in new)
    return max((one.notice for one, other in both if one.above != other.above), default=0)


def _asked_from(condition: Condition, first: Instant) -> Instant:
    """Return from when on the window in force at an instant is judged by how it goes on.

    Whether a minimum stay is over when it is interrupted depends on what follows in the window.
    """
    if condition.stay is None or condition.stay.minimum_s is None or first == END:
        return first
    whole = condition.schedule.whole_at(first)
    return first if whole is None else min(first, whole.start)


def _difference(before: Condition | None, after: Condition | None) -> Instant:
    if before is None or after is None:
        only = before or after
        return BEGINNING if only is None else _starts(only)
    before, after = (replace_fields(each, above=(), left=None) for each in (before, after))
    if before == after:
        return END
    if _rule(before) != _rule(after):
        return min(_starts(before), _starts(after))
    return min(_zone_difference(before, after), _schedule_difference(before, after))


def _rule(condition: Condition) -> tuple[object, ...]:
    return condition.kind, condition.parameters, condition.stay, condition.proximity


def _zone_difference(before: Condition, after: Condition) -> Instant:
    """Return the first instant at which another version of any zone is in effect."""
    return _sets_differ_from(_Sets(before.zones, before.places, after.zones, after.places))


class _Sets:
    """Sets of zones before and after: the same only if they are the very same objects.

    A change of a zone in a group of thousands is one pair of sets for all whom it concerns.
    """

    __slots__ = ("sets",)

    def __init__(self, *sets: ZoneSet) -> None:
        self.sets = sets

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.sets)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Sets) and all(map(is_, self.sets, other.sets))


@lru_cache(maxsize=16)
def _sets_differ_from(both: _Sets) -> Instant:
    zones, places, new_zones, new_places = both.sets
    if (zones, places) == (new_zones, new_places):
        return END
    old = {each.zone_id: each for each in (*zones.histories, *places.histories)}
    new = {each.zone_id: each for each in (*new_zones.histories, *new_places.histories)}
    return min(_history_difference(old.get(each), new.get(each)) for each in old | new)


def _history_difference(before: ZoneHistory | None, after: ZoneHistory | None) -> Instant:
    if before == after:
        return END
    known = [history for history in (before, after) if history is not None]
    edges = sorted({BEGINNING, *(change for history in known for change in history.changes)})
    return next((edge for edge in edges if _at(before, edge) != _at(after, edge)), END)


def _at(history: ZoneHistory | None, instant: Instant) -> Zone | None:
    return None if history is None else history.at(instant)


def _schedule_difference(before: Condition, after: Condition) -> Instant:
    """Return the first instant at which the hours differ, or at which that they will matters."""
    if before.schedule == after.schedule:
        return END
    if _bare(before.schedule) != _bare(after.schedule):
        return min(_starts(before), _starts(after))
    differs = first_difference(before.schedule.holes, after.schedule.holes)
    return differs if differs == END else differs - max(before.notice, after.notice)


def _bare(schedule: Schedule) -> Schedule:
    """Return the hours with nothing cut out of them."""
    return replace(schedule, passes=(), suspensions=(), effective_from=None, effective_until=None)


def _starts(condition: Condition) -> Instant:
    return condition.schedule.effective_from or BEGINNING
