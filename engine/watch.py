"""The watch: looks at the engine from outside of its loop, and says when it is not well.

It has a thread of its own, so a loop that stands still is noticed, and it never waits for the
store: what it finds is in the log and in `/readyz` at once, and another thread writes it into the
store, as soon as that can be written. The rules are `core.ailment`, `core.coverage` and
`core.self_watch`; here are only threads and clocks.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, NamedTuple

import msgspec
import structlog

from engine.canary import Canary, CanaryStatus
from engine.clock import Clock
from engine.core.ailment import Ailment, ailments
from engine.core.coverage import DOWN, Coverage, GapChange, cover
from engine.core.episode import EpisodeKind
from engine.core.health import EngineHealth
from engine.core.self_watch import (
    Event,
    Key,
    Limits,
    Signal,
    Standing,
    What,
    backlog,
    stalled,
    watch,
)
from engine.core.subject import ENGINE
from engine.logbook import Found, Logbook
from engine.store.protocol import Store, StoreUnavailableError
from zones.instant import SECOND, Duration, Instant

LOOK_S: Final = 0.5
"""Real seconds between looks."""

BEAT_S: Final = 5.0
"""Real seconds between heartbeats: after a kill, how exactly is known when it was."""

AGAIN_S: Final = 1.0
"""Real seconds after a failed write before the next one."""

GAP: Final = Key(EpisodeKind.COVERAGE_GAP, ENGINE)
_log = structlog.get_logger(__name__)


class Alarm(NamedTuple):
    """A system episode that runs."""

    key: Key
    since: Instant
    detail: str


class SelfStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What the watch knows, for those who ask."""

    patience: Duration = Limits().patience
    covered_until: Instant | None = None
    """Up to when the engine is known to have been well; None before that is known."""
    gap_s: float = 0.0
    """Seconds without coverage in gaps, since the process started."""
    running: tuple[Alarm, ...] = ()
    """The system episodes that run, as stored."""
    unwritten: int = 0
    """Findings that are not in the store yet."""
    canary: CanaryStatus | None = None
    """None if there is no canary."""
    canary_ailment: Ailment | None = None
    """What the loss of the canary says of the engine, if it is lost."""


class Watch:
    """Watches over an engine from `start` to `stop`."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        health: Callable[[], EngineHealth],
        limits: Limits | None = None,
        on_change: Callable[[int], None] = lambda _change_id: None,
        canary: Canary | None = None,
        senses: Sequence[Callable[[Instant], Sequence[Signal]]] = (),
    ) -> None:
        """Watch what `health` says and the canary; each of `senses` adds signals of its own."""
        self._clock = clock
        self._health = health
        self._limits = (limits or Limits()).at_speed(clock.speed)
        self._canary = canary
        self._senses = senses
        self._logbook = Logbook(store, on_change)
        self._stopping = threading.Event()
        self._looking = threading.Thread(target=self._look_for_ever, name="watch", daemon=True)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="logbook")
        self._writing: Future[None] | None = None
        self._write_after = 0.0
        self._beat_due = 0.0
        self._beaten: Instant | None = None
        self._coverage: Coverage | None = None
        self._standings: dict[Key, Standing] = {}
        self._pending: list[Event] = []
        self._ailing: dict[str, Ailment] = {}
        self._gap_total: Duration = 0

    def start(self) -> None:
        """Begin to watch."""
        self._looking.start()

    def stop(self) -> None:
        """Look once more, write what is left if the store can be written, and end."""
        self._stopping.set()
        self._looking.join()
        self._look()
        self._writer.shutdown(wait=True)
        if self._coverage is not None:
            self._beat_due = 0.0
            self._write(self._pending, self._beat())

    def status(self) -> SelfStatus:
        """Return what the watch knows."""
        coverage, total = self._coverage, self._gap_total
        if coverage is not None and coverage.gap_open:
            total += coverage.looked_at - coverage.until
        return SelfStatus(
            patience=self._limits.patience,
            covered_until=None if coverage is None else coverage.until,
            gap_s=total / SECOND,
            running=tuple(
                Alarm(key, each.episode.started.estimate, each.episode.detail)
                for key, each in dict(self._logbook.running).items()
            ),
            unwritten=len(self._pending),
            canary=None if self._canary is None else self._canary.status(),
            canary_ailment=self._ailing.get("canary"),
        )

    def _look_for_ever(self) -> None:
        while not self._stopping.wait(LOOK_S):
            try:
                self._look()
                self._see_to_writing()
            except Exception:
                # Whatever goes wrong here, the engine goes on and is still watched.
                _log.exception("watch.failed")

    def _look(self) -> None:
        now, health = self._clock.now(), self._health()
        ailing = ailments(health, now, self._limits.patience)
        signals = [stalled(ailing, now), backlog(health, now, self._limits)]
        if self._canary is not None:
            of_canary = self._canary.signals(now, ailing)
            signals += of_canary
            ailing += self._canary.ailment(of_canary)
        self._log(ailing, now)
        if self._coverage is None:
            return
        self._coverage, change = cover(self._coverage, now, ailing, self._limits.gap_after)
        if change is not None:
            self._take(change)
        for sense in self._senses:
            signals += sense(now)
        self._standings, events = watch(self._standings, signals, now, self._limits)
        self._pending += events

    def _take(self, change: GapChange) -> None:
        if change.ended is not None:
            self._gap_total += change.ended.estimate - change.started.estimate
        event = Event(What.OPENED, GAP, change.started, change.detail, change.ended)
        self._pending.append(event)
        _log.error("watch.coverage_gap", over=change.ended is not None, reason=change.detail)

    def _log(self, ailing: Sequence[Ailment], now: Instant) -> None:
        found = {each.name: each for each in ailing}
        for name, each in found.items():
            if name not in self._ailing:
                _log.error("watch.ailing", what=name, problem=each.lasting(now))
        for name in self._ailing.keys() - found.keys():
            _log.info("watch.recovered", what=name)
        self._ailing = found

    def _see_to_writing(self) -> None:
        """Let the other thread read or write if there is need and it is free."""
        free = self._writing is None or self._writing.done()
        if not free or time.monotonic() < self._write_after:
            return
        if self._coverage is None:
            self._writing = self._writer.submit(self._read)
            return
        beat_at = self._beat()
        if self._pending or beat_at is not None:
            self._writing = self._writer.submit(self._write, tuple(self._pending), beat_at)

    def _beat(self) -> Instant | None:
        """Return the heartbeat to write, if one is due."""
        coverage = self._coverage
        if coverage is None or time.monotonic() < self._beat_due:
            return None
        return None if coverage.until == self._beaten else coverage.until

    def _read(self) -> None:
        try:
            found = self._logbook.read()
        except StoreUnavailableError as error:
            self._failed(error)
            return
        self._standings = {
            key: Standing(open=True) for key in found.running if key.kind is not GAP.kind
        }
        self._coverage = self._begun(found)

    def _begun(self, found: Found) -> Coverage:
        now = self._clock.now()
        if found.beat_at is None:
            return Coverage(until=now, floor=now, looked_at=now)
        return Coverage(
            until=found.beat_at,
            floor=found.beat_at,
            looked_at=found.beat_at,
            cause=DOWN,
            gap_open=GAP in found.running,
            slack=round(BEAT_S * SECOND * self._clock.speed),
        )

    def _write(self, events: Sequence[Event], beat_at: Instant | None) -> None:
        try:
            self._logbook.write(events, beat_at, self._clock.now())
        except StoreUnavailableError as error:
            self._failed(error)
            return
        del self._pending[: len(events)]
        if beat_at is not None:
            self._beaten, self._beat_due = beat_at, time.monotonic() + BEAT_S

    def _failed(self, error: StoreUnavailableError) -> None:
        self._write_after = time.monotonic() + AGAIN_S
        _log.error("watch.not_written", findings=len(self._pending), problem=str(error))
