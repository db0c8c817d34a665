"""Why the past was judged again, in words for people: what came late, or what was corrected.

It stands beside every alert that this raised, amended or retracted, so that whoever is told
otherwise than before is told why.
"""

from collections.abc import Iterable, Iterator, Sequence

from engine.core.fold import Report, report_order
from engine.core.order import Condition, Supervision
from engine.core.position import Position
from zones.instant import Instant, render
from zones.zone import Zone

PROVED = "positions taken for implausible were proved true by those that followed"
MOST_NAMED = 3


def of_late(reports: Iterable[Report], head: tuple[Instant, int, int, bytes]) -> str:
    """Return what of the reports came late: after one that was judged is later than they are."""
    late = [each for each in reports if report_order(each) <= head]
    if not late:
        return PROVED
    times = sorted(report_order(each)[0] for each in late)
    positions = sum(isinstance(each, Position) for each in late)
    told = (_counted(positions, "position"), _counted(len(late) - positions, "device report"))
    what = " and ".join(each for each in told if each)
    if times[0] == times[-1]:
        return f"{what} of {render(times[0])} came late"
    return f"{what} from {render(times[0])} to {render(times[-1])} came late"


def of_correction(before: Supervision, after: Supervision) -> str:
    """Return what of that by which an activation is judged was changed with effect in the past."""
    parts = [*_worn(before, after), *_zones(before, after), *_conditions(before, after)]
    if before.plans != after.plans:
        parts.append("the supervision plan was changed")
    named = parts[:MOST_NAMED]
    more = [f"{len(parts) - MOST_NAMED} further changes"] if len(parts) > MOST_NAMED else []
    return "; ".join([*named, *more]) or "the registry was corrected"


def _counted(number: int, what: str) -> str:
    return "" if not number else f"{number} {what}{'s' if number > 1 else ''}"


def _worn(before: Supervision, after: Supervision) -> Iterator[str]:
    ended_at = after.activation.ended_at
    if before.activation.ended_at != ended_at:
        when = "is still worn" if ended_at is None else f"was taken off at {render(ended_at)}"
        yield f"the device {when}"


def _zones(before: Supervision, after: Supervision) -> Iterator[str]:
    old, new = _versions(before.conditions), _versions(after.conditions)
    for key in sorted(new.keys() - old.keys()):
        if any(zone_id == key[0] for zone_id, _ in old):
            since = new[key].effective_from
            when = "from the beginning" if since is None else f"from {render(since)}"
            what = "is withdrawn" if new[key].withdrawn else f"has version {key[1]} in effect"
            yield f"zone {key[0]} {what} {when}"
    for key in sorted(old.keys() - new.keys()):
        if any(zone_id == key[0] for zone_id, _ in new):
            yield f"zone {key[0]} version {key[1]} is no longer in effect"


def _versions(conditions: Sequence[Condition]) -> dict[tuple[str, int], Zone]:
    return {
        zone.key: zone
        for condition in conditions
        for history in condition.histories()
        for zone in history.versions
    }


def _conditions(before: Supervision, after: Supervision) -> Iterator[str]:
    old = {each.key: each for each in before.conditions}
    new = {each.key: each for each in after.conditions}
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key), new.get(key)
        name = f"condition {key[1]} of order {key[0]}, version {key[2]},"
        if was is None:
            yield f"{name} was added"
        elif now is None:
            yield f"{name} was taken away"
        elif (was.kind, was.parameters) != (now.kind, now.parameters):
            yield f"{name} has other parameters"
        elif was.schedule != now.schedule:
            yield f"{name} has other hours"
        elif _places(was) != _places(now):
            yield f"{name} has other zones"


def _places(condition: Condition) -> set[str]:
    return {history.zone_id for history in condition.histories()}
