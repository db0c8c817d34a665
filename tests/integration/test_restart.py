"""A start reads what the store holds of everybody, and is where the engine stopped."""

import pytest

from benchmarks.crowd import EVENING, MORNING, Member, enrolled
from engine.caseload import Caseload
from engine.core.position import PositionKey
from engine.ruling import Ruling
from engine.store import Store
from engine.store.protocol import StoredDocket
from zones.instant import MINUTE, Instant
from zones.interval import END

CROWD = [Member(number) for number in range(4)]


def started(store: Store) -> Caseload:
    """Return a caseload as a start makes it."""
    caseload = Caseload()
    with store.read() as tx:
        caseload.load(tx)
    return caseload


def take(store: Store, caseload: Caseload, at: Instant, seq: int, out: set[int]) -> None:
    """Let everybody but the last report once."""
    with store.write() as tx:
        ruling = Ruling(caseload, tx, at + MINUTE // 60)
        ruling.take([each.delivery(at, out=each.number in out, seq=seq) for each in CROWD[:-1]])
    caseload.keep(ruling.ruled.quiet, ruling.ruled.cases.values())


def crowd_in(store: Store) -> Caseload:
    """Return a caseload of a crowd that is registered in a store."""
    with store.write() as tx:
        enrolled(tx.registry, CROWD)
    return started(store)


def test_a_start_is_where_the_engine_stopped(store: Store) -> None:
    """At home or out, quiet for minutes or not, or never heard: each case is what it was."""
    caseload = crowd_in(store)
    quiet = 0
    for number in range(8):
        at = EVENING - 10 * MINUTE + number * MINUTE
        take(store, caseload, at, number + 1, out={1} if number > 2 else set())
        quiet += caseload.lanes.moved(1) is not None
        fresh = started(store)
        assert sorted(fresh) == sorted(caseload) == [1, 2, 3, 4]
        for activation_id in caseload:
            known, found = caseload.case(activation_id), fresh.case(activation_id)
            assert found.docket.state == known.docket.state
            assert found.docket.shown == known.docket.shown
            assert found.docket.supervision == known.docket.supervision
            assert found.newest == known.newest
            assert found.silence.last_received is None
        place = CROWD[0].home
        assert len(fresh.live.near(place[1], place[0], 5_000.0, 0)) == 3
    assert quiet > 3


def test_the_first_position_after_a_start_is_quiet(store: Store) -> None:
    """Nobody's docket moves who goes on as before; who was never heard is folded."""
    caseload = crowd_in(store)
    for number in range(3):
        take(store, caseload, EVENING - 10 * MINUTE + number * MINUTE, number + 1, out=set())
    fresh = started(store)
    with store.write() as tx:
        ruling = Ruling(fresh, tx, EVENING)
        ruling.take([each.delivery(EVENING, out=False, seq=4) for each in CROWD])
    quiet = ruling.ruled.quiet
    assert quiet is not None
    assert quiet.positions.activation_id.tolist() == [1, 2, 3]
    assert sorted(ruling.ruled.cases) == [4]
    fresh.keep(quiet, ruling.ruled.cases.values())
    for activation_id in (1, 2, 3):
        case = fresh.case(activation_id)
        assert case.silence.last_received == EVENING + MINUTE // 60
        assert case.docket.state.time == EVENING


def test_who_was_missed_is_awaited_after_a_start(store: Store) -> None:
    """A call-in missed before it is over with the first position, quiet or not."""
    caseload = crowd_in(store)
    take(store, caseload, EVENING - 60 * MINUTE, 1, out=set())
    take(store, caseload, EVENING - 59 * MINUTE, 2, out=set())
    missed = caseload.call_ins_missed(EVENING, EVENING - 60 * MINUTE)
    with store.write() as tx:
        ruling = Ruling(caseload, tx, EVENING)
        ruling.tick([], missed)
    caseload.keep(ruling.ruled.quiet, ruling.ruled.cases.values())
    fresh = started(store)
    assert fresh.case(1).silence.missed is not None
    take(store, fresh, EVENING, 3, out=set())
    assert fresh.case(1).silence.missed is None


def test_nobody_is_looked_at_too_late_after_a_start(store: Store) -> None:
    """Whoever is due by the engine that stopped is due by the one that starts."""
    caseload = crowd_in(store)
    for number in range(4):
        at = MORNING - 5 * MINUTE + number * MINUTE
        take(store, caseload, at, number + 1, out={1})
    fresh = started(store)
    assert caseload.due(MORNING)
    assert set(caseload.due(MORNING)) <= set(fresh.due(MORNING))
    assert set(fresh.due(MORNING)) < {1, 2, 3, 4}


def test_what_was_followed_is_not_followed_again(store: Store) -> None:
    """A write that a tick has followed is part of what a start begins with."""
    caseload = crowd_in(store)
    take(store, caseload, EVENING - 10 * MINUTE, 1, out=set())
    with store.write() as tx:
        (order, *_) = tx.registry.orders()
        tx.registry.save_order(order)
    with store.write() as tx:
        ruling = Ruling(caseload, tx, EVENING)
        ruling.tick([], [])
    caseload.keep(ruling.ruled.quiet, ruling.ruled.cases.values())
    with store.read() as tx:
        assert tx.registry.followed() == tx.registry.revision()
        assert started(store).follows(tx)


def test_dockets_come_back_as_they_were_saved(store: Store) -> None:
    """Each in place of the former one, with or without a position and episodes."""
    plain = StoredDocket(
        activation_id=1,
        state=b"\0state",
        newest=None,
        shown=(),
        due=END,
        due_by_itself=END,
        next_change=EVENING,
        max_age=MINUTE,
    )
    full = StoredDocket(
        activation_id=1,
        state=b"",
        newest=PositionKey(EVENING, 1 << 60, b"0123456789abcdef"),
        shown=(3, 1 << 40),
        due=EVENING,
        due_by_itself=MORNING,
        next_change=END,
        max_age=0,
        lane=b"\0lane",
    )
    for docket in (plain, full):
        with store.write() as tx:
            tx.dockets.save([docket])
        with store.read() as tx:
            assert list(tx.dockets.all()) == [docket]


@pytest.mark.parametrize("count", [0, 3])
def test_of_whom_there_are_events_is_told(store: Store, count: int) -> None:
    """Of some activations, those of which any event is stored."""
    caseload = crowd_in(store)
    for number in range(count):
        take(store, caseload, EVENING + number * MINUTE, number + 1, out=set())
    with store.read() as tx:
        assert tx.events.among([1, 2, 3, 4]) <= {1, 2, 3}
        newest = tx.positions.newest_of_each()
        assert newest.activation_id.tolist() == ([1, 2, 3] if count else [])
        assert all(each == EVENING + (count - 1) * MINUTE for each in newest.fix_time.tolist())
