"""Zones as arrays, and signed distances of (position, zone) pairs without a loop over zones.

A table only grows: each zone version stands under its number for ever, and adding one costs what it
takes itself. A number has a row of eight float64, one line of the processor's cache, so what a pair
costs does not depend on how many zones there are. Circles are whole in their row: centre, radius
and the metres per degree there; one that always was and has no name is nothing but its row and its
id, and is made again when it is asked for. Areas of up to ``FEW_EDGES`` edges, away from
the antimeridian, have a box there and their edges in one array for all. The others, and every pair
farther than the near limit, are asked zone by zone: same formulas, same results.

A zone gets its row with the next question, or at once by `ZoneTable.extend`: after that threads
may ask about it while one of them adds others.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias, TypeVar, overload

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
from zones.names import Names
from zones.outline import ON_BOUNDARY_M
from zones.shapes import Shapes
from zones.zone import Area, Circle, Zone, ZoneKey

Indices: TypeAlias = NDArray[np.intp]
_Kind = TypeVar("_Kind", bound=np.generic)
FEW_PAIRS: Final = 4
"""So few pairs are measured one by one: arrays cost more than they do."""

_AT_ONCE: Final = 20_000
"""Zones that get their rows at once, not to need much room beside them."""
_ROW: Final = 8
_RADIUS: Final = 2
_OUTLINE: Final = -1.0
"""In the radius' place: an area whose edges stand in the array."""
_ASKED: Final = -2.0
"""In the radius' place: an area that is asked itself."""


class _New(NamedTuple):
    """Zones without a row yet."""

    first: int
    """The number of the first of them."""
    values: "array[float]"
    """Longitude, latitude and radius of each; of an area noughts."""


class ZoneTable:
    """Zone versions by number.

    Raises:
        ZoneError: a zone version is added that is there with another shape.

    Attributes:
        zones: the zone versions; a zone's number is its place.
    """

    __slots__ = ("_edge_count", "_edges", "_names", "_new", "_others", "_rows", "zones")

    def __init__(self, zones: Iterable[Zone] = ()) -> None:
        self.zones: Sequence[Zone] = _Zones(self)
        self._names = Names()
        self._others: dict[int, Zone] = {}
        """What is more than a circle with an id."""
        self._new = _New(0, array("d"))
        self._rows = np.empty((0, _ROW))
        self._edges = np.empty((0, 4))
        self._edge_count = 0
        self.extend(zones)

    def __len__(self) -> int:
        return len(self._names)

    def zone(self, number: int) -> Zone:
        """Return the zone version of a number that was given."""
        other = self._others.get(number)
        if other is not None:
            return other
        new = self._new
        at = 3 * (number - new.first)
        values = self._rows[number, :3].tolist() if at < 0 else new.values[at : at + 3]
        return Zone(self._names[number], Circle.stored(*values))

    def zone_id(self, number: int) -> str:
        """Return the id of the zone of a number that was given."""
        return self._names[number]

    def called(self, text: str) -> list[int]:
        """Return the numbers of zones whose ids hold a text once they are casefolded."""
        return self._names.holding(text)

    def number(self, zone: Zone) -> int:
        """Return the number of a zone version, which is added if it is new."""
        number = self.number_of(zone.key)
        if number is None:
            return self.append(zone)
        if self.zone(number).shape != zone.shape:
            raise ZoneError(
                f"version {zone.version} has another shape already", zone_id=zone.zone_id
            )
        return number

    def append(self, zone: Zone) -> int:
        """Return the number of a zone version that is surely not in the table yet."""
        shape = zone.shape
        circle = shape if isinstance(shape, Circle) else None
        plain = zone.version == 1 and not (zone.name or zone.withdrawn)
        if circle is None or not plain or zone.effective_from is not None:
            self._others[len(self)] = zone
        values = (0.0, 0.0, 0.0) if circle is None else (circle.lon, circle.lat, circle.radius_m)
        self._new.values.extend(values)
        return self._names.add(zone.zone_id)

    def number_of(self, key: ZoneKey) -> int | None:
        """Return the number of a zone version, None if it is not in the table."""
        for number in self._names.find(key[0]):
            other = self._others.get(number)
            if key[1] == (1 if other is None else other.version):
                return number
        return None

    def numbers_of(self, zone_id: str) -> list[int]:
        """Return the numbers of every version of a zone, in the order in which they came."""
        numbers = self._names.find(zone_id)
        numbers.reverse()
        return numbers

    def shapes_of(self, numbers: Indices) -> Shapes:
        """Return the shapes of zones by their numbers."""
        self._settle()
        lon, lat, radius_m = self._rows[numbers, :3].T
        circle, area = np.flatnonzero(radius_m > 0.0), np.flatnonzero(~(radius_m > 0.0))
        areas = self._areas(numbers[area])
        return Shapes(circle, lon[circle], lat[circle], radius_m[circle], area, areas)

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
        first, end = self._new.first, len(self)
        if first == end:
            return
        new = np.array(self._new.values).reshape(-1, 3)
        self._rows = room_for(self._rows, end, 0.0)
        for begin in range(0, len(new), _AT_ONCE):
            part = new[begin : begin + _AT_ONCE]
            self._rows[first + begin : first + begin + len(part)] = self._made(part, first + begin)
        self._new = _New(end, array("d"))

    def _made(self, new: Floats, first: int) -> Floats:
        """Return the rows of zones whose numbers begin at one."""
        rows = np.zeros((len(new), _ROW))
        circle = new[:, _RADIUS] > 0.0
        rows[circle, :3] = new[circle]
        rows[circle, 3:] = np.stack(scales(new[circle, 1]), axis=1)
        area = np.flatnonzero(~circle)
        if len(area):
            rows[area, _RADIUS:5] = self._outlined(self._areas(first + area))
        return rows

    def _areas(self, numbers: Indices) -> list[Area]:
        shapes = (self._others[each].shape for each in numbers.tolist())
        return [shape for shape in shapes if isinstance(shape, Area)]

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


class _Zones(Sequence[Zone]):
    """The zone versions of a table by number."""

    __slots__ = ("_table",)

    def __init__(self, table: ZoneTable) -> None:
        self._table = table

    def __len__(self) -> int:
        return len(self._table)

    @overload
    def __getitem__(self, index: int) -> Zone: ...
    @overload
    def __getitem__(self, index: slice) -> list[Zone]: ...
    def __getitem__(self, index: int | slice) -> Zone | list[Zone]:
        numbers = range(len(self))[index]
        if isinstance(numbers, int):
            return self._table.zone(numbers)
        return [self._table.zone(each) for each in numbers]

    def __iter__(self) -> Iterator[Zone]:
        return map(self._table.zone, range(len(self)))


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
