"""A quiet cut says what quiet positions have moved a state on to, without writing the state again.

They change nothing of it but where the wearer was last (`lane.py`). So beside that a quiet cut only
says which state they followed: that of the *base*, a cut as well. Its state is written when the
docket moves; until then the docket itself is the base.
"""

from typing import Final

import msgspec

from engine.core.lane import state_moved_on
from engine.core.order import Supervision
from engine.core.position import Position
from engine.core.state import ActivationState
from zones.instant import Instant

_MARK: Final = b"\xc1"
"""No packed state begins with this: it is no header of zlib."""


class QuietCut(msgspec.Struct, frozen=True, array_like=True):
    """The state after every report earlier than a cut, as a store keeps it."""

    base: Instant
    """The cut whose state they followed."""
    last: Position | None
    """The last of the quiet positions; None if none had come since the base."""

    def packed(self) -> bytes:
        """Return it as bytes."""
        return _MARK + _ENCODE(self)

    def state(self, supervision: Supervision, base: ActivationState) -> ActivationState:
        """Return the state that it stands for, given that of its base."""
        return base if self.last is None else state_moved_on(supervision, base, self.last)


_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(QuietCut).decode


def base_of(state: ActivationState) -> Instant | None:
    """Return the cut at which a docket's state is a base; None if it has seen no report."""
    return None if state.head is None else state.head[0] + 1


def unpack_quiet_cut(stored: bytes) -> QuietCut | None:
    """Return the quiet cut that was packed; None if what is stored is a state."""
    return _DECODE(stored[1:]) if stored.startswith(_MARK) else None
