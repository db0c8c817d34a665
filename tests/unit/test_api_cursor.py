"""Cursors of lists."""

import base64

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cursor import decode, encode
from api.problems import ProblemError

SCOPE = ("/v1/alerts", {"sort": "oldest"})


@given(st.integers(-(2**63), 2**63 - 1), st.text(max_size=64))
def test_a_cursor_gives_back_its_values(number: int, text: str) -> None:
    """What was put in comes out, for the same list with the same filters."""
    assert decode(SCOPE, encode(SCOPE, (number, text)), (int, str)) == (number, text)


def test_without_a_cursor_a_list_begins_at_its_beginning() -> None:
    """No cursor is no error."""
    assert decode(SCOPE, None, (int,)) is None


def forged(*values: object) -> str:
    """Return a well-formed cursor with other values."""
    fingerprint = msgspec.json.decode(base64.urlsafe_b64decode(encode(SCOPE, (1,)) + "=="))[0]
    packed = msgspec.json.encode([fingerprint, *values])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "é",
        "=",
        encode(("/v1/orders", {"sort": "oldest"}), (1,)),
        encode(("/v1/alerts", {"sort": "newest"}), (1,)),
        encode(SCOPE, (1, 2)),
        encode(SCOPE, ("1",)),
        forged(),
        forged(2**63),
        forged(1.5),
        forged(None),
        base64.urlsafe_b64encode(b"[" * 2000).decode(),
    ],
)
def test_any_other_text_is_refused(text: str) -> None:
    """A cursor of another list, filter or shape would silently skip rows: it is an error."""
    with pytest.raises(ProblemError) as caught:
        decode(SCOPE, text, (int,))
    assert caught.value.errors[0]["field"] == "query.cursor"


def test_a_cursor_that_was_forged_well_is_read() -> None:
    """The check above fails for the values, not for how the test makes cursors."""
    assert decode(SCOPE, forged(5), (int,)) == (5,)
