"""The few bytes of a state stay readable."""

import zlib

import msgspec
import pytest

from engine.core.packed_state import pack_state, unpack_state
from engine.core.state import ActivationState

STATE = ActivationState(activation_id=7, time=5)


def test_what_was_packed_without_the_dictionary_is_read() -> None:
    """A store written before states had a dictionary in common still tells them."""
    former = zlib.compress(msgspec.msgpack.encode(STATE), 1)
    assert unpack_state(former) == STATE


def test_a_checkpoint_that_was_not_packed_is_read() -> None:
    """Checkpoints were kept undeflated once."""
    assert unpack_state(msgspec.msgpack.encode(STATE)) == STATE


def test_the_dictionary_never_changes() -> None:
    """A state names the dictionary that it is read by: the one that stores were written with."""
    assert int.from_bytes(pack_state(STATE)[2:6]) == 1558401390


def test_what_is_no_state_is_refused() -> None:
    """A state that is cut short, or of another dictionary, is an error that says so."""
    for broken in (pack_state(STATE)[:-9], pack_state(STATE)[:2] + b"no", b""):
        with pytest.raises(ValueError, match="cannot be read"):
            unpack_state(broken)
