"""A session is one transaction's connection, with the few moves that every part is made of."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Final, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Connection, Delete, Row, Select, Table, Update, literal
from sqlalchemy.exc import DBAPIError

from engine.store.sql.backend import Backend, Conflict

T = TypeVar("T")

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
AnySelect: TypeAlias = Select[*tuple[Any, ...]]

_MOST_IN_LIST: Final = 1000
"""Values compared in one statement: databases limit them, and plans get worse."""


class SqlSession:
    """Runs statements inside one transaction."""

    def __init__(self, connection: Connection, backend: Backend, *, writable: bool) -> None:
        """Wrap an open transaction."""
        self.connection = connection
        self._backend = backend
        self._writable = writable
        self._locked = False
        self._held = False
        self.written = False
        """Whether rows were inserted or changed: what is read may be rolled back yet."""

    def rows(self, statement: AnySelect) -> Sequence[AnyRow]:
        """Return all rows of a query."""
        return self.connection.execute(statement).all()

    def stream(self, statement: AnySelect) -> Iterator[AnyRow]:
        """Yield the rows of a query that may be larger than memory."""
        yield from self.connection.execute(statement.execution_options(yield_per=1000))

    def values(self, statement: AnySelect) -> Iterator[Any]:
        """Yield the first column of a query that may be larger than memory, quickly."""
        found = self.connection.execute(statement.execution_options(yield_per=10_000))
        for part in found.scalars().partitions():
            yield from part

    def first(self, statement: AnySelect) -> AnyRow | None:
        """Return the first row of a query."""
        return self.connection.execute(statement).first()

    def number(self, statement: AnySelect) -> int:
        """Return the one number a query asks for; 0 for none."""
        return int(self.connection.execute(statement).scalar() or 0)

    def fixed(self, statement: str, *values: object) -> tuple[Any, ...] | None:
        """Run a fixed statement, and return its first row, if it has rows; see `fixed_rows`."""
        rows = self.fixed_rows(statement, *values)
        return rows[0] if rows else None

    def fixed_rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a fixed statement straight on the driver, and return its rows.

        Every batch runs a few of these, and every alert: compiling and wrapping would cost ten
        times as much as running them. Values are marked by question marks.
        """
        connection = self.connection
        cursor = connection.connection.cursor()
        try:
            cursor.execute(marked(statement, connection.dialect.paramstyle), values)
            rows = list(cursor.fetchall()) if cursor.description else []
        except Exception as error:
            base = getattr(connection.dialect.loaded_dbapi, "Error", Exception)
            raise DBAPIError.instance(
                statement, values, error, base, dialect=connection.dialect
            ) from error
        finally:
            cursor.close()
        return rows

    def fixed_rows_of(
        self, statement: str, values: Collection[object]
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a fixed statement in which `IN (?)` stands for all these values."""
        for part in chunks(values):
            yield from self.fixed_rows(_of_many(statement, len(part)), *part)

    def lock(self) -> None:
        """Hold the writers' lock if this transaction writes: what is read now cannot change."""
        if self._writable and not self._locked:
            self._backend.lock_writers(self.connection)
            self._locked = True

    def hold_pages(self) -> None:
        """Read all positions where they are now: a writing transaction has no snapshot."""
        if self._writable and not self._held:
            self._backend.hold_pages(self.connection, to_move=False)
            self._held = True

    def move_pages(self) -> None:
        """Be alone with the positions, to move them."""
        self.check_writable()
        self._backend.hold_pages(self.connection, to_move=True)
        self._held = True
        self.lock()

    def insert(
        self, table: Table, rows: Iterable[tuple[Any, ...]], conflict: Conflict = Conflict.FAIL
    ) -> None:
        """Insert rows of values in the order of the table's columns."""
        self.check_writable()
        listed = list(rows)
        if listed:
            self.written = True
            self._backend.insert(self.connection, table, listed, conflict)

    def change(
        self, statement: "Update | Delete", rows: Sequence[dict[str, Any]] | None = None
    ) -> int:
        """Run an UPDATE or DELETE, once per row of parameters, and return the rows it changed."""
        self.check_writable()
        if rows is not None and not rows:
            return 0
        self.written = True
        return self.connection.execute(statement, rows).rowcount

    def check_writable(self) -> None:
        """Refuse to write in a reading transaction.

        Raises:
            RuntimeError: this is one.
        """
        if not self._writable:
            raise RuntimeError("this transaction only reads: begin it with store.write()")


@lru_cache(maxsize=64)
def marked(statement: str, paramstyle: str) -> str:
    """Return a fixed statement as a driver takes it; SQLite's has question marks and no booleans.

    SQLite uses a partial index only if a query repeats its very condition (`partial_index`).
    """
    if paramstyle == "qmark":
        return statement.replace("WHERE newest AND", "WHERE newest = 1 AND")
    return statement.replace("?", "%s")


@lru_cache(maxsize=256)
def _of_many(statement: str, many: int) -> str:
    return statement.replace("IN (?)", f"IN ({', '.join('?' * many)})")


def constant(value: int | str) -> ColumnElement[Any]:
    """Return a value written into the statement: a partial index is used only for such."""
    return literal(value, literal_execute=True)


def chunks(values: Collection[T]) -> Iterator[list[T]]:
    """Yield the values in lists short enough for one statement."""
    iterator = iter(values)
    while part := list(islice(iterator, _MOST_IN_LIST)):
        yield part
