"""What is appended is merged behind the batches: soon when idle, in time under load."""

import numpy as np
import pytest
from sqlalchemy import create_engine, text

from engine import projection
from engine.core.position import Position
from engine.core.position_columns import columns_of
from engine.projection import LOADED, MOST, Projection
from engine.store import Store, open_store
from engine.store.positions_part import UNMERGED_BATCHES
from tests.store_values import T0, position


def _append(store: Store, first: int, batches: int) -> list[Position]:
    rows = [position(1, T0 + first + number) for number in range(batches)]
    with store.write() as tx:
        for number, row in enumerate(rows, first):
            tx.positions.append(columns_of([row]), number, 1, np.zeros(1, np.int64))
    return rows


def _unmerged(store: Store) -> int:
    with store.read() as tx:
        return tx.positions.unmerged().batches


def _merged(merging: Projection, *, idle: bool) -> bool:
    """Do all steps there are, and tell if there was any."""
    steps = 0
    while merging.step(idle=idle):
        steps += 1
    return steps > 0


def test_an_idle_engine_merges_what_is_worth_while(store: Store) -> None:
    """One batch fewer is left alone; as many as that are merged, and nothing changes to see."""
    merging = Projection(store)
    rows = _append(store, 1, UNMERGED_BATCHES - 1)
    assert not merging.step(idle=True)
    rows += _append(store, UNMERGED_BATCHES, 1)
    assert _merged(merging, idle=True)
    assert not merging.step(idle=True)
    assert _unmerged(store) == 0
    with store.read() as tx:
        assert list(tx.positions.since(1, 0)) == rows


def test_under_load_merging_waits_for_more(sqlite_url: str) -> None:
    """Batches come first until there are several times as many, and then it is done in between."""
    store = open_store(sqlite_url)
    merging = Projection(store)
    _append(store, 1, LOADED * UNMERGED_BATCHES - 1)
    assert not merging.step(idle=False)
    _append(store, LOADED * UNMERGED_BATCHES, 1)
    assert _merged(merging, idle=False)
    assert not merging.step(idle=False)
    store.close()


def test_no_batch_is_taken_while_too_much_is_unmerged(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the bound merging is overdue, by batches or by positions, until pieces of it are done."""
    monkeypatch.setattr(projection, "UNMERGED_BATCHES", UNMERGED_BATCHES // MOST * LOADED)
    store = open_store(sqlite_url)
    merging = Projection(store)
    _append(store, 1, LOADED * UNMERGED_BATCHES)
    for _ in range(LOADED * UNMERGED_BATCHES - 1):
        merging.note(1)
    merging.note(0)
    assert not merging.overdue
    merging.note(1)
    assert merging.overdue
    assert _merged(merging, idle=False)
    assert not merging.overdue
    merging.note(MOST * projection.UNMERGED_POSITIONS)
    assert merging.overdue
    store.close()


def test_what_was_put_off_waits_for_merging_before_batches_do(sqlite_url: str) -> None:
    """From where merging goes on under load it is behind; no batch waits for it yet."""
    store = open_store(sqlite_url)
    merging = Projection(store)
    merging.note(LOADED * projection.UNMERGED_POSITIONS - 1)
    assert not merging.behind
    merging.note(1)
    assert (merging.behind, merging.overdue) == (True, False)
    store.close()


def test_what_is_damaged_is_left_to_people(sqlite_url: str) -> None:
    """A batch that cannot be read stops merging, never the engine: batches go on being taken."""
    store = open_store(sqlite_url)
    _append(store, 1, UNMERGED_BATCHES)
    store.close()
    store = open_store(sqlite_url)
    merging = Projection(store)
    engine = create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE position_batches SET body = CAST(x'07' || substr(body, 2) AS BLOB)")
        )
    engine.dispose()
    assert not merging.step(idle=True)
    merging.note(MOST * projection.UNMERGED_POSITIONS)
    assert not merging.overdue
    assert not merging.step(idle=True)
    store.close()
