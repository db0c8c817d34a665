"""Changes of alerts at a steady pace: devices report by MQTT, operators act through the API.

Of 20 changes 4 raise an alert and 4 close one, so their number stays; 4 acknowledge, 3 note, 3 say
that a fault is over, 2 that it is there again. What is timed is the way to a client of the feed:
from the publish, or from the request, until the event has been read.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import httpx
import msgspec

from benchmarks.brokers import Reached
from benchmarks.feed_client import Event, Listening, listening
from benchmarks.night import FAULTS, Night, Supervised
from engine.clock import SystemClock

MIX: Final = (
    *("raise", "acknowledge", "close", "note", "raise"),
    *("restore", "acknowledge", "close", "repeat", "raise"),
    *("note", "close", "restore", "acknowledge", "raise"),
    *("close", "repeat", "note", "restore", "acknowledge"),
)
REPORTED: Final = tuple(each for each in FAULTS if not each.startswith("battery"))
"""Faults that begin and end by the device's word alone."""

_WEIGHTS: Final = [FAULTS[each] for each in REPORTED]
_LIMITS: Final = httpx.Limits(keepalive_expiry=2.0)
"""Shorter than the server keeps a connection, so that it seldom gives up one in use."""
_OPERATORS: Final = ("kim", "lee", "ana", "otto")

Fault = tuple[str, str]
"""A wearer and what is the matter."""


class Changes:
    """Makes changes and sees them arrive."""

    def __init__(self, night: Night, url: str, reached: Reached, seed: int = 7) -> None:
        self.device_s: list[float] = []
        """From publish to event, of each change by a device."""
        self.operator_s: list[float] = []
        """From request to event, of each change by an operator."""
        self.made: Counter[str] = Counter()
        self.refused = 0
        """Actions that somebody else's made void, or that did not get through: seldom."""
        self.alerts: dict[int, dict[str, Any]] = {}
        """What is not closed, as a console has it."""
        self._night = night
        self._url = url
        self._reached = reached
        self._random = random.Random(seed)
        self._wearers = {each.wearer_id: each for each in night.wearers}
        self._running: set[Fault] = set()
        self._busy: set[int] = set()
        self._published: dict[tuple[str, Fault], float] = {}
        self._arrived: dict[int, float] = {}
        self._ready = asyncio.Event()

    async def run(self, per_s: float, seconds: float) -> None:
        """Make so many changes a second for so long."""
        async with (
            listening(self._url) as feed,
            httpx.AsyncClient(base_url=self._url, timeout=60, limits=_LIMITS) as client,
            asyncio.TaskGroup() as tasks,
        ):
            following = tasks.create_task(self._follow(feed))
            await self._ready.wait()
            began = time.perf_counter()
            for number in range(round(per_s * seconds)):
                await asyncio.sleep(max(0.0, began + number / per_s - time.perf_counter()))
                tasks.create_task(self._one(MIX[number % len(MIX)], client))
            await asyncio.sleep(1.0)
            following.cancel()

    async def _follow(self, feed: Listening) -> None:
        async for event in feed.events():
            now = time.perf_counter()
            said = msgspec.json.decode(event.data)
            if event.name == "snapshot":
                self.alerts = {each["alert_id"]: each for each in said["alerts"]}
                self._running |= {_fault(each) for each in said["alerts"] if not each["restored"]}
                self._ready.set()
            elif "alert" in said:
                self._take(event, said["alert"], now)

    def _take(self, event: Event, alert: dict[str, Any], now: float) -> None:
        id_ = alert["alert_id"]
        if alert["state"] == "closed":
            self.alerts.pop(id_, None)
        else:
            self.alerts[id_] = alert
        sent = self._published.pop((event.name, _fault(alert)), None)
        if sent is not None:
            self.device_s.append(now - sent)
        self._arrived[event.id] = now
        self._busy.discard(id_)

    async def _one(self, what: str, client: httpx.AsyncClient) -> None:
        self.made[what] += 1
        if what == "raise":
            await self._raise()
        elif what in ("restore", "repeat"):
            await self._report(what)
        else:
            await self._act(what, client)

    async def _raise(self) -> None:
        shown = {_fault(each) for each in self.alerts.values()}
        while True:
            wearer = self._random.choice(self._night.wearers)
            [fault] = self._random.choices(REPORTED, _WEIGHTS)
            if (wearer.wearer_id, fault) not in self._running | shown:
                break
        await self._publish(wearer, fault, "start", "raised")

    async def _report(self, what: str) -> None:
        over = what == "repeat"
        found = self._any(lambda each: each["kind"] in REPORTED and each["restored"] is over)
        if found is not None:
            wearer = self._wearers[found["wearer_id"]]
            told = ("start", "repeated") if over else ("end", "restored")
            await self._publish(wearer, found["kind"], *told)

    async def _publish(self, wearer: Supervised, kind: str, state: str, action: str) -> None:
        fault = (wearer.wearer_id, kind)
        if state == "start":
            self._running.add(fault)
        else:
            self._running.discard(fault)
        self._published[action, fault] = time.perf_counter()
        delivery = wearer.reports(kind, state, SystemClock().now())
        await self._reached.connected[wearer.vendor].publish(delivery)

    async def _act(self, what: str, client: httpx.AsyncClient) -> None:
        untouched = what == "acknowledge"
        found = self._any(lambda each: (each["state"] == "open") is untouched or what == "note")
        if found is None and what == "close":
            found = self._any(lambda _each: True)
        if found is None:
            return
        bodies: dict[str, tuple[str, dict[str, str]]] = {
            "acknowledge": ("acknowledge", {}),
            "close": ("close", {"code": "resolved", "note": "spoke to the wearer, all well"}),
            "note": ("notes", {"note": "called the wearer, no answer"}),
        }
        path, body = bodies[what]
        headers = {"Ringfence-Operator": self._random.choice(_OPERATORS)}
        sent = time.perf_counter()
        path = f"/v1/alerts/{found['alert_id']}/{path}"
        try:
            answer = await client.post(path, json=body, headers=headers)
        except httpx.TransportError:  # a connection that was kept has just been given up
            self.refused += 1
            self._busy.discard(found["alert_id"])
            return
        change = answer.json().get("change") if answer.is_success else None
        if change is None:
            self.refused += 1
            self._busy.discard(found["alert_id"])
            return
        self.operator_s.append(await self._seen(change["change_id"]) - sent)

    async def _seen(self, change_id: int) -> float:
        async with asyncio.timeout(120):
            while change_id not in self._arrived:
                await asyncio.sleep(0.002)
        return self._arrived.pop(change_id)

    def _any(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any] | None:
        """Return some alert that fits and that nothing is being done to."""
        ids = list(self.alerts)
        with suppress(IndexError):
            for _ in range(2_000):
                id_ = self._random.choice(ids)
                if id_ not in self._busy and fits(self.alerts[id_]):
                    self._busy.add(id_)
                    return self.alerts[id_]
        return None


def _fault(alert: dict[str, Any]) -> Fault:
    return alert["wearer_id"], alert["kind"]
