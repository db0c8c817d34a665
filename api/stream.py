"""The live feed of alert changes, read from the store by every client from its own place.

A client begins with a snapshot of what is not closed and the newest change id, taken in one
reading transaction, and goes on with the changes after it. Ids become visible in their own order,
so nothing is missed and nothing comes twice. Nothing is queued for a client: one that is slow reads
later. Clients at the same place, which is where all of them are when a change wakes them, share
one reading of the store.

A client to whom nothing happens is told every few seconds as of when its picture is complete: the
last time the store was read and had nothing newer. While the store cannot be read it is told
nothing, so that it knows how old its picture is.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from typing import Final, Literal, NamedTuple

from anyio import to_thread
from fastapi.sse import ServerSentEvent
from pydantic import BaseModel

from api.directory import Directory
from api.directory_cache import DirectoryCache
from api.schemas.alert import StreamAlive, StreamChange, StreamReset, StreamSnapshot
from api.services import Services
from api.views.alert import alert_out, change_out
from api.views.desk import Desk, desk_for
from engine.core.alert import Alert, AlertChange
from engine.store.page import Page
from engine.store.protocol import StoreUnavailableError, Transaction
from zones.instant import Instant

MOST_BEHIND: Final = 10_000
"""Changes a client may catch up on one by one; beyond that it gets a snapshot."""

POLL_S: Final = 0.25
"""Seconds between looks for changes that another process made."""

ALIVE_S: Final = 5.0
"""Seconds of silence after which a client is told that its picture is complete."""

_BATCH: Final = 200
_PAGE: Final = 1_000
_RETRY_MS: Final = 2_000
_STORE_AWAY_S: Final = 1.0
_STATE_RANK: Final = {"open": 0, "acknowledged": 1, "closed": 2}


class Batch(NamedTuple):
    """Events in order, and the id of the change they lead up to."""

    events: tuple[ServerSentEvent, ...]
    change_id: int


class Feed:
    """Reads the feed for all clients of one application."""

    def __init__(self, services: Services, directories: DirectoryCache) -> None:
        """Read from the services' store, woken by their signal."""
        self._services = services
        self._store = services.store
        self._changes = services.changes
        self._now = services.now
        self._complete: tuple[Instant, float] | None = None
        self._directories = directories
        self._readings: dict[int | None, asyncio.Task[Batch]] = {}
        self.clients = 0

    async def begin(self, last_event_id: str | None) -> Batch:
        """Return the first events of a client that stood at `last_event_id`, or nowhere yet."""
        if last_event_id is None:
            return await self._shared(None)
        return await to_thread.run_sync(self._resumed, last_event_id)

    async def follow(self, first: Batch) -> AsyncIterator[ServerSentEvent]:
        """Yield a client's events, beginning with the first ones, until the process stops."""
        self.clients += 1
        try:
            batch = first
            while not self._changes.closed:
                for event in batch.events:
                    yield event
                if await self._changes.wait(batch.change_id, ALIVE_S):
                    batch = await self._next(batch)
                else:
                    batch = self._nothing_new(batch.change_id)
        finally:
            self.clients -= 1

    async def poll(self) -> None:
        """Look for changes of other processes for as long as there are clients; never returns."""
        while True:
            await asyncio.sleep(POLL_S)
            if self.clients:
                with suppress(StoreUnavailableError):
                    self._changes.notify(await to_thread.run_sync(self._look))

    def _nothing_new(self, after: int) -> Batch:
        """Say as of when there was nothing after a place; nothing if that is long ago."""
        if self._complete is None:
            return Batch((), after)
        complete_at, real_s = self._complete
        if time.monotonic() - real_s > ALIVE_S:
            return Batch((), after)
        alive = StreamAlive(at=complete_at, change_id=after)
        return Batch((_event("alive", alive),), after)

    async def _next(self, former: Batch) -> Batch:
        try:
            return await self._shared(former.change_id)
        except StoreUnavailableError:
            # Ending the stream would make browsers give up for good: they do not retry after 503.
            await asyncio.sleep(_STORE_AWAY_S)
            return Batch((), former.change_id)

    async def _shared(self, after: int | None) -> Batch:
        """Return what a reading from a place finds; one that is under way already will do."""
        task = self._readings.get(after)
        if task is None:
            task = asyncio.create_task(to_thread.run_sync(self._read, after))
            self._readings[after] = task
            task.add_done_callback(lambda _task: self._readings.pop(after, None))
        return await asyncio.shield(task)

    def _look(self) -> int:
        """Return the newest change id, and note when the store was looked at."""
        began = self._now(), time.monotonic()
        with self._store.read() as transaction:
            newest = transaction.alerts.newest_change_id()
        self._complete = began
        return newest

    def _read(self, after: int | None) -> Batch:
        """Return the changes after a place, or from nowhere a snapshot."""
        with self._store.read() as transaction:
            if after is None:
                return self._snapshot(transaction)
            return self._changes_after(transaction, after)

    def _resumed(self, last_event_id: str) -> Batch:
        """Go on after an event, or say that its place is not known and send a snapshot."""
        with self._store.read() as transaction:
            newest = transaction.alerts.newest_change_id()
            self._changes.notify(newest)
            after = int(last_event_id) if _is_number(last_event_id) else newest + 1
            if newest - MOST_BEHIND <= after <= newest:
                return Batch((self._resume(after, newest),), after)
            reason: Literal["unknown", "too_old"] = "unknown" if after > newest else "too_old"
            reset = StreamReset(reason=reason, last_event_id=last_event_id[:100])
            events, newest = self._snapshot(transaction)
            return Batch((_event("reset", reset), *events), newest)

    def _resume(self, after: int, newest: int) -> ServerSentEvent:
        """Say at once that nothing was missed, if so; what was missed says so itself."""
        if after < newest:
            return ServerSentEvent(comment="resumed", retry=_RETRY_MS)
        return _event("alive", StreamAlive(at=self._now(), change_id=after), retry=_RETRY_MS)

    def _snapshot(self, transaction: Transaction) -> Batch:
        directory = self._directories.of(transaction.registry)
        newest = transaction.alerts.newest_change_id()
        self._changes.notify(newest)
        waiting = _not_closed(transaction)
        desk = self._desk(waiting, transaction)
        alerts = [alert_out(each, directory, desk) for each in waiting]
        snapshot = StreamSnapshot(change_id=newest, alerts=alerts)
        return Batch((_event("snapshot", snapshot, newest, retry=_RETRY_MS),), newest)

    def _changes_after(self, transaction: Transaction, after: int) -> Batch:
        changes = transaction.alerts.changes_after(after, _BATCH)
        if not changes:
            return Batch((), after)
        directory = self._directories.of(transaction.registry)
        found = transaction.alerts.get_many({each.alert_id for each in changes})
        desk = self._desk(found.values(), transaction)
        events = (_change_event(each, found[each.alert_id], directory, desk) for each in changes)
        return Batch(tuple(events), changes[-1].change_id)

    def _desk(self, alerts: Iterable[Alert], transaction: Transaction) -> Desk:
        return desk_for(alerts, transaction, self._now(), self._services.time_allowed)


def _not_closed(transaction: Transaction) -> list[Alert]:
    alerts: list[Alert] = []
    after: tuple[int | str, ...] | None = None
    while page := transaction.alerts.list(Page(limit=_PAGE, after=after)):
        alerts += page
        last = page[-1]
        after = (_STATE_RANK[last.state], last.raised_at, last.alert_id)
    return alerts


def _change_event(
    change: AlertChange, alert: Alert, directory: Directory, desk: Desk
) -> ServerSentEvent:
    told = StreamChange(
        change=change_out(change, alert.wearer_id, directory),
        alert=alert_out(alert, directory, desk),
    )
    return _event(change.action.value, told, change.change_id)


def _event(
    name: str, data: BaseModel, id_: int | None = None, retry: int | None = None
) -> ServerSentEvent:
    return ServerSentEvent(
        event=name,
        raw_data=data.model_dump_json(),
        id=None if id_ is None else str(id_),
        retry=retry,
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 20
