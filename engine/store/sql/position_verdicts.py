"""Verdicts that were changed later are kept beside the positions until they are written into them.

Reading puts them in place of those that are packed. They stay few: merging batches writes into the
new pages what concerns them, and what concerns older pages is written into these, some at a time.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import bindparam, delete, func, select

from engine.core.position import PositionKey, Quarantine
from engine.store.sql.backend import Conflict
from engine.store.sql.schema import position_verdicts
from engine.store.sql.session import AnySelect, SqlSession
from zones.instant import Instant

Verdicts = dict[tuple[int, PositionKey], Quarantine | None]
"""By activation and key."""

_ROW: Final = position_verdicts.c
_OF_ONE: Final = select(position_verdicts).where(
    _ROW.activation_id == bindparam("wanted"),
    _ROW.fix_time >= bindparam("since"),
    _ROW.fix_time <= bindparam("until"),
)
_SOME: Final = select(position_verdicts).order_by(*position_verdicts.primary_key.columns)
_GONE: Final = delete(position_verdicts).where(
    _ROW.activation_id == bindparam("wanted"),
    _ROW.fix_time == bindparam("at"),
    _ROW.seq == bindparam("number"),
    _ROW.digest == bindparam("content"),
)


class SqlVerdicts:
    """Verdicts that are in no page yet, inside one transaction."""

    def __init__(self, session: SqlSession) -> None:
        self._session = session

    def put(self, verdicts: Mapping[tuple[int, PositionKey], Quarantine | None]) -> None:
        """Store verdicts in place of former ones."""
        rows = (
            (activation_id, *key, None if verdict is None else verdict.value)
            for (activation_id, key), verdict in verdicts.items()
        )
        self._session.insert(position_verdicts, rows, Conflict.REPLACE)

    def of_activation(self, activation_id: int, since: Instant, until: Instant) -> Verdicts:
        """Return one activation's on positions with since <= fix_time <= until."""
        asked = {"wanted": activation_id, "since": since, "until": until}
        return self._read(_OF_ONE, asked)

    def some(self, most: int) -> Verdicts:
        """Return so many verdicts, those of neighbouring positions together."""
        return self._read(_SOME.limit(most), {})

    def count(self) -> int:
        """Return how many there are."""
        return self._session.number(select(func.count()).select_from(position_verdicts))

    def remove(self, verdicts: Iterable[tuple[int, PositionKey]]) -> None:
        """Delete verdicts that have been written into the positions."""
        rows = [
            {"wanted": activation_id, "at": key.fix_time, "number": key.seq, "content": key.digest}
            for activation_id, key in verdicts
        ]
        self._session.change(_GONE, rows)

    def _read(self, query: AnySelect, asked: Mapping[str, int]) -> Verdicts:
        return {
            (row.activation_id, PositionKey(row.fix_time, row.seq, row.digest)): (
                None if row.quarantine is None else Quarantine(row.quarantine)
            )
            for row in self._session.connection.execute(query, asked)
        }
