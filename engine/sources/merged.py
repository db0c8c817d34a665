"""Several sources as one: a batch is what all of them have ready, each within its own bound.

So none can starve another. Nothing is fetched ahead: while a batch is being committed, deliveries
pile up in the sources, and their bounds hold. An acknowledgement goes back to the source of the
delivery. The merged source ends when all of its sources have ended.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from engine.sources.source import Delivery, Source
from zones.instant import Instant


@dataclass(frozen=True, slots=True)
class _Routed:
    source: Source
    token: object


class MergedSource:
    """A `Source` made of others; a published message goes to each."""

    def __init__(self, *sources: Source) -> None:
        """Merge the sources, which are connected and closed with this one.

        Raises:
            ValueError: no source.
        """
        if not sources:
            raise ValueError("nothing to merge: give at least one source")
        self._sources = sources
        self._open = list(sources)
        self._ready: list[Delivery] = []
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

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop all sources, then close them."""
        self.stop()
        await self._exits.aclose()

    async def next_batch(self) -> Sequence[Delivery]:
        """Wait until one source has something and return what all have; see `Source.next_batch`."""
        while self._open and not self._ready:
            await self._gather()
        ready, self._ready = self._ready, []
        return ready

    async def acknowledge(self, batch: Sequence[Delivery]) -> None:
        """Acknowledge each delivery to its source; see `Source.acknowledge`."""
        for source in self._sources:
            own = [
                replace(delivery, token=delivery.token.token)
                for delivery in batch
                if isinstance(delivery.token, _Routed) and delivery.token.source is source
            ]
            if own:
                await source.acknowledge(own)

    async def publish(self, topic: str, payload: bytes) -> None:
        """Publish through each source; see `Source.publish`."""
        for source in self._sources:
            await source.publish(topic, payload)

    def stop(self) -> None:
        """Take nothing new from any; see `Source.stop`."""
        for source in self._sources:
            source.stop()

    async def _gather(self) -> None:
        """Wait for the first batch and keep what every source has; cancelling loses none of it."""
        tasks = {source: asyncio.ensure_future(source.next_batch()) for source in self._open}
        try:
            await asyncio.wait(tasks.values(), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
            for source, task in tasks.items():
                if not task.cancelled() and task.exception() is None:
                    self._keep(source, task.result())
        for task in tasks.values():
            if not task.cancelled():
                task.result()

    def _keep(self, source: Source, batch: Sequence[Delivery]) -> None:
        if not batch:
            self._open.remove(source)
        self._ready += [
            replace(delivery, token=_Routed(source, delivery.token)) for delivery in batch
        ]
