"""Zones on the wire, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import msgspec

from api.problems import ProblemError, field_error, invalid
from api.schemas.geojson import ZoneFeature
from zones.geojson import ZoneProblem, read_zones, write_zone
from zones.instant import Instant
from zones.zone import Zone


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
    feature = _feature(body)
    properties = feature.get("properties")
    properties = dict(properties) if isinstance(properties, Mapping) else {}
    named = properties.get("zone_id", feature.get("id", zone_id))
    if named != zone_id:
        raise invalid([field_error("body.properties.zone_id", f"must be {zone_id!r}", named)])
    dated = "effective_from" in properties
    properties |= {"zone_id": zone_id, "version": 1}
    reading = read_zones(dict(feature) | {"properties": properties})
    if reading.problems:
        raise invalid([_error(each) for each in reading.problems])
    return NewZone(reading.zones[0], dated)


def next_version(new: NewZone, former: Sequence[Zone], now: Instant) -> Zone:
    """Return the zone to store after its former versions; the newest one if it says the same.

    A later version that does not say when it takes effect does so now.
    """
    if not former:
        return new.zone
    newest = former[-1]
    since = new.zone.effective_from if new.dated else newest.effective_from
    said = (new.zone.shape, new.zone.name, since)
    if said == (newest.shape, newest.name, newest.effective_from):
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


def _feature(body: bytes) -> Mapping[str, Any]:
    try:
        feature = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise _refused(f"is not JSON: {error}") from None
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        raise _refused("is not a GeoJSON Feature: send an object with type 'Feature'")
    return feature


def _refused(message: str) -> ProblemError:
    return invalid([field_error("body", message)])


def _error(problem: ZoneProblem) -> dict[str, object]:
    inner = problem.path.removeprefix("feature").lstrip(".")
    return field_error("body" + (f".{inner}" if inner else ""), problem.message)
