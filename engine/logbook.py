"""The logbook: what the watch finds, written into the store as episodes and alerts.

What cannot be written now is written when the store is back, with the times at which it happened.
Memory follows the store: an episode counts as running only once that is committed. Beside the
episodes it keeps the heartbeat, the instant up to which the engine is known to have been well.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from engine.caseload import Caseload
from engine.core.amend import EpisodeChange
from engine.core.episode import EpisodeKind, StoredEpisode
from engine.core.self_watch import Event, Key, What
from engine.core.subject import ended, going_on, opened
from engine.gaps import mark_alerts
from engine.ruling import Ruling
from engine.store.protocol import Store, Transaction
from zones.instant import Instant

HEARTBEAT: Final = "engine"
"""Name of the engine's heartbeat."""

KINDS: Final = frozenset(
    {
        EpisodeKind.INGEST_STALLED,
        EpisodeKind.BACKLOG,
        EpisodeKind.VENDOR_SILENT,
        EpisodeKind.COVERAGE_GAP,
        EpisodeKind.CAPACITY_FORECAST,
        EpisodeKind.CANARY_LOST,
    }
)
"""The kinds of episode that the watch opens and ends."""


class Found(NamedTuple):
    """What a former process left behind."""

    beat_at: Instant | None
    running: frozenset[Key]


class Logbook:
    """Writes for one watch; used by one thread at a time."""

    def __init__(self, store: Store, on_change: Callable[[int], None]) -> None:
        """Write to a store; `on_change` is told the id of the newest alert change."""
        self._store = store
        self._on_change = on_change
        self._running: dict[Key, StoredEpisode] = {}

    @property
    def running(self) -> dict[Key, StoredEpisode]:
        """The episodes of the watch that run, as stored."""
        return self._running

    def read(self) -> Found:
        """Take up what a former process left behind."""
        with self._store.read() as transaction:
            beat_at = transaction.heartbeats.last(HEARTBEAT)
            running = [each for each in transaction.episodes.running() if _ours(each)]
        self._running = {_key(each): each for each in running}
        return Found(beat_at, frozenset(self._running))

    def write(self, events: Sequence[Event], beat_at: Instant | None, now: Instant) -> None:
        """Record events in order, and up to when the engine is known to have been well."""
        running, newest = dict(self._running), 0
        with self._store.write() as transaction:
            for event in events:
                newest = max(newest, self._record(transaction, event, running, now))
            if beat_at is not None:
                transaction.heartbeats.beat(HEARTBEAT, beat_at)
        self._running = running
        if newest:
            self._on_change(newest)

    def _record(
        self,
        transaction: Transaction,
        event: Event,
        running: dict[Key, StoredEpisode],
        now: Instant,
    ) -> int:
        """Record one event; return the id of the newest alert change it made, or 0."""
        change = _change(event, running.get(event.key))
        if change is None:
            return 0
        ruling = Ruling(Caseload(), transaction, now)
        (stored,) = ruling.note([change])
        newest = ruling.ruled.newest_change_id
        if stored.episode.ended is None:
            running[event.key] = stored
            return newest
        running.pop(event.key, None)
        if event.key.kind is not EpisodeKind.COVERAGE_GAP:
            return newest
        return max(newest, mark_alerts(transaction, stored, now))


def _change(event: Event, stored: StoredEpisode | None) -> EpisodeChange | None:
    if stored is None:
        if event.what is not What.OPENED:
            return None
        return opened(event.key.kind, event.key.subject, event.at, event.detail, event.ended)
    end = event.at if event.what is What.ENDED else event.ended
    if end is not None:
        return ended(stored, end, event.detail or None)
    return going_on(stored, event.detail)


def _key(stored: StoredEpisode) -> Key:
    return Key(stored.episode.kind, stored.episode.subject)


def _ours(stored: StoredEpisode) -> bool:
    return bool(stored.episode.subject) and stored.episode.kind in KINDS
