"""The engine without a broker: the service's own transactions on a store; its clock is told."""

from collections.abc import Sequence

from benchmarks.load import START, batch_of
from engine.service import Service
from engine.sources.memory import MemorySource
from engine.store import Store
from simulators.device import Delivery
from simulators.trial import Acting
from zones.instant import Instant


class ToldClock:
    """A clock that shows what it is told."""

    speed = 1.0

    def __init__(self, time: Instant) -> None:
        self.time = time

    def now(self) -> Instant:
        """Return the time told."""
        return self.time


class Engine:
    """Takes batches and ticks as `Service.run` does, one after the other in one thread."""

    def __init__(self, store: Store, acting: Acting, start: Instant = START) -> None:
        """Enrol everyone and load the caseload."""
        with store.write() as transaction:
            acting.enrol(transaction.registry)
        self._clock = ToldClock(start)
        self._service = Service(store, MemorySource(self._clock.now), self._clock)
        self._service._load()
        self._service._listening_since = start

    @property
    def positions(self) -> int:
        """Positions stored so far."""
        return self._service.positions

    def take(self, part: Sequence[Delivery]) -> None:
        """Store and judge one batch, then let time pass up to its last arrival."""
        self._clock.time = part[-1].at
        self._service._take(batch_of(part))
        while self._service._tick():
            pass
