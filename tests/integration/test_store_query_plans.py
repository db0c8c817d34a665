"""However many years a store holds, a read touches what it returns: no table is read through."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event, make_url

from engine.core.alert import AlertState, CollapseKey
from engine.core.position import PositionKey
from engine.gaps import newest_gap_episodes
from engine.store import Transaction
from engine.store.page import Page
from engine.store.sql.session import SqlSession, marked
from engine.store.sql.sqlite import SqliteBackend
from engine.store.sql.store import SqlStore
from tests.store_values import T0, put_on

KEY = PositionKey(T0, 1, b"d" * 16)
EVERY_STATE = tuple(AlertState)
READS: dict[str, Callable[[Transaction], object]] = {
    "journal blocks": lambda tx: tx.journal.blocks(7),
    "positions newest_keys": lambda tx: tx.positions.newest_keys(),
    "positions known": lambda tx: tx.positions.known({1: [KEY]}),
    "positions since": lambda tx: tx.positions.since(1, T0),
    "positions track": lambda tx: tx.positions.track("w1", 0, T0, Page(after=(1, 2))),
    "events known": lambda tx: tx.events.known(1, [b"d"]),
    "events since": lambda tx: tx.events.since(1, T0),
    "rejections list": lambda tx: tx.rejections.list(Page(after=(5,))),
    "checkpoints at": lambda tx: tx.checkpoints.at(1, T0),
    "episodes running": lambda tx: tx.episodes.running(),
    "episodes touching": lambda tx: tx.episodes.touching(1, T0),
    "episodes reaching": lambda tx: tx.episodes.reaching(T0),
    "heartbeat": lambda tx: tx.heartbeats.last("engine"),
    "episodes get": lambda tx: tx.episodes.get([1]),
    "episodes revisions": lambda tx: tx.episodes.revisions(1),
    "episodes list": lambda tx: tx.episodes.list(Page(after=(T0, 1))),
    "episodes of wearer": lambda tx: tx.episodes.list(Page(), wearer_id="w1"),
    "episodes of subject": lambda tx: tx.episodes.list(Page(), subject="engine"),
    "alerts get": lambda tx: tx.alerts.get(1),
    "alerts not_closed": lambda tx: tx.alerts.not_closed([CollapseKey("w", "g", None, None)]),
    "alerts of_episodes": lambda tx: tx.alerts.of_episodes([1]),
    "alerts history": lambda tx: tx.alerts.history(1),
    "alerts changes_after": lambda tx: tx.alerts.changes_after(1),
    "alerts newest_change_id": lambda tx: tx.alerts.newest_change_id(),
    "alerts outbox_after": lambda tx: tx.alerts.outbox_after(1),
    "alerts oldest": lambda tx: tx.alerts.list(Page(after=(0, T0, 1)), states=EVERY_STATE),
    "alerts newest": lambda tx: tx.alerts.list(Page(), states=EVERY_STATE, sort="newest"),
    "alerts severity": lambda tx: tx.alerts.list(Page(after=(0, 0, T0, 1)), sort="severity"),
    "alerts of wearer": lambda tx: tx.alerts.list(Page(), wearer_id="w1"),
    "alerts of subject": lambda tx: tx.alerts.list(Page(), subject="engine"),
    "alerts of officer": lambda tx: tx.alerts.list(Page(), officer="kim"),
    "alerts count_open": lambda tx: tx.alerts.count_open([T0, T0 - 1]),
    "gap episodes": newest_gap_episodes,
    "registry revision": lambda tx: tx.registry.revision(),
}
SMALL = (
    "SCAN episodes USING INDEX episodes_running",
    "SCAN position_batches",
    "SCAN position_newest",
    "SCAN position_runs",
    "SCAN r",
)
"""Scans that are meant: an index that holds running episodes only, what is not merged yet, runs,
which are one for millions of positions (`r` too), and the newest position of each activation."""


@pytest.fixture
def plans(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Callable[[Transaction], object]], list[str]]]:
    """A function that gives the plans of all statements of a read."""
    backend = SqliteBackend(make_url(sqlite_url))
    store = SqlStore(backend, sqlite_url)
    with store.write() as tx:
        put_on(tx, "w1", "d1", T0)
    statements: list[tuple[str, Any]] = []

    def note(*execution: Any) -> None:  # noqa: ANN401 - as SQLAlchemy calls it
        statements.append(execution[2:4])

    fixed = SqlSession.fixed_rows

    def note_fixed(session: SqlSession, statement: str, *values: object) -> object:
        statements.append((marked(statement, "qmark"), values))
        return fixed(session, statement, *values)

    monkeypatch.setattr(SqlSession, "fixed_rows", note_fixed)

    def explained(read: Callable[[Transaction], object]) -> list[str]:
        event.listen(backend.reading, "before_cursor_execute", note)
        with store.read() as tx:
            statements.clear()
            read(tx)
            noted = list(statements)
        event.remove(backend.reading, "before_cursor_execute", note)
        with backend.reading.connect() as connection:
            return [
                row.detail
                for statement, values in noted
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            ]

    yield explained
    store.close()


@pytest.mark.parametrize("name", READS)
def test_a_read_enters_by_an_index(
    plans: Callable[[Callable[[Transaction], object]], list[str]], name: str
) -> None:
    """No statement of this read scans a table, and no list is sorted before it is cut to a page."""
    steps = plans(READS[name])
    assert any(step.startswith("SEARCH") or step in SMALL for step in steps)
    assert [step for step in steps if step.startswith("SCAN") and step not in SMALL] == []
    if "Page" in READS[name].__code__.co_names:
        assert [step for step in steps if step.endswith("FOR ORDER BY")] == []
