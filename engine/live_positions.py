"""Where everybody was last judged to be: an index of what moves, for questions about a place.

It is asked about an incident (who is, or was last seen, near here?), and no judgement rests on it:
it knows what has arrived, and judgements must not depend on that. One position an activation, so
its size is that of the registry.

The R-tree is libspatialindex's, by rtree, which takes insertions and deletions. Each activation
lies in it with `SLACK_M` metres to every side; as long as it stays within its box, the tree is left
as it is. Whoever asks brings the tree up to date first, so that a report costs the engine no more
than an entry in a dictionary; where most have moved since, the tree is built anew, packed. What a
query finds in it is measured exactly (geodesic).

May be used by many threads; those that ask wait for each other, and the engine for none of them.
"""

import threading
from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from rtree import index

from engine.core.position import Position
from zones.instant import Instant
from zones.metric import reach_deg
from zones.separation import distance_m

SLACK_M: Final = 250.0
"""How far somebody may move before the tree is changed; a query finds so much too much."""

REBUILD_FROM: Final = 200
REBUILD_SHARE: Final = 0.005
"""If more have left their boxes, and more than this share of all, the tree is built anew: to delete
and insert one costs as much as to pack two hundred."""

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees; west and east may lie beyond 180."""


class Sighting(NamedTuple):
    """Somebody near a place."""

    distance_m: float
    position: Position


class LivePositions:
    """The newest judged position of every activation, by place."""

    def __init__(self) -> None:
        self._newest: dict[int, Position] = {}
        self._changed: set[int] = set()
        self._noting = threading.Lock()
        """Held for `_newest` and `_changed`, and never for long."""
        self._asking = threading.Lock()
        """Held for `_tree` and `_boxes`."""
        self._tree = index.Index()
        self._boxes: dict[int, Box] = {}

    def __len__(self) -> int:
        """Return how many activations are in it."""
        return len(self._newest)

    def put(self, activation_id: int, position: Position) -> None:
        """Take the newest judged position of an activation."""
        if self._newest.get(activation_id) is position:
            return
        with self._noting:
            self._newest[activation_id] = position
            self._changed.add(activation_id)

    def drop(self, activation_id: int) -> None:
        """Forget an activation; one that is not in it changes nothing."""
        if activation_id not in self._newest:
            return
        with self._noting:
            del self._newest[activation_id]
            self._changed.add(activation_id)

    def near(self, lat: float, lon: float, radius_m: float, not_before: Instant) -> list[Sighting]:
        """Return who was last within a radius in metres, nearest first.

        Positions measured before an instant are left out.
        """
        with self._asking:
            self._follow()
            asked = _asked(lat, lon, radius_m)
            found = {id_ for box in asked for id_ in self._tree.intersection(box)}
        with self._noting:
            positions = [self._newest[id_] for id_ in found if id_ in self._newest]
        sightings = [
            Sighting(distance_m(lon, lat, each.lon, each.lat), each)
            for each in positions
            if each.fix_time >= not_before
        ]
        return sorted((each for each in sightings if each.distance_m <= radius_m), key=_nearest)

    def _follow(self) -> None:
        """Bring the tree up to date with what has changed since it was last asked."""
        with self._noting:
            changed = {id_: self._newest.get(id_) for id_ in self._changed}
            self._changed.clear()
        moved = {id_: at for id_, at in changed.items() if not self._holds(id_, at)}
        if len(moved) > REBUILD_FROM and len(moved) > len(self._boxes) * REBUILD_SHARE:
            self._rebuild(moved)
            return
        for id_, at in moved.items():
            former = self._boxes.pop(id_, None)
            if former is not None:
                self._tree.delete(id_, former)
            if at is not None:
                self._boxes[id_] = _box(at.lat, at.lon, SLACK_M)
                self._tree.insert(id_, self._boxes[id_])

    def _holds(self, activation_id: int, at: Position | None) -> bool:
        """Tell whether the tree is right as it is about an activation."""
        box = self._boxes.get(activation_id)
        if at is None or box is None:
            return at is None and box is None
        return box[0] <= at.lon <= box[2] and box[1] <= at.lat <= box[3]

    def _rebuild(self, moved: Mapping[int, Position | None]) -> None:
        for id_ in moved:
            self._boxes.pop(id_, None)
        placed = [(id_, at) for id_, at in moved.items() if at is not None]
        lats, lons = (np.array([getattr(at, name) for _, at in placed]) for name in ("lat", "lon"))
        d_lon, d_lat = reach_deg(lats, np.full(len(placed), SLACK_M))
        corners = np.column_stack([lons - d_lon, lats - d_lat, lons + d_lon, lats + d_lat])
        for (id_, _), box in zip(placed, corners.tolist(), strict=True):
            self._boxes[id_] = tuple(box)
        entries = ((id_, box, None) for id_, box in self._boxes.items())
        self._tree = index.Index(entries) if self._boxes else index.Index()


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
