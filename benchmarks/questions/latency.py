"""How long does it take from the publish that breaks a condition to the committed alert?

50 messages a second over the embedded broker, as durable as it is by default. Every wearer is heard
outside, inside and inside again (the witness that confirms); the last one is timed until another
connection finds the alert in the store. The rival is the way of the same message through an equal
broker to a subscriber in this process that parses nothing.
"""

import asyncio
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.brokers import Reached, engine_behind, reached
from benchmarks.row import Row
from benchmarks.timing import Effort, percentile
from engine.clock import SystemClock
from engine.core.alert import AlertAction
from engine.sources.mqtt import MqttSource
from engine.store import Store
from engine.store.registry_part import RegistryPart
from simulators.device import Delivery, topic
from simulators.enrolment import enrol
from zones.instant import HOUR, MINUTE, Instant, render

RATE_PER_S = 50.0
VENDOR = "acme"
POLL_S = 0.002
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Visitor:
    """A wearer who must keep out of one zone of his own, and goes there."""

    number: int
    timezone: str = "America/Sao_Paulo"
    interval_s: int = 60
    buffer_s: int = 240
    vendor: str = VENDOR

    @property
    def wearer_id(self) -> str:
        return f"visitor-{self.number:04d}"

    @property
    def name(self) -> str:
        return self.wearer_id

    @property
    def device_id(self) -> str:
        return self.wearer_id

    @property
    def conditions(self) -> list[dict[str, Any]]:
        return [{"id": "keep-out", "kind": "exclusion", "zone": f"ZONE-{self.number:04d}"}]

    @property
    def zone(self) -> dict[str, Any]:
        """A circle of 150 m."""
        return {
            "type": "Feature",
            "id": f"ZONE-{self.number:04d}",
            "properties": {"radius_m": 150},
            "geometry": {"type": "Point", "coordinates": self.place(0)},
        }

    def place(self, east: float) -> list[float]:
        """Return longitude and latitude, so many thousandths of a degree east of the zone."""
        column, row = self.number % 50, self.number // 50
        return [-46.9 + 0.01 * column + 0.001 * east, -23.8 + 0.01 * row]

    def message(self, seq: int, at: Instant) -> bytes:
        """Return the message of a fix, `seq` minutes into the visit: outside at 0, then in."""
        lon, lat = self.place(5.0 if seq == 0 else 0.1 * seq)
        position = {"time": render(at), "lat": lat, "lon": lon, "accuracy_m": 8}
        return msgspec.json.encode({"device": self.device_id, "seq": seq, "positions": [position]})


@dataclass(frozen=True, slots=True)
class Visitors:
    """All of them."""

    everyone: tuple[Visitor, ...]

    @property
    def vendors(self) -> list[str]:
        return [VENDOR]

    def enrol(self, registry: RegistryPart) -> None:
        zones = {"type": "FeatureCollection", "features": [each.zone for each in self.everyone]}
        enrol(registry, self.everyone, zones, SystemClock().now() - HOUR)


def rows(effort: Effort) -> list[Row]:
    """Return the rows of this family."""
    visitors = Visitors(tuple(Visitor(each) for each in range(effort.pick(60, 400))))
    ours_s, rivals_s = asyncio.run(_measured(visitors))
    return [
        Row(
            id=f"latency-p{round(share * 100)}",
            question=f"From publish to committed alert at {RATE_PER_S:.0f}/s, p{share * 100:.0f}?",
            value=percentile(ours_s, share) * 1e3,
            unit="ms",
            rival="the same message through an equal broker, received and not even parsed",
            rival_value=percentile(rivals_s, share) * 1e3,
        )
        for share in (0.5, 0.99)
    ]


async def _measured(visitors: Visitors) -> tuple[list[float], list[float]]:
    """Return the seconds to each alert, and to each arrival at the rival."""
    sent: dict[str, float] = {}
    arrived: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with (
            reached(folder / "engines", [VENDOR], sync_always=True) as ours,
            reached(folder / "rivals", [VENDOR], sync_always=True) as rival,
            engine_behind(ours, visitors, folder) as engine,
            MqttSource(rival.broker.url_for_engine(), SystemClock().now) as subscriber,
        ):
            listening = asyncio.create_task(_note_arrivals(subscriber, arrived))
            with _alerts_noted(engine.store) as seen:
                await _publish(visitors, ours, rival, sent)
                async with asyncio.timeout(PATIENCE_S):
                    while not (sent.keys() <= seen.keys() and sent.keys() <= arrived.keys()):
                        await asyncio.sleep(0.05)
            subscriber.stop()
            await listening
    return [seen[each] - sent[each] for each in sent], [arrived[each] - sent[each] for each in sent]


async def _publish(
    visitors: Visitors, ours: Reached, rival: Reached, sent: dict[str, float]
) -> None:
    """Publish everyone's three messages, one minute of fix time apart, at the rate."""
    began = time.perf_counter()
    for seq in range(3):
        for place, visitor in enumerate(visitors.everyone):
            due = began + (seq * len(visitors.everyone) + place) / RATE_PER_S
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            now = SystemClock().now()
            payload = visitor.message(seq, now - (2 - seq) * MINUTE)
            delivery = Delivery(now, topic(VENDOR, visitor.device_id), payload)
            if seq == 2:
                sent[visitor.wearer_id] = time.perf_counter()
            await ours.connected[VENDOR].publish(delivery)
            await rival.connected[VENDOR].publish(delivery)


async def _note_arrivals(source: MqttSource, arrived: dict[str, float]) -> None:
    """Note when the last message of each device arrived (each is overwritten by the next)."""
    while batch := await source.next_batch():
        now = time.perf_counter()
        for delivery in batch:
            arrived[delivery.topic.split("/")[3]] = now
        await source.acknowledge(batch)


@contextmanager
def _alerts_noted(store: Store) -> Iterator[dict[str, float]]:
    """Note when the alert of each wearer is first found in the store, by a thread that looks."""
    seen: dict[str, float] = {}
    over = threading.Event()

    def look() -> None:
        last = 0
        while not over.wait(POLL_S):
            with store.read() as transaction:
                changes = transaction.alerts.changes_after(last)
                now = time.perf_counter()
                for change in changes:
                    last = change.change_id
                    alert = transaction.alerts.get(change.alert_id)
                    if change.action is AlertAction.RAISED and alert is not None:
                        seen.setdefault(alert.wearer_id, now)

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield seen
    finally:
        over.set()
        looking.join()
