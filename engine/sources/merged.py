"""Several sources as one: a batch is what all of them have ready, each within its own bound.

So none can starve another. Nothing is fetched ahead: while a batch is being committed, deliveries
pile up in the sources, and their bounds hold. An acknowledgement goes to every source, and each
leaves out what is another's. The merged source ends when all of its sources have ended.
"""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import AsyncExitStack
from itertools import chain
from typing import Self

from engine.sources.source import Delivery, MergeableSource
from zones.instant import Instant


class MergedSource:
    """A `Source` made of others; a published message goes to each."""

    def __init__(self, *sources: MergeableSource) -> None:
        """Merge the sources, which are connected and closed with this one.

        Raises:
            ValueError: no source.
        """
        if not sources:
            raise ValueError("nothing to merge: give at least one source")
        self._sources = sources
        self._waiting: dict[MergeableSource, asyncio.Future[bool]] = {}
        """For each source that has not ended, the wait for it to be ready, if there is one."""
        self._ended: set[MergeableSource] = set()
        self._exits = AsyncExitStack()

    @property
    def connected(self) -> bool:
        """Whether all sources are connected."""
        return all(source.connected for source in self._sources)

    @property
    def in_flight(self) -> int:
        """Deliveries of all sources that are not acknowledged."""
        return sum(source.in_flight for source in self._sources)

    @property
    def oldest(self) -> Instant | None:
        """When the oldest of these arrived; None if there is none."""
        every = (source.oldest for source in self._sources)
        return min((each for each in every if each is not None), default=None)

    @property
    def reconnects(self) -> int:
        """Reconnections of all sources."""
        return sum(source.reconnects for source in self._sources)

    async def __aenter__(self) -> Self:
        """Start all sources."""
        async with AsyncExitStack() as exits:
            for source in self._sources:
                await exits.enter_async_context(source)
            self._exits = exits.pop_all()
        return self

    async def __aexit__(self, *_raised: object) -> None:
        """Stop all sources, then close them."""
        self.stop()
        for waiting in self._waiting.values():
            waiting.cancel()
        await asyncio.gather(*self._waiting.values(), return_exceptions=True)
        await self._exits.aclose()

    async def next_batch(self) -> Sequence[Delivery]:
        """Wait until one source has something and return what all have; see `Source.next_batch`."""
        while not (batch := self.take()) and await self.ready():
            pass
        return batch

    async def ready(self) -> bool:
        """Wait until one source has something; see `MergeableSource.ready`.

        Cancelling loses nothing: the waits for the sources go on, and take nothing from them.
        """
        while open_sources := [each for each in self._sources if each not in self._ended]:
            for source in open_sources:
                if source not in self._waiting:
                    self._waiting[source] = asyncio.ensure_future(source.ready())
            done, _ = await asyncio.wait(
                self._waiting.values(), return_when=asyncio.FIRST_COMPLETED
            )
            if self._note(done):
                return True
        return False

    def take(self) -> Sequence[Delivery]:
        """Return what all sources have; see `MergeableSource.take`."""
        batches = [batch for source in self._sources if (batch := source.take())]
        return batches[0] if len(batches) == 1 else list(chain.from_iterable(batches))

    async def acknowledge(self, batch: Sequence[Delivery]) -> None:
        """Acknowledge to each source; see `Source.acknowledge`."""
        for source in self._sources:
            await source.acknowledge(batch)

    async def publish(self, topic: str, payload: bytes) -> None:
        """Publish through each source; see `Source.publish`."""
        for source in self._sources:
            await source.publish(topic, payload)

    def stop(self) -> None:
        """Take nothing new from any; see `Source.stop`."""
        for source in self._sources:
            source.stop()

    def _note(self, done: Collection[asyncio.Future[bool]]) -> bool:
        """Forget the waits that are over, and return whether a source is ready.

        Raises:
            Exception: what a source's wait raised.
        """
        over = {source: wait for source, wait in self._waiting.items() if wait in done}
        for source, wait in over.items():
            del self._waiting[source]
            if not wait.result():
                self._ended.add(source)
        return len(over) > len(self._ended.intersection(over))
