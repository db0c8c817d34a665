"""The Store on SQL: transactions, and what a failure of the database means."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from engine.clock import SystemClock
from engine.core.capacity import StoreSize
from engine.store.deferred_part import DeferredPart
from engine.store.positions_part import PositionsPart
from engine.store.protocol import (
    AlertsPart,
    CheckpointsPart,
    ConflictError,
    ContactsPart,
    Counter,
    DocketsPart,
    EpisodesPart,
    EventsPart,
    HeartbeatsPart,
    JournalPart,
    RejectionsPart,
    StoreUnavailableError,
    Transaction,
)
from engine.store.registry_part import RegistryPart
from engine.store.sql.alerts import SqlAlerts
from engine.store.sql.backend import Backend
from engine.store.sql.checkpoints import SqlCheckpoints
from engine.store.sql.contacts import SqlContacts
from engine.store.sql.counters import take_ids
from engine.store.sql.deferred import SqlDeferred
from engine.store.sql.dockets import SqlDockets
from engine.store.sql.episodes import SqlEpisodes
from engine.store.sql.events import SqlEvents
from engine.store.sql.heartbeats import SqlHeartbeats
from engine.store.sql.journal import SqlJournal
from engine.store.sql.migration import check_revision
from engine.store.sql.position_shelf import Shelf
from engine.store.sql.positions import SqlPositions
from engine.store.sql.registry import SqlRegistry
from engine.store.sql.rejections import SqlRejections
from engine.store.sql.schema import counters, journal_blocks
from engine.store.sql.session import SqlSession
from zones.instant import Instant

_CLOCK = SystemClock()

_PIN = "SELECT 1 FROM counters LIMIT 1"
"""A snapshot is taken by the first statement: this one, so that it is that of the beginning."""


class SqlTransaction:
    """A unit of work: all of it is committed, or none of it."""

    def __init__(self, session: SqlSession, shelf: Shelf) -> None:
        """Open the parts on one transaction."""
        self._session = session
        self._journal = SqlJournal(session)
        self._registry = SqlRegistry(session)
        self.journal: JournalPart = self._journal
        self._positions = SqlPositions(session, shelf)
        self.positions: PositionsPart = self._positions
        self.events: EventsPart = SqlEvents(session)
        self.rejections: RejectionsPart = SqlRejections(session)
        self.checkpoints: CheckpointsPart = SqlCheckpoints(session)
        self.dockets: DocketsPart = SqlDockets(session)
        self.episodes: EpisodesPart = SqlEpisodes(session)
        self.alerts: AlertsPart = SqlAlerts(session)
        self.registry: RegistryPart = self._registry
        self.contacts: ContactsPart = SqlContacts(session)
        self.heartbeats: HeartbeatsPart = SqlHeartbeats(session)
        self.deferred: DeferredPart = SqlDeferred(session)

    def next_ids(self, counter: Counter, count: int) -> range:
        """Return the next `count` ids of a counter, from 1; a rolled-back range is given again."""
        return take_ids(self._session, counter, count)

    def complete(self, now: Instant) -> None:
        """Add to the journal what the transaction wrote to the registry, before it is committed."""
        self._journal.append_registry(self._registry.written, now)
        self._registry.complete()

    def committed(self) -> None:
        """Note that it was committed."""
        self._positions.committed()


class SqlStore:
    """Durable storage in an SQL database."""

    def __init__(self, backend: Backend, url: str, now: Callable[[], Instant] = _CLOCK.now) -> None:
        """Use a database; nothing is connected before the first transaction."""
        self._backend = backend
        self.url = url
        self._now = now
        self._shelf = Shelf()

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Begin a writing transaction: commit at the end of the block, else roll back."""
        with failures_named(self._backend), self._backend.writing.begin() as connection:
            transaction = self._transaction(connection, writable=True)
            yield transaction
            transaction.complete(self._now())
        transaction.committed()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Begin a reading transaction on one consistent snapshot; writing in it is an error."""
        with failures_named(self._backend), self._backend.reading.connect() as connection:
            connection.exec_driver_sql(_PIN)
            yield self._transaction(connection, writable=False)

    def check(self) -> None:
        """Raise StoreUnavailableError if the store is out of reach or its schema not current."""
        with failures_named(self._backend), self._backend.reading.connect() as connection:
            check_revision(connection, self._backend.name)

    def size(self) -> StoreSize:
        """Return what the store takes and has left; StoreUnavailableError if it cannot be asked."""
        with failures_named(self._backend), self._backend.reading.connect() as connection:
            ids = {row.counter: row.value for row in connection.execute(select(counters))}
            oldest = select(journal_blocks.c.committed_at).order_by(journal_blocks.c.block_id)
            return StoreSize(
                used_bytes=self._backend.bytes_used(connection),
                free_bytes=self._backend.bytes_free(),
                ids=ids,
                since=connection.execute(oldest.limit(1)).scalar(),
            )

    def close(self) -> None:
        """Close all connections."""
        self._backend.reading.dispose()
        self._backend.writing.dispose()

    def _transaction(self, connection: Connection, *, writable: bool) -> SqlTransaction:
        session = SqlSession(connection, self._backend, writable=writable)
        return SqlTransaction(session, self._shelf)


@contextmanager
def failures_named(backend: Backend) -> Iterator[None]:
    """Turn the database's errors into the store's.

    Raises:
        StoreUnavailableError: the database cannot be used; the message says the fix.
        ConflictError: a row contradicts one that is stored.
    """
    try:
        yield
    except IntegrityError as error:
        raise ConflictError(f"this contradicts what is stored: {error.orig}") from error
    except (DBAPIError, PoolTimeoutError) as error:
        reason = backend.explain(error)
        if reason is None:
            raise
        raise StoreUnavailableError(f"store {backend.name}: {reason}") from error
