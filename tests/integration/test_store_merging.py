"""Whatever was merged and when, positions are read as if they lay in one plain list."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.core.position import Position, PositionKey, Quarantine
from engine.store import Store, Transaction, open_store
from engine.store.page import Page
from engine.store.positions_part import StoredPosition, Unmerged
from engine.store.sql import position_merging, position_pages
from tests.position_values import ranged, stated
from tests.store_values import T0, position, put_on, store_positions, undone

FEW = settings(
    max_examples=25,
    deadline=None,
    # Each example takes a while on a database: to make a failing one smaller takes minutes.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
WEARERS = ("w1", "w1", "w2")
ids = st.integers(1, len(WEARERS))
times = st.integers(0, 30)
some = st.lists(
    stated(ids, times, st.sampled_from([0.0, 2.5])) | ranged(ids, times), min_size=1, max_size=9
)
quarantines = st.none() | st.sampled_from(Quarantine)
verdicts = st.tuples(st.integers(0, 10**6), quarantines)
steps = st.lists(
    st.tuples(st.just("append"), some)
    | st.tuples(st.just("merge"), st.integers(1, 4))
    | st.tuples(st.just("judge"), verdicts),
    max_size=14,
)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of three positions, merged as soon as there are two of anything."""
    for name, value in (("BATCHES", 2), ("POSITIONS", 12), ("FAN_OUT", 2), ("LARGEST", 40)):
        monkeypatch.setattr(position_merging, name, value)
    for name, value in (("VERDICTS", 1), ("_SOME_VERDICTS", 2), ("_PAGES_OF_EACH", 1)):
        monkeypatch.setattr(position_merging, name, value)
    monkeypatch.setattr(position_pages, "PAGE", 3)


class Model:
    """Stored positions in a plain list."""

    def __init__(self) -> None:
        self.rows: list[StoredPosition] = []

    def new(self, rows: list[Position]) -> list[Position]:
        """Return those that are not stored, each once, as a batch is appended."""
        stored = {(row.position.activation_id, row.position.key) for row in self.rows}
        first = {(row.activation_id, row.key): row for row in rows}
        return [row for named, row in first.items() if named not in stored]

    def judge(self, index: int, verdict: Quarantine | None) -> tuple[int, PositionKey] | None:
        """Change the verdict on one of them, and say on which."""
        if not self.rows:
            return None
        index %= len(self.rows)
        judged = msgspec.structs.replace(self.rows[index].position, quarantine=verdict)
        self.rows[index] = msgspec.structs.replace(self.rows[index], position=judged)
        return judged.activation_id, judged.key

    def of(self, activation_id: int) -> list[Position]:
        """Return an activation's in key order."""
        mine = (row.position for row in self.rows if row.position.activation_id == activation_id)
        return sorted(mine, key=lambda each: each.key)

    def check(self, tx: Transaction) -> None:
        """Compare every answer of the store."""
        part, newest = tx.positions, {}
        for activation_id in range(1, len(WEARERS) + 2):
            mine = self.of(activation_id)
            assert list(part.since(activation_id, -(2**63))) == mine
            middle = [each for each in mine if 7 <= each.fix_time < 20]
            assert list(part.since(activation_id, 7, 20)) == middle
            judged = [each for each in mine if each.quarantine is None]
            assert part.newest(activation_id) == (judged[-1] if judged else None)
            stated = [each for each in mine if each.battery_pct is not None and each.fix_time > 4]
            assert part.newest_vitals(activation_id, 5) == (stated[-1] if stated else None)
            if mine:
                newest[activation_id] = mine[-1].key
        assert part.newest_keys() == newest
        every = {(row.position.activation_id, row.position.key) for row in self.rows}
        absent = {(id_, key._replace(seq=key.seq ^ 1)) for id_, key in every} - every
        asked: dict[int, list[PositionKey]] = {}
        for activation_id, key in every | absent:
            asked.setdefault(activation_id, []).append(key)
        assert part.known(asked) == every
        for wearer_id in set(WEARERS):
            assert _whole_track(tx, wearer_id) == self.track(wearer_id)

    def track(self, wearer_id: str) -> list[StoredPosition]:
        """Return a wearer's track."""
        mine = [r for r in self.rows if WEARERS[r.position.activation_id - 1] == wearer_id]
        return sorted(mine, key=lambda row: (row.position.fix_time, row.position_id))


def _whole_track(tx: Transaction, wearer_id: str) -> list[StoredPosition]:
    seen: list[StoredPosition] = []
    while True:
        last = seen[-1] if seen else None
        after = None if last is None else (last.position.fix_time, last.position_id)
        part = tx.positions.track(wearer_id, -5, 10**6, Page(limit=4, after=after))
        seen += part
        if len(part) < 4:
            return seen


@pytest.mark.usefixtures("small")
@FEW
@given(steps)
def test_merging_at_any_moment_changes_no_answer(
    store: Store, steps: list[tuple[str, Any]]
) -> None:
    """Appended, merged, judged anew in any order: all reads equal those of a plain list."""
    model = Model()
    with undone(store) as tx:
        for number, wearer_id in enumerate(WEARERS):
            put_on(tx, wearer_id, f"d{number}", T0)
        for what, value in steps:
            if what == "append":
                model.rows += store_positions(tx, model.new(value))
            elif what == "merge":
                for _ in range(value):
                    tx.positions.merge()
                model.check(tx)
            elif named := model.judge(*value):
                tx.positions.set_quarantine(named[0], {named[1]: value[1]})
        model.check(tx)
        while tx.positions.merge():
            pass
        model.check(tx)


@pytest.mark.usefixtures("small")
@settings(FEW, max_examples=15)
@given(st.lists(steps, max_size=4).map(lambda parts: [each for part in parts for each in part]))
def test_what_happens_between_the_steps_of_a_piece_changes_no_answer(
    sqlite_url: str, tmp_path: Path, steps: list[tuple[str, Any]]
) -> None:
    """Each append, verdict and step of merging committed by itself: all reads equal a plain list's.

    Some steps are another process's, which knows nothing of the piece that is in hand.
    """
    path = tmp_path / "another.db"
    shutil.copyfile(sqlite_url.removeprefix("sqlite:///"), path)
    stores, model = [open_store(f"sqlite:///{path}") for _ in range(2)], Model()
    with stores[0].write() as tx:
        for number, wearer_id in enumerate(WEARERS):
            put_on(tx, wearer_id, f"d{number}", T0)
    for number, (what, value) in enumerate(steps):
        with stores[number % 7 == 6].write() as tx:
            if what == "append":
                model.rows += store_positions(tx, model.new(value))
            elif what == "merge":
                tx.positions.merge()
            elif named := model.judge(*value):
                tx.positions.set_quarantine(named[0], {named[1]: value[1]})
        if what == "merge":
            with stores[0].read() as tx:
                model.check(tx)
    while _merged(stores[0]):
        pass
    for each in stores:
        with each.read() as tx:
            model.check(tx)
        each.close()


def test_a_step_of_merging_writes_all_of_a_piece_or_nothing(sqlite_url: str) -> None:
    """Until its last step nothing of a piece is stored, and a batch is where it was."""
    store = open_store(sqlite_url)
    for number in range(position_merging.BATCHES):
        with store.write() as tx:
            store_positions(tx, [position(1, T0 + number)])
    left = []
    while _merged(store):
        with store.read() as tx:
            left.append(tx.positions.unmerged().batches)
    assert left == [256, 256, 0]
    store.close()


def test_a_verdict_that_changes_while_a_piece_is_made_stays(sqlite_url: str) -> None:
    """The one that was written into the piece is not taken for the one that came meanwhile."""
    store = open_store(sqlite_url)
    rows = [position(1, T0 + number) for number in range(position_merging.BATCHES)]
    for row in rows:
        with store.write() as tx:
            store_positions(tx, [row])
    with store.write() as tx:
        verdicts = {row.key: Quarantine.CONFLICT for row in rows[:2]}
        tx.positions.set_quarantine(1, verdicts)
    assert _merged(store)
    with store.write() as tx:
        tx.positions.set_quarantine(1, {rows[0].key: Quarantine.IMPLAUSIBLE, rows[5].key: None})
    while _merged(store):
        pass
    with store.read() as tx:
        assert tx.positions.unmerged().batches == 0
        found = [each.quarantine for each in tx.positions.since(1, 0)]
    assert found[:3] == [Quarantine.IMPLAUSIBLE, Quarantine.CONFLICT, None]
    store.close()


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("steps_before", range(1, 16))
def test_a_piece_is_not_written_over_what_another_process_did(
    sqlite_url: str, steps_before: int
) -> None:
    """What another process has merged while a piece was made is not merged a second time."""
    ours, theirs = open_store(sqlite_url), open_store(sqlite_url)
    rows = [position(1 + number % 2, T0 + number) for number in range(24)]
    for start in range(0, len(rows), 3):
        with ours.write() as tx:
            store_positions(tx, rows[start : start + 3])
    for _ in range(steps_before):
        _merged(ours)
    while _merged(theirs):
        pass
    while _merged(ours):
        pass
    with ours.read() as tx:
        assert tx.positions.count() == len(rows)
        assert sorted((*tx.positions.since(1, 0), *tx.positions.since(2, 0)), key=_time) == rows
    ours.close()
    theirs.close()


def _time(each: Position) -> int:
    return each.fix_time


@pytest.mark.usefixtures("small")
def test_merging_ends_and_leaves_little_unmerged(store: Store) -> None:
    """After so much work as there is, everything is in few runs, and counted as before."""
    for number in range(40):
        with store.write() as tx:
            store_positions(tx, [position(n % 5, T0 + number, number * 9 + n) for n in range(9)])
    steps = 0
    while _merged(store):
        steps += 1
    assert 60 < steps < 1_800
    with store.read() as tx:
        assert tx.positions.unmerged().batches < 2
        assert tx.positions.count() == 360
        for activation_id in range(5):
            keys = [each.key for each in tx.positions.since(activation_id, 0)]
            assert keys == sorted(keys)
            assert len(keys) == (80 if activation_id < 4 else 40)


def _merged(store: Store) -> bool:
    with store.write() as tx:
        return tx.positions.merge()


@pytest.mark.usefixtures("small")
def test_a_reader_sees_one_snapshot_while_others_merge(store: Store) -> None:
    """A reading transaction that began before a merge reads on as if there were none."""
    rows = [position(1, T0 + n) for n in range(30)]
    for row in rows[:20]:
        with store.write() as tx:
            store_positions(tx, [row])
    with store.read() as reader:
        assert reader.positions.unmerged() == Unmerged(20, 20)
        before = reader.positions.since(1, 0, T0 + 9)
        with ThreadPoolExecutor(1) as other:
            while other.submit(_merged, store).result():
                pass
        with store.write() as tx:
            store_positions(tx, rows[20:])
        assert [*before, *reader.positions.since(1, T0 + 9)] == rows[:20]
        assert reader.positions.count() == 20
    with store.read() as reader:
        assert list(reader.positions.since(1, 0)) == rows


@pytest.mark.usefixtures("small")
def test_a_batch_that_is_rolled_back_is_not_kept_open(store: Store) -> None:
    """What was read of it under ids that are then given to another batch is not that one."""
    with undone(store) as tx:
        store_positions(tx, [position(1, T0)])
        assert len(tx.positions.since(1, 0)) == 1
    with store.write() as tx:
        store_positions(tx, [position(1, T0 + 5)])
    with store.read() as tx:
        assert list(tx.positions.since(1, 0)) == [position(1, T0 + 5)]


def test_a_piece_of_merging_that_fails_changes_nothing(store: Store) -> None:
    """A merge is a transaction: rolled back in the middle, all is where it was."""
    with store.write() as tx:
        for number in range(position_merging.BATCHES):
            store_positions(tx, [position(1, T0 + number)])
    with undone(store) as tx:
        while tx.positions.unmerged().batches:
            assert tx.positions.merge()
    with store.read() as tx:
        assert tx.positions.unmerged() == Unmerged(256, 256)
        assert len(tx.positions.since(1, 0)) == tx.positions.count() == 256


def test_a_verdict_on_what_is_not_stored_is_forgotten(store: Store) -> None:
    """A position that comes after a verdict on its key is judged as it says itself."""
    with store.write() as tx:
        store_positions(tx, [position(1, T0)])
        tx.positions.set_quarantine(1, {position(1, T0 + 1).key: Quarantine.CONFLICT})
        store_positions(tx, [position(1, T0 + 1)])
        assert tx.positions.newest(1) == position(1, T0 + 1)


def test_a_large_batch_is_merged_in_pieces(sqlite_url: str, tmp_path: Path) -> None:
    """More positions than a piece may take are several batches, with ids as given."""
    many = position_merging.POSITIONS + 10
    rows = [position(n % 7, T0 + n) for n in range(many)]
    store = open_store(sqlite_url)
    with store.write() as tx:
        stored = store_positions(tx, rows)
        put_on(tx, "w1", "d1", T0)
    with store.read() as tx:
        assert tx.positions.unmerged() == Unmerged(2, many)
    while _merged(store):
        pass
    with store.read() as tx:
        assert tx.positions.unmerged() == Unmerged(1, 10)
        found = tx.positions.track("w1", T0, T0 + many, Page(limit=many))
        assert found == [row for row in stored if row.position.activation_id == 1]
        assert tx.positions.count() == many
    store.close()
