"""What differs between the databases, and only that, is behind `Backend`.

Both give the same promises. A writing transaction can hold the writers' lock: SQLite takes it at
the beginning, PostgreSQL with the first id or the first read that a write will rest on. Who holds
it is alone among writers until the commit, so commits are in the order of ids and no update is
lost.
A reading transaction sees one snapshot and cannot write.
"""

from collections.abc import Sequence
from enum import Enum, auto
from typing import Any, Final, Protocol

from sqlalchemy import Connection, Engine, Table

LOCK_WAIT_S: Final = 30
"""Seconds a writer waits for the one before it; then something hangs, and is reported."""

MIGRATE: Final = "run `ringfence migrate`"


class Conflict(Enum):
    """What happens to a row whose primary key is stored already."""

    FAIL = auto()
    IGNORE = auto()
    REPLACE = auto()


class Backend(Protocol):
    """One database, reached over connections for writing and for reading."""

    name: str
    """Where it is, for messages: without a password."""
    writing: Engine
    reading: Engine

    def prepare(self) -> None:
        """Make the database ready to hold its first schema."""
        ...

    def lock_writers(self, connection: Connection) -> None:
        """Wait until no other transaction holds the writers' lock, and hold it until the end."""
        ...

    def hold_pages(self, connection: Connection, *, to_move: bool) -> None:
        """Keep others from moving positions until the end; or everyone, to move them oneself."""
        ...

    def insert(
        self,
        connection: Connection,
        table: Table,
        rows: Sequence[tuple[Any, ...]],
        conflict: Conflict,
    ) -> None:
        """Insert rows of values in the order of the table's columns, as fast as it can."""
        ...

    def bytes_used(self, connection: Connection) -> int:
        """Return how many bytes the database takes."""
        ...

    def bytes_free(self) -> int | None:
        """Return how many bytes its disk has left; None if that cannot be seen from here."""
        ...

    def explain(self, error: BaseException) -> str | None:
        """Return why the store is not available and what to do; None for any other error."""
        ...


def conflict_clause(table: Table, conflict: Conflict) -> str:
    """Return the end of an INSERT statement; both databases write it alike."""
    if conflict is Conflict.FAIL:
        return ""
    if conflict is Conflict.IGNORE:
        return " ON CONFLICT DO NOTHING"
    key = ", ".join(column.name for column in table.primary_key.columns)
    replaced = ", ".join(
        f"{column.name} = excluded.{column.name}"
        for column in table.columns
        if not column.primary_key
    )
    return f" ON CONFLICT ({key}) DO UPDATE SET {replaced}"
