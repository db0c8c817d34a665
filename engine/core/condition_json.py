"""The JSON form of a condition, in orders and in replay files: its only reader and writer.

    {"id": "c1", "kind": "curfew", "zone": "HOME-w1",
     "weekly": [{"days": "daily", "start": "22:00", "end": "06:00"}], "threshold": 2}

`zone` is one zone id, `zones` several, `groups` are groups of zones; `condition_schedule` says how
the hours are written. Without any window the condition is always in force, which a curfew may not
be. Parameters that are left out, or null, are those of the kind; written, none is left out, so that
what was ordered stands whatever later defaults are. How long an attendance asks for is
`condition_stay`'s.

    {"id": "c2", "kind": "proximity", "protected_person": "p1", "distance_m": 300, "buffer_m": 200}

names a protected person instead of a place (`protected_persons` several), the distance to be kept
from each, and how old a position of either may be to be judged (`pairing_age_s`).
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from engine.core.condition_schedule import read_schedule, write_schedule
from engine.core.condition_stay import read_stay, write_stay
from engine.core.condition_wire import ConditionError, ConditionJson, decode, demand
from engine.core.order import ConditionKind, Parameters, default_parameters
from engine.core.proximity import DEFAULT_PAIRING_AGE_S, Proximity
from engine.core.registry import OrderCondition

__all__ = ["ConditionError", "read_condition", "write_condition"]

MOST_PRIORITY: Final = 1000

_PARAMETERS: Final = Parameters.__struct_fields__


def read_condition(data: Mapping[str, object], timezone: str) -> OrderCondition:
    """Return the condition of its JSON form; `timezone` is the wearer's (IANA name).

    Raises:
        ConditionError: what is wrong, where, and how to put it right.
    """
    wire = decode(data, ConditionJson)
    demand(wire.id.strip() == wire.id != "", "id", wire.id, "give an id without spaces around it")
    demand(wire.version >= 1, "version", wire.version, "must be at least 1")
    proximity = _proximity(wire)
    zone_ids = _zone_ids(wire) if proximity is None else ()
    schedule = read_schedule(wire, timezone)
    demand(
        not (schedule.always and wire.kind is ConditionKind.CURFEW),
        "weekly",
        None,
        "a curfew needs its hours: give `weekly`, `extra` or `ical`, or use kind 'inclusion'",
    )
    return OrderCondition(
        condition_id=wire.id,
        kind=wire.kind,
        zone_ids=zone_ids,
        schedule=schedule,
        parameters=_parameters(wire),
        version=wire.version,
        group_ids=wire.groups,
        stay=read_stay(wire, schedule),
        proximity=proximity,
        priority=_priority(wire),
    )


def write_condition(condition: OrderCondition) -> dict[str, object]:
    """Return the JSON form of a condition: reading it with its time zone gives an equal one."""
    zone_ids = condition.zone_ids
    hours = write_schedule(condition.schedule)
    wire = ConditionJson(
        id=condition.condition_id,
        kind=condition.kind,
        zone=zone_ids[0] if len(zone_ids) == 1 else None,
        zones=zone_ids if len(zone_ids) > 1 else (),
        groups=condition.group_ids,
        **_proximity_json(condition.proximity),
        **{name: getattr(condition.parameters, name) for name in _PARAMETERS},
        **{name: getattr(hours, name) for name in hours.__struct_fields__},
        version=condition.version,
        priority=condition.priority,
    )
    fields = msgspec.json.decode(msgspec.json.encode(wire), type=dict[str, object])
    return {"id": wire.id, "kind": wire.kind.value} | fields | write_stay(condition.stay)


def _proximity(wire: ConditionJson) -> Proximity | None:
    """Return from whom to keep away; None for conditions on places, which must not say it."""
    if wire.kind is not ConditionKind.PROXIMITY:
        for name in ("protected_person", "protected_persons", "distance_m", "pairing_age_s"):
            value = getattr(wire, name)
            fix = f"belongs to kind 'proximity' only: leave it out of kind {wire.kind.value!r}"
            demand(not value, name, value, fix)
        return None
    one, several = wire.protected_person, wire.protected_persons
    demand(one is None or not several, "protected_persons", several, "give one field, not both")
    persons = several if one is None else (one,)
    path = "protected_persons" if one is None else "protected_person"
    demand(bool(persons) and all(persons), path, persons or None, "give a protected person's id")
    demand(len(set(persons)) == len(persons), path, persons, "names a person twice")
    for name in ("zone", "zones", "groups"):
        value = getattr(wire, name)
        demand(not value, name, value, "a distance is kept from persons: leave zones out")
    demand(wire.distance_m is not None, "distance_m", None, "give the metres to be kept")
    age_s = DEFAULT_PAIRING_AGE_S if wire.pairing_age_s is None else wire.pairing_age_s
    try:
        return Proximity(
            protected_persons=persons, distance_m=wire.distance_m or 0.0, pairing_age_s=age_s
        )
    except ValueError as error:
        name, _, words = str(error).partition(" is ")
        raise ConditionError(name, getattr(wire, name), words) from None


def _proximity_json(asked: Proximity | None) -> dict[str, Any]:
    if asked is None:
        return {}
    persons = asked.protected_persons
    return {
        "protected_person": persons[0] if len(persons) == 1 else None,
        "protected_persons": persons if len(persons) > 1 else (),
        "distance_m": asked.distance_m,
        "pairing_age_s": asked.pairing_age_s,
    }


def _priority(wire: ConditionJson) -> int:
    fix = f"must be from -{MOST_PRIORITY} to {MOST_PRIORITY}"
    demand(abs(wire.priority) <= MOST_PRIORITY, "priority", wire.priority, fix)
    return wire.priority


def _zone_ids(wire: ConditionJson) -> tuple[str, ...]:
    if wire.zone is not None:
        demand(not wire.zones, "zones", wire.zones, "give `zone` or `zones`, not both")
    path = "zones" if wire.zone is None else "zone"
    zone_ids = wire.zones if wire.zone is None else (wire.zone,)
    somewhere = zone_ids or wire.groups
    fix = "give the zone id of the place, in `zone` or `zones`, or a group of zones in `groups`"
    demand(bool(somewhere), "zone", None, fix)
    demand(all(zone_ids), path, zone_ids, "has an empty zone id: leave it out")
    demand(len(set(zone_ids)) == len(zone_ids), path, zone_ids, "names a zone twice")
    demand(all(wire.groups), "groups", wire.groups, "has an empty group id: leave it out")
    demand(len(set(wire.groups)) == len(wire.groups), "groups", wire.groups, "names a group twice")
    return zone_ids


def _parameters(wire: ConditionJson) -> Parameters:
    stated = {name: getattr(wire, name) for name in _PARAMETERS if getattr(wire, name) is not None}
    try:
        return msgspec.structs.replace(default_parameters(wire.kind), **stated)
    except ValueError as error:
        name, _, words = str(error).partition(" is ")
        raise ConditionError(name, stated.get(name), words) from None
