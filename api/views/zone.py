"""Zones on the wire, and back."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import msgspec

from api.problems import field_error, invalid
from api.schemas.fields import NAME_PATTERN
from api.schemas.geojson import ZoneFeature
from zones.geojson import ZoneProblem, read_zones, write_zone
from zones.history import ZoneHistory
from zones.instant import Instant
from zones.zone import Zone

_NO_FEATURE: Final = "is not a GeoJSON Feature: send an object with type 'Feature'"


def zone_out(zone: Zone) -> ZoneFeature:
    """Return one version of a zone as a GeoJSON Feature."""
    return ZoneFeature.model_validate(write_zone(zone))


class NewZone(NamedTuple):
    """A zone that is to be stored, and whether it says when it takes effect."""

    zone: Zone
    dated: bool


def read_zone(zone_id: str, body: bytes) -> NewZone:
    """Return the zone of a GeoJSON Feature.

    Raises:
        ProblemError: what is wrong, and where in the Feature.
    """
    new = zone_of(feature_of(body), zone_id, "body")
    if isinstance(new, NewZone):
        return new
    raise invalid(new)


def zone_of(feature: object, zone_id: str | None, place: str) -> NewZone | list[dict[str, object]]:
    """Return the zone of a decoded Feature, or everything that keeps it from being one.

    Its id is `zone_id`, or else the one it states; `place` is where it stands, for the errors.
    """
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        return [field_error(place, _NO_FEATURE)]
    stated = feature.get("properties")
    properties = dict(stated) if isinstance(stated, Mapping) else {}
    named = properties.get("zone_id", feature.get("id", zone_id))
    fix = _id_fix(named, zone_id)
    found = [field_error(f"{place}.properties.zone_id", fix, named)] if fix else []
    if properties.get("withdrawn"):
        fix = "is not stored this way: POST to /v1/zones/{zone_id}/withdraw"
        found.append(field_error(f"{place}.properties.withdrawn", fix, value=True))
    dated = "effective_from" in properties
    properties |= {"zone_id": zone_id or (str(named) if not fix else "draft"), "version": 1}
    kept = properties if stated is None or isinstance(stated, Mapping) else stated
    reading = read_zones(dict(feature) | {"properties": kept})
    found += [_error(each, place) for each in reading.problems]
    return found or NewZone(reading.zones[0], dated)


def _id_fix(named: object, zone_id: str | None) -> str | None:
    if zone_id is not None:
        return None if named == zone_id else f"must be {zone_id!r}"
    if isinstance(named, str) and re.fullmatch(NAME_PATTERN, named):
        return None
    return "must be an id: 1 to 64 letters, digits and . _ : - that begin with letter or digit"


def next_version(new: NewZone, former: Sequence[Zone], now: Instant) -> Zone:
    """Return the zone to store after its former versions; the newest one if it says the same.

    A later version that does not say when it takes effect does so now.
    """
    if not former:
        return new.zone
    newest = former[-1]
    since = new.zone.effective_from if new.dated else newest.effective_from
    said = (new.zone.shape, new.zone.name, since, False)
    if said == (newest.shape, newest.name, newest.effective_from, newest.withdrawn):
        return newest
    return new.zone if new.dated else replace(new.zone, effective_from=now)


def box_of(text: str) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a bbox parameter.

    Raises:
        ProblemError: no such box on earth.
    """
    west, south, east, north = (float(part) for part in text.split(","))
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        fix = "write west,south,east,north in degrees, south not beyond north"
        raise invalid([field_error("query.bbox", fix, text)])
    return west, south, east, north


def meets(zone: Zone, box: tuple[float, float, float, float]) -> bool:
    """Whether the bounding box of a zone meets a box, which may cross the antimeridian."""
    west, south, east, north = box
    spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    return any(
        each[1] <= north and each[3] >= south and each[0] <= right and each[2] >= left
        for each in zone.boxes
        for left, right in spans
    )


def in_state(history: ZoneHistory, state: str, at: Instant) -> Zone | None:
    """Return the version that stands for a zone that is in effect, planned or withdrawn; or None.

    Which of the three a zone is, is the same for everybody: at an instant it is exactly one.
    """
    current = history.at(at)
    if state == "in_effect" or current is not None:
        return current if state == "in_effect" else None
    latest = history.latest(at)
    if state == "withdrawn":
        return latest
    return history.versions[0] if latest is None else None


def feature_of(body: bytes) -> Mapping[str, Any]:
    """Return the decoded Feature of a body.

    Raises:
        ProblemError: it is none.
    """
    feature = decoded(body)
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        raise invalid([field_error("body", _NO_FEATURE)])
    return feature


def decoded(body: bytes) -> object:
    """Return a decoded body.

    Raises:
        ProblemError: it is not JSON.
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise invalid([field_error("body", f"is not JSON: {error}")]) from None


def _error(problem: ZoneProblem, place: str) -> dict[str, object]:
    inner = problem.path.removeprefix("feature").lstrip(".")
    return field_error(place + (f".{inner}" if inner else ""), problem.message)
