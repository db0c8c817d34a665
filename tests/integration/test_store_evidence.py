"""What every store promises about evidence: journal, positions, events, rejections, checkpoints."""

from itertools import pairwise

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.device_event import DeviceEvent, EventState
from engine.core.journal import (
    GENESIS_HASH,
    RawMessage,
    build_block,
    expunge,
    open_block,
    verify_chain,
)
from engine.core.position import Position, PositionKey, Quarantine
from engine.core.position_columns import columns_of
from engine.core.rejection import Reason
from engine.store import ConflictError, Store
from engine.store.page import Page
from engine.store.positions_part import StoredPosition
from engine.store.protocol import Checkpoint, StoredRejection
from tests import store_values
from tests.position_values import positions
from tests.store_values import HOUR, ROUND_TRIP, T0, position, put_on, store_positions, undone

BIG = 2**40


def _by_key(row: Position) -> PositionKey:
    return row.key


def test_journal_blocks_come_back_as_they_were_sealed(store: Store) -> None:
    """Blocks round-trip, verify as a chain and are read in order after any id."""
    blocks, previous = [], GENESIS_HASH
    for block_id in range(1, 6):
        messages = [RawMessage(T0, f"t/{n}", bytes(n)) for n in range(block_id)]
        blocks.append(build_block(block_id, previous, messages, T0 + block_id))
        previous = blocks[-1].block_hash
    with store.write() as tx:
        assert tx.journal.head() is None
        for block in blocks:
            tx.journal.append(block)
    with store.read() as tx:
        assert tx.journal.head() == (5, blocks[-1].block_hash)
        assert tx.journal.block(3) == blocks[2]
        assert tx.journal.block(6) is None
        assert list(tx.journal.blocks()) == blocks
        assert list(tx.journal.blocks(after_block_id=2, limit=2)) == blocks[2:4]
        verify_chain(tx.journal.blocks())


def test_a_block_id_is_never_given_to_two_blocks(store: Store) -> None:
    """Appending a block whose id is stored is a conflict."""
    block = build_block(1, GENESIS_HASH, [RawMessage(T0, "t", b"x")], T0)
    with store.write() as tx:
        tx.journal.append(block)
    with pytest.raises(ConflictError), store.write() as tx:
        tx.journal.append(block)


def test_expunging_rewrites_the_body_of_a_stored_block_only(store: Store) -> None:
    """An expunged block replaces the stored one; a block with another hash does not."""
    messages = [RawMessage(T0, "t", b"secret"), RawMessage(T0, "t", b"kept")]
    block = build_block(BIG, GENESIS_HASH, messages, T0)
    other = build_block(BIG, GENESIS_HASH, messages[:1], T0)
    with store.write() as tx:
        tx.journal.append(block)
        tx.journal.rewrite(expunge(block, 0))
        with pytest.raises(ConflictError, match="not stored"):
            tx.journal.rewrite(other)
    with store.read() as tx:
        stored = tx.journal.block(BIG)
        assert stored is not None
        assert open_block(stored)[1] == messages[1]
        assert open_block(stored)[0].leaf == messages[0].leaf
        assert not isinstance(open_block(stored)[0], RawMessage)


@ROUND_TRIP
@given(st.lists(positions, max_size=5))
def test_every_field_of_a_position_comes_back(store: Store, rows: list[Position]) -> None:
    """Positions come back exactly as they were stored."""
    rows = list({(row.activation_id, row.key): row for row in rows}.values())
    with undone(store) as tx:
        store_positions(tx, rows)
        assert tx.positions.count() == len(rows)
        for row in rows:
            mine = [each for each in rows if each.activation_id == row.activation_id]
            expected = [each for each in mine if each.fix_time >= row.fix_time]
            found = tx.positions.since(row.activation_id, row.fix_time)
            assert list(found) == sorted(expected, key=_by_key)


def test_positions_are_ordered_by_time_then_seq_then_digest(store: Store) -> None:
    """Positions of one activation come in the order of judgement, bytes compared unsigned."""
    rows = [
        position(7, T0 + late, seq, altitude_m=altitude_m)
        for late in (HOUR, 0)
        for seq in (3, -1, BIG)
        for altitude_m in (1.0, 2.0, 3.0, 4.0)
    ]
    assert {row.digest[0] > 127 for row in rows} == {False, True}
    rows.append(position(7, T0 + HOUR, BIG + 1))
    with store.write() as tx:
        store_positions(tx, [*rows, position(8, T0)])
    with store.read() as tx:
        assert list(tx.positions.since(7, 0)) == sorted(rows, key=_by_key)
        assert list(tx.positions.since(7, T0 + 1)) == sorted(rows, key=_by_key)[12:]
        assert max(row.key for row in rows) == rows[-1].key
        assert tx.positions.newest_keys() == {
            7: rows[-1].key,
            8: position(8, T0).key,
        }


def test_only_keys_that_are_stored_are_known(store: Store) -> None:
    """Of many keys exactly the stored ones of that activation are known."""
    stored = [position(1, T0 + n, n) for n in range(0, 3000, 2)]
    asked = [position(1, T0 + n, n).key for n in range(3000)]
    asked += [key._replace(seq=-5) for key in asked[:3]]
    with store.write() as tx:
        store_positions(tx, [*stored, *(position(1, T0 + n, 10**6) for n in range(9))])
    with store.read() as tx:
        assert tx.positions.known({1: asked, 2: asked}) == {(1, row.key) for row in stored}
        assert tx.positions.known({1: []}) == tx.positions.known({}) == set()


def test_a_position_is_read_once(store: Store) -> None:
    """Of two positions with one key, the one that was stored first is read, and only it."""
    with store.write() as tx:
        first = store_positions(tx, [position(1, T0)])
    with store.write() as tx:
        later = position(1, T0, received_at=1)
        store_positions(tx, [position(1, T0 + 1), later, later])
        worn = put_on(tx, "w1", "d1", T0)
        assert worn.activation_id == 1
    with store.read() as tx:
        assert list(tx.positions.since(1, 0)) == [position(1, T0), position(1, T0 + 1)]
        assert tx.positions.track("w1", T0, T0 + 1, Page()) == first
        assert tx.positions.known({1: [later.key]}) == {(1, later.key)}


def test_ids_of_positions_are_given_to_one_batch_only(store: Store) -> None:
    """Appending under ids that are stored is a conflict and leaves the batch out."""
    columns = columns_of([position(1, T0)])
    with store.write() as tx:
        tx.positions.append(columns, 7, 1, np.zeros(1, np.int64))
    with pytest.raises(ConflictError), store.write() as tx:
        tx.positions.append(columns, 7, 2, np.zeros(1, np.int64))


def test_a_changed_verdict_changes_nothing_but_the_verdict(store: Store) -> None:
    """Quarantine is set and lifted on the positions named, and only there."""
    rows = [position(1, T0, n, quarantine=q) for n, q in enumerate([None, *Quarantine])]
    with store.write() as tx:
        store_positions(tx, [*rows, position(2, T0)])
    with store.write() as tx:
        tx.positions.set_quarantine(1, {})
        tx.positions.set_quarantine(
            1, {rows[0].key: Quarantine.CONFLICT, rows[2].key: None, position(1, T0, 99).key: None}
        )
    rows[0] = msgspec.structs.replace(rows[0], quarantine=Quarantine.CONFLICT)
    rows[2] = msgspec.structs.replace(rows[2], quarantine=None)
    with store.read() as tx:
        assert list(tx.positions.since(1, 0)) == rows
        assert list(tx.positions.since(2, 0)) == [position(2, T0)]


def test_a_track_is_complete_while_positions_keep_arriving(store: Store) -> None:
    """Paging a track over two activations gives each position once, whatever arrives meanwhile."""
    with store.write() as tx:
        first, second = put_on(tx, "w1", "d1", T0), put_on(tx, "w1", "d2", T0)
        other = put_on(tx, "w2", "d3", T0)
        ids = [first.activation_id, second.activation_id]
        rows = [position(ids[n % 2], T0 + n // 3, n) for n in range(40)]
        expected = store_positions(tx, rows)
        store_positions(tx, [position(other.activation_id, T0 + n) for n in range(9)])
        outside = [position(ids[0], T0 - 1), position(ids[0], T0 + 14)]
        store_positions(tx, outside)
    seen: list[StoredPosition] = []
    cursor = None
    while True:
        with store.write() as tx:
            part = tx.positions.track("w1", T0, T0 + 14, Page(limit=7, after=cursor))
            # They arrive behind the cursor, or beyond the end: neither belongs to what is left.
            store_positions(tx, [position(ids[1], T0 - 5, len(seen))])
        if not part:
            break
        assert part[0] not in seen
        seen += part
        cursor = (part[-1].position.fix_time, part[-1].position_id)
    assert seen == sorted(expected, key=lambda row: (row.position.fix_time, row.position_id))


def test_a_cursor_of_another_list_is_refused(store: Store) -> None:
    """A cursor with too few values, words or huge numbers says which ones the list needs."""
    with store.write() as tx:
        put_on(tx, "w1", "d1", T0)
    for cursor in ((1,), (1, "x"), (1, 2**63)):
        with store.read() as tx, pytest.raises(ValueError, match=r"\(fix_time, position_id\)"):
            tx.positions.track("w1", T0, T0 + HOUR, Page(after=cursor))


@ROUND_TRIP
@given(st.lists(store_values.events, max_size=5, unique_by=lambda e: (e.activation_id, e.digest)))
def test_every_field_of_an_event_comes_back(store: Store, events: list[DeviceEvent]) -> None:
    """Device events come back as they were stored, once each."""
    with undone(store) as tx:
        tx.events.insert(events)
        tx.events.insert(events)
        for event in events:
            assert event in tx.events.since(event.activation_id, event.time)
            assert tx.events.known(event.activation_id, [event.digest, b"?"]) == {event.digest}
        stored = sum(
            len(tx.events.since(id_, -(2**63))) for id_ in {e.activation_id for e in events}
        )
        assert stored == len(events)


def test_an_event_delivered_again_changes_nothing(store: Store) -> None:
    """The first delivery of a report stays; events come by time, then digest."""
    event = DeviceEvent(
        activation_id=1,
        time=T0,
        received_at=T0 + 1,
        type="strap_tamper",
        state=EventState.START,
        digest=b"b" * 16,
    )
    again = msgspec.structs.replace(event, received_at=T0 + HOUR)
    same_time = msgspec.structs.replace(event, digest=b"a" * 16)
    earlier = msgspec.structs.replace(event, time=T0 - 1, digest=b"c" * 16)
    with store.write() as tx:
        tx.events.insert([event])
        tx.events.insert([again, same_time, earlier, same_time])
    with store.read() as tx:
        assert list(tx.events.since(1, T0)) == [same_time, event]
        assert list(tx.events.since(1, T0 - 1)) == [earlier, same_time, event]
        assert tx.events.since(2, 0) == []


@ROUND_TRIP
@given(st.lists(store_values.rejections, max_size=5, unique_by=lambda row: row.rejection_id))
def test_every_field_of_a_rejection_comes_back(store: Store, rows: list[StoredRejection]) -> None:
    """Rejections come back as they were stored, newest first."""
    with undone(store) as tx:
        tx.rejections.insert(rows)
        assert tx.rejections.count() == len(rows)
        expected = sorted(rows, key=lambda row: -row.rejection_id)
        assert list(tx.rejections.list(Page())) == expected


def test_no_device_can_stop_the_store_with_odd_characters(store: Store) -> None:
    """NUL and lone surrogates in what a device says are replaced; its payload stays whole."""
    row = StoredRejection(
        rejection_id=1,
        received_at=T0,
        topic="a\x00b",
        payload=b"\x00\xff",
        reason=Reason.BAD_JSON,
        detail="\ud800!",
        field="$.\x00",
    )
    event = DeviceEvent(
        activation_id=1,
        time=T0,
        received_at=T0,
        type="s\x00s",
        state=EventState.AT,
        digest=b"d" * 16,
    )
    with store.write() as tx:
        tx.rejections.insert([row])
        tx.events.insert([event])
    with store.read() as tx:
        (stored,) = tx.rejections.list(Page())
        assert (stored.topic, stored.detail, stored.field) == ("a\ufffdb", "\ufffd!", "$.\ufffd")
        assert stored.payload == row.payload
        assert tx.events.since(1, 0)[0].type == "s\ufffds"


def test_rejections_are_paged_completely_while_new_ones_arrive(store: Store) -> None:
    """Walking back from the newest rejection gives each older one once."""

    def row(id_: int) -> StoredRejection:
        return StoredRejection(
            rejection_id=id_,
            received_at=T0,
            topic="t",
            payload=b"",
            reason=Reason.BAD_TIME,
            detail="",
            field=None,
        )

    seen: list[int] = []
    with store.write() as tx:
        tx.rejections.insert([row(id_) for id_ in tx.next_ids("rejection", 20)])
    while True:
        after = (seen[-1],) if seen else None
        with store.write() as tx:
            part = tx.rejections.list(Page(limit=3, after=after))
            tx.rejections.insert([row(id_) for id_ in tx.next_ids("rejection", 1)])
        if not part:
            break
        assert part[0].rejection_id not in seen
        seen += [each.rejection_id for each in part]
    assert seen == list(range(20, 0, -1))


@ROUND_TRIP
@given(
    st.dictionaries(
        st.tuples(st.integers(1, 3) | store_values.ids, store_values.instants),
        st.binary(max_size=20),
        max_size=8,
    ),
    store_values.instants,
)
def test_checkpoints_are_found_by_the_newest_cut_not_after_an_instant(
    store: Store, states: dict[tuple[int, int], bytes], instant: int
) -> None:
    """`at` finds the newest cut <= instant, `newest` each activation's last, saving replaces."""
    with undone(store) as tx:
        rows = [Checkpoint(activation_id=a, cut=c, state=s) for (a, c), s in states.items()]
        tx.checkpoints.save([msgspec.structs.replace(row, state=b"former") for row in rows])
        tx.checkpoints.save(rows)
        last = {row.activation_id: row for row in sorted(rows, key=lambda row: row.cut)}
        assert {row.activation_id: row for row in tx.checkpoints.newest()} == last
        for id_ in last:
            earlier = [row for row in rows if row.activation_id == id_ and row.cut <= instant]
            expected = max(earlier, key=lambda row: row.cut, default=None)
            assert tx.checkpoints.at(id_, instant) == expected


def test_dropping_checkpoints_leaves_those_at_or_before_the_instant(store: Store) -> None:
    """`drop_after` deletes later cuts of that activation only."""
    cuts = [T0 + n * HOUR for n in range(5)]
    with store.write() as tx:
        for id_ in (1, 2):
            tx.checkpoints.save([Checkpoint(activation_id=id_, cut=c, state=b"s") for c in cuts])
        tx.checkpoints.drop_after(1, cuts[2])
    with store.read() as tx:
        assert {row.activation_id: row.cut for row in tx.checkpoints.newest()} == {
            1: cuts[2],
            2: cuts[4],
        }
        for earlier, later in pairwise(cuts):
            expected = Checkpoint(activation_id=2, cut=earlier, state=b"s")
            assert tx.checkpoints.at(2, earlier) == tx.checkpoints.at(2, later - 1) == expected
        assert tx.checkpoints.at(2, cuts[0] - 1) is None
