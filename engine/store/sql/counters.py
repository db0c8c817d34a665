"""Counters give ids without gaps, in the order of commits: the last one given is a row of its own.

Taking ids holds the writers' lock until the commit. A rolled-back transaction gives them back.
"""

from engine.store.sql.session import SqlSession

_TAKE = (
    "INSERT INTO counters (counter, value) VALUES (?, ?) ON CONFLICT (counter) "
    "DO UPDATE SET value = counters.value + excluded.value RETURNING value"
)
_SET = (
    "INSERT INTO counters (counter, value) VALUES (?, ?) ON CONFLICT (counter) "
    "DO UPDATE SET value = excluded.value RETURNING value"
)
_LAST = "SELECT value FROM counters WHERE counter = ?"


def take_ids(session: SqlSession, counter: str, count: int) -> range:
    """Return the next `count` ids of a counter, from 1; of none any empty range.

    Raises:
        ValueError: the count is negative.
    """
    if count < 0:
        raise ValueError(f"count is {count}: it must be 0 or more")
    session.check_writable()
    session.lock()
    if not count:
        return range(0)
    row = session.fixed(_TAKE, counter, count)
    last = 0 if row is None else int(row[0])
    return range(last - count + 1, last + 1)


def last_id(session: SqlSession, counter: str) -> int:
    """Return the last id given of a counter; 0 if none was."""
    row = session.fixed(_LAST, counter)
    return 0 if row is None else int(row[0])


def set_last(session: SqlSession, counter: str, value: int) -> None:
    """Note a number under a counter's name, in place of the former one."""
    session.check_writable()
    session.lock()
    session.fixed(_SET, counter, value)
