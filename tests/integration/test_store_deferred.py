"""What every store promises about messages that were put off."""

from contextlib import suppress

from sqlalchemy import create_engine, make_url, text

from engine.store import Store
from engine.store.deferred_part import Deferred, DeferredMessage
from tests.store_values import T0

FIRST = DeferredMessage(Deferred(1, T0, "ringfence/v1/acme/d\ud800\x00/telemetry", True), b"{}")
SECOND = DeferredMessage(Deferred(2, T0 + 5, "t", False), bytes(range(256)) * 40)


def appended(store: Store) -> None:
    """Store two messages."""
    with store.write() as tx:
        tx.deferred.append([FIRST, SECOND])


def test_what_was_put_off_is_returned_as_it_was_until_it_is_removed(store: Store) -> None:
    """Byte for byte, in the order of arrival, whatever is in a topic."""
    appended(store)
    with store.read() as tx:
        assert list(tx.deferred.waiting()) == [FIRST.note, SECOND.note]
        assert tx.deferred.get([2, 1, 7]) == [FIRST, SECOND]
    with store.write() as tx:
        tx.deferred.remove([1])
    with store.read() as tx:
        assert tx.deferred.get([1, 2]) == [SECOND]


def test_a_transaction_that_fails_puts_nothing_off(store: Store) -> None:
    """And removes nothing."""
    appended(store)
    with suppress(ZeroDivisionError), store.write() as tx:
        tx.deferred.remove([1])
        tx.deferred.append([DeferredMessage(Deferred(3, T0, "t", False), b"")])
        raise ZeroDivisionError
    with store.read() as tx:
        assert [each.deferred_id for each in tx.deferred.waiting()] == [1, 2]


def test_a_damaged_payload_is_left_out_of_what_is_read(store: Store) -> None:
    """The others are there all the same; a reader sees that one is missing."""
    appended(store)
    engine = create_engine(make_url(store.url))
    with engine.begin() as connection:
        (body,) = connection.execute(text("SELECT body FROM deferred WHERE deferred_id = 2")).one()
        changed = bytes(body)[:-1] + bytes([bytes(body)[-1] ^ 1])
        connection.execute(
            text("UPDATE deferred SET body = :body WHERE deferred_id = 2"), {"body": changed}
        )
    engine.dispose()
    with store.read() as tx:
        assert tx.deferred.get([1, 2]) == [FIRST]
