"""The naive stack, as a first version is: aiomqtt, json, one R-tree, a commit a position.

    python -m benchmarks.naive URL DATABASE COUNT-FILE COUNTRY       (COUNTRY is JSON)

It tells how many of a wearer's zones, and of everyone's, a position is in, and knows nothing else:
no order of events, no duplicates, no accuracy, no schedule, no journal, no alert. A commit is as
durable as the engine's, though aiomqtt has acknowledged the message before it.
"""

import asyncio
import json
import math
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import aiomqtt
import psycopg
import rtree
import shapely

from benchmarks.country import Country
from engine.core.topic import TELEMETRY_FILTER
from engine.sources.address import BrokerAddress
from zones.zone import Circle, Zone

_TABLE: Final = (
    "CREATE TABLE naive (device TEXT, seq BIGINT, at TEXT, lat DOUBLE PRECISION, "
    "lon DOUBLE PRECISION, inside INTEGER)"
)
_METRES: Final = 111_195.0


def sqlite(path: Path) -> sqlite3.Connection:
    """Return a connection whose commits are on the disk when they return."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def postgres(url: str) -> psycopg.Connection[Any]:
    """Return a connection to a server."""
    return psycopg.connect(url)


class Naive:
    """Zones in one dynamic R-tree, positions in one table of a connection's database."""

    def __init__(self, connection: Any, country: Country) -> None:  # noqa: ANN401 - either database
        self._connection = connection
        mark = "?" if isinstance(connection, sqlite3.Connection) else "%s"
        self._insert = f"INSERT INTO naive VALUES ({', '.join([mark] * 6)})"  # noqa: S608
        zones = list(country.zones())
        self._owners = [_owner(zone) for zone in zones]
        self._shapes = [_shape(zone) for zone in zones]
        shapely.prepare([each for each in self._shapes if isinstance(each, shapely.Geometry)])
        self._tree = rtree.index.Index(_boxes(zones))
        connection.execute(_TABLE)
        connection.commit()

    def take(self, payload: bytes) -> None:
        """Store the positions of a message, each with the number of zones it is in."""
        message = json.loads(payload)
        owner = message["device"][-6:]
        for position in message["positions"]:
            lon, lat = position["lon"], position["lat"]
            near = self._tree.intersection((lon, lat, lon, lat))
            inside = sum(self._is_in(number, owner, lon, lat) for number in near)
            row = (message["device"], message["seq"], position["time"], lat, lon, inside)
            self._connection.execute(self._insert, row)
            self._connection.commit()

    def _is_in(self, number: int, owner: str, lon: float, lat: float) -> bool:
        if self._owners[number] not in ("", owner):
            return False
        shape = self._shapes[number]
        if isinstance(shape, Circle):
            return _metres(shape, lon, lat) <= shape.radius_m
        return bool(shapely.intersects_xy(shape, lon, lat))


def _owner(zone: Zone) -> str:
    """Return the number of the wearer whose zone it is; empty for everyone's."""
    kind, number = zone.zone_id.split("-")[:2]
    return "" if kind == "shared" else number


def _shape(zone: Zone) -> Any:  # noqa: ANN401 - a circle, or a geometry of shapely's
    return zone.shape if isinstance(zone.shape, Circle) else zone.shape.geometry


def _boxes(zones: list[Zone]) -> Iterator[tuple[int, tuple[float, float, float, float], None]]:
    for number, zone in enumerate(zones):
        for box in zone.boxes:
            yield number, box, None


def _metres(circle: Circle, lon: float, lat: float) -> float:
    east = (lon - circle.lon) * math.cos(math.radians(lat))
    return math.hypot(east, lat - circle.lat) * _METRES


async def consume(url: str, naive: Naive, counted: Path) -> None:
    """Take messages until killed; the count is written when the stack is ready, and after each."""
    address, taken = BrokerAddress.parse(url), 0
    async with aiomqtt.Client(
        address.host,
        address.port,
        username=address.username,
        password=address.password,
        identifier="naive",
        clean_session=False,
    ) as client:
        await client.subscribe(TELEMETRY_FILTER, qos=1)
        counted.write_text("0")
        async for message in client.messages:
            naive.take(bytes(message.payload))
            taken += 1
            counted.write_text(str(taken))


def arguments(country: Country) -> str:
    """Return a country as this process takes it."""
    return json.dumps(asdict(country))


if __name__ == "__main__":
    stack = Naive(sqlite(Path(sys.argv[2])), Country(**json.loads(sys.argv[4])))
    asyncio.run(consume(sys.argv[1], stack, Path(sys.argv[3])))
