"""The schema grows by migrations, which are shipped with the engine and run by command only.

An engine works on exactly the revision it was written for: it neither changes a schema unasked nor
guesses at one it does not know.
"""

from functools import cache
from threading import Lock
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from engine.clock import SystemClock
from engine.store.protocol import StoreUnavailableError
from engine.store.sql.backend import MIGRATE, Backend
from engine.store.sql.counters import last_id, take_ids
from engine.store.sql.journal import SqlJournal
from engine.store.sql.registry import SqlRegistry
from engine.store.sql.session import SqlSession

_JOURNALED: Final = "registry_journaled"

_ONE_AT_A_TIME: Final = Lock()
"""Alembic keeps the migration it is in as a global of the process."""


@cache
def needed_revision() -> str:
    """Return the revision this engine works on."""
    head = _scripts().get_current_head()
    assert head is not None, "a migration is shipped"  # noqa: S101 - narrows the type
    return head


def current_revision(connection: Connection) -> str | None:
    """Return the revision of a database; None before its first migration."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(backend: Backend, revision: str = "head") -> None:
    """Bring a database to a revision, that of this engine; others wait until it is there.

    A registry from before the journal had it is journaled once, whole.
    """
    backend.prepare()
    config = _config()
    with _ONE_AT_A_TIME, backend.writing.begin() as connection:
        backend.lock_writers(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        if current_revision(connection) == needed_revision():
            _journal_registry(SqlSession(connection, backend, writable=True))


def _journal_registry(session: SqlSession) -> None:
    if last_id(session, _JOURNALED) == 0:
        SqlJournal(session).append_registry(SqlRegistry(session).everything(), SystemClock().now())
        take_ids(session, _JOURNALED, 1)


def check_revision(connection: Connection, name: str) -> None:
    """Check that a database is at the revision this engine works on.

    Raises:
        StoreUnavailableError: it is not; the message says what to do.
    """
    current, needed = current_revision(connection), needed_revision()
    if current == needed:
        return
    known = {script.revision for script in _scripts().walk_revisions()}
    if current is not None and current not in known:
        raise StoreUnavailableError(
            f"store {name}: its schema {current} is newer than this engine, which needs {needed}: "
            "install the newer version"
        )
    raise StoreUnavailableError(
        f"store {name}: its schema is {current or 'empty'}, needed is {needed}: {MIGRATE}"
    )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "engine.store:migrations")
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
