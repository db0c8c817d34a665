"""Where everybody was last judged to be: an index of what moves, for questions about a place.

It is asked about an incident (who is, or was last seen, near here?), and no judgement rests on it:
it knows what has arrived, and judgements must not depend on that. One position an activation, so
its size is that of the registry.

The R-tree is libspatialindex's, by rtree, which takes insertions and deletions. Each position lies
in it with `SLACK_M` metres to every side; as long as an activation stays within its box, only the
position beside the tree is replaced. Most people are where they were a minute ago, so most reports
touch no tree at all. What a query finds in the tree is measured exactly (geodesic).

May be used by many threads.
"""

import threading
from typing import Final, NamedTuple

import numpy as np
from rtree import index

from engine.core.position import Position
from zones.instant import Instant
from zones.metric import reach_deg
from zones.separation import distance_m

SLACK_M: Final = 250.0
"""How far somebody may move before the tree is changed; a query finds so much too much."""

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees; west and east may lie beyond 180."""


class Sighting(NamedTuple):
    """Somebody near a place."""

    distance_m: float
    position: Position


class LivePositions:
    """The newest judged position of every activation, by place."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tree = index.Index()
        self._newest: dict[int, Position] = {}
        self._boxes: dict[int, Box] = {}

    def __len__(self) -> int:
        """Return how many activations are in it."""
        return len(self._newest)

    def put(self, activation_id: int, position: Position) -> None:
        """Take the newest judged position of an activation."""
        with self._lock:
            if self._newest.get(activation_id) is position:
                return
            self._newest[activation_id] = position
            box = self._boxes.get(activation_id)
            if box is not None and _holds(box, position):
                return
            if box is not None:
                self._tree.delete(activation_id, box)
            box = _box(position.lat, position.lon, SLACK_M)
            self._boxes[activation_id] = box
            self._tree.insert(activation_id, box)

    def drop(self, activation_id: int) -> None:
        """Forget an activation; one that is not in it changes nothing."""
        with self._lock:
            if self._newest.pop(activation_id, None) is not None:
                self._tree.delete(activation_id, self._boxes.pop(activation_id))

    def near(self, lat: float, lon: float, radius_m: float, not_before: Instant) -> list[Sighting]:
        """Return who was last within a radius in metres, nearest first.

        Positions measured before an instant are left out.
        """
        with self._lock:
            asked = _asked(lat, lon, radius_m)
            found = {id_ for box in asked for id_ in self._tree.intersection(box)}
            positions = [self._newest[id_] for id_ in found]
        sightings = [
            Sighting(distance_m(lon, lat, each.lon, each.lat), each)
            for each in positions
            if each.fix_time >= not_before
        ]
        return sorted((each for each in sightings if each.distance_m <= radius_m), key=_nearest)


def _nearest(sighting: Sighting) -> tuple[float, int]:
    return sighting.distance_m, sighting.position.activation_id


def _holds(box: Box, position: Position) -> bool:
    return box[0] <= position.lon <= box[2] and box[1] <= position.lat <= box[3]


def _box(lat: float, lon: float, reach_m: float) -> Box:
    d_lon, d_lat = (float(each) for each in reach_deg(np.array(lat), np.array(reach_m)))
    return (lon - d_lon, lat - d_lat, lon + d_lon, lat + d_lat)


def _asked(lat: float, lon: float, radius_m: float) -> list[Box]:
    """Return the boxes to ask for: also those a turn further, where one crosses the antimeridian."""
    west, south, east, north = _box(lat, lon, radius_m)
    edge = 180.0 - (SLACK_M / 1000.0)
    turns = (0.0, 360.0, -360.0) if west < -edge or east > edge else (0.0,)
    return [(west + turn, south, east + turn, north) for turn in turns]
