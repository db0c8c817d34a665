"""Many instants at once, of the times that a decoder has read.

msgspec writes times as MessagePack timestamps in a fraction of what asking each would take. They
have one width if all are of whole seconds, or none is: then they are read as one array. A timestamp
of 32 bits is seconds, one of 64 the nanoseconds in its upper 30 bits and seconds in the others
(MessagePack specification, "Timestamp extension type").
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import numpy as np

from engine.core.position_columns import Whole

_ENCODE: Final = msgspec.msgpack.Encoder().encode
_SECONDS: Final = np.dtype([("head", ">u2"), ("value", ">u4")])
_NANOSECONDS: Final = np.dtype([("head", ">u2"), ("value", ">u8")])
_HEADS: Final = {_SECONDS.itemsize: 0xD6FF, _NANOSECONDS.itemsize: 0xD7FF}
_SECOND_BITS: Final = 34
_SECOND_MASK: Final = (1 << _SECOND_BITS) - 1


def instants_of(times: Sequence[datetime]) -> Whole:
    """Return aware times as instants, in their order."""
    if not times:
        return np.zeros(0, np.int64)
    written = _ENCODE(times)
    if (values := _values(written, len(times), _SECONDS)) is not None:
        seconds: Whole = values.astype(np.int64)
        return seconds * 1_000_000
    if (values := _values(written, len(times), _NANOSECONDS)) is not None:
        micros: Whole = (values >> _SECOND_BITS).astype(np.int64) // 1_000
        micros += (values & _SECOND_MASK).astype(np.int64) * 1_000_000
        return micros
    # Exact: a float of seconds is within half a microsecond until the year 2242.
    stamps = np.array([each.timestamp() for each in times], np.float64)
    return np.rint(stamps * 1e6).astype(np.int64)


def _values(written: bytes, count: int, kind: np.dtype[Any]) -> Any:  # noqa: ANN401 - an array
    """Return the values of timestamps that all have this width; None if they have not."""
    head = 1 if count < 1 << 4 else 3 if count < 1 << 16 else 5
    if len(written) != head + count * kind.itemsize:
        return None
    found = np.frombuffer(written, kind, count, head)
    return found["value"] if (found["head"] == _HEADS[kind.itemsize]).all() else None
