"""Zones as GeoJSON (RFC 7946), in and out.

A zone is a Feature: a Polygon or MultiPolygon is an area, a Point with the property ``radius_m``
(metres) a circle. Properties: ``zone_id`` (or else the Feature's ``id``; text or number), ``name``,
``version`` (1 if absent), ``effective_from`` (RFC 3339 with offset; absent: since ever),
``withdrawn`` (true: the zone does not count from then on). Others are ignored, as are altitudes.
Coordinates are longitude, latitude in WGS 84.

Reading never fails: a Feature that is no zone becomes problems that say where and why, all of them;
the others become zones. How rings may cross the antimeridian or go round a pole: ``zones.rings``.
Written areas are cut at the antimeridian (RFC 7946, 3.1.9), outer rings anticlockwise (3.1.6).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from zones.errors import ZoneError
from zones.feature import errors_of, read_zone, shown
from zones.instant import render
from zones.zone import Circle, Zone

_SAME_AS_WGS84: Final = ("CRS84", ":4326", ":4674")
"""WGS 84 under its names, and SIRGAS 2000, which agrees with it to centimetres."""


@dataclass(frozen=True, slots=True)
class ZoneProblem:
    """Why a part of a document is no zone, and what to do about it."""

    zone_id: str
    path: str
    message: str

    def __str__(self) -> str:
        return str(ZoneError(self.message, zone_id=self.zone_id, path=self.path))


@dataclass(frozen=True, slots=True)
class ZoneReading:
    """What a document holds: its zones in order, and what is wrong with every other Feature."""

    zones: tuple[Zone, ...]
    problems: tuple[ZoneProblem, ...]


def read_zones(data: bytes | str | Mapping[str, Any]) -> ZoneReading:
    """Return the zones and the problems of a GeoJSON Feature or FeatureCollection."""
    try:
        features = _features(data if isinstance(data, Mapping) else _decoded(data))
    except ZoneError as error:
        return ZoneReading((), (ZoneProblem("", error.path, error.message),))
    zones: dict[tuple[str, int], Zone] = {}
    problems: list[ZoneProblem] = []
    for path, feature in features:
        try:
            zone = read_zone(feature, path)
        except ZoneError as first:
            every = errors_of(feature, path) or [first]
            problems += [ZoneProblem(each.zone_id, each.path, each.message) for each in every]
            continue
        if zones.setdefault(zone.key, zone) is not zone:
            message = (
                f"version {zone.version} of this zone is already in the document: "
                "give it another version or zone_id"
            )
            problems.append(ZoneProblem(zone.zone_id, path, message))
    return ZoneReading(tuple(zones.values()), tuple(problems))


def write_zone(zone: Zone) -> dict[str, Any]:
    """Return a zone as a GeoJSON Feature; reading it gives the same zone."""
    properties: dict[str, Any] = {"zone_id": zone.zone_id, "version": zone.version}
    if zone.name:
        properties["name"] = zone.name
    if zone.effective_from is not None:
        properties["effective_from"] = render(zone.effective_from)
    if zone.withdrawn:
        properties["withdrawn"] = True
    geometry: dict[str, Any]
    if isinstance(zone.shape, Circle):
        geometry = {"type": "Point", "coordinates": [zone.shape.lon, zone.shape.lat]}
        properties["radius_m"] = zone.shape.radius_m
    else:
        polygons = [[[list(at) for at in ring] for ring in rings] for rings in zone.shape.polygons]
        one = len(polygons) == 1
        geometry = {
            "type": "Polygon" if one else "MultiPolygon",
            "coordinates": polygons[0] if one else polygons,
        }
    return {
        "type": "Feature",
        "id": zone.zone_id,
        "properties": properties,
        "geometry": geometry,
    }


def write_zones(zones: Sequence[Zone]) -> dict[str, Any]:
    """Return zones as a GeoJSON FeatureCollection."""
    return {"type": "FeatureCollection", "features": [write_zone(zone) for zone in zones]}


def _decoded(data: bytes | str) -> object:
    text = data.removeprefix("\ufeff" if isinstance(data, str) else b"\xef\xbb\xbf")  # type: ignore[arg-type]
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise ZoneError(f"the document is not JSON: {error}") from None
    except RecursionError:
        raise ZoneError("the document is not GeoJSON: it is nested too deeply") from None


def _features(document: object) -> list[tuple[str, object]]:
    if not isinstance(document, Mapping):
        raise ZoneError("the document must be a GeoJSON Feature or FeatureCollection object")
    _check_crs(document.get("crs"))
    kind = document.get("type")
    if kind == "Feature":
        return [("feature", document)]
    if kind != "FeatureCollection":
        raise ZoneError(f"type {shown(kind)} must be 'Feature' or 'FeatureCollection'", path="type")
    features = document.get("features")
    if not isinstance(features, list | tuple):
        raise ZoneError(f"features {shown(features)} must be an array", path="features")
    return [(f"features[{number}]", feature) for number, feature in enumerate(features)]


def _check_crs(crs: object) -> None:
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, Mapping) else None
    name = properties.get("name") if isinstance(properties, Mapping) else None
    if not (isinstance(name, str) and name.endswith(_SAME_AS_WGS84)):
        raise ZoneError(
            f"crs {shown(crs if name is None else name)} is not WGS 84: convert the coordinates "
            "to WGS 84 longitude and latitude (EPSG:4326) and leave out 'crs'",
            path="crs",
        )
