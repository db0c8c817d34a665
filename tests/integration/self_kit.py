"""What tests of self-knowledge share: a whole engine as a process, and a wearer."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec

from engine.broker.embedded import EmbeddedBroker
from engine.core.canary import CANARY
from engine.core.topic import telemetry_topic
from engine.store import open_store
from simulators.enrolment import enrol
from simulators.processes import EngineProcess
from tests.integration.mqtt_kit import free_port, now, publish
from tests.integration.test_service import HOME, Wearer
from zones.instant import HOUR, Instant, parse, render

T = TypeVar("T")
NEAR = (-46.6018, -23.5)
INSIDE = (-46.6007, -23.5)
"""Places without and within the park, a few seconds' walk apart: nobody moves implausibly fast."""

PATIENCE_S = 40.0
QUICK = {"watch_gap_s": "2", "watch_stalled_s": "2"}
"""Limits at which a test need not wait."""


class Watched(Wearer):
    """A wearer whose second position within the park is enough."""

    @property
    def conditions(self) -> list[dict[str, Any]]:
        return [{**each, "dwell_s": 0, "shared_error_m": 0} for each in super().conditions]


class Engine:
    """An engine as its users run it, with one wearer who must keep out of the park."""

    def __init__(self, url: str, broker: EmbeddedBroker, process: EngineProcess) -> None:
        self.url = url
        self.broker = broker
        self.process = process
        self.api = httpx.AsyncClient(base_url=url, timeout=60)
        self._seq = 0

    async def at(self, place: tuple[float, float]) -> None:
        """Let the wearer's device publish that it is at a place now."""
        self._seq += 1
        nudged = {"lon": place[0] + self._seq * 1e-6, "lat": place[1]}
        await self._publish({"positions": [{"time": render(now()), "accuracy_m": 8} | nudged]})

    async def told(self, kind: str, state: str = "start") -> None:
        """Let the wearer's device publish an event of a kind now."""
        self._seq += 1
        await self._publish({"events": [{"type": kind, "state": state, "time": render(now())}]})

    async def _publish(self, said: Mapping[str, object]) -> None:
        message = {"device": "D1", "seq": self._seq, **said}
        vendor = self.broker.url_for_vendor("acme")
        topic = telemetry_topic("acme", "D1")
        await publish(vendor, [(topic, msgspec.json.encode(message))])

    async def readiness(self) -> tuple[int, dict[str, dict[str, Any]]]:
        """Return what /readyz says: the status, and each check by its name."""
        answer = await self.api.get("/readyz")
        return answer.status_code, {each["name"]: each for each in answer.json()["checks"]}

    async def items(self, path: str, **filters: object) -> list[dict[str, Any]]:
        """Return the first page of a list."""
        params = {name: str(value) for name, value in filters.items()}
        answer = (await self.api.get(path, params=params)).raise_for_status()
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def alert(self, kind: str, **wanted: object) -> dict[str, Any]:
        """Wait for an alert of a kind of which these fields are so, and return it whole."""

        async def found() -> dict[str, Any] | None:
            for each in await self.items("/v1/alerts", kind=kind):
                if all(each[name] == value for name, value in wanted.items()):
                    return each
            return None

        number = (await eventually(found, f"an alert {kind} {wanted}"))["alert_id"]
        answer: dict[str, Any] = (await self.api.get(f"/v1/alerts/{number}")).json()
        return answer


async def eventually(look: Callable[[], Awaitable[T | None]], what: str) -> T:
    """Return what a look finds, as soon as it finds something."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := await look()):
        assert time.monotonic() < deadline, f"waited {PATIENCE_S} s in vain: {what}"
        await asyncio.sleep(0.05)
    return found


def instant(bound: Mapping[str, str], end: str = "estimate") -> Instant:
    """Return one instant of a bound as the API shows it."""
    return parse(bound[end])


def at_that_time(alert: Mapping[str, Any], at: Instant) -> dict[str, Any]:
    """Return the one episode of an alert in which an instant lies; a slow machine makes others."""
    (found,) = [
        each
        for each in alert["episodes"]
        if instant(each["started"], "after") <= at <= instant(each["ended"])
    ]
    return dict(found)


@asynccontextmanager
async def running_engine(database_url: str, folder: Path, **settings: str) -> AsyncIterator[Engine]:
    """Run broker and engine, ready, until the block ends."""
    store = open_store(database_url)
    with store.write() as transaction:
        zones = {"type": "FeatureCollection", "features": [HOME]}
        enrol(transaction.registry, [Watched()], zones, now() - HOUR)
    store.close()
    async with EmbeddedBroker(folder / "broker", ["acme", CANARY], free_port()) as broker:
        port = free_port()
        given = {
            "database_url": database_url,
            "broker_url": broker.url_for_engine(),
            "canary_broker_url": broker.url_for_vendor(CANARY),
            "canary_interval_s": "0",
        }
        every = given | {"port": str(port)} | QUICK | settings
        async with EngineProcess(every, folder / "engine.log") as process:
            engine = Engine(f"http://127.0.0.1:{port}", broker, process)
            await process.ready(engine.url)
            yield engine
            await engine.api.aclose()


__all__ = ["INSIDE", "NEAR", "Engine", "at_that_time", "eventually", "instant", "running_engine"]
