"""One decoded GeoJSON Feature becomes one zone, or an error that says what is wrong with it."""

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

from shapely.errors import GEOSException

from zones.errors import ZoneError
from zones.instant import Instant, parse
from zones.polygons import ring_errors
from zones.zone import Area, Circle, Shape, Zone

_SHOWN: Final = 60


def read_zone(feature: object, path: str = "") -> Zone:
    """Return the zone of one decoded Feature.

    Raises:
        ZoneError: the Feature is no zone; it names the zone and the place in the document.
    """
    zone_id = ""
    try:
        members, properties = _members(feature)
        zone_id = _zone_id(properties.get("zone_id", members.get("id")))
        return Zone(
            zone_id,
            _shape(members.get("geometry"), properties.get("radius_m")),
            _name(properties.get("name")),
            _version(properties.get("version")),
            _effective_from(properties.get("effective_from")),
            _withdrawn(properties.get("withdrawn")),
        )
    except ZoneError as error:
        raise error.located(zone_id, path) from None
    except GEOSException as error:
        message = f"the geometry cannot be used: {error}"
        raise ZoneError(message, zone_id=zone_id, path=path) from None


def errors_of(feature: object, path: str = "") -> list[ZoneError]:
    """Return everything that keeps one decoded Feature from being a zone; nothing if it is one."""
    try:
        members, properties = _members(feature)
    except ZoneError as error:
        return [error.located("", path)]
    zone_id = properties.get("zone_id", members.get("id"))
    found: list[ZoneError] = []
    for check in (
        lambda: _zone_id(zone_id),
        lambda: _shape(members.get("geometry"), properties.get("radius_m")),
        lambda: _name(properties.get("name")),
        lambda: _version(properties.get("version")),
        lambda: _effective_from(properties.get("effective_from")),
        lambda: _withdrawn(properties.get("withdrawn")),
    ):
        try:
            check()
        except ZoneError as error:
            found.append(error)
        except GEOSException as error:
            found.append(ZoneError(f"the geometry cannot be used: {error}"))
    told = {error.message for error in found}
    found += [
        each for each in _errors_of_rings(members.get("geometry")) if each.message not in told
    ]
    return [error.located(_named(zone_id), path) for error in found]


def _named(zone_id: object) -> str:
    try:
        return _zone_id(zone_id)
    except ZoneError:
        return ""


def _errors_of_rings(geometry: object) -> list[ZoneError]:
    """Return what is wrong with each ring of an area, as far as it is one."""
    if not isinstance(geometry, Mapping) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        return []
    coordinates = geometry.get("coordinates")
    polygons = [coordinates] if geometry["type"] == "Polygon" else coordinates
    several = isinstance(polygons, list) and len(polygons) > 1
    found: list[ZoneError] = []
    for number, rings in enumerate(polygons if isinstance(polygons, list) else ()):
        if isinstance(rings, list) and all(isinstance(ring, list) for ring in rings):
            found += ring_errors(rings, f" of polygon {number}" if several else "")
    return found


def _members(feature: object) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the members of a Feature and its properties."""
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        raise ZoneError(f"{shown(feature)} is not a Feature: a zone is a GeoJSON Feature")
    properties = feature.get("properties")
    if properties is None:
        return feature, {}
    if not isinstance(properties, Mapping):
        raise ZoneError(f"properties {shown(properties)} must be an object")
    return feature, properties


def _zone_id(value: object) -> str:
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return shown(value)
    if isinstance(value, float) and isfinite(value):
        return str(int(value)) if value.is_integer() else str(value)
    raise ZoneError(
        f"zone_id {shown(value)} is no id: give the Feature a property 'zone_id' "
        "(or an 'id'), text or number"
    )


def _name(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    raise ZoneError(f"name {shown(value)} must be text")


def _version(value: object) -> int:
    if value is None:
        return 1
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value < 1 << 31:
        return value
    raise ZoneError(f"version {shown(value)} must be a whole number from 1 to {(1 << 31) - 1}")


def _effective_from(value: object) -> Instant | None:
    if value is None:
        return None
    try:
        if isinstance(value, str):
            return parse(value)
    except (ValueError, OverflowError):
        pass
    raise ZoneError(
        f"effective_from {shown(value)} must be an RFC 3339 time with an offset, "
        "for example '2026-03-01T00:00:00-03:00'"
    )


def _withdrawn(value: object) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    raise ZoneError(f"withdrawn {shown(value)} must be true or false")


def _shape(geometry: object, radius_m: object) -> Shape:
    if not isinstance(geometry, Mapping):
        raise ZoneError(f"geometry {shown(geometry)} must be a Polygon, MultiPolygon or Point")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Point":
        return _circle(coordinates, radius_m)
    if kind not in ("Polygon", "MultiPolygon"):
        raise ZoneError(
            f"geometry type {shown(kind)} is no zone: use Polygon, MultiPolygon, or Point with "
            "the property 'radius_m'"
        )
    if radius_m is not None:
        raise ZoneError(
            f"radius_m {shown(radius_m)} belongs to a Point, not to a {kind}: remove it"
        )
    polygons = [coordinates] if kind == "Polygon" else _listed(coordinates, "coordinates")
    return Area(
        tuple(
            tuple(
                tuple(_listed(ring, f"ring {number} of polygon {index}"))
                for number, ring in enumerate(_listed(rings, f"polygon {index}"))
            )
            for index, rings in enumerate(polygons)
        )
    )


def _circle(coordinates: object, radius_m: object) -> Circle:
    at = _listed(coordinates, "coordinates")
    if len(at) < 2:
        raise ZoneError(f"coordinates {shown(at)} are no position: write [longitude, latitude]")
    if radius_m is None:
        raise ZoneError("a Point needs the property 'radius_m', in metres, to be a zone")
    return Circle(at[0], at[1], radius_m)  # type: ignore[arg-type]


def _listed(value: object, what: str) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise ZoneError(f"{what} {shown(value)} must be an array")
    return value


def shown(value: object) -> str:
    """Return a value as text for a message, cut short."""
    try:
        text = repr(value)
    except (RecursionError, ValueError):
        text = type(value).__name__
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
