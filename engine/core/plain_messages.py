"""Plain messages as columns: those that state positions and nothing else, many at once.

A message is plain if the decoder takes it as it stands, its device is the one its topic names, it
states at least one position, no event and no range of a beacon, and its clock is not ahead. All
others are opened one by one (`statement.py`), and so is every message of a device that said
anything else in the same batch. What a plain position becomes is what `evidence.py` makes of it.
"""

from collections.abc import Sequence
from itertools import compress
from math import nan
from operator import eq
from struct import pack
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.core.evidence import MAX_AHEAD
from engine.core.fields import UNREADABLE
from engine.core.many_instants import instants_of
from engine.core.position import ASSUMED_ACCURACY_M, HDOP_UNIT_M, Mechanism
from engine.core.position_columns import (
    ASSUMED,
    CLAIMED_ZERO,
    MECHANISMS,
    PositionColumns,
    Real,
    Small,
    Whole,
)
from engine.core.wire import (
    EARLIEST,
    MAX_PAYLOAD_BYTES,
    MAX_POSITIONS,
    Message,
)
from zones.instant import Instant, from_datetime
from zones.interval import END

Marks = NDArray[np.bool_]

_DECODE: Final = msgspec.json.Decoder(Message).decode
_NONE: Final = Message(device="")
"""In place of what cannot be read: no topic names such a device."""
_EARLIEST: Final = from_datetime(EARLIEST)
_CODES: Final = {each: code for code, each in enumerate(MECHANISMS)}
_CHARGING: Final = {None: -1, False: 0, True: 1}
_ASSUMED_M: Final = np.array([ASSUMED_ACCURACY_M[each] for each in MECHANISMS])


class PlainMessages(NamedTuple):
    """The plain ones of some messages, and what they state."""

    plain: Marks
    """Of each message."""
    message: Whole
    """Of each position, which message stated it."""
    positions: PositionColumns


def read_plain(
    payloads: Sequence[bytes],
    received_at: Whole,
    devices: Sequence[str],
    activation_ids: Whole,
) -> PlainMessages:
    """Return the positions of the plain ones of some messages, in their order; none raises.

    Of each message: its payload, when it came, the device its topic names, and whose it would be.
    """
    messages = _decoded(payloads)
    plain = _plain(messages, devices, int(received_at.min(initial=END)) + MAX_AHEAD)
    if not plain.all():
        messages = list(compress(messages, plain.tolist()))
    kept = np.flatnonzero(plain)
    return PlainMessages(plain, *_columns(kept, messages, received_at[kept], activation_ids[kept]))


def _decoded(payloads: Sequence[bytes]) -> list[Message]:
    """Return messages; one that is not readable, or too large, is of no device."""
    messages = []
    for payload in payloads:
        try:
            messages.append(_DECODE(payload) if len(payload) <= MAX_PAYLOAD_BYTES else _NONE)
        except UNREADABLE:
            messages.append(_NONE)
    return messages


def _plain(messages: list[Message], devices: Sequence[str], limit: Instant) -> Marks:
    count = np.array([len(each.positions) for each in messages], np.int64)
    own = np.array([*map(eq, [each.device for each in messages], devices)], np.bool_)
    plain: Marks = own & (count > 0) & (count <= MAX_POSITIONS)
    more = [each.events or each.in_range for each in messages]
    if more.count(()) < len(more):
        plain &= [not each for each in more]
    sent_at = instants_of([each.sent_at or EARLIEST for each in messages])
    plain &= (sent_at >= _EARLIEST) & (sent_at <= limit)
    return plain


def _columns(
    kept: Whole, messages: list[Message], received_at: Whole, activation_id: Whole
) -> tuple[Whole, PositionColumns]:
    stated = [position for message in messages for position in message.positions]
    count = np.array([len(message.positions) for message in messages], np.int64)
    size = len(stated)
    mechanism = _mechanisms([each.mechanism for each in stated])
    hdop = _reals([each.hdop for each in stated])
    accuracy_m, accuracy = _accuracies(
        _reals([each.accuracy_m for each in stated]), hdop, mechanism
    )
    newest = np.cumsum(count) - 1
    battery_pct, charging = np.full(size, nan), np.full(size, -1, np.int8)
    battery_pct[newest] = _reals([each.battery_pct for each in messages])
    charging[newest] = _charging([each.charging for each in messages])
    return np.repeat(kept, count), PositionColumns(
        activation_id=np.repeat(activation_id, count),
        fix_time=instants_of([each.time for each in stated]),
        received_at=np.repeat(received_at, count),
        seq=np.repeat(np.array([each.seq for each in messages], np.int64), count),
        lat=_reals([each.lat for each in stated]),
        lon=_reals([each.lon for each in stated]),
        accuracy_m=accuracy_m,
        accuracy=accuracy,
        mechanism=mechanism,
        satellites=_wholes([each.satellites for each in stated]),
        hdop=hdop,
        speed_mps=_reals([each.speed_mps for each in stated]),
        heading_deg=_reals([each.heading_deg for each in stated]),
        altitude_m=_reals([each.altitude_m for each in stated]),
        battery_pct=battery_pct,
        charging=charging,
        late=np.zeros(size, np.int8),
        quarantine=np.zeros(size, np.int8),
        beacon=np.full(size, -1, np.int64),
    )


def _reals(values: Sequence[float | None]) -> Real:
    absent = values.count(None)
    if absent == len(values):
        return np.full(len(values), nan)
    if absent:
        return np.array(values, np.float64)
    # Three times as fast as numpy, which looks at each value twice.
    return np.frombuffer(pack(f"{len(values)}d", *values), np.float64)


def _wholes(values: Sequence[int | None]) -> Whole:
    if None in values:
        return np.array([-1 if each is None else each for each in values], np.int64)
    return np.array(values, np.int64)


def _charging(values: Sequence[bool | None]) -> Small:
    if values.count(None) == len(values):
        return np.full(len(values), _CHARGING[None], np.int8)
    return np.array([_CHARGING[each] for each in values], np.int8)


def _mechanisms(values: Sequence[Mechanism]) -> Small:
    if values.count(Mechanism.GNSS) == len(values):
        return np.full(len(values), _CODES[Mechanism.GNSS], np.int8)
    return np.array([_CODES[each] for each in values], np.int8)


def _accuracies(stated_m: Real, hdop: Real, mechanism: Small) -> tuple[Real, Small]:
    """Return the 68 % radii and where they come from: `effective_accuracy_m` for many."""
    code = np.zeros(len(stated_m), np.int8)
    missing = ~(stated_m > 0.0)
    if not missing.any():
        return stated_m, code
    code[missing] = np.where(stated_m[missing] == 0.0, CLAIMED_ZERO, ASSUMED)
    from_hdop = hdop[missing] * HDOP_UNIT_M
    assumed = np.where(hdop[missing] > 0.0, from_hdop, _ASSUMED_M[mechanism[missing]])
    radii = stated_m.copy()
    radii[missing] = assumed
    return radii, code
