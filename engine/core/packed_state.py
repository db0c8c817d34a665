"""The state of a fold in few bytes: as checkpoints hold it, deflated."""

import zlib
from typing import Final

import msgspec

from engine.core.state import ActivationState

_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(ActivationState).decode


def pack_state(state: ActivationState) -> bytes:
    """Return the bytes of a state."""
    return zlib.compress(_ENCODE(state), 1)


def unpack_state(packed: bytes) -> ActivationState:
    """Return the state that was packed.

    Raises:
        ValueError: it is none.
    """
    try:
        return _DECODE(zlib.decompress(packed))
    except (zlib.error, msgspec.MsgspecError) as error:
        raise ValueError(f"a state cannot be read: {error}") from error
