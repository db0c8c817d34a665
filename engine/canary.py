"""The canary's keeper: sends it on its way, waits for it at the end, and says if it does not come.

It publishes as a device does, over a connection of its own; what comes out is read from the store.
A canary that could not even be published says nothing of the engine and makes no gap, but its
loss is told all the same. While something else is known to ail the engine, the canary adds nothing.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

import aiomqtt
import msgspec
import structlog

from engine.clock import Clock
from engine.core import canary
from engine.core.ailment import Ailment, span
from engine.core.canary import CANARY
from engine.core.episode import EpisodeKind, StoredEpisode
from engine.core.histogram import Histogram
from engine.core.order import Activation
from engine.core.self_watch import Key, Level, Signal
from engine.core.subject import ENGINE
from engine.sources.address import BrokerAddress, TlsFiles
from engine.sources.memory import BusyError, StoppedError
from engine.store.page import Page
from engine.store.protocol import Store, StoreUnavailableError
from engine.store.registry_part import RegistryPart
from zones.instant import SECOND, Duration, Instant

LOST: Final = Key(EpisodeKind.CANARY_LOST, ENGINE)
LATENCY_BUCKETS_S: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
PUBLISH_S: Final = 10.0
_LOOK_S: Final = (0.02, 0.5)
_log = structlog.get_logger(__name__)

Publish = Callable[[str, bytes], Awaitable[None]]


class PublishError(Exception):
    """The canary could not be published; the message says why."""


class CanaryStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the canary."""

    out_at: Instant | None = None
    """When the last one that came out was sent; None before the first."""
    lost_since: Instant | None = None
    """When the first of those that did not come out was sent; None if the last one did."""
    unpublished: str = ""
    """Why the last one could not be published; empty if it could."""
    sent: int = 0
    took: Duration | None = None
    """From sent to come out, of the last one that did; of a real clock."""
    latencies: Histogram
    """The same of all of them."""


class Canary:
    """Keeps one canary, from `run` to its cancelling."""

    def __init__(
        self, store: Store, clock: Clock, publish: Publish, interval_s: float, lost_s: float
    ) -> None:
        """Send one every `interval_s` real seconds; it is lost after `lost_s`."""
        self._store = store
        self._clock = clock
        self._publish = publish
        self._interval_s = interval_s
        self._lost_s = lost_s
        self._excused_at: Instant | None = None
        self._status = CanaryStatus(latencies=Histogram(LATENCY_BUCKETS_S))

    def status(self) -> CanaryStatus:
        """Return what is known of it."""
        return self._status

    def signals(self, now: Instant, ailing: Sequence[Ailment]) -> list[Signal]:
        """Return whether it is lost, unless that is no wonder."""
        status = self._status
        if ailing:
            self._excused_at = now
            return [Signal(LOST, Level.BETWEEN)]
        lost = status.lost_since
        if lost is None:
            return [Signal(LOST, Level.CLEAR if status.out_at is not None else Level.BETWEEN)]
        if self._excused_at is not None and lost <= self._excused_at:
            return [Signal(LOST, Level.BETWEEN)]
        words = f"the canary sent {span(now - lost)} ago did not come out"
        if status.unpublished:
            words = f"the canary cannot be published: {status.unpublished}"
        return [Signal(LOST, Level.HOLDS, words, lost)]

    def ailment(self, signals: Sequence[Signal]) -> list[Ailment]:
        """Return what these signals say of the engine: nothing if it was never published."""
        if self._status.unpublished:
            return []
        holds = (each.since for each in signals if each.level is Level.HOLDS)
        words = "the canary does not come out"
        return [Ailment("canary", since, words) for since in holds if since is not None]

    async def run(self) -> None:
        """Send one after the other, until cancelled."""
        while not await self._enrolled():
            await asyncio.sleep(self._interval_s)
        last: Instant | None = None
        while True:
            began = time.monotonic()
            # A simulated clock may stand still: one instant has one message.
            if last is None or self._clock.now() > last:
                last = await self._send()
            await asyncio.sleep(max(0.0, self._interval_s - (time.monotonic() - began)))

    async def _enrolled(self) -> bool:
        interval_s = self._interval_s * self._clock.speed
        try:
            await asyncio.to_thread(_enrol, self._store, self._clock.now(), interval_s)
        except StoreUnavailableError as error:
            _log.error("canary.not_enrolled", problem=str(error))
            return False
        return True

    async def _send(self) -> Instant:
        newest = await self._newest()
        sent_at, began = self._clock.now(), time.monotonic()
        attempt = _Attempt(sent_at, inside=not canary.is_inside(newest))
        problem = ""
        try:
            await self._publish(canary.TOPIC, canary.payload(sent_at, inside=attempt.inside))
        except PublishError as error:
            problem = str(error)
        out = not problem and await self._comes_out(attempt, began + self._lost_s)
        self._note(attempt, time.monotonic() - began, problem, out=out)
        return sent_at

    async def _comes_out(self, attempt: "_Attempt", deadline: float) -> bool:
        wait_s = _LOOK_S[0]
        while time.monotonic() < deadline:
            newest = await self._newest()
            if canary.came_out(newest, attempt.sent_at, inside=attempt.inside):
                return True
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _LOOK_S[1])
        return False

    async def _newest(self) -> StoredEpisode | None:
        with suppress(StoreUnavailableError):
            return await asyncio.to_thread(_newest, self._store)
        return None

    def _note(self, attempt: "_Attempt", took_s: float, problem: str, *, out: bool) -> None:
        former = self._status
        if out:
            former.latencies.add([round(took_s * SECOND)])
        else:
            _log.error("canary.lost", after_s=round(took_s, 1), problem=problem)
        first = attempt.sent_at
        # A restarted count: what was lost while something else ailed the engine is not held on to.
        if former.lost_since is not None and former.lost_since > (self._excused_at or 0):
            first = former.lost_since
        self._status = CanaryStatus(
            out_at=attempt.sent_at if out else former.out_at,
            lost_since=None if out else first,
            unpublished=problem,
            sent=former.sent + 1,
            took=round(took_s * SECOND) if out else former.took,
            latencies=former.latencies,
        )


class _Attempt(NamedTuple):
    sent_at: Instant
    inside: bool


def mqtt_publisher(url: str, tls: TlsFiles) -> Publish:
    """Return what publishes over a broker as a device does, connecting for each message."""
    address = BrokerAddress.parse(url)
    context = tls.context() if address.tls else None

    async def publish(topic: str, payload: bytes) -> None:
        try:
            async with aiomqtt.Client(
                address.host,
                address.port,
                username=address.username,
                password=address.password,
                timeout=PUBLISH_S,
                tls_context=context,
            ) as client:
                await client.publish(topic, payload, qos=1)
        except (aiomqtt.MqttError, OSError) as error:
            raise PublishError(str(error) or type(error).__name__) from error

    return publish


def memory_publisher(submit: Publish) -> Publish:
    """Return what hands over to the HTTP intake's source, for want of a login at the broker."""

    async def publish(topic: str, payload: bytes) -> None:
        try:
            async with asyncio.timeout(PUBLISH_S):
                await submit(topic, payload)
        except (BusyError, StoppedError) as error:
            raise PublishError(str(error)) from error
        except TimeoutError:
            return  # It was taken and is not committed: whether it comes out is seen at the end.

    return publish


def _newest(store: Store) -> StoredEpisode | None:
    with store.read() as transaction:
        found = transaction.episodes.list(Page(limit=1), wearer_id=CANARY)
    return found[0] if found else None


def _enrol(store: Store, now: Instant, interval_s: float) -> None:
    """Register what the canary needs and is not there, or not so, yet."""
    with store.write() as transaction:
        transaction.next_ids("change", 0)
        registry = transaction.registry
        if CANARY not in {each.wearer_id for each in registry.wearers()}:
            registry.save_zone(canary.ZONE)
            registry.save_wearer(canary.WEARER)
            registry.save_device(canary.DEVICE)
        if not _worn(registry):
            registry.add_activation(canary.activation(now))
        wanted = canary.order(now, interval_s)
        standing = [each for each in registry.orders() if each.order_id == CANARY]
        if not standing:
            registry.save_order(wanted)
        elif standing[-1].plan != wanted.plan:
            since = standing[-1].effective_from
            changed = msgspec.structs.replace(wanted, effective_from=since, version_from=now)
            registry.save_order(changed)


def retire(store: Store, now: Instant) -> None:
    """Take the canary's device off, where one is on and it is wanted no more.

    Raises:
        StoreUnavailableError: the store cannot be used.
    """
    with store.read() as transaction:
        if not _worn(transaction.registry):
            return
    with store.write() as transaction:
        transaction.next_ids("change", 0)
        for each in _worn(transaction.registry):
            if each.started_at < now:
                registry = transaction.registry
                registry.end_activation(each.activation_id, now, "the canary is off")


def _worn(registry: RegistryPart) -> list[Activation]:
    every = registry.activations()
    return [each for each in every if each.vendor == CANARY and each.ended_at is None]
