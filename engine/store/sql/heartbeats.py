"""Up to when something is known to have been well: one row a name, written over again."""

from sqlalchemy import select

from engine.store.sql.backend import Conflict
from engine.store.sql.schema import heartbeats
from engine.store.sql.session import SqlSession
from zones.instant import Instant


class SqlHeartbeats:
    """Instants by name."""

    def __init__(self, session: SqlSession) -> None:
        """Work inside one transaction."""
        self._session = session

    def beat(self, name: str, at: Instant) -> None:
        """Store an instant under a name, in place of the former one."""
        self._session.insert(heartbeats, [(name, at)], Conflict.REPLACE)

    def last(self, name: str) -> Instant | None:
        """Return the instant under a name; None if there never was one."""
        row = self._session.first(select(heartbeats.c.at).where(heartbeats.c.name == name))
        return None if row is None else int(row.at)
