"""What every store promises about transactions: all or nothing, snapshots, ids in commit order."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import msgspec
import numpy as np
import pytest

from engine.core.journal import GENESIS, verify_chain
from engine.core.position_columns import columns_of
from engine.store import ConflictError, Store, open_store
from tests.store_values import (
    T0,
    alert,
    change,
    position,
    put_on,
    store_positions,
    stored_episode,
)

ROOT = Path(__file__).parents[2]


class _PowerCutError(Exception):
    """Stands for anything that goes wrong in the middle of a batch."""


def test_an_exception_undoes_the_whole_batch_and_gives_its_ids_again(store: Store) -> None:
    """Nothing of a failed batch stays, and its ids are given to the next one."""
    with suppress(_PowerCutError), store.write() as tx:
        store_positions(tx, [position(1, T0)])
        tx.episodes.save([stored_episode(tx.next_ids("episode", 1)[0])])
        tx.alerts.save([alert(tx.next_ids("alert", 1)[0])])
        put_on(tx, "w1", "d1", T0)
        raise _PowerCutError
    with store.write() as tx:
        assert tx.positions.count() == tx.episodes.count() == tx.registry.revision() == 0
        assert tx.alerts.get(1) is None
        assert tx.registry.activations() == []
        assert tx.next_ids("position", 3) == range(1, 4)
        assert tx.next_ids("episode", 1) == tx.next_ids("alert", 1) == range(1, 2)


def test_counters_count_apart_and_beyond_32_bits(store: Store) -> None:
    """Each counter counts for itself, without gaps, past 2^31 and 2^32."""
    with store.write() as tx:
        assert tx.next_ids("event", 2**40) == range(1, 2**40 + 1)
        assert tx.next_ids("change", 0) == range(1, 1)
        assert tx.next_ids("change", 2) == range(1, 3)
    with store.write() as tx:
        assert tx.next_ids("event", 1)[0] == 2**40 + 1
        with pytest.raises(ValueError, match="count is -1"):
            tx.next_ids("event", -1)


def test_a_reader_sees_the_snapshot_of_its_beginning(store: Store) -> None:
    """What is committed after a reading transaction began does not exist for it."""
    with store.read() as reader:
        with store.write() as tx:
            store_positions(tx, [position(1, T0)])
            tx.alerts.save([alert(1)])
        assert reader.positions.count() == 0
        assert reader.positions.newest_keys() == {}
        assert reader.alerts.get(1) is None
        with store.read() as later:
            assert later.positions.count() == 1


def test_readers_never_see_an_uncommitted_batch(store: Store) -> None:
    """A batch is invisible until its commit, then wholly visible."""
    with store.write() as tx:
        store_positions(tx, [position(1, T0), position(2, T0)])
        with store.read() as reader:
            assert reader.positions.count() == 0
    with store.read() as reader:
        assert reader.positions.count() == 2


def test_writing_in_a_reading_transaction_is_refused(store: Store) -> None:
    """A reading transaction refuses inserts, updates, deletes and ids, and stays usable."""
    one = columns_of([position(1, T0)])
    with store.read() as reader:
        for write in (
            lambda: reader.positions.append(one, 1, 1, np.zeros(1, np.int64)),
            lambda: reader.checkpoints.drop_after(1, T0),
            lambda: reader.alerts.save([alert(1)]),
            lambda: reader.next_ids("alert", 1),
        ):
            with pytest.raises(RuntimeError, match=r"store\.write\(\)"):
                write()
        assert reader.positions.count() == 0


def test_a_second_writer_gets_its_ids_after_the_first_has_committed(store: Store) -> None:
    """A writer that asks for ids waits for the one that holds younger ones."""
    given: list[int] = []
    started = Event()

    def second() -> None:
        started.set()
        with store.write() as tx:
            given.extend(tx.next_ids("change", 1))

    with store.write() as tx:
        given.extend(tx.next_ids("change", 1))
        thread = Thread(target=second)
        thread.start()
        assert started.wait(10)
        thread.join(0.2)
        assert given == [1]
    thread.join(10)
    assert given == [1, 2]


def test_changes_become_visible_in_the_order_of_their_ids(store: Store) -> None:
    """Readers that follow two concurrent writers see every change once, without a gap."""
    rounds = 40
    finished = Event()

    def write() -> None:
        for _ in range(rounds):
            with store.write() as tx:
                tx.alerts.append_changes([change(id_) for id_ in tx.next_ids("change", 3)])

    def follow() -> list[int]:
        seen: list[int] = []
        while True:
            last_round = finished.is_set()
            with store.read() as tx:
                seen += [each.change_id for each in tx.alerts.changes_after(len(seen))]
            if last_round:
                return seen

    with ThreadPoolExecutor() as pool:
        follower = pool.submit(follow)
        for writer in [pool.submit(write), pool.submit(write)]:
            writer.result()
        finished.set()
        assert follower.result() == list(range(1, 2 * rounds * 3 + 1))


def test_two_people_on_the_same_alert_lose_no_update(store: Store) -> None:
    """Concurrent read-then-save on one alert adds up: none overwrites what it had not seen."""
    rounds = 20
    with store.write() as tx:
        tx.alerts.save([alert(1, count=0)])

    def act() -> None:
        for _ in range(rounds):
            with store.write() as tx:
                found = tx.alerts.get(1)
                assert found is not None
                tx.alerts.save([msgspec.structs.replace(found, count=found.count + 1)])

    with ThreadPoolExecutor() as pool:
        for person in [pool.submit(act) for _ in range(3)]:
            person.result()
    with store.read() as tx:
        found = tx.alerts.get(1)
        assert found is not None
        assert found.count == 3 * rounds


def test_of_two_concurrent_activations_of_a_device_one_is_refused(store: Store) -> None:
    """However two writers interleave, a device ends up on one wearer."""

    def begin(wearer_id: str) -> bool:
        try:
            with store.write() as tx:
                put_on(tx, wearer_id, "d1", T0)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor() as pool:
        outcomes = list(pool.map(begin, ["w1", "w2", "w3", "w4"]))
    assert sorted(outcomes) == [False, False, False, True]
    with store.read() as tx:
        assert len(tx.registry.activations()) == 1


def test_a_killed_writer_leaves_whole_batches_and_every_acknowledged_one(store_url: str) -> None:
    """After kill -9 the store holds whole batches only, and all that had been committed."""
    writer = subprocess.Popen(
        [sys.executable, ROOT / "tests/integration/batch_writer.py", store_url],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(20)][-1]
    writer.kill()
    acknowledged = max([acknowledged, *map(int, writer.stdout.read().split())])
    writer.wait()

    store = open_store(store_url)
    with store.read() as tx:
        blocks = tx.journal.blocks(limit=10_000)
        head = verify_chain(blocks)
        assert head == tx.journal.head() != GENESIS
        assert head.block_id >= acknowledged
        messages = sum(block.messages for block in blocks)
        assert tx.positions.count() == messages == 50 * head.block_id
        assert tx.alerts.newest_change_id() == head.block_id
    with store.write() as tx:
        assert tx.next_ids("block", 1) == range(head.block_id + 1, head.block_id + 2)
    store.close()


def test_a_store_says_its_size(store: Store, store_url: str) -> None:
    """Bytes and ids are counted from the first; the free room where it can be seen."""
    before = store.size()
    assert (before.since, before.used_bytes > 0) == (None, True)
    with store.write() as tx:
        tx.next_ids("position", 70_000)
    after = store.size()
    assert after.ids["position"] == 70_000
    assert (after.free_bytes is None) == store_url.startswith("postgresql")
