"""The shape of a condition's JSON form: its fields, their types, and the error that names a place.

What the fields mean is `condition_json`'s; here a value is only of the right type, and a field that
is not known is refused: a misspelt one must not quietly loosen or tighten an order.
"""

import re
from collections.abc import Mapping
from typing import Final, TypeVar

import msgspec

from engine.core.order import ConditionKind

_LONGEST_SHOWN: Final = 80
_PLACE: Final = re.compile(r"^(?P<words>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?$", re.DOTALL)
_STEP: Final = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


class ConditionError(ValueError):
    """A condition that cannot be read.

    Attributes:
        path: place in the condition, for example `weekly[0].start`; empty for the whole of it.
        value: what stands there; None where something is missing.
        fix: what is wrong and how to put it right.
    """

    def __init__(self, path: str, value: object, fix: str) -> None:
        self.path = path
        self.value = value
        self.fix = fix
        shown = repr(value)
        hidden = value is None or shown in fix or len(shown) > _LONGEST_SHOWN
        super().__init__(": ".join(part for part in (path, "" if hidden else shown, fix) if part))


class SpanJson(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """From `start` up to, but not including, `end`: RFC 3339 times with an offset."""

    start: str
    end: str


class ExtraJson(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A window beside the regular ones, with zone ids of its own or none."""

    start: str
    end: str
    places: tuple[str, ...] = ()


class WeeklyJson(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A weekly window: days and times of day as `zones.weekly` reads them."""

    days: str | tuple[str, ...]
    start: str
    end: str
    places: tuple[str, ...] = ()


class ScheduleJson(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The hours of a condition."""

    weekly: tuple[WeeklyJson, ...] = ()
    passes: tuple[SpanJson, ...] = ()
    suspensions: tuple[SpanJson, ...] = ()
    extra: tuple[ExtraJson, ...] = ()
    ical: str | None = None
    effective_from: str | None = None
    effective_until: str | None = None


class ConditionJson(
    ScheduleJson, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A condition; seconds, metres and a probability as the names say, None: by its kind."""

    id: str
    kind: ConditionKind
    zone: str | None = None
    zones: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    protected_person: str | None = None
    protected_persons: tuple[str, ...] = ()
    distance_m: float | None = None
    pairing_age_s: float | None = None
    threshold: int | None = None
    buffer_m: float | None = None
    dwell_s: float | None = None
    grace_s: float | None = None
    confidence: float | None = None
    shared_error_m: float | None = None
    shared_error_half_life_s: float | None = None
    priority: int = 0
    minimum_stay_s: float | None = None
    late_after_s: float | None = None
    early_before_s: float | None = None
    version: int = 1


_Wire = TypeVar("_Wire", bound=ScheduleJson)


def decode(data: Mapping[str, object], wire: type[_Wire]) -> _Wire:
    """Return the fields of a condition or a schedule.

    Raises:
        ConditionError: a field that is missing, not known or of another type.
    """
    try:
        return msgspec.convert(data, wire)
    except msgspec.ValidationError as error:
        found = _PLACE.match(str(error))
        path = (found["path"] or "") if found else ""
        words = found["words"] if found else str(error)
        raise ConditionError(path, _value_at(data, path), words) from None


def demand(met: bool, path: str, value: object, fix: str) -> None:
    """Raise a ConditionError unless a demand on a value is met."""
    if not met:
        raise ConditionError(path, value, fix)


def _value_at(data: object, path: str) -> object:
    """Return what stands at a path, None if there is nothing."""
    value = data
    for index, name in _STEP.findall(path):
        if name and isinstance(value, Mapping):
            value = value.get(name)
        elif index and isinstance(value, list | tuple) and int(index) < len(value):
            value = value[int(index)]
        else:
            return None
    return None if isinstance(value, Mapping | list | tuple) else value
