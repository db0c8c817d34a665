"""A fleet plays deliveries over MQTT, each when its simulated time has come.

Every vendor has a connection of its own, with the vendor's credentials, as vendors' backends do.
Publishes of a vendor keep their order; a bounded number waits for the broker's acknowledgement.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import unquote, urlsplit

import aiomqtt

from engine.clock import ScaledClock
from simulators.device import Delivery

PIPELINE = 200
"""Most publishes of a vendor that wait for their acknowledgement."""


class Vendor:
    """One vendor's connection to the broker."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client
        client.pending_calls_threshold = PIPELINE
        self._places = asyncio.Semaphore(PIPELINE)
        self._waiting: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None

    @property
    def waiting(self) -> int:
        """Publishes that wait for their acknowledgement."""
        return len(self._waiting)

    async def publish(self, delivery: Delivery) -> None:
        """Publish at QoS 1; waits only if too many publishes are not acknowledged yet."""
        await self._places.acquire()
        task = asyncio.create_task(self._acknowledged(delivery))
        self._waiting.add(task)
        task.add_done_callback(self._over)

    async def settle(self) -> None:
        """Wait until everything published is acknowledged.

        Raises:
            MqttError: a publish was not, whenever that was: this connection is of no more use.
        """
        await asyncio.gather(*self._waiting, return_exceptions=True)
        if self._failure is not None:
            raise self._failure

    def _over(self, task: asyncio.Task[None]) -> None:
        self._waiting.discard(task)
        if not task.cancelled():
            failure = task.exception()
            self._failure = self._failure or failure

    async def _acknowledged(self, delivery: Delivery) -> None:
        try:
            await self._client.publish(delivery.topic, delivery.payload, qos=1, timeout=60)
        finally:
            self._places.release()


@asynccontextmanager
async def vendors(urls: Mapping[str, str]) -> AsyncIterator[dict[str, Vendor]]:
    """Connect every vendor with its URL, `mqtt://user:password@host:port`."""
    async with AsyncExitStack() as stack:
        connected = {}
        for name, url in urls.items():
            client = await stack.enter_async_context(_client(url))
            connected[name] = Vendor(client)
        yield connected


def _client(url: str) -> aiomqtt.Client:
    parts = urlsplit(url)
    return aiomqtt.Client(
        parts.hostname or "127.0.0.1",
        parts.port or 1883,
        username=unquote(parts.username or "") or None,
        password=unquote(parts.password or "") or None,
        max_inflight_messages=PIPELINE,
        max_queued_outgoing_messages=0,
    )


async def play(
    deliveries: Iterable[Delivery],
    connected: Mapping[str, Vendor],
    clock: ScaledClock,
    sent: Callable[[Delivery], None] = lambda _delivery: None,
) -> None:
    """Publish deliveries, in order of their instants, each at its instant on the clock."""
    for delivery in deliveries:
        wait_s = clock.real_seconds(delivery.at)
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        vendor = delivery.topic.split("/")[2]
        await connected[vendor].publish(delivery)
        sent(delivery)
    for each in connected.values():
        await each.settle()
