"""The naive stack, as a first version is: json, shapely point by point, a commit a position.

It knows each wearer's zones and nothing else: no order of events, no duplicates, no accuracy, no
schedule, no journal, no alert. The commit is as durable as the engine's.
"""

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import shapely

from benchmarks.load import Load
from benchmarks.zones_index import outline
from simulators.device import Delivery
from zones.geojson import read_zones

_TABLE = (
    "CREATE TABLE naive (device TEXT, seq BIGINT, at TEXT, lat DOUBLE PRECISION, "
    "lon DOUBLE PRECISION, inside INTEGER)"
)


def sqlite(path: Path) -> sqlite3.Connection:
    """Return a connection whose commits are on the disk when they return."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


class Naive:
    """The naive stack on a connection."""

    def __init__(self, connection: Any, load: Load) -> None:  # noqa: ANN401 - either database
        self._connection = connection
        mark = "?" if isinstance(connection, sqlite3.Connection) else "%s"
        self._insert = f"INSERT INTO naive VALUES ({', '.join([mark] * 6)})"  # noqa: S608
        self._zones = zones_by_device(load)
        connection.execute(_TABLE)
        connection.commit()

    def take(self, part: Sequence[Delivery]) -> None:
        """Store every position of the deliveries."""
        for delivery in part:
            body = json.loads(delivery.payload)
            for message in body if isinstance(body, list) else [body]:
                for position in message["positions"]:
                    self._store(message["device"], message["seq"], position)

    def _store(self, device: str, seq: int, position: dict[str, Any]) -> None:
        lat, lon = position["lat"], position["lon"]
        inside = sum(bool(shapely.intersects_xy(each, lon, lat)) for each in self._zones[device])
        self._connection.execute(self._insert, (device, seq, position["time"], lat, lon, inside))
        self._connection.commit()


def zones_by_device(load: Load) -> dict[str, list[shapely.Geometry]]:
    """Return the prepared zones of each wearer's order, circles as polygons."""
    found = {}
    for wearer in load.acting.fleet:
        features = {"type": "FeatureCollection", "features": list(wearer.zones)}
        found[wearer.device_id] = [outline(zone) for zone in read_zones(features).zones]
        shapely.prepare(found[wearer.device_id])
    return found


def postgres(url: str) -> psycopg.Connection[Any]:
    """Return a connection to a server."""
    return psycopg.connect(url)
