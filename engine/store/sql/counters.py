"""Counters give ids without gaps, in the order of commits: the last one given is a row of its own.

Taking ids holds the writers' lock until the commit. A rolled-back transaction gives them back.
"""

from sqlalchemy import bindparam, select, text

from engine.store.sql.schema import counters
from engine.store.sql.session import SqlSession

_TAKE = text(
    "INSERT INTO counters (counter, value) VALUES (:counter, :count) ON CONFLICT (counter) "
    "DO UPDATE SET value = counters.value + excluded.value RETURNING value"
)
_LAST = select(counters.c.value).where(counters.c.counter == bindparam("counter"))


def take_ids(session: SqlSession, counter: str, count: int) -> range:
    """Return the next `count` ids of a counter, from 1.

    Raises:
        ValueError: the count is negative.
    """
    if count < 0:
        raise ValueError(f"count is {count}: it must be 0 or more")
    session.check_writable()
    session.lock()
    last = session.connection.execute(_TAKE, {"counter": counter, "count": count}).scalar_one()
    return range(last - count + 1, last + 1)


def last_id(session: SqlSession, counter: str) -> int:
    """Return the last id given of a counter; 0 if none was."""
    return session.connection.execute(_LAST, {"counter": counter}).scalar() or 0
