"""SQLite: one file, written by one transaction at a time, read beside it (write-ahead log).

`synchronous=FULL` makes every commit wait until the log is on the disk: an acknowledged message
survives a power cut. `secure_delete` overwrites what is deleted, so that expunged is gone.
"""

import os
import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, Table, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from engine.store.protocol import StoreUnavailableError
from engine.store.sql.backend import LOCK_WAIT_S, MIGRATE, Conflict, conflict_clause

_COMMON: Final = ("foreign_keys = ON",)
_WRITING: Final = (
    *_COMMON,
    "journal_mode = WAL",
    "synchronous = FULL",
    "secure_delete = ON",
    "cache_size = -65536",
)
_READING: Final = (*_COMMON, "query_only = ON")

_FIXES: Final = {
    "SQLITE_BUSY": f"another process held the write lock for {LOCK_WAIT_S} s: stop it",
    "SQLITE_LOCKED": "another connection holds a lock on it: stop it",
    "SQLITE_FULL": "the disk is full: free some space",
    "SQLITE_CANTOPEN": f"it cannot be opened: check path and permissions, or {MIGRATE}",
    "SQLITE_READONLY": "it cannot be written: check the permissions of the file and its folder",
    "SQLITE_PERM": "it may not be opened: check the permissions of the file and its folder",
    "SQLITE_IOERR": "the disk reports an error: check it, then restore a backup if need be",
    "SQLITE_CORRUPT": "the file is damaged: restore a backup",
    "SQLITE_NOTADB": "the file is not an SQLite database: check the URL",
}
_NO_SCHEMA: Final = ("no such table", "no such column", "has no column named")


class SqliteBackend:
    """A database in one file."""

    def __init__(self, url: URL, lock_wait_s: float = LOCK_WAIT_S) -> None:
        """Take the path from a URL such as `sqlite:///var/ringfence.db`.

        Raises:
            ValueError: the URL names no file.
        """
        if not url.database or url.database == ":memory:":
            raise ValueError(
                f"{url.render_as_string()} names no file: a store must outlive its process, "
                "give a path, for example sqlite:///var/ringfence.db"
            )
        self._path = Path(url.database)
        self._lock_wait_s = lock_wait_s
        self.name = url.render_as_string()
        # One connection for writing: threads queue for it in order instead of polling the file.
        self.writing = self._engine(_WRITING, "BEGIN IMMEDIATE", size=1, overflow=0)
        self.reading = self._engine(_READING, "BEGIN", size=5, overflow=45)

    def _engine(self, pragmas: Sequence[str], begin: str, *, size: int, overflow: int) -> Engine:
        engine = create_engine(
            "sqlite+pysqlite://",
            creator=lambda: self._connect(pragmas),
            poolclass=QueuePool,
            pool_size=size,
            max_overflow=overflow,
            pool_timeout=self._lock_wait_s,
        )

        def do_begin(dbapi_connection: PoolProxiedConnection) -> None:
            dbapi_connection.cursor().execute(begin)

        # Not by an event: its listeners would leave every connection to the garbage collector.
        engine.dialect.do_begin = do_begin  # type: ignore[method-assign]
        return engine

    def _connect(self, pragmas: Sequence[str]) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(self._path))}?mode=rw",
            uri=True,
            timeout=self._lock_wait_s,
            isolation_level=None,
            check_same_thread=False,
        )
        # SQLite's own knows the letters of ASCII only; names of people have others.
        connection.create_function("lower", 1, _lower, deterministic=True)
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def prepare(self) -> None:
        """Create folder and file where there are none.

        Raises:
            StoreUnavailableError: they cannot be created.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch()
        except OSError as error:
            raise StoreUnavailableError(
                f"store {self.name}: it cannot be created ({error}): give another path or rights"
            ) from error

    def lock_writers(self, connection: Connection) -> None:
        """Do nothing: BEGIN IMMEDIATE has it already."""

    def hold_pages(self, connection: Connection, *, to_move: bool) -> None:
        """Do nothing: who writes is alone."""

    def insert(
        self,
        connection: Connection,
        table: Table,
        rows: Sequence[tuple[Any, ...]],
        conflict: Conflict,
    ) -> None:
        """Insert row by row through one prepared statement."""
        connection.exec_driver_sql(_insert(table, conflict), list(rows))

    def bytes_used(self, connection: Connection) -> int:
        """Return the size of the file and of its log."""
        files = (self._path, self._path.with_name(f"{self._path.name}-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def bytes_free(self) -> int | None:
        """Return what the file's disk has left for us."""
        disk = os.statvfs(self._path.parent)
        return disk.f_bavail * disk.f_frsize

    def explain(self, error: BaseException) -> str | None:
        """Return why the file cannot be used and what to do; None for any other error."""
        if isinstance(error, PoolTimeoutError):
            return f"a transaction of this process has not ended for {LOCK_WAIT_S} s: restart it"
        cause = error.orig if isinstance(error, DBAPIError) else error
        if not isinstance(cause, sqlite3.Error):
            return None
        if any(part in str(cause) for part in _NO_SCHEMA):
            return f"its schema is not the one this version needs: {MIGRATE}"
        code = str(getattr(cause, "sqlite_errorname", ""))
        return next((fix for name, fix in _FIXES.items() if code.startswith(name)), None)


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


@lru_cache(maxsize=64)
def _insert(table: Table, conflict: Conflict) -> str:
    columns = ", ".join(table.columns.keys())
    marks = ", ".join("?" for _ in table.columns)
    values = f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"  # noqa: S608 - own names
    return values + conflict_clause(table, conflict)
