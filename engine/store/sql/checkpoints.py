"""States of the fold, by activation and the instant up to which they have seen everything."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, func, select

from engine.store.protocol import Checkpoint
from engine.store.sql.backend import Conflict
from engine.store.sql.schema import checkpoints
from engine.store.sql.session import AnyRow, SqlSession
from zones.instant import Instant

_ROW = checkpoints.c


class SqlCheckpoints:
    """States of the fold to restart and to re-judge from."""

    def __init__(self, session: SqlSession) -> None:
        """Work inside one transaction."""
        self._session = session

    def save(self, checkpoints_: Sequence[Checkpoint]) -> None:
        """Store checkpoints; one with the same activation and cut is replaced."""
        rows = ((each.activation_id, each.cut, each.state) for each in checkpoints_)
        self._session.insert(checkpoints, rows, Conflict.REPLACE)

    def newest(self) -> Iterable[Checkpoint]:
        """Yield each activation's newest checkpoint."""
        last = (
            select(_ROW.activation_id, func.max(_ROW.cut).label("cut"))
            .group_by(_ROW.activation_id)
            .subquery()
        )
        same = (_ROW.activation_id == last.c.activation_id) & (_ROW.cut == last.c.cut)
        query = select(checkpoints).join(last, same)
        return map(_checkpoint, self._session.stream(query))

    def at(self, activation_id: int, instant: Instant) -> Checkpoint | None:
        """Return the newest checkpoint with cut <= instant."""
        query = select(checkpoints).where(_ROW.activation_id == activation_id, _ROW.cut <= instant)
        row = self._session.first(query.order_by(_ROW.cut.desc()).limit(1))
        return None if row is None else _checkpoint(row)

    def drop_after(self, activation_id: int, instant: Instant) -> None:
        """Delete the checkpoints with cut > instant."""
        self._session.change(
            delete(checkpoints).where(_ROW.activation_id == activation_id, _ROW.cut > instant)
        )


def _checkpoint(row: AnyRow) -> Checkpoint:
    return Checkpoint(activation_id=row.activation_id, cut=row.cut, state=row.state)
