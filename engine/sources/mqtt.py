"""Telemetry from any MQTT 3.1.1 broker, acknowledged after the commit.

One persistent session (a fixed client identifier, never a clean one) holds one subscription at
QoS 1, so the broker keeps what arrives while the engine is away. `$share` is never used: it breaks
the order per device.

A lost connection is replaced after a wait that doubles, with jitter. What it delivered and nobody
took is dropped; what was taken can no longer be acknowledged: the broker delivers both again.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

import aiomqtt
import structlog
from paho.mqtt.reasoncodes import ReasonCode

from engine.backoff import delays
from engine.core.topic import TELEMETRY_FILTER
from engine.sources.address import BrokerAddress, TlsFiles
from engine.sources.connection import MqttConnection
from engine.sources.inbox import Inbox
from engine.sources.outgoing import MAX_WAITING, Outgoing
from engine.sources.source import DEFAULT_MAX_BATCH, DEFAULT_MAX_BATCH_BYTES, Delivery
from zones.instant import Instant

DEFAULT_CLIENT_ID: Final = "ringfence-engine"
DEFAULT_MAX_IN_FLIGHT: Final = 1_000
KEEPALIVE_S: Final = 15
TIMEOUT_S: Final = 5.0
FLUSH_S: Final = 2.0
STEADY_S: Final = 10.0
_CREDENTIALS_REFUSED: Final = ("Bad user name or password", "Not authorized")
_log = structlog.get_logger(__name__)


class MqttSource:
    """A `Source` on a broker named by its URL."""

    def __init__(
        self,
        url: str,
        now: Callable[[], Instant],
        *,
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
        self._address = BrokerAddress.parse(url)
        self._client_id = client_id or self._address.client_id or DEFAULT_CLIENT_ID
        self._tls = (tls or TlsFiles()).context() if self._address.tls else None
        self._now = now
        self._max_in_flight = max_in_flight
        self._waits = (reconnect_first_s, reconnect_longest_s)
        self._inbox = Inbox(max_batch, max_batch_bytes)
        self._outgoing = Outgoing()
        self._connection: MqttConnection | None = None
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
        return 0 if self._connection is None else self._connection.in_flight

    @property
    def oldest(self) -> Instant | None:
        """When the oldest of these arrived; None if there is none."""
        return None if self._connection is None else self._connection.oldest

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

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Send acknowledgements and messages given so far, for a bounded time, and disconnect."""
        self.stop()
        self._closing.set()
        if self._running is not None:
            await self._running

    async def next_batch(self) -> Sequence[Delivery]:
        """Wait for at least one delivery; see `Source.next_batch`."""
        return await self._inbox.take()

    async def acknowledge(self, batch: Sequence[Delivery]) -> None:
        """Acknowledge to the broker; see `Source.acknowledge`."""
        if self._connection is not None:
            self._connection.acknowledge(batch)

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
            except (aiomqtt.MqttError, OSError) as error:
                self._report(error)
            if clock() - began > STEADY_S:
                waits = delays(*self._waits)
            with suppress(TimeoutError):
                async with asyncio.timeout(next(waits)):
                    await self._closing.wait()

    async def _serve(self) -> None:
        """Hold one connection until it is lost (raises) or the source closes (returns)."""
        connection = MqttConnection(self._client(), self._inbox, self._now, self._max_in_flight)
        self._connection = connection
        try:
            async with connection.client as client:
                await self._subscribe(client)
                self._begin(connection)
                await self._until_over(client)
        finally:
            self._connection = None
            self._connected = False
            self._inbox.clear()
            connection.wire.abandon()

    def _client(self) -> aiomqtt.Client:
        client = aiomqtt.Client(
            self._address.host,
            self._address.port,
            username=self._address.username,
            password=self._address.password,
            identifier=self._client_id,
            clean_session=False,
            keepalive=KEEPALIVE_S,
            timeout=TIMEOUT_S,
            tls_context=self._tls,
        )
        client.pending_calls_threshold = MAX_WAITING
        return client

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        """Subscribe at QoS 1.

        Raises:
            MqttError: the broker grants less.
        """
        granted = await client.subscribe(TELEMETRY_FILTER, qos=1)
        codes = [code if isinstance(code, int) else code.value for code in granted]
        if codes != [1]:
            raise aiomqtt.MqttError(
                f"the broker does not grant {TELEMETRY_FILTER} at QoS 1 (it answered {codes}): "
                "give the engine's user the permission to subscribe"
            )

    def _begin(self, connection: MqttConnection) -> None:
        remembered = connection.wire.session_present
        self._connected = True
        self._connections += 1
        self._problem = None
        _log.info("mqtt.connected", broker=str(self._address), session_remembered=remembered)
        if self._connections > 1 and not remembered:
            _log.error(
                "mqtt.session_lost",
                broker=str(self._address),
                meaning="the broker forgot the session: what it held for the engine is gone",
                fix="let the broker keep sessions on disk, and never expire the engine's",
            )

    async def _until_over(self, client: aiomqtt.Client) -> None:
        """Wait until the connection is lost (raises) or the source closes (returns)."""
        tasks = [
            asyncio.create_task(coroutine)
            for coroutine in (
                _lost(client),
                self._outgoing.send(client),
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
        problem = describe(error)
        if problem != self._problem and not self._closing.is_set():
            _log.error("mqtt.no_connection", broker=str(self._address), problem=problem)
        self._problem = problem


async def _lost(client: aiomqtt.Client) -> None:
    """Wait until the connection is lost; our messages never go through aiomqtt's queue.

    Raises:
        MqttError: always.
    """
    try:
        async for _ in client.messages:
            pass
    except aiomqtt.MqttError as error:
        raise aiomqtt.MqttError(f"the connection was lost ({error.__cause__ or error})") from error


def describe(error: Exception) -> str:
    """Return why a connection failed, in words for the operator."""
    code = getattr(error, "rc", None)
    if isinstance(code, ReasonCode) and code.getName() in _CREDENTIALS_REFUSED:
        return f"{code}: check the user and the password in the broker's URL"
    return str(error) or type(error).__name__
