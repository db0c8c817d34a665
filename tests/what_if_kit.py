"""A store that the real engine has filled: wearers who commute past places, day after day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

import msgspec

from engine.caseload import Caseload
from engine.ruling import Ruling
from engine.sources.source import Delivery
from engine.store import Store
from simulators.enrolment import enrol
from zones.instant import DAY, HOUR, MINUTE, Instant, parse, render

T = TypeVar("T")
START: Instant = parse("2026-03-01T00:00:00Z")
HOME = (13.4000, 52.5200)
WORK = (13.4300, 52.5200)
"""2.03 km to the east."""
DEGREE_M = 67_800.0
"""Metres in a degree of longitude there."""


def point(zone_id: str, lon: float, lat: float, radius_m: float) -> dict[str, Any]:
    """Return a circle as a GeoJSON Feature."""
    return {
        "type": "Feature",
        "id": zone_id,
        "properties": {"zone_id": zone_id, "radius_m": radius_m},
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
    }


@dataclass(frozen=True)
class Commuter:
    """A wearer with a curfew at home, who must keep out of the zone KEEP-OUT."""

    wearer_id: str
    timezone: str = "Europe/Berlin"
    vendor: str = "acme"
    protected: bool = False
    interval_s: int = 60
    buffer_s: int = 240
    conditions: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {
                "id": "curfew",
                "kind": "curfew",
                "zone": "HOME",
                "weekly": [{"days": "daily", "start": "22:00", "end": "06:00"}],
            },
            {"id": "keep-out", "kind": "exclusion", "zone": "KEEP-OUT"},
        ]
    )

    @property
    def name(self) -> str:
        """Name, for people."""
        return self.wearer_id.upper()

    @property
    def device_id(self) -> str:
        """The device of the wearer."""
        return f"D-{self.wearer_id}"


ZONES = [point("HOME", *HOME, 100.0), point("KEEP-OUT", 13.4150, 52.5220, 100.0)]
"""The zone to keep out of lies 222 m north of the middle of the way to work."""


def place(at: Instant) -> tuple[float, float]:
    """Return where a commuter is: out from 08:00 to 18:00 UTC, half an hour on the way."""
    hours = (at - START) % DAY / HOUR
    away = min(max((hours - 8.0) / 0.5, 0.0), max((18.5 - hours) / 0.5, 0.0), 1.0)
    wobble = (at // MINUTE % 7 - 3) * 0.00003
    return round(HOME[0] + (WORK[0] - HOME[0]) * away + wobble, 6), HOME[1]


def messages(
    commuter: Commuter, since: Instant, until: Instant, every: int = MINUTE
) -> Iterator[Delivery]:
    """Yield what a commuter's device sends, 60 positions at a time."""
    topic = f"ringfence/v1/{commuter.vendor}/{commuter.device_id}/telemetry"
    for times in parts(range(since, until, every), 60):
        positions = [
            {"time": render(at), "lon": lon, "lat": lat, "accuracy_m": 8}
            for at in times
            for lon, lat in (place(at),)
        ]
        body = {"device": commuter.device_id, "seq": times[0] // MINUTE, "positions": positions}
        yield Delivery(topic, msgspec.json.encode(body), times[-1], None)


def parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield items, so many at a time."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


def filled(
    store: Store,
    commuters: Iterable[Commuter],
    days: int,
    every: int = MINUTE,
    zones: list[dict[str, Any]] | None = None,
) -> Instant:
    """Enrol commuters, let the engine take some days of positions, and return the time then."""
    commuters = list(commuters)
    with store.write() as transaction:
        collection = {"type": "FeatureCollection", "features": ZONES if zones is None else zones}
        enrol(transaction.registry, commuters, collection, START)
    caseload = Caseload()
    with store.read() as transaction:
        caseload.load(transaction)
    now = START + days * DAY
    for commuter in commuters:
        for batch in parts(messages(commuter, START, now, every), 24):
            take(store, caseload, batch)
    return now


def take(store: Store, caseload: Caseload, batch: list[Delivery]) -> None:
    """Let the engine take a batch of deliveries in one transaction."""
    with store.write() as transaction:
        ruling = Ruling(caseload, transaction, batch[-1].received_at)
        ruling.take(batch)
    caseload.keep(ruling.ruled.quiet, ruling.ruled.cases.values())
