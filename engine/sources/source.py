"""A source delivers telemetry in batches and forgets a delivery only once it is acknowledged.

The rule every source keeps (one conformance suite holds them to it):

- a delivery not acknowledged is delivered again after a lost connection or a restart: nothing is
  lost, duplicates are possible, and the engine judges in event time, so they change nothing;
- deliveries of one device come in the order they were sent, redeliveries apart;
- what was delivered and not yet acknowledged is bounded, and the rest waits where it came from;
- an acknowledgement that comes too late (the connection it belongs to is gone) does nothing.

Use:

    async with source:
        while batch := await source.next_batch():
            ...                                   # one transaction with all effects of the batch
            await source.acknowledge(batch)

`stop()` (from a signal handler, say) ends that loop cleanly: the batch in hand can still be
acknowledged, and leaving the block disconnects.
"""

from collections.abc import Sequence
from typing import Final, Protocol, Self

import msgspec

from zones.instant import Instant

DEFAULT_MAX_BATCH: Final = 4_000
"""Most deliveries in one batch. A position costs about half of what it does in batches of 1,000."""

DEFAULT_MAX_BATCH_BYTES: Final = 16 * 1024 * 1024
"""Most payload bytes in one batch; a single larger delivery still comes, alone."""


class Delivery(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One message as it arrived; only itself equals it.

    `token` is the source's own handle for the acknowledgement and means nothing to anyone else.
    """

    topic: str
    payload: bytes
    received_at: Instant
    token: object


class Source(Protocol):
    """Where telemetry comes from. One consumer only: two may not wait for batches at once."""

    @property
    def connected(self) -> bool:
        """Whether deliveries can arrive now."""
        ...

    @property
    def in_flight(self) -> int:
        """Deliveries that arrived and are not acknowledged yet."""
        ...

    @property
    def oldest(self) -> Instant | None:
        """When the oldest of these arrived; None if there is none."""
        ...

    @property
    def reconnects(self) -> int:
        """Connections made after the first one."""
        ...

    async def __aenter__(self) -> Self:
        """Start; does not wait for a broker that is away."""
        ...

    async def __aexit__(self, *_raised: object) -> None:
        """Stop, send the acknowledgements given so far, and disconnect."""
        ...

    async def next_batch(self) -> Sequence[Delivery]:
        """Wait for at least one delivery and return what has arrived, oldest first, up to a bound.

        Never lingers: idle, a batch is one delivery; under load it is what piled up while the
        previous batch was being committed. Empty only when the source was stopped. Cancelling the
        wait loses nothing.
        """
        ...

    async def acknowledge(self, batch: Sequence[Delivery]) -> None:
        """Forget these deliveries: to be called after the transaction with their effects.

        They are the very ones that were handed out. Those of another source, or of a connection
        that is gone, are left out.
        """
        ...

    async def publish(self, topic: str, payload: bytes) -> None:
        """Send a message (a rejection) at QoS 1, in the background.

        Returns at once. A bounded number waits for a connection; beyond it a message is dropped
        and counted, for the rejection itself is kept in the store.
        """
        ...

    def stop(self) -> None:
        """Take nothing new: the wait for a batch ends, the batch in hand can be acknowledged."""
        ...


class MergeableSource(Source, Protocol):
    """A source that can also be waited for without taking anything, so beside others."""

    async def ready(self) -> bool:
        """Wait until there is something to take; False once the source was stopped."""
        ...

    def take(self) -> Sequence[Delivery]:
        """Return what `next_batch` would return now, without waiting; empty if it would wait."""
        ...
