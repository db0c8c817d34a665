"""Plain messages as columns: those that state positions and nothing else, many at once.

A message is plain if the decoder takes it as it stands, its device is the one its topic names, it
states at least one position, no event and no range of a beacon, and its clock is not ahead. All
others are opened one by one (`statement.py`), and so is every message of a device that said
anything else in the same batch. What a plain position becomes is what `evidence.py` makes of it.
"""

from collections.abc import Sequence
from datetime import datetime
from math import nan
from typing import Final, NamedTuple

import msgspec
import numpy as np

from engine.core.evidence import MAX_AHEAD
from engine.core.fields import UNREADABLE
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
    WirePosition,
)
from zones.instant import Instant, to_datetime

_DECODE: Final = msgspec.json.Decoder(Message).decode
_CODES: Final = {each: code for code, each in enumerate(MECHANISMS)}
_CHARGING: Final = {None: -1, False: 0, True: 1}
_ASSUMED_M: Final = np.array([ASSUMED_ACCURACY_M[each] for each in MECHANISMS])


class PlainMessages(NamedTuple):
    """The plain ones of some messages, and what they state."""

    plain: list[bool]
    """Of each message."""
    message: Whole
    """Of each position, which message stated it."""
    positions: PositionColumns


def read_plain(
    payloads: Sequence[bytes],
    received_at: Sequence[Instant],
    devices: Sequence[str],
    activation_ids: Sequence[int],
) -> PlainMessages:
    """Return the positions of the plain ones of some messages, in their order; none raises.

    Of each message: its payload, when it came, the device its topic names, and whose it would be.
    """
    limit = to_datetime(min(received_at, default=0) + MAX_AHEAD)
    messages = _decoded(payloads)
    plain = [
        message is not None
        and _is_plain(message, device, limit)
        and len(payload) <= MAX_PAYLOAD_BYTES
        for message, device, payload in zip(messages, devices, payloads, strict=True)
    ]
    kept = np.flatnonzero(plain)
    taken = [message for index in kept.tolist() if (message := messages[index]) is not None]
    came, whose = np.array(received_at, np.int64)[kept], np.array(activation_ids, np.int64)[kept]
    return PlainMessages(plain, *_columns(kept, taken, came, whose))


def _decoded(payloads: Sequence[bytes]) -> list[Message | None]:
    try:
        return [_DECODE(payload) for payload in payloads]
    except UNREADABLE:
        return [_one(payload) for payload in payloads]


def _one(payload: bytes) -> Message | None:
    try:
        return _DECODE(payload)
    except UNREADABLE:
        return None


def _is_plain(message: Message, device: str, limit: datetime) -> bool:
    return (
        message.device == device
        and 0 < len(message.positions) <= MAX_POSITIONS
        and not message.events
        and not message.in_range
        and (message.sent_at is None or EARLIEST <= message.sent_at <= limit)
    )


def _columns(
    kept: Whole, messages: list[Message], received_at: Whole, activation_id: Whole
) -> tuple[Whole, PositionColumns]:
    stated = [position for message in messages for position in message.positions]
    count = np.array([len(message.positions) for message in messages], np.int64)
    size = len(stated)
    mechanism = _mechanisms(stated)
    hdop = np.array([each.hdop for each in stated], np.float64)
    accuracy_m, accuracy = _accuracies(
        np.array([each.accuracy_m for each in stated], np.float64), hdop, mechanism
    )
    newest = np.cumsum(count) - 1
    battery_pct, charging = np.full(size, nan), np.full(size, -1, np.int8)
    battery_pct[newest] = [each.battery_pct for each in messages]
    charging[newest] = [_CHARGING[each.charging] for each in messages]
    return np.repeat(kept, count), PositionColumns(
        activation_id=np.repeat(activation_id, count),
        fix_time=_instants(stated),
        received_at=np.repeat(received_at, count),
        seq=np.repeat(np.array([each.seq for each in messages], np.int64), count),
        lat=np.array([each.lat for each in stated], np.float64),
        lon=np.array([each.lon for each in stated], np.float64),
        accuracy_m=accuracy_m,
        accuracy=accuracy,
        mechanism=mechanism,
        satellites=_satellites(stated),
        hdop=hdop,
        speed_mps=np.array([each.speed_mps for each in stated], np.float64),
        heading_deg=np.array([each.heading_deg for each in stated], np.float64),
        altitude_m=np.array([each.altitude_m for each in stated], np.float64),
        battery_pct=battery_pct,
        charging=charging,
        late=np.zeros(size, np.int8),
        quarantine=np.zeros(size, np.int8),
        beacon=np.full(size, -1, np.int64),
    )


def _instants(stated: list[WirePosition]) -> Whole:
    # Exact: a float of seconds is within half a microsecond until the year 2242.
    seconds = np.array([each.time.timestamp() for each in stated], np.float64)
    return np.rint(seconds * 1e6).astype(np.int64)


def _mechanisms(stated: list[WirePosition]) -> Small:
    every = [each.mechanism for each in stated]
    if every.count(Mechanism.GNSS) == len(every):
        return np.full(len(every), _CODES[Mechanism.GNSS], np.int8)
    return np.array([_CODES[each] for each in every], np.int8)


def _satellites(stated: list[WirePosition]) -> Whole:
    every = [each.satellites for each in stated]
    if None in every:
        return np.array([-1 if each is None else each for each in every], np.int64)
    return np.array(every, np.int64)


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
