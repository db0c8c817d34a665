"""The service: batches from the source through one transaction each, ticks between them.

    next batch -> ruling (one transaction) -> acknowledge -> publish

The broker is told only after the commit, so what the process loses when it dies is delivered again.
Of a batch that is too much, uploads are only stored, and judged in pieces behind (`core.urgency`).
A store that is slow or away makes the loop wait with the batch in hand: the source takes no more
than its bound, and the broker keeps the rest. Transactions run in a thread of their own, so that
the connection to the broker and the API stay alive meanwhile.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, ParamSpec, TypeVar

import msgspec
import structlog

from engine.backoff import delays
from engine.caseload import Caseload
from engine.clock import Clock
from engine.core.call_in import CallIn, deadline
from engine.core.health import EngineHealth
from engine.core.histogram import DELAY_BUCKETS_S, Histogram
from engine.core.rejection import Rejection
from engine.core.self_watch import Signal
from engine.core.topic import TelemetryTopic, rejections_topic, telemetry_topic
from engine.core.urgency import LEAST_EVERY_S, QUEUE, next_piece
from engine.deferral import Deferral, Turn, vendors_heard
from engine.floor import FloorNumbers, numbers_of
from engine.live_positions import Sighting
from engine.pace import Pace
from engine.projection import Projection
from engine.pulse import Freshness, Pulse
from engine.recent import Recent
from engine.resident import keep_resident, loading
from engine.ruled import Ruled
from engine.ruling import RegistryMovedError, Ruling
from engine.sources.source import Delivery, Source
from engine.store.protocol import Store, StoreUnavailableError
from zones.instant import Instant, render

TICK_S: Final = 0.25
"""Real seconds between looks at the clock."""

MOST_A_TICK: Final = 250
"""Activations whose time is let pass in one transaction: batches are taken in between, and wait for
some 60 ms at most where each of these is an episode that ends."""

LOOKED_THROUGH: Final = 80 * MOST_A_TICK
"""Activations that are looked through for these, if messages of some wait to be judged."""

BEHIND: Final = 500
"""Deliveries in hand from which on the engine is behind."""

_FIRST_PIECE: Final = 16
_LOOK_S: Final = 0.01
"""Real seconds between looks at a queue that goes first."""

_RETRY_WAITS_S: Final = (0.1, 10.0)
P = ParamSpec("P")
R = TypeVar("R")
_log = structlog.get_logger(__name__)


class Service:
    """The engine's loop on a store, a source and a clock.

    `on_change` is told, from the loop's thread of transactions, the id of the newest alert change.
    """

    def __init__(
        self,
        store: Store,
        source: Source,
        clock: Clock,
        on_change: Callable[[int], None] = lambda _change_id: None,
    ) -> None:
        self._store = store
        self._source = source
        self._clock = clock
        self._on_change = on_change
        self._caseload = Caseload()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ruling")
        self._stopping = asyncio.Event()
        self._projection = Projection(store)
        self._deferral = Deferral(self._caseload.lanes.at_rest)
        self._piece = _FIRST_PIECE
        self._put_off = asyncio.Event()
        self._pulse = Pulse(source, clock)
        self._running = False
        self._idle_since: Instant | None = clock.now()
        self._busy: dict[object, Instant] = {}
        self._freshness = Freshness(clock.speed)
        self._problem = ""
        self._listening_since: Instant | None = None
        self._last_commit_at: Instant | None = None
        self._recent = Recent(clock.now())
        self.positions = 0
        self.late = 0
        self.rejected = 0
        self.episodes = 0
        self.alerts = 0
        self.batches = 0
        self.delays = Histogram(DELAY_BUCKETS_S)

    def health(self) -> EngineHealth:
        """Return how the engine is."""
        return EngineHealth(
            running=self._running,
            connected=self._source.connected,
            backlog=self._source.in_flight,
            oldest_in_hand=self._pulse.oldest_in_hand,
            deferred=self._deferral.messages,
            oldest_deferred=self._deferral.oldest,
            idle_since=self._idle_since,
            disconnected_since=self._pulse.disconnected_since,
            busy_since=min(list(self._busy.values()), default=None),
            beat_at=self._pulse.at,
            freshest=self._freshness.least(self._clock.now()),
            last_commit_at=self._last_commit_at,
            listening_since=self._listening_since,
            positions=self.positions,
            rejections=self.rejected,
            detail=self._problem,
        )

    def vendor_signals(self, now: Instant) -> Sequence[Signal]:
        """Return for each vendor whether it is silent."""
        return self._caseload.roster.signals(now)

    def vendors_heard(self) -> dict[str, Instant]:
        """Return when each vendor was last heard since the process started."""
        return dict(self._caseload.roster.heard)

    def floor(self, now: Instant, most: int) -> FloorNumbers:
        """Return what the engine counts for a wall view; of silent devices `most` by name."""
        return numbers_of(self._caseload, self._recent, now, most)

    def call_in(self, activation_id: int) -> CallIn | None:
        """Return when an activation called in last; None if there is no such activation."""
        case, listening = self._caseload.find(activation_id), self._listening_since
        if case is None:
            return None
        last, supervision = case.silence.last_received, case.docket.supervision
        worn = supervision.activation.worn_at(self._clock.now())
        awaited = worn and listening is not None
        return CallIn(last, deadline(supervision, last, listening or 0) if awaited else None)

    def near(self, lat: float, lon: float, radius_m: float, not_before: Instant) -> list[Sighting]:
        """Return who was last judged to be within a radius in metres, nearest first."""
        return self._caseload.live.near(lat, lon, radius_m, not_before)

    def stop(self) -> None:
        """Finish the batch in hand, acknowledge it, and end `run`."""
        self._stopping.set()
        self._source.stop()

    async def run(self) -> None:
        """Load the caseload, then take batches and tick until stopped."""
        pulsing = asyncio.create_task(self._pulse.run())
        try:
            await self._persist(self._load)
            keep_resident()
            self._running, self._idle_since = True, None
            async with self._source, asyncio.TaskGroup() as tasks:
                ticking = tasks.create_task(self._tick_for_ever())
                merging = tasks.create_task(self._merge_for_ever())
                catching_up = tasks.create_task(self._catch_up_for_ever())
                await self._take_for_ever()
                ticking.cancel()
                merging.cancel()
                catching_up.cancel()
        finally:
            self._running, self._idle_since = False, self._clock.now()
            pulsing.cancel()
            self._thread.shutdown()

    async def _take_for_ever(self) -> None:
        pace, clock = Pace(), asyncio.get_running_loop().time
        while batch := await self._source.next_batch():
            pace.begin(clock())
            ruled = await self._persist(self._take, batch)
            await self._source.acknowledge(batch)
            if self._deferral.messages:
                self._put_off.set()
            await self._tell_all(ruled)
            while self._projection.overdue:
                await self._persist(self._projection.step, idle=False)
            if left_s := pace.left_s(clock()):
                await asyncio.sleep(left_s)

    async def _catch_up_for_ever(self) -> None:
        """Judge what was put off, between batches; a queue that waits goes first for a while."""
        clock = asyncio.get_running_loop().time
        last = clock()
        while True:
            if not self._deferral.messages:
                self._put_off.clear()
                await self._put_off.wait()
            if self._source.in_flight >= QUEUE and clock() - last < LEAST_EVERY_S:
                await asyncio.sleep(_LOOK_S)
                continue
            while self._projection.behind:
                await self._persist(self._projection.step, idle=False)
            await self._tell_all(await self._persist(self._catch_up))
            last = clock()

    async def _merge_for_ever(self) -> None:
        while not self._stopping.is_set():
            idle = self._source.in_flight == 0
            if not await self._persist(self._projection.step, idle=idle):
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), TICK_S)

    async def _tick_for_ever(self) -> None:
        while not self._stopping.is_set():
            self._listen()
            while await self._persist(self._tick) and not self._stopping.is_set():
                pass
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), TICK_S)

    def _listen(self) -> None:
        """Note since when telemetry can have been heard without a break.

        An engine that is behind cannot tell silence from a message that waits its turn.
        """
        if not self._source.connected or self._source.in_flight >= BEHIND:
            self._listening_since = None
        elif self._listening_since is None:
            self._listening_since = self._clock.now()

    async def _persist(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do work on the store, again and again for as long as the store is not to be had."""
        loop, owed = asyncio.get_running_loop(), object()
        self._busy[owed] = self._clock.now()
        try:
            for wait_s in delays(*_RETRY_WAITS_S):
                try:
                    done = await loop.run_in_executor(self._thread, lambda: work(*args, **kwargs))
                except StoreUnavailableError as error:
                    self._problem = str(error)
                    _log.error("the store cannot be used", problem=self._problem, again_in_s=wait_s)
                    await asyncio.sleep(wait_s)
                else:
                    self._problem = ""
                    return done
            raise AssertionError("the delays never end")
        finally:
            del self._busy[owed]

    def _load(self) -> None:
        with loading(), self._store.read() as transaction:
            caseload = Caseload()
            caseload.load(transaction)
            deferral = Deferral(caseload.lanes.at_rest)
            deferral.load(transaction)
        self._caseload, self._deferral = caseload, deferral

    def _take(self, batch: Sequence[Delivery]) -> Ruled:
        ruled = self._judge(self._deferral.turn(batch))
        self.batches += 1
        return ruled

    def _catch_up(self) -> Ruled:
        began = time.thread_time()
        piece = self._deferral.piece(self._piece)
        ruled = self._judge(Turn((), (), piece))
        self._piece = next_piece(sum(piece.values()), time.thread_time() - began)
        return ruled

    def _judge(self, turn: Turn) -> Ruled:
        """Judge what is of now and what was put off of it before, and store what is put off."""
        while True:
            now = self._clock.now()
            with suppress(RegistryMovedError):
                with self._store.write() as transaction:
                    ruling = Ruling(self._caseload, transaction, now)
                    put_off = self._deferral.take(transaction, ruling, turn)
                self._settle(ruling.ruled)
                self._deferral.keep(put_off, turn.caught_up)
                self._caseload.roster.hear(vendors_heard(turn.put_off))
                return ruling.ruled

    def _tick(self) -> bool:
        """Let time pass for some of those for whom it changes something; tell if there are more."""
        now = self._clock.now()
        self._caseload.roster.look(now, self._listening_since)
        due, silent = self._due(now), self._silent(now)
        if not due and not silent and not self._registry_changed():
            return False
        with self._store.write() as transaction:
            ruling = Ruling(self._caseload, transaction, now)
            ruling.tick(due, silent)
        self._settle(ruling.ruled)
        return MOST_A_TICK in (len(due), len(silent))

    def _registry_changed(self) -> bool:
        with self._store.read() as transaction:
            return not self._caseload.follows(transaction)

    def _due(self, now: Instant) -> list[int]:
        """Return for whom time alone changes something; what waits of such is judged first."""
        due = self._caseload.due(now, LOOKED_THROUGH if self._deferral.messages else MOST_A_TICK)
        waiting = {each for each in due if self._waits(each)} if self._deferral.messages else set()
        self._deferral.urge(map(self._topic, waiting))
        return [each for each in due if each not in waiting][:MOST_A_TICK]

    def _silent(self, now: Instant) -> list[tuple[int, Instant]]:
        """Return the activations that have missed their call-in, with when it was due.

        Who has messages that wait to be judged was heard.
        """
        since, most = self._listening_since, MOST_A_TICK
        if since is None:
            return []
        if not self._deferral.messages:
            return self._caseload.call_ins_missed(now, since, most)
        missed = self._caseload.call_ins_missed(now, since, LOOKED_THROUGH)
        return [each for each in missed if not self._waits(each[0])][:most]

    def _waits(self, activation_id: int) -> bool:
        return self._topic(activation_id) in self._deferral

    def _topic(self, activation_id: int) -> str:
        activation = self._caseload.registry.activations[activation_id]
        return telemetry_topic(activation.vendor, activation.device_id)

    def _settle(self, ruled: Ruled) -> None:
        self._caseload.keep(ruled.quiet, ruled.cases.values())
        self._caseload.roster.hear(ruled.heard)
        self._last_commit_at = now = self._clock.now()
        self._projection.note(ruled.positions)
        self.positions += ruled.positions
        self.late += ruled.late
        delays = now - ruled.taken.measured_at
        self._freshness.add(now, delays)
        self.delays.add(delays)
        self._recent.add(now, ruled.positions, ruled.taken, ruled.messages, self._listening_since)
        self.rejected += len(ruled.rejections)
        self.episodes += ruled.episodes
        self.alerts += ruled.alerts
        if ruled.newest_change_id:
            self._on_change(ruled.newest_change_id)

    async def _tell_all(self, ruled: Ruled) -> None:
        for source, rejection in ruled.rejections:
            await self._tell(source, rejection)

    async def _tell(self, source: TelemetryTopic | None, rejection: Rejection) -> None:
        """Tell a vendor why something was not taken."""
        if source is None:
            return
        told = {
            "reason": rejection.reason,
            "detail": rejection.detail,
            "field": rejection.field,
            "rejected_at": render(self._clock.now()),
        }
        await self._source.publish(rejections_topic(*source), msgspec.json.encode(told))
