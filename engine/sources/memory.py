"""Deliveries handed over in memory: the HTTP intake's way in, and a source for tests.

`submit` returns once the delivery is acknowledged, which is when its effects are committed; so an
HTTP response that waits for it means "stored", as an MQTT acknowledgement does. The number of
submitted and unacknowledged deliveries is bounded: a submitter waits for a place, not for ever.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Self

from msgspec.structs import replace

from engine.sources.inbox import Inbox
from engine.sources.source import DEFAULT_MAX_BATCH, DEFAULT_MAX_BATCH_BYTES, Delivery
from zones.instant import Instant

KEPT_PUBLISHED: Final = 1_000
"""Most published messages kept for who asks; older ones fall out."""


class BusyError(Exception):
    """No place became free in time: the sender should try again later."""


class StoppedError(Exception):
    """The source stopped before the delivery was acknowledged: the sender must send it again."""


@dataclass(frozen=True, slots=True)
class _Held:
    delivery: Delivery
    acknowledged: asyncio.Future[None]


class MemorySource:
    """A bounded in-memory `Source`; `submit` may be called by many tasks of one event loop."""

    def __init__(
        self,
        now: Callable[[], Instant],
        *,
        max_in_flight: int = 1_000,
        max_batch: int = DEFAULT_MAX_BATCH,
        max_batch_bytes: int = DEFAULT_MAX_BATCH_BYTES,
        busy_after_s: float = 5.0,
    ) -> None:
        """Create a source that holds at most `max_in_flight` deliveries.

        A submitter waits for a place for `busy_after_s` seconds. `now` is asked for the time of
        each arrival.

        Raises:
            ValueError: a bound below 1.
        """
        if max_in_flight < 1:
            raise ValueError(f"max_in_flight is {max_in_flight}: give at least 1")
        self._now = now
        self._busy_after_s = busy_after_s
        self._max_in_flight = max_in_flight
        self._places = asyncio.Semaphore(max_in_flight)
        self._inbox = Inbox(max_batch, max_batch_bytes)
        self._held: dict[object, _Held] = {}
        self._connected = False
        self._reconnects = 0
        self.published: deque[tuple[str, bytes]] = deque(maxlen=KEPT_PUBLISHED)

    @property
    def connected(self) -> bool:
        """Whether a submission can be taken."""
        return self._connected and not self._inbox.closed

    @property
    def in_flight(self) -> int:
        """Deliveries submitted and not acknowledged yet."""
        return len(self._held)

    @property
    def oldest(self) -> Instant | None:
        """When the oldest of these arrived; None if there is none."""
        return next((each.delivery.received_at for each in self._held.values()), None)

    @property
    def reconnects(self) -> int:
        """Connections made after the first one."""
        return self._reconnects

    async def __aenter__(self) -> Self:
        """Start taking submissions."""
        self._connected = True
        return self

    async def __aexit__(self, *_raised: object) -> None:
        """Stop, and tell every submitter whose delivery is not acknowledged."""
        self.stop()
        self._connected = False
        for token in list(self._held):
            acknowledged = self._forget(token)
            if acknowledged is not None:
                acknowledged.set_exception(_stopped())

    async def submit(self, topic: str, payload: bytes) -> None:
        """Deliver one message and return once it is acknowledged.

        Raises:
            BusyError: `max_in_flight` deliveries are unacknowledged and stayed so.
            StoppedError: the source stopped before the delivery was acknowledged.
        """
        self._refuse_when_stopped()
        try:
            async with asyncio.timeout(self._busy_after_s):
                await self._places.acquire()
        except TimeoutError:
            raise BusyError(
                f"{self._max_in_flight} messages wait to be stored and none was within "
                f"{self._busy_after_s} s: send this one again later"
            ) from None
        try:
            self._refuse_when_stopped()
        except StoppedError:
            self._places.release()
            raise
        acknowledged = asyncio.get_running_loop().create_future()
        delivery = Delivery(topic, payload, self._now(), object())
        self._held[delivery.token] = _Held(delivery, acknowledged)
        self._inbox.put((delivery,))
        await acknowledged

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
        """Resolve the submissions of these deliveries; see `Source.acknowledge`."""
        if not self._held:
            return
        for delivery in batch:
            acknowledged = self._forget(delivery.token)
            if acknowledged is not None:
                acknowledged.set_result(None)

    async def publish(self, topic: str, payload: bytes) -> None:
        """Keep the message in `published`."""
        self.published.append((topic, payload))

    def stop(self) -> None:
        """Take nothing new; see `Source.stop`."""
        self._inbox.close()

    def reconnect(self) -> None:
        """Do what a lost connection does: deliver again everything that is not acknowledged.

        Acknowledgements of what was delivered before come too late and do nothing.
        """
        again = [
            _Held(replace(held.delivery, token=object()), held.acknowledged)
            for held in self._held.values()
        ]
        self._held = {held.delivery.token: held for held in again}
        self._inbox.clear()
        self._inbox.put_first([held.delivery for held in again])
        self._reconnects += 1

    def _refuse_when_stopped(self) -> None:
        if not self.connected:
            raise _stopped()

    def _forget(self, token: object) -> asyncio.Future[None] | None:
        """Free the place of a delivery and return the submitter's future if it still waits."""
        held = self._held.pop(token, None)
        if held is None:
            return None
        self._places.release()
        return None if held.acknowledged.done() else held.acknowledged


def _stopped() -> StoppedError:
    return StoppedError("the intake stopped before this message was stored: send it again")
