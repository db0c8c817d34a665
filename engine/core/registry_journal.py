"""The registry in the journal: decisions rest on it, so each write of it is a message like others.

- Topic: `ringfence/v1/registry/{kind}/{id}/{revision}`; six levels, so that no telemetry topic can
  ever pass for it. The id is percent-encoded.
- Payload: canonical JSON (sorted keys, no spaces) of exactly what a judgement needs of the value,
  versions and effective dates included. A zone is GeoJSON.
- Names are left out: of wearers, protected persons, officers, zones (which tend to hold an
  address), groups and classes; so is who recorded a version of an order, when and why. Wearers are
  their id and time zone, devices their vendor and id.
- The revision is that of the registry after the write. An episode pins the revision it was judged
  by (`StoredEpisode.registry_revision`).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple, TypeAlias
from urllib.parse import quote

import msgspec

from engine.core.beacon import Beacon
from engine.core.order import Activation
from engine.core.registry import Device, Order, ProtectedPerson, Wearer, WearerClass
from zones.geojson import read_zones, write_zone
from zones.group import ZoneGroup
from zones.zone import Zone

PREFIX: Final = "ringfence/v1/registry/"

RegistryValue: TypeAlias = (
    Wearer | ProtectedPerson | Device | Activation | Order | Zone | ZoneGroup | WearerClass | Beacon
)


class RegistryEntry(NamedTuple):
    """One write of the registry."""

    revision: int
    value: RegistryValue


class RegistryEntryError(ValueError):
    """A registry message cannot be read; the message says why."""


class _Form(NamedTuple):
    """How values of one kind are named and written."""

    kind: str
    id_of: Callable[[Any], str]
    write: Callable[[Any], Mapping[str, object]]
    read: Callable[[Mapping[str, Any]], RegistryValue]


_NOTED: Final = ("recorded_at", "recorded_by", "reason")
"""What is noted of an order's version: who and why may name people."""


def _write_zone(zone: Zone) -> dict[str, object]:
    return write_zone(replace(zone, name=""))


def _read_zone(body: Mapping[str, Any]) -> Zone:
    reading = read_zones(body)
    if reading.problems:
        raise RegistryEntryError(str(reading.problems[0]))
    return reading.zones[0]


def _write_order(order: Order) -> dict[str, object]:
    return _without(msgspec.to_builtins(order), "officer", *_NOTED)


def _read_order(body: Mapping[str, Any]) -> Order:
    return msgspec.convert({**body, "officer": ""}, Order)


def _write_wearer(wearer: Wearer) -> dict[str, object]:
    return {"wearer_id": wearer.wearer_id, "timezone": wearer.timezone}


def _read_wearer(body: Mapping[str, Any]) -> Wearer:
    return msgspec.convert({**body, "name": ""}, Wearer)


def _without(body: dict[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in body.items() if name not in names}


_FORMS: Final[dict[type, _Form]] = {
    Wearer: _Form("wearers", lambda each: each.wearer_id, _write_wearer, _read_wearer),
    ProtectedPerson: _Form(
        "protected-persons",
        lambda each: each.person_id,
        lambda each: _without(msgspec.to_builtins(each), "name", "agency"),
        lambda body: msgspec.convert({**body, "name": ""}, ProtectedPerson),
    ),
    Device: _Form(
        "devices",
        lambda each: f"{each.vendor}/{each.device_id}",
        lambda each: {"vendor": each.vendor, "device_id": each.device_id},
        lambda body: msgspec.convert(body, Device),
    ),
    Activation: _Form(
        "activations",
        lambda each: str(each.activation_id),
        msgspec.to_builtins,
        lambda body: msgspec.convert(body, Activation),
    ),
    Order: _Form("orders", lambda each: each.order_id, _write_order, _read_order),
    Zone: _Form("zones", lambda each: each.zone_id, _write_zone, _read_zone),
    ZoneGroup: _Form(
        "groups",
        lambda each: each.group_id,
        lambda each: _without(msgspec.to_builtins(each), "name"),
        lambda body: msgspec.convert(body, ZoneGroup),
    ),
    Beacon: _Form(
        "beacons",
        lambda each: f"{each.vendor}/{each.beacon_id}",
        msgspec.to_builtins,
        lambda body: msgspec.convert(body, Beacon),
    ),
    WearerClass: _Form(
        "classes",
        lambda each: each.class_id,
        lambda each: _without(msgspec.to_builtins(each), "name"),
        lambda body: msgspec.convert({**body, "name": ""}, WearerClass),
    ),
}
_BY_KIND: Final = {form.kind: form for form in _FORMS.values()}


def write_entry(entry: RegistryEntry) -> tuple[str, bytes]:
    """Return topic and payload of a registry write."""
    form = _FORMS[type(entry.value)]
    id_ = quote(form.id_of(entry.value), safe="")
    payload = msgspec.json.encode(form.write(entry.value), order="sorted")
    return f"{PREFIX}{form.kind}/{id_}/{entry.revision}", payload


def is_registry_topic(topic: str) -> bool:
    """Tell whether a message is a write of the registry."""
    return topic.startswith(PREFIX) and topic.count("/") == 5


def read_entry(topic: str, payload: bytes) -> RegistryEntry:
    """Return the write that a registry message is; what was left out of the value is empty.

    Raises:
        RegistryEntryError: it is none, or one of a newer version.
    """
    parts = topic.removeprefix(PREFIX).split("/")
    if not is_registry_topic(topic) or parts[0] not in _BY_KIND or not parts[2].isdecimal():
        raise RegistryEntryError(f"topic {topic!a} is no registry write this version knows")
    form = _BY_KIND[parts[0]]
    try:
        value = form.read(msgspec.json.decode(payload))
    except (msgspec.MsgspecError, TypeError, ValueError) as error:
        raise RegistryEntryError(f"{topic}: {error}") from error
    if quote(form.id_of(value), safe="") != parts[1]:
        raise RegistryEntryError(f"{topic}: the value in it has the id {form.id_of(value)!r}")
    return RegistryEntry(int(parts[2]), value)
