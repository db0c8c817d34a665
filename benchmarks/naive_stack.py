"""The naive stack, as a first version is: aiomqtt, json, an R-tree, a commit a position.

    python -m benchmarks.naive_stack URL DATABASE COUNT-FILE WEARERS SHARED

It tells which zones of a wearer's, or of everyone's, a position is in, and knows nothing else: no
order of events, no duplicates, no accuracy, no schedule, no journal, no alert. The commit is as
durable as the engine's, though aiomqtt has acknowledged the message before it.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import aiomqtt
import rtree
import shapely

from benchmarks.country import Country
from benchmarks.naive import TABLE, sqlite
from engine.sources.address import BrokerAddress
from zones.zone import Circle, Zone

_METRES: Final = 111_195.0
_INSERT: Final = "INSERT INTO naive VALUES (?, ?, ?, ?, ?, ?)"
Box = tuple[int, tuple[float, float, float, float], None]


class NaiveStack:
    """Zones in one dynamic R-tree, positions in one table."""

    def __init__(self, country: Country, database: Path) -> None:
        self._zones = list(country.zones())
        self._shapes = [_shape(zone) for zone in self._zones]
        shapely.prepare([each for each in self._shapes if isinstance(each, shapely.Geometry)])
        self._tree = rtree.index.Index(self._boxes())
        self._database = sqlite(database)
        self._database.execute(TABLE)

    def _boxes(self) -> Iterator[Box]:
        for number, zone in enumerate(self._zones):
            for box in zone.boxes:
                yield number, (box.west, box.south, box.east, box.north), None

    def take(self, payload: bytes) -> None:
        """Store the positions of a message."""
        message = json.loads(payload)
        owner = message["device"][-6:]
        for position in message["positions"]:
            lon, lat = position["lon"], position["lat"]
            near = self._tree.intersection((lon, lat, lon, lat))
            inside = sum(self._inside(number, owner, lon, lat) for number in near)
            row = (message["device"], message["seq"], position["time"], lat, lon, inside)
            self._database.execute(_INSERT, row)
            self._database.commit()

    def _inside(self, number: int, owner: str, lon: float, lat: float) -> bool:
        kind, whose = self._zones[number].zone_id.split("-")[:2]
        if kind != "shared" and whose != owner:
            return False
        shape = self._shapes[number]
        if isinstance(shape, Circle):
            return _metres(shape, lon, lat) <= shape.radius_m
        return bool(shapely.intersects_xy(shape, lon, lat))


def _shape(zone: Zone) -> Any:  # noqa: ANN401 - a circle or a geometry
    return zone.shape if isinstance(zone.shape, Circle) else zone.shape.geometry


def _metres(circle: Circle, lon: float, lat: float) -> float:
    east = (lon - circle.lon) * float(shapely.get_x(shapely.Point(0.78, 0)))
    return float(((east**2 + (lat - circle.lat) ** 2) ** 0.5) * _METRES)
