"""Where everybody was last judged to be: an index of what moves, for questions about a place.

It is asked about an incident (who is, or was last seen, near here?), and no judgement rests on it:
it knows what has arrived, and judgements must not depend on that. One position an activation, so
its size is that of the registry.

Where everybody is stands in columns, so that a batch of reports costs the engine one assignment.
The R-tree is libspatialindex's, by rtree, which takes insertions and deletions. Each activation
lies in it with `SLACK_M` metres to every side; as long as it stays within its box, the tree is left
as it is. Whoever asks brings the tree up to date first; where most have moved since, the tree is
built anew, packed. What a query finds in it is measured exactly (geodesic).

May be used by many threads; those that ask wait for each other, and the engine for none of them.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rtree import index

from engine.core.position import Position
from zones.instant import Instant
from zones.metric import Floats, reach_deg
from zones.separation import distance_m

SLACK_M: Final = 250.0
"""How far somebody may move before the tree is changed; a query finds so much too much."""

_FEWEST: Final = 64
REBUILD_FROM: Final = 200
REBUILD_SHARE: Final = 0.005
"""If more have left their boxes, and more than this share of all, the tree is built anew: to delete
and insert one costs as much as to pack two hundred."""

Indices: TypeAlias = NDArray[np.int64]
Box: TypeAlias = tuple[float, float, float, float]
"""West, south, east, north in degrees; west and east may lie beyond 180."""


class Sighting(NamedTuple):
    """Somebody near a place."""

    distance_m: float
    position: Position


class LivePositions:
    """The newest judged position of every activation, by place.

    `newest` tells an activation's newest judged position; None if there is none.
    """

    def __init__(self, newest: Callable[[int], Position | None]) -> None:
        self._newest = newest
        self._rows: dict[int, int] = {}
        self._keys: list[int] = []
        self._places = np.zeros((_FEWEST, 2))
        """Longitude and latitude of each row."""
        self._times = np.zeros(_FEWEST, np.int64)
        self._there = np.zeros(_FEWEST, np.bool_)
        self._noting = threading.Lock()
        """Held for these, and never for long."""
        self._asking = threading.Lock()
        """Held for what follows."""
        self._tree = index.Index()
        self._boxes = np.zeros((_FEWEST, 4))
        """Where each row lies in the tree: west, south, east, north."""
        self._treed = np.zeros(_FEWEST, np.bool_)

    def __len__(self) -> int:
        """Return how many activations are in it."""
        return int(np.count_nonzero(self._there))

    def row(self, activation_id: int) -> int:
        """Return the number by which `move` knows an activation."""
        row = self._rows.get(activation_id)
        return self._new(activation_id) if row is None else row

    def put(self, activation_id: int, position: Position) -> None:
        """Take the newest judged position of an activation."""
        row = self.row(activation_id)
        with self._noting:
            self._places[row] = position.lon, position.lat
            self._times[row], self._there[row] = position.fix_time, True

    def put_many(
        self, activation_ids: Iterable[int], lon: Floats, lat: Floats, fix_time: Indices
    ) -> None:
        """Take the newest judged positions of activations, each once."""
        rows = np.array([self.row(each) for each in activation_ids], np.int64)
        self.move(rows, lon, lat, fix_time)
        with self._noting:
            self._there[rows] = True

    def move(self, rows: Indices, lon: Floats, lat: Floats, fix_time: Indices) -> None:
        """Take the newest judged positions of activations that are in it, given by their rows."""
        with self._noting:
            self._places[rows, 0], self._places[rows, 1] = lon, lat
            self._times[rows] = fix_time

    def drop(self, activation_id: int) -> None:
        """Forget an activation; one that is not in it changes nothing."""
        row = self._rows.get(activation_id)
        if row is not None:
            with self._noting:
                self._there[row] = False

    def near(self, lat: float, lon: float, radius_m: float, not_before: Instant) -> list[Sighting]:
        """Return who was last within a radius in metres, nearest first.

        Positions measured before an instant are left out.
        """
        with self._asking:
            self._follow()
            asked = _asked(lat, lon, radius_m)
            found = {row for box in asked for row in self._tree.intersection(box)}
            recent = [self._keys[row] for row in found if self._times[row] >= not_before]
        positions = [position for each in recent if (position := self._newest(each)) is not None]
        sightings = [Sighting(distance_m(lon, lat, each.lon, each.lat), each) for each in positions]
        return sorted((each for each in sightings if each.distance_m <= radius_m), key=_nearest)

    def _new(self, activation_id: int) -> int:
        with self._noting:
            row = len(self._keys)
            if row == len(self._times):
                for name in ("_places", "_times", "_there", "_boxes", "_treed"):
                    column = getattr(self, name)
                    setattr(self, name, np.concatenate([column, np.zeros_like(column)]))
            self._keys.append(activation_id)
            self._rows[activation_id] = row
        return row

    def _follow(self) -> None:
        """Bring the tree up to date with what has changed since it was last asked."""
        with self._noting:
            places, there = self._places.copy(), self._there.copy()
            boxes, treed = self._boxes.copy(), self._treed.copy()
        held = (boxes[:, :2] <= places).all(axis=1) & (places <= boxes[:, 2:]).all(axis=1)
        changed = np.flatnonzero(np.where(there, ~(treed & held), treed))
        if not len(changed):
            return
        fresh = boxes.copy()
        fresh[changed] = _around(places[changed])
        if len(changed) > REBUILD_FROM and len(changed) > len(self._rows) * REBUILD_SHARE:
            self._tree = _packed(np.flatnonzero(there), fresh)
        else:
            for row in changed.tolist():
                if treed[row]:
                    self._tree.delete(row, boxes[row].tolist())
                if there[row]:
                    self._tree.insert(row, fresh[row].tolist())
        with self._noting:
            self._boxes[: len(fresh)], self._treed[: len(there)] = fresh, there


def _packed(rows: Indices, boxes: Floats) -> index.Index:
    entries = ((row, boxes[row].tolist(), None) for row in rows.tolist())
    return index.Index(entries) if len(rows) else index.Index()


def _around(places: Floats) -> Floats:
    """Return the boxes of places: longitude and latitude, each with the slack to every side."""
    d_lon, d_lat = reach_deg(places[:, 1], np.full(len(places), SLACK_M))
    reach = np.column_stack([d_lon, d_lat])
    return np.hstack([places - reach, places + reach])


def _nearest(sighting: Sighting) -> tuple[float, int]:
    return sighting.distance_m, sighting.position.activation_id


def _box(lat: float, lon: float, reach_m: float) -> Box:
    d_lon, d_lat = (float(each) for each in reach_deg(np.array(lat), np.array(reach_m)))
    return (lon - d_lon, lat - d_lat, lon + d_lon, lat + d_lat)


def _asked(lat: float, lon: float, radius_m: float) -> list[Box]:
    """Return the boxes to ask for: a turn further too, where one crosses the antimeridian."""
    west, south, east, north = _box(lat, lon, radius_m)
    turns = (0.0, 360.0, -360.0) if west <= -180.0 or east >= 180.0 else (0.0,)
    return [(west + turn, south, east + turn, north) for turn in turns]
