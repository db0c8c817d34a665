"""The inbox holds what arrived until it is taken, and wakes the one who waits.

Taking never lingers and never splits the order of arrival. A batch is bounded by number and by
payload bytes, and holds at least one delivery.
"""

import asyncio
from collections import deque
from collections.abc import Iterable

from engine.sources.source import DEFAULT_MAX_BATCH, DEFAULT_MAX_BATCH_BYTES, Delivery


class Inbox:
    """First in, first out, taken in bounded batches by one consumer in the same event loop."""

    def __init__(
        self,
        max_batch: int = DEFAULT_MAX_BATCH,
        max_batch_bytes: int = DEFAULT_MAX_BATCH_BYTES,
    ) -> None:
        """Create an empty, open inbox.

        Raises:
            ValueError: a bound below 1.
        """
        for name, bound in (("max_batch", max_batch), ("max_batch_bytes", max_batch_bytes)):
            if bound < 1:
                raise ValueError(f"{name} is {bound}: give at least 1")
        self._max_batch = max_batch
        self._max_batch_bytes = max_batch_bytes
        self._waiting: deque[Delivery] = deque()
        self._wake = asyncio.Event()
        self._closed = False

    def __len__(self) -> int:
        """Return how many deliveries wait to be taken."""
        return len(self._waiting)

    @property
    def closed(self) -> bool:
        """Whether nothing more will be handed out."""
        return self._closed

    def put(self, delivery: Delivery) -> None:
        """Add one delivery at the end."""
        self._waiting.append(delivery)
        self._wake.set()

    def put_first(self, deliveries: Iterable[Delivery]) -> None:
        """Add deliveries before all others, in their order."""
        self._waiting.extendleft(reversed(list(deliveries)))
        if self._waiting:
            self._wake.set()

    def clear(self) -> list[Delivery]:
        """Remove and return what was not taken."""
        waiting = list(self._waiting)
        self._waiting.clear()
        if not self._closed:
            self._wake.clear()
        return waiting

    def close(self) -> None:
        """Hand out nothing more; whoever waits gets an empty batch."""
        self._closed = True
        self._wake.set()

    async def take(self) -> list[Delivery]:
        """Wait for a delivery and return what is there up to the bounds; empty once closed.

        Cancelling is safe: deliveries leave the inbox only when the call returns.
        """
        while not self._waiting and not self._closed:
            await self._wake.wait()
        if self._closed:
            return []
        batch: list[Delivery] = []
        room = self._max_batch_bytes
        while self._waiting and len(batch) < self._max_batch:
            room -= len(self._waiting[0].payload)
            if batch and room < 0:
                break
            batch.append(self._waiting.popleft())
        if not self._waiting:
            self._wake.clear()
        return batch
