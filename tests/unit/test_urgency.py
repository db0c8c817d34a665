"""What is judged at once and what is put off: the rule alone."""

from engine.core.urgency import (
    AT_ONCE_BYTES,
    BULK_BYTES,
    MOST_IN_PIECE,
    PIECE_S,
    divide,
    next_piece,
    states_events,
)

LARGE = AT_ONCE_BYTES // 4


def test_all_is_judged_at_once_while_uploads_fit() -> None:
    """Small messages of any number, and uploads up to the bound of a batch, wait for nothing."""
    topics = [f"t{number}" for number in range(5_004)]
    sizes = [BULK_BYTES] * 5_000 + [LARGE] * 4
    divided = divide(topics, sizes, ())
    assert divided.at_once == list(range(5_004))
    assert divided.put_off == []


def test_uploads_beyond_the_bound_are_put_off_and_nothing_else() -> None:
    """What is small stays, in its order; uploads keep theirs."""
    divided = divide(["a", "b", "c", "d"], [LARGE, 200, 4 * LARGE, 200], ())
    assert divided.at_once == [1, 3]
    assert divided.put_off == [0, 2]


def test_an_upload_stays_behind_what_was_put_off_of_its_device() -> None:
    """Though it would fit; a small message calls for what waits instead."""
    divided = divide(["a", "b", "a", "a"], [LARGE, LARGE, 200, 200], {"a"})
    assert divided.put_off == [0]
    assert divided.at_once == [1, 2, 3]
    assert divided.behind == ["a"]


def test_an_upload_before_a_message_of_now_is_judged_with_it() -> None:
    """So the fold of that device goes on in order, for a bounded number of devices."""
    uploads = [f"t{number}" for number in range(30)]
    divided = divide([*uploads, *uploads], [LARGE] * 30 + [200] * 30, ())
    assert divided.at_once == [*range(16), *range(30, 60)]


def test_a_piece_grows_and_shrinks_with_what_the_last_one_took() -> None:
    """It doubles at most, and never is nothing."""
    assert next_piece(16, PIECE_S / 100) == 32
    assert next_piece(100, PIECE_S * 2) == 50
    assert next_piece(1, PIECE_S * 100) == 1
    assert next_piece(MOST_IN_PIECE, PIECE_S / 10) == MOST_IN_PIECE


def test_a_payload_that_states_events_is_known_unopened() -> None:
    """By the name of the field alone."""
    assert states_events(b'{"device":"d","events":[{"type":"sos"}]}')
    assert not states_events(b'{"device":"d","positions":[]}')
