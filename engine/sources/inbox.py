"""The inbox holds what arrived until it is taken, and wakes the one who waits.

Taking never lingers and never splits the order of arrival. A batch is bounded by number and by
payload bytes, and holds at least one delivery. Nothing is done for each delivery that can be done
for many.
"""

import asyncio
from collections.abc import Callable, Sequence
from itertools import accumulate

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
        self._waiting: list[Delivery] = []
        self._waiting_bytes = 0
        self._wake = asyncio.Event()
        self._closed = False
        self.wanted: Callable[[], None] = _nothing
        """Called when somebody begins to wait because nothing is here."""

    def __len__(self) -> int:
        """Return how many deliveries wait to be taken."""
        return len(self._waiting)

    @property
    def closed(self) -> bool:
        """Whether nothing more will be handed out."""
        return self._closed

    @property
    def waiting_bytes(self) -> int:
        """Payload bytes that wait to be taken."""
        return self._waiting_bytes

    def put(self, deliveries: Sequence[Delivery]) -> None:
        """Add deliveries at the end, in their order."""
        self._waiting += deliveries
        self._added(deliveries)

    def put_first(self, deliveries: Sequence[Delivery]) -> None:
        """Add deliveries before all others, in their order."""
        self._waiting[:0] = deliveries
        self._added(deliveries)

    def clear(self) -> list[Delivery]:
        """Remove and return what was not taken."""
        waiting, self._waiting, self._waiting_bytes = self._waiting, [], 0
        if not self._closed:
            self._wake.clear()
        return waiting

    def close(self) -> None:
        """Hand out nothing more; whoever waits gets an empty batch."""
        self._closed = True
        self._wake.set()

    async def ready(self) -> bool:
        """Wait until there is something to take; False once closed."""
        while not self._waiting and not self._closed:
            self.wanted()
            await self._wake.wait()
        return not self._closed

    def take(self) -> list[Delivery]:
        """Return what is there up to the bounds; empty if nothing is, or once closed."""
        if self._closed:
            return []
        batch = self._waiting[: self._max_batch]
        if self._waiting_bytes > self._max_batch_bytes:
            batch = self._within_bytes(batch)
        if len(batch) == len(self._waiting):
            self._waiting, self._waiting_bytes = [], 0
            self._wake.clear()
        else:
            del self._waiting[: len(batch)]
            self._waiting_bytes -= _bytes_of(batch)
        return batch

    async def next(self) -> list[Delivery]:
        """Wait for a delivery and take; empty once closed.

        Cancelling is safe: deliveries leave the inbox only when the call returns.
        """
        await self.ready()
        return self.take()

    def _added(self, deliveries: Sequence[Delivery]) -> None:
        if deliveries:
            self._waiting_bytes += _bytes_of(deliveries)
            self._wake.set()

    def _within_bytes(self, batch: list[Delivery]) -> list[Delivery]:
        totals = accumulate(len(each.payload) for each in batch)
        return batch[: max(1, sum(total <= self._max_batch_bytes for total in totals))]


def _nothing() -> None:
    """Do nothing: nobody rests."""


def _bytes_of(deliveries: Sequence[Delivery]) -> int:
    return sum([len(each.payload) for each in deliveries])
