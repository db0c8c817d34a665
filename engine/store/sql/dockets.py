"""Dockets as they stand: one row an activation, written over whenever its fold has moved it."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import select

from engine.core.position import PositionKey
from engine.store.protocol import StoredDocket
from engine.store.sql.backend import Conflict
from engine.store.sql.schema import dockets
from engine.store.sql.session import AnyRow, SqlSession

_SHOWN: Final = msgspec.msgpack.Decoder(tuple[int, ...])


class SqlDockets:
    """Dockets as they stand, to start from."""

    def __init__(self, session: SqlSession) -> None:
        """Work inside one transaction."""
        self._session = session

    def save(self, dockets_: Sequence[StoredDocket]) -> None:
        """Store dockets, each in place of the former one of its activation."""
        self._session.insert(dockets, map(_values, dockets_), Conflict.REPLACE)

    def of(self, activation_id: int) -> StoredDocket | None:
        """Return the docket of an activation; None if none is stored."""
        query = select(dockets).where(dockets.c.activation_id == activation_id)
        row = self._session.first(query)
        return None if row is None else _docket(row)

    def all(self) -> Iterator[StoredDocket]:
        """Yield every docket, in any order."""
        return map(_docket, self._session.stream(select(dockets)))


def _values(docket: StoredDocket) -> tuple[Any, ...]:
    return (
        docket.activation_id,
        docket.state,
        *((None, None, None) if docket.newest is None else docket.newest),
        msgspec.msgpack.encode(docket.shown) if docket.shown else None,
        docket.due,
        docket.due_by_itself,
        docket.next_change,
        docket.max_age,
        docket.lane,
    )


def _docket(row: AnyRow) -> StoredDocket:
    activation_id, state, at, seq, digest, shown, due, due_by_itself, change, max_age, lane = row
    return StoredDocket(
        activation_id=activation_id,
        state=state,
        newest=None if at is None else PositionKey(at, seq, digest),
        shown=() if shown is None else _SHOWN.decode(shown),
        due=due,
        due_by_itself=due_by_itself,
        next_change=change,
        max_age=max_age,
        lane=lane,
    )
