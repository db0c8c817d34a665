"""How long an attendance asks for, as JSON: `minimum_stay_s`, `late_after_s`, `early_before_s`.

Without `minimum_stay_s` it asks for the whole window, less the two tolerances (10 min each, unless
told otherwise), so every window must be longer than these together. With it, it asks for so many
seconds at any time in the window; leaving early then means nothing. Fields of any other kind of
condition are refused: they would loosen nothing.
"""

from collections.abc import Iterator
from typing import Final

from engine.core.condition_wire import ConditionError, ConditionJson, demand
from engine.core.order import ConditionKind, Stay
from zones.instant import SECOND
from zones.schedule import Schedule
from zones.weekly import weekly_length

_FIELDS: Final = ("minimum_stay_s", "late_after_s", "early_before_s")
_HOURS: Final = (
    "an attendance needs its hours, and windows that end: give `weekly`, `extra` or `ical` with "
    "some time between the windows, or use kind 'inclusion'"
)


def read_stay(wire: ConditionJson, schedule: Schedule) -> Stay | None:
    """Return how long an attendance asks for; None for any other kind of condition.

    Raises:
        ConditionError: what is wrong, where, and how to put it right.
    """
    if wire.kind is not ConditionKind.ATTENDANCE:
        for name in _FIELDS:
            fix = f"is for kind 'attendance' only: leave it out of kind {wire.kind.value!r}"
            demand(getattr(wire, name) is None, name, getattr(wire, name), fix)
        return None
    demand(not schedule.endless, "weekly", None, _HOURS)
    stay = _stay(wire)
    for path, length_s in _lengths(schedule):
        _check_length(stay, path, length_s)
    return stay


def write_stay(stay: Stay | None) -> dict[str, object]:
    """Return the fields of a stay; nothing of what it does not ask for."""
    if stay is None:
        return {}
    early = None if stay.minimum_s is not None else stay.early_before_s
    written = zip(_FIELDS, (stay.minimum_s, stay.late_after_s, early), strict=True)
    return {name: value for name, value in written if value is not None}


def _stay(wire: ConditionJson) -> Stay:
    fix = "means nothing beside minimum_stay_s, which asks for no time of leaving: leave one out"
    both = wire.minimum_stay_s is not None and wire.early_before_s is not None
    demand(not both, "early_before_s", wire.early_before_s, fix)
    default = Stay()
    try:
        return Stay(
            minimum_s=wire.minimum_stay_s,
            late_after_s=_or(wire.late_after_s, default.late_after_s),
            early_before_s=_or(wire.early_before_s, default.early_before_s),
        )
    except ValueError as error:
        name, _, words = str(error).partition(" is ")
        raise ConditionError(name, getattr(wire, name), words) from None


def _or(given: float | None, default: float) -> float:
    return default if given is None else given


def _check_length(stay: Stay, path: str, length_s: float) -> None:
    if stay.minimum_s is not None:
        fix = f"is longer than the window {path}, which lasts {length_s:g} s: give a shorter stay"
        demand(stay.minimum_s <= length_s, "minimum_stay_s", stay.minimum_s, fix)
        return
    asked_s = length_s - stay.late_after_s - stay.early_before_s
    fix = (
        f"late_after_s and early_before_s leave nothing of its {length_s:g} s: give less of them, "
        "or a minimum_stay_s"
    )
    demand(asked_s > 0, path, None, fix)


def _lengths(schedule: Schedule) -> Iterator[tuple[str, float]]:
    """Yield where each window is written, and how long it lasts by the clock."""
    for i, weekly in enumerate(schedule.weekly):
        yield f"weekly[{i}]", weekly_length(weekly).total_seconds() / len(weekly.days)
    for i, extra in enumerate(schedule.extra):
        yield f"extra[{i}]", (extra.end - extra.start) / SECOND
    for repeated in schedule.recurrences:
        yield "ical", (repeated.end - repeated.start).total_seconds()
