"""The index: which of many zones a position is in or near, for many positions at once.

Zones are found by their bounding boxes, grown by ``GROWN_M``: what is within that reach of a zone
is in its grown box, so one look into the cells (``zones.cells``) finds every zone that a place can
be near; a path is looked for piece by piece. Where the reach is greater, and for the longest paths,
a window is looked for instead. Candidates are then measured, or their crossing tested, exactly.

The zones are rows of a table (``zones.table``), which may hold others too; results name them by
their numbers in it. Adding or removing a zone version costs what it takes itself, and the next
question sees it. Threads may ask while one edits.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zones.cells import Cells
from zones.errors import ZoneError
from zones.frame import framed, grown_boxes, window
from zones.metric import Floats, wrapped, wrapped_degrees
from zones.table import Indices, ZoneTable, room_for
from zones.ways import bounds_of, in_frame, middles, most_lengths_m
from zones.zone import Zone, ZoneKey

GROWN_M: Final = 100.0
"""Up to this reach in metres a place is looked for once."""
MOST_PIECES: Final = 64
"""A path of more pieces, each no longer than twice that reach, is looked for as a window."""

FEW: Final = 8
"""So few places are looked for one by one: arrays cost more than they do."""

_ROW: Final = 6
"""A box's west, south, east, north and how far it is grown."""
_TAKEN_BACK: Final = 0.999
"""The share of the growth that is taken back for a reach of nought: what rounds is left in."""
_SLACK: Final = 1.01
"""Distances are right to half a percent, however far."""
_SLACK_M: Final = 1.0


class Nearby(NamedTuple):
    """Pairs of a position and a zone, sorted by position, then zone; arrays of one length."""

    position: Indices
    zone: Indices
    signed_distance_m: Floats


_NOTHING: Final = Nearby(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))


class ZoneIndex:
    """Zone versions, looked up by place.

    Attributes:
        table: the zone versions, and perhaps others; results refer to them by number.

    Raises:
        ZoneError: on building, if two zones share zone_id and version.
    """

    __slots__ = ("_boxes", "_cells", "_count", "_first", "_owner", "_size", "table")

    def __init__(self, zones: Iterable[Zone] = (), table: ZoneTable | None = None) -> None:
        self.table = ZoneTable() if table is None else table
        self._first = self._owner = np.empty(0, dtype=np.int32)
        self._boxes = np.empty((0, _ROW))
        self._size = self._count = 0
        self._cells = Cells(self._boxes[:, :4], np.empty(0, np.intp))
        self.edit(zones)

    def __len__(self) -> int:
        return self._count

    @property
    def zones(self) -> Sequence[Zone]:
        """The table's zone versions; a result's zone is the one at its number."""
        return self.table.zones

    @property
    def numbers(self) -> Indices:
        """The numbers of the zone versions that are looked for, in order."""
        return np.flatnonzero(self._first >= 0)

    def near(self, lons: ArrayLike, lats: ArrayLike, reach_m: ArrayLike) -> Nearby:
        """Return exactly the pairs whose signed distance is at least -reach_m.

        So every zone a position is inside of, and every one it is within reach of. Positions in
        degrees, one-dimensional; ``reach_m`` in metres, one for all or one each, 0 or more.
        """
        reach = np.asarray(reach_m, dtype=np.float64)
        if np.size(lons) <= FEW and reach.max(initial=0.0) <= GROWN_M:
            return self._near_few(lons, lats, reach)
        lon, lat = _places(lons, lats)
        position, zone = self._candidates(lon, lat, reach)
        metres = self.table.signed_distances_m(lon.take(position), lat.take(position), zone)
        least = -reach if reach.ndim == 0 else -reach.take(position)
        kept = np.flatnonzero(metres >= least)
        return Nearby(position.take(kept), zone.take(kept), metres.take(kept))

    def crossed(
        self, lon0: ArrayLike, lat0: ArrayLike, lon1: ArrayLike, lat1: ArrayLike
    ) -> tuple[Indices, Indices]:
        """Return (path, zone) where a path touches a zone with neither end inside, sorted.

        Paths in degrees, one-dimensional; each is the way of ``zones.crossing``.
        """
        start, end = _places(lon0, lat0), _places(lon1, lat1)
        way = np.stack([*start, wrapped(end[0] - start[0]), end[1] - start[1]], axis=1)
        length_m = most_lengths_m(way)
        path, zone = self._on_the_way(way, length_m)
        if not len(path):
            return path, zone
        left_m = length_m.take(path) * _SLACK + _SLACK_M
        for lon, lat in (start, end):
            metres = self.table.signed_distances_m(lon.take(path), lat.take(path), zone)
            left_m += metres
            kept = ((metres < 0.0) & (left_m >= 0.0)).nonzero()[0]
            path, zone, left_m = path.take(kept), zone.take(kept), left_m.take(kept)
        kept = self.table.touched(way.take(path, axis=0), zone).nonzero()[0]
        return path.take(kept), zone.take(kept)

    def edit(self, added: Iterable[Zone] = (), removed: Iterable[ZoneKey] = ()) -> None:
        """Remove zone versions, then add others; all of it, or nothing.

        Raises:
            ZoneError: a removed one is not there, or an added one already is.
        """
        zones = list(added)
        numbers = np.array(self.table.extend(zones), dtype=np.intp)
        self._reach()
        gone, first = set[int](), self._first
        for key in removed:
            number = self.table.number_of(key)
            if number is None or number in gone or first[number] < 0:
                raise ZoneError(f"version {key[1]} is not in the index", zone_id=key[0])
            gone.add(number)
        again = set[int]()
        for number, zone in zip(numbers.tolist(), zones, strict=True):
            if number in again or (first[number] >= 0 and number not in gone):
                raise ZoneError(
                    f"version {zone.version} is in the index twice", zone_id=zone.zone_id
                )
            again.add(number)
        for number in gone:
            self._drop(number)
        if zones:
            self._add(numbers)

    def look_for(self, numbers: Indices) -> None:
        """Look for zone versions of the table from now on, given by their numbers, each once."""
        self._reach()
        new = numbers[self._first[numbers] < 0]
        if len(new):
            self._add(new)

    def _reach(self) -> None:
        self._first = room_for(self._first, len(self.table), -1)

    def _drop(self, number: int) -> None:
        item, self._first[number] = int(self._first[number]), -1
        while item < self._size and self._owner[item] == number:
            self._boxes[item, 0] = np.inf
            item += 1
        self._count -= 1

    def _add(self, numbers: Indices) -> None:
        boxes, growth, owner = grown_boxes(self.table.shapes_of(numbers), GROWN_M)
        order = np.argsort(owner, kind="stable")
        rows = np.zeros((len(order), _ROW))
        rows[:, :4], rows[:, 4:] = boxes[order], growth[order] * _TAKEN_BACK
        owner = numbers[owner[order]]
        first, self._size = self._size, self._size + len(rows)
        self._boxes = room_for(self._boxes, self._size, 0.0)
        self._owner = room_for(self._owner, self._size, -1)
        self._boxes[first : self._size], self._owner[first : self._size] = rows, owner
        begins = np.flatnonzero(np.diff(owner, prepend=-1))
        self._first[owner[begins]] = first + begins
        self._count += len(begins)
        if len(rows) > max(64, self._cells.entries // 64):
            self._rebuild()
            return
        for item in range(first, self._size):
            self._cells.add(item, self._boxes[item, :4])
        if self._cells.is_full:
            self._rebuild()

    def _rebuild(self) -> None:
        boxes = self._boxes[: self._size]
        live = np.flatnonzero(boxes[:, 0] < np.inf)
        self._cells = Cells(boxes[live, :4], live)

    def _near_few(self, lons: ArrayLike, lats: ArrayLike, reach_m: Floats) -> Nearby:
        """Return what `near` does, without arrays until the end."""
        zones, found = self.table.zones, []
        lon, lat = (np.asarray(each, dtype=np.float64).ravel().tolist() for each in (lons, lats))
        reaches = reach_m.tolist() if reach_m.ndim else [float(reach_m)] * len(lon)
        places = zip(map(wrapped_degrees, lon), lat, reaches, strict=True)
        for position, (x, y, reach) in enumerate(places):
            for zone in self._held(x, y, 1.0 - reach * (1.0 / GROWN_M)):
                metres = zones[zone].shape.signed_distance_m(x, y)
                if metres >= -reach:
                    found.append((position, zone, metres))
        if not found:
            return _NOTHING
        positions, numbers, distances = zip(*found, strict=True)
        return Nearby(np.array(positions), np.array(numbers), np.array(distances))

    def _held(self, lon: float, lat: float, taken_back: float) -> list[int]:
        """Return the zones in whose grown box a place is, as `_holding` does, sorted."""
        found = set()
        for item in self._cells.at_one(lon, lat):
            west, south, east, north, d_lon, d_lat = self._boxes[item].tolist()
            d_lon, d_lat = d_lon * taken_back, d_lat * taken_back
            if west + d_lon <= lon <= east - d_lon and south + d_lat <= lat <= north - d_lat:
                found.add(int(self._owner[item]))
        return sorted(found)

    def _candidates(self, lon: Floats, lat: Floats, reach_m: Floats) -> tuple[Indices, Indices]:
        """Return (place, zone) of all that may be within reach, sorted, each once."""
        share = reach_m * (1.0 / GROWN_M)
        if not (share > 1.0).any():
            row, item = self._holding(lon, lat, 1.0 - share)
            return self._in_order(row, self._owner.take(item))
        share = np.broadcast_to(share, lon.shape)
        close, wide = np.flatnonzero(share <= 1.0), np.flatnonzero(share > 1.0)
        row, item = self._holding(lon.take(close), lat.take(close), 1.0 - share.take(close))
        reach = np.broadcast_to(reach_m, lon.shape).take(wide) - GROWN_M
        more = window(lon.take(wide), lat.take(wide), reach)
        more_row, more_item = self._meeting(more, 0.0)
        row = np.concatenate([close.take(row), wide.take(more_row)])
        return self._in_order(row, self._owner.take(np.concatenate([item, more_item])))

    def _on_the_way(self, way: Floats, length_m: Floats) -> tuple[Indices, Indices]:
        """Return (path, zone) of all that paths may touch, sorted, each once."""
        pieces = np.ceil(length_m * (0.5 / GROWN_M)).clip(1.0)
        if len(way) <= FEW and pieces.sum() <= FEW:
            return self._on_few_ways(way.tolist(), pieces.tolist())
        short, long = np.flatnonzero(pieces <= MOST_PIECES), np.flatnonzero(pieces > MOST_PIECES)
        count = pieces.take(short).astype(np.intp)
        path = short.repeat(count)
        share = (length_m * (0.5 / GROWN_M) / pieces).take(path)
        row, item = self._holding(*middles(way.take(path, axis=0), count), 1.0 - share)
        row = path.take(row)
        bounds = bounds_of(way)
        kept = _meets(self._boxes.take(item, axis=0), in_frame(bounds).take(row, axis=0), 1.0)
        row, item = row.take(kept), item.take(kept)
        if len(long):
            more_row, more_item = self._meeting(bounds.take(long, axis=0), 1.0)
            row = np.concatenate([row, long.take(more_row)])
            item = np.concatenate([item, more_item])
        return self._in_order(row, self._owner.take(item))

    def _on_few_ways(self, ways: list[list[float]], pieces: list[float]) -> tuple[Indices, Indices]:
        """Return what `_on_the_way` does, or more, without arrays until the end."""
        found = set()
        for path, ((lon, lat, d_lon, d_lat), count) in enumerate(zip(ways, pieces, strict=True)):
            for number in range(int(count)):
                share = (number + 0.5) / count
                x = wrapped_degrees(lon + share * d_lon)
                found |= {(path, zone) for zone in self._held(x, lat + share * d_lat, 0.0)}
        pairs = np.array(sorted(found), dtype=np.intp).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]

    def _holding(self, lon: Floats, lat: Floats, taken_back: Floats) -> tuple[Indices, Indices]:
        """Return (place, item) where a place is in a grown box, in no order.

        ``taken_back`` is the share of the growth that is not wanted, one for all or one each.
        """
        row, item = self._cells.at(lon, lat)
        box = self._boxes.take(item, axis=0).T
        x, y = lon.take(row), lat.take(row)
        less = taken_back.take(row) if taken_back.ndim else taken_back
        d_lon, d_lat = box[4] * less, box[5] * less
        held = box[0] + d_lon <= x
        held &= box[2] - d_lon >= x
        held &= box[1] + d_lat <= y
        held &= box[3] - d_lat >= y
        kept = held.nonzero()[0]
        return row.take(kept), item.take(kept)

    def _meeting(self, bounds: Floats, taken_back: float) -> tuple[Indices, Indices]:
        """Return (row, item) where bounds meet a grown box, in no order, some more than once."""
        windows, row = framed(bounds, np.arange(len(bounds)))
        found, item, vast = self._cells.within(windows)
        if len(vast):
            every = np.arange(self._size)
            found = np.concatenate([found, vast.repeat(len(every))])
            item = np.concatenate([item, np.tile(every, len(vast))])
        box = self._boxes.take(item, axis=0)
        kept = _meets(box, windows.take(found, axis=0), taken_back)
        return row.take(found.take(kept)), item.take(kept)

    def _in_order(self, row: Indices, zone: NDArray[np.int32]) -> tuple[Indices, Indices]:
        """Return pairs sorted, each once."""
        size = max(1, len(self.table))
        pair = row * size + zone
        pair.sort()
        pair = pair[np.diff(pair, prepend=-1).nonzero()[0]]
        return np.divmod(pair, size)


def _places(lons: ArrayLike, lats: ArrayLike) -> tuple[Floats, Floats]:
    lon = wrapped(np.atleast_1d(np.asarray(lons, dtype=np.float64)))
    return lon, np.atleast_1d(np.asarray(lats, dtype=np.float64))


def _meets(box: Floats, asked: Floats, taken_back: float) -> Indices:
    """Return which rows of boxes meet the bounds beside them."""
    growth = box[:, 4:] * taken_back
    meets = (box[:, :2] + growth <= asked[:, 2:]) & (asked[:, :2] <= box[:, 2:4] - growth)
    return np.flatnonzero(meets[:, 0] & meets[:, 1])
