"""Telemetry from an MQTT broker, acknowledged after the commit.

MQTT 5 is spoken to a broker that does, MQTT 3.1.1 to others: the first CONNECT is one of version 5,
and a broker that refuses the version is met with 3.1.1 from then on, as long as the process runs.
Version 5 costs less, says why, and bounds what is in flight itself.

One persistent session (a fixed client identifier, never a clean one) holds one subscription at
QoS 1, so the broker keeps what arrives while the engine is away. `$share` is never used: it breaks
the order per device.

A lost connection is replaced after a wait that doubles, with jitter. What it delivered and nobody
took is dropped; what was taken can no longer be acknowledged: the broker delivers both again.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, Literal, Self

import structlog

from engine.backoff import delays
from engine.sources.address import BrokerAddress, BrokerLogin, TlsFiles
from engine.sources.inbox import Inbox
from engine.sources.link import Link, LinkError, UnsupportedVersionError
from engine.sources.mqtt_5 import Mqtt5Link
from engine.sources.mqtt_311 import Mqtt311Link
from engine.sources.outgoing import Outgoing
from engine.sources.source import DEFAULT_MAX_BATCH, DEFAULT_MAX_BATCH_BYTES, Delivery
from engine.sources.unacknowledged import Unacknowledged
from zones.instant import Instant

DEFAULT_CLIENT_ID: Final = "ringfence-engine"
DEFAULT_MAX_IN_FLIGHT: Final = 10_000
"""Several batches: while one is committed, the next ones arrive."""
FLUSH_S: Final = 2.0
STEADY_S: Final = 10.0
MqttVersion = Literal["auto", "5", "3.1.1"]
_log = structlog.get_logger(__name__)


class MqttSource:
    """A `Source` on a broker named by its URL."""

    def __init__(
        self,
        url: str,
        now: Callable[[], Instant],
        *,
        version: MqttVersion = "auto",
        client_id: str = "",
        tls: TlsFiles | None = None,
        max_in_flight: int = DEFAULT_MAX_IN_FLIGHT,
        max_batch: int = DEFAULT_MAX_BATCH,
        max_batch_bytes: int = DEFAULT_MAX_BATCH_BYTES,
        reconnect_first_s: float = 0.2,
        reconnect_longest_s: float = 30.0,
    ) -> None:
        """Create a source that has not connected yet.

        `now` is asked for the time of each arrival. The client identifier is the one given, else
        the URL's, else `ringfence-engine`; it must stay the same from start to start and be used
        by one engine only. Times are in seconds.

        Raises:
            ValueError: the URL, a TLS file or a bound cannot be used.
        """
        if max_in_flight < 1:
            raise ValueError(f"max_in_flight is {max_in_flight}: give at least 1")
        address = BrokerAddress.parse(url)
        self._login = BrokerLogin(
            address,
            client_id or address.client_id or DEFAULT_CLIENT_ID,
            (tls or TlsFiles()).context() if address.tls else None,
        )
        self._version: MqttVersion = version
        self._now = now
        self._max_in_flight = max_in_flight
        self._waits = (reconnect_first_s, reconnect_longest_s)
        self._inbox = Inbox(max_batch, max_batch_bytes)
        self._outgoing = Outgoing()
        self._link: Link | None = None
        self._unacknowledged = Unacknowledged(self._inbox, max_in_flight)
        self._connections = 0
        self._closing = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._connected = False
        self._problem: str | None = None

    @property
    def connected(self) -> bool:
        """Whether the subscription stands on a live connection."""
        return self._connected

    @property
    def problem(self) -> str | None:
        """Why there is no connection, in words for the operator; None while there is one."""
        return self._problem

    @property
    def in_flight(self) -> int:
        """Deliveries of this connection that are not acknowledged."""
        return self._unacknowledged.in_flight

    @property
    def oldest(self) -> Instant | None:
        """When the oldest of these arrived; None if there is none."""
        return self._unacknowledged.oldest

    @property
    def reconnects(self) -> int:
        """Connections made after the first one."""
        return max(0, self._connections - 1)

    @property
    def publishes_waiting(self) -> int:
        """Messages given to `publish` that the broker has not acknowledged."""
        return len(self._outgoing)

    @property
    def publishes_dropped(self) -> int:
        """Messages given to `publish` and not sent."""
        return self._outgoing.dropped

    async def __aenter__(self) -> Self:
        """Start connecting, in the background."""
        self._running = asyncio.create_task(self._run(), name="mqtt source")
        return self

    async def __aexit__(self, *_raised: object) -> None:
        """Send acknowledgements and messages given so far, for a bounded time, and disconnect."""
        self.stop()
        self._closing.set()
        if self._running is not None:
            await self._running

    async def next_batch(self) -> Sequence[Delivery]:
        """Wait for at least one delivery; see `Source.next_batch`."""
        return await self._inbox.next()

    async def ready(self) -> bool:
        """Wait until there is something to take; see `MergeableSource.ready`."""
        return await self._inbox.ready()

    def take(self) -> Sequence[Delivery]:
        """Return what is there; see `MergeableSource.take`."""
        return self._inbox.take()

    async def acknowledge(self, batch: Sequence[Delivery]) -> None:
        """Acknowledge to the broker; see `Source.acknowledge`."""
        numbers = self._unacknowledged.acknowledge(batch)
        if self._link is not None:
            self._link.acknowledge(numbers)

    async def publish(self, topic: str, payload: bytes) -> None:
        """Send at QoS 1 in the background; see `Source.publish`."""
        self._outgoing.put(topic, payload)

    def stop(self) -> None:
        """Take nothing new; see `Source.stop`."""
        self._inbox.close()

    async def _run(self) -> None:
        """Hold one connection after another until closing."""
        clock = asyncio.get_running_loop().time
        waits = delays(*self._waits)
        while not self._closing.is_set():
            began = clock()
            try:
                await self._serve()
            except UnsupportedVersionError as error:
                if self._version == "auto":
                    self._version = "3.1.1"
                    continue
                self._report(error)
            except (LinkError, OSError) as error:
                self._report(error)
            except Exception as error:  # a fault of ours must not end the taking of telemetry
                _log.exception("mqtt.fault")
                self._problem = f"a fault: {error!r}"
            if clock() - began > STEADY_S:
                waits = delays(*self._waits)
            with suppress(TimeoutError):
                async with asyncio.timeout(next(waits)):
                    await self._closing.wait()

    async def _serve(self) -> None:
        """Hold one connection until it is lost (raises) or the source closes (returns)."""
        held = self._unacknowledged = Unacknowledged(self._inbox, self._max_in_flight)
        link = self._link = self._new_link(held)
        try:
            async with link:
                await link.subscribe()
                self._begin(link)
                await self._until_over(link)
        finally:
            self._link = None
            self._connected = False
            self._unacknowledged = Unacknowledged(self._inbox, self._max_in_flight)
            self._inbox.clear()
            link.abandon()

    def _new_link(self, held: Unacknowledged) -> Link:
        if self._version == "3.1.1":
            return Mqtt311Link(self._login, held, self._now)
        return Mqtt5Link(self._login, held, self._now, self._max_in_flight)

    def _begin(self, link: Link) -> None:
        remembered = link.session_present
        self._connected = True
        self._connections += 1
        self._problem = None
        _log.info(
            "mqtt.connected",
            broker=str(self._login.address),
            version="3.1.1" if self._version == "3.1.1" else "5",
            session_remembered=remembered,
        )
        if self._connections > 1 and not remembered:
            _log.error(
                "mqtt.session_lost",
                broker=str(self._login.address),
                meaning="the broker forgot the session: what it held for the engine is gone",
                fix="let the broker keep sessions on disk, and never expire the engine's",
            )

    async def _until_over(self, link: Link) -> None:
        """Wait until the connection is lost (raises) or the source closes (returns)."""
        tasks = [
            asyncio.create_task(coroutine)
            for coroutine in (
                link.lost(),
                self._outgoing.send(link),
                self._closed_and_flushed(),
            )
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _closed_and_flushed(self) -> None:
        await self._closing.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_S):
                await self._outgoing.emptied()

    def _report(self, error: Exception) -> None:
        """Log why there is no connection, once for each reason, and keep it for who asks."""
        problem = str(error) or type(error).__name__
        if problem != self._problem and not self._closing.is_set():
            _log.error("mqtt.no_connection", broker=str(self._login.address), problem=problem)
        self._problem = problem
