"""Zones as arrays, and signed distances of (position, zone) pairs without a loop over zones.

A table only grows: each zone version stands under its number for ever, and adding one costs what it
takes itself. Beside the zone a number has a row of eight float64, one line of the processor's
cache, so what a pair costs does not depend on how many zones there are. Circles are whole in their
row: centre, radius and the metres per degree there. Areas of up to ``FEW_EDGES`` edges, away from
the antimeridian, have a box there and their edges in one array for all. The others, and every pair
farther than the near limit, are asked zone by zone: same formulas, same results.

A zone gets its row with the next question, or at once by `ZoneTable.extend`: after that threads
may ask about it while one of them adds others.
"""

from collections.abc import Iterable
from typing import Final, TypeAlias, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from zones.boundary import Boundary
from zones.edges import few_edges
from zones.errors import ZoneError
from zones.metric import (
    Floats,
    Scales,
    far_distances_m,
    near_distances_m,
    near_edge_distances_m,
    needs_far,
    scales,
    wrapped,
)
from zones.outline import ON_BOUNDARY_M
from zones.shapes import shapes_of
from zones.zone import Area, Zone, ZoneKey

Indices: TypeAlias = NDArray[np.intp]
_Kind = TypeVar("_Kind", bound=np.generic)
FEW_PAIRS: Final = 4
"""So few pairs are measured one by one: arrays cost more than they do."""

_AT_ONCE: Final = 20_000
"""Areas whose edges are taken at once, not to need much room beside them."""
_ROW: Final = 8
_RADIUS: Final = 2
_OUTLINE: Final = -1.0
"""In the radius' place: an area whose edges stand in the array."""
_ASKED: Final = -2.0
"""In the radius' place: an area that is asked itself."""


class ZoneTable:
    """Zone versions by number.

    Raises:
        ZoneError: a zone version is added that is there with another shape.

    Attributes:
        zones: the zone versions; a zone's number is its place.
    """

    __slots__ = ("_edge_count", "_edges", "_numbers", "_rows", "_settled", "zones")

    def __init__(self, zones: Iterable[Zone] = ()) -> None:
        self.zones: list[Zone] = []
        self._numbers: dict[str | ZoneKey, int] = {}
        self._rows = np.empty((0, _ROW))
        self._edges = np.empty((0, 4))
        self._edge_count = self._settled = 0
        self.extend(zones)

    def __len__(self) -> int:
        return len(self.zones)

    def number(self, zone: Zone) -> int:
        """Return the number of a zone version, which is added if it is new."""
        name = _name(zone)
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self.zones)
            self.zones.append(zone)
        elif self.zones[number] is not zone and self.zones[number].shape != zone.shape:
            raise ZoneError(
                f"version {zone.version} has another shape already", zone_id=zone.zone_id
            )
        return number

    def number_of(self, key: ZoneKey) -> int | None:
        """Return the number of a zone version, None if it is not in the table."""
        return self._numbers.get(key[0] if key[1] == 1 else key)

    def extend(self, zones: Iterable[Zone]) -> list[int]:
        """Return the numbers of zone versions, of which those that are new are added."""
        numbers = [self.number(zone) for zone in zones]
        self._settle()
        return numbers

    def signed_distances_m(self, lon: Floats, lat: Floats, zone: Indices) -> Floats:
        """Return the metres of pairs: a place, longitude in -180..180, and a zone's number each."""
        if len(zone) <= FEW_PAIRS:
            each = zip(zone.tolist(), lon.tolist(), lat.tolist(), strict=True)
            return np.array([self.zones[z].shape.signed_distance_m(x, y) for z, x, y in each])
        self._settle()
        rows = self._rows.take(zone, axis=0)
        kind = rows[:, _RADIUS]
        circle = kind > 0.0
        if circle.all():
            return _circles_m(rows, lon, lat)
        out = np.empty(len(zone))
        pairs = np.flatnonzero(circle)
        if len(pairs):
            out[pairs] = _circles_m(rows.take(pairs, axis=0), lon.take(pairs), lat.take(pairs))
        outline = np.flatnonzero(kind == _OUTLINE)
        asked = np.flatnonzero(kind == _ASKED)
        if len(outline):
            at_lat = lat.take(outline)
            metres = self._outlines_m(rows.take(outline, axis=0), lon.take(outline), at_lat)
            out[outline] = metres
            far = needs_far(at_lat, np.abs(metres))
            if far.any():
                asked = np.concatenate([asked, outline[far]])
        if len(asked):
            self._one_by_one(out, asked, lon, lat, zone)
        return out

    def touched(self, way: Floats, zone: Indices) -> NDArray[np.bool_]:
        """Tell which zones are touched by a way each, shape (n, 4) as lon, lat, d_lon, d_lat."""
        self._settle()
        circle = self._rows[zone, _RADIUS] > 0.0
        out = np.empty(len(zone), dtype=np.bool_)
        out[circle] = self._circles_touched(way[circle], zone[circle])
        areas = np.flatnonzero(~circle)
        if len(areas):
            out[areas] = self._areas_touched(way.take(areas, axis=0), zone.take(areas))
        return out

    def _circles_touched(self, way: Floats, zone: Indices) -> NDArray[np.bool_]:
        rows = self._rows.take(zone, axis=0)
        lon, lat, radius = rows[:, 0], rows[:, 1], rows[:, _RADIUS]
        start = way[:, 0] - lon
        start -= 360.0 * np.round((start + way[:, 2] / 2.0) / 360.0)
        distance = near_edge_distances_m(
            _scales_of(rows), start, way[:, 1] - lat, way[:, 2], way[:, 3]
        )
        for pair in np.flatnonzero(needs_far(lat, distance)):
            path = Boundary(way[pair : pair + 1])
            distance[pair] = path.far_m(lon[pair : pair + 1], lat[pair : pair + 1])[0]
        touched: NDArray[np.bool_] = distance <= radius + ON_BOUNDARY_M
        return touched

    def _areas_touched(self, way: Floats, zone: Indices) -> NDArray[np.bool_]:
        geometry = np.array([self.zones[each].shape.geometry for each in zone.tolist()])
        ends = way.copy()
        ends[:, 2:] += ends[:, :2]
        touched: NDArray[np.bool_] = shapely.intersects(geometry, _lines(ends))
        west, east = (each(ends[:, 0], ends[:, 2]) for each in (np.minimum, np.maximum))
        for beyond, turn in ((west <= -180.0, 360.0), (east >= 180.0, -360.0)):
            again = np.flatnonzero(beyond & ~touched)
            if len(again):
                lines = _lines(ends[again] + np.array([turn, 0.0, turn, 0.0]))
                touched[again] = shapely.intersects(geometry[again], lines)
        return touched

    def _settle(self) -> None:
        """Give a row to each zone that has none yet."""
        first, end = self._settled, len(self.zones)
        if first == end:
            return
        zones = self.zones[first:end]
        rows = np.zeros((end - first, _ROW))
        shapes = shapes_of(zones)
        rows[shapes.circle, :3] = np.stack([shapes.lon, shapes.lat, shapes.radius_m], axis=1)
        rows[shapes.circle, 3:] = np.stack(scales(shapes.lat), axis=1)
        for begin in range(0, len(shapes.areas), _AT_ONCE):
            part = slice(begin, begin + _AT_ONCE)
            rows[shapes.area[part], _RADIUS:5] = self._outlined(shapes.areas[part])
        self._rows = room_for(self._rows, end, 0.0)
        self._rows[first:end] = rows
        self._settled = end

    def _outlined(self, areas: list[Area]) -> Floats:
        """Keep the edges of areas, and return of each its kind, first edge and their number."""
        edges, count = few_edges(
            [each.coordinates for each in areas], [each.sizes for each in areas]
        )
        begin, self._edge_count = self._edge_count, self._edge_count + len(edges)
        self._edges = room_for(self._edges, self._edge_count, 0.0)
        self._edges[begin : self._edge_count] = edges
        kind = np.where(count > 0, _OUTLINE, _ASKED)
        return np.stack([kind, begin + count.cumsum() - count, count], axis=1)

    def _outlines_m(self, rows: Floats, lon: Floats, lat: Floats) -> Floats:
        first, count = rows[:, 3].astype(np.intp), rows[:, 4].astype(np.intp)
        ends = np.cumsum(count)
        starts = ends - count
        pair = np.repeat(np.arange(len(rows)), count)
        edge = np.arange(ends[-1]) + (first - starts).take(pair)
        a_lon, a_lat, b_lon, b_lat = self._edges.take(edge, axis=0).T
        d_lon, d_lat = b_lon - a_lon, b_lat - a_lat
        place_lat = lat.take(pair)
        a_lon = a_lon - lon.take(pair)
        a_lat = a_lat - place_lat
        above = b_lat > place_lat
        meets = (a_lat > 0.0) != above
        meets &= (a_lon * d_lat - a_lat * d_lon > 0.0) == above
        inside = np.logical_xor.reduceat(meets, starts)
        every = near_edge_distances_m(scales(lat).take(pair), a_lon, a_lat, d_lon, d_lat)
        metres: Floats = np.minimum.reduceat(every, starts)
        on = metres < ON_BOUNDARY_M
        np.negative(metres, out=metres, where=~inside)
        metres[on] = 0.0
        return metres

    def _one_by_one(
        self, out: Floats, pairs: Indices, lon: Floats, lat: Floats, zone: Indices
    ) -> None:
        order = pairs[np.argsort(zone[pairs], kind="stable")]
        for group in np.split(order, np.flatnonzero(np.diff(zone[order])) + 1):
            shape = self.zones[int(zone[group[0]])].shape
            out[group] = shape.signed_distances_m(lon[group], lat[group])


def _name(zone: Zone) -> str | ZoneKey:
    """Return what a zone version is remembered by; most have one version, and no need of a pair."""
    return zone.zone_id if zone.version == 1 else zone.key


def room_for(array: NDArray[_Kind], size: int, filled: float) -> NDArray[_Kind]:
    """Return an array with room for so many rows: itself, or one with more, which are filled."""
    room = len(array)
    if size <= room:
        return array
    shape = (max(size, room + room // 2), *array.shape[1:])
    # Zeros that nobody has written to take no memory yet.
    grown = np.zeros(shape, array.dtype) if not filled else np.full(shape, filled, array.dtype)
    grown[:room] = array
    return grown


def _lines(ends: Floats) -> NDArray[np.object_]:
    lines: NDArray[np.object_] = shapely.linestrings(ends.reshape(-1, 2, 2))
    return lines


def _scales_of(rows: Floats) -> Scales:
    return Scales(*rows[:, 3:].T)


def _circles_m(rows: Floats, lon: Floats, lat: Floats) -> Floats:
    centre_lon, centre_lat = rows[:, 0], rows[:, 1]
    distance = near_distances_m(_scales_of(rows), wrapped(lon - centre_lon), lat - centre_lat)
    far = needs_far(centre_lat, distance)
    if far.any():
        distance[far] = far_distances_m(centre_lon[far], centre_lat[far], lon[far], lat[far])
    out: Floats = rows[:, _RADIUS] - distance
    out[np.abs(out) < ON_BOUNDARY_M] = 0.0
    return out
