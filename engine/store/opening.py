"""A store is named by a URL: `sqlite:///var/ringfence.db` or `postgresql://user@host/database`."""

from collections.abc import Callable
from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from engine.clock import SystemClock
from engine.store.protocol import Store
from engine.store.sql.backend import Backend
from engine.store.sql.migration import upgrade
from engine.store.sql.postgresql import PostgresqlBackend
from engine.store.sql.sqlite import SqliteBackend
from engine.store.sql.store import SqlStore, failures_named
from zones.instant import Instant

_CLOCK: Final = SystemClock()

_BACKENDS: Final[dict[str, Callable[[URL], Backend]]] = {
    "sqlite": SqliteBackend,
    "postgresql": PostgresqlBackend,
    "postgres": PostgresqlBackend,
}


def open_store(url: str, now: Callable[[], Instant] = _CLOCK.now) -> Store:
    """Return the store at a URL; it connects with its first transaction, or `check()`.

    `now` gives the time that writes of the registry are journaled with.

    Raises:
        ValueError: the URL is none, or names a database that is not supported.
    """
    return SqlStore(_backend(url), url, now)


def migrate(url: str) -> None:
    """Create the schema of the store at a URL, or bring it up to date; no data is lost.

    Raises:
        ValueError: the URL is none, or names a database that is not supported.
        StoreUnavailableError: the database cannot be used; the message says the fix.
    """
    backend = _backend(url)
    try:
        with failures_named(backend):
            upgrade(backend)
    finally:
        backend.reading.dispose()
        backend.writing.dispose()


def _backend(url: str) -> Backend:
    parsed = _parsed(url)
    name = parsed.drivername.partition("+")[0]
    if name not in _BACKENDS:
        raise ValueError(f"store URL begins with {name!r}: use sqlite:/// or postgresql://")
    return _BACKENDS[name](parsed)


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError:
        # The URL may hold a password: it is not repeated.
        raise ValueError(
            "the store URL cannot be read: write sqlite:///var/ringfence.db or "
            "postgresql://user:password@host/database"
        ) from None
