"""Zones read back from what ``zones.geojson.write_zone`` wrote of them, quickly.

A zone is checked where it comes in. What it was written as is not checked again: positions are
already in the frame, rings closed and turned, and reading them is all there is to do. Only of what
this engine wrote itself and kept out of other hands: anything else is for ``zones.geojson``.
"""

from collections.abc import Iterable
from typing import Final, TypeAlias

import msgspec

from zones.area import Area
from zones.circle import Circle
from zones.instant import parse
from zones.zone import Shape, Zone

_Place: TypeAlias = tuple[float, float]
_Rings: TypeAlias = list[list[_Place]]


class _Point(msgspec.Struct, tag_field="type", tag="Point", gc=False):
    coordinates: _Place


class _Polygon(msgspec.Struct, tag_field="type", tag="Polygon", gc=False):
    coordinates: _Rings


class _MultiPolygon(msgspec.Struct, tag_field="type", tag="MultiPolygon", gc=False):
    coordinates: list[_Rings]


class _Properties(msgspec.Struct, gc=False):
    zone_id: str
    version: int
    name: str = ""
    effective_from: str | None = None
    withdrawn: bool = False
    radius_m: float = 0.0


class _Feature(msgspec.Struct, gc=False):
    properties: _Properties
    geometry: _Point | _Polygon | _MultiPolygon


_DECODE: Final = msgspec.json.Decoder(_Feature).decode


def read_stored_zones(bodies: Iterable[str | bytes]) -> list[Zone]:
    """Return the zones that Features, as JSON by `write_zone`, were written of, in order.

    Raises:
        ValueError: a body is no Feature of a zone.
    """
    return [read_stored_zone(body) for body in bodies]


def read_stored_zone(body: str | bytes) -> Zone:
    """Return the zone that a Feature, as JSON by `write_zone`, was written of.

    Raises:
        ValueError: the body is no Feature of a zone.
    """
    try:
        feature = _DECODE(body)
    except msgspec.MsgspecError as error:
        raise ValueError(f"a stored zone cannot be read: {error}: {body[:200]!r}") from None
    kept = feature.properties
    since = kept.effective_from
    return Zone(
        kept.zone_id,
        _shape(feature),
        kept.name,
        kept.version,
        None if since is None else parse(since),
        kept.withdrawn,
    )


def _shape(feature: _Feature) -> Shape:
    geometry = feature.geometry
    if isinstance(geometry, _Point):
        return Circle.stored(*geometry.coordinates, feature.properties.radius_m)
    if isinstance(geometry, _Polygon):
        return Area.stored([geometry.coordinates])
    return Area.stored(geometry.coordinates)
