"""The state of a fold in few bytes: as checkpoints hold it, deflated.

Most of a state is what every state has: names of fields, instants far away. That is in a dictionary
which both sides know beforehand (RFC 1950's preset dictionary), so that only the rest is kept: some
150 bytes instead of 600. What was packed without it is read all the same; what was packed with
another is refused.
"""

import zlib
from typing import Final

import msgspec

from engine.core.state import ActivationState

_CONDITION: Final = {
    "key": ["order-000006", "home", 1],
    "next_change": 253402300799999999,
    "window_start": 1739145600000000,
    "window_end": 253402300799999999,
    "complied": True,
    "runs": [],
    "asked_from": None,
    "attendance": None,
    "blind": [],
}
_POSITION: Final = {
    "activation_id": 100007,
    "fix_time": 1741737960000000,
    "received_at": 1741737962000000,
    "seq": 100006,
    "digest": bytes(16),
    "lat": 43.219522,
    "lon": -97.433242,
    "accuracy_m": 6.4,
    "accuracy_assumed": False,
    "mechanism": "gnss",
    "satellites": 12,
    "hdop": None,
    "speed_mps": 0.0,
    "heading_deg": None,
    "altitude_m": None,
    "beacon_id": None,
    "beacon_zone_id": None,
    "battery_pct": 46.0,
    "charging": None,
    "late": False,
    "quarantine": None,
}
_TYPICAL: Final = {
    "activation_id": 100007,
    "time": 1741737960000000,
    "head": [1741737960000000, 0, 100006, bytes(16)],
    "admission": {
        "last": _POSITION,
        "waiting": [],
        "seen": [1741737960000000, 100006],
    },
    "conditions": [_CONDITION, _CONDITION],
    "faults": [],
    "beacons": [],
    "waiting": [],
    "counting": {"newest": 100006, "at": 1741737960000000, "other": None, "gaps": []},
    "tampers": [],
    "company": [],
    "speed_mps": 0.0,
}
"""What states have in common. It must never change: the states in a store are read by it."""

_KNOWN: Final = msgspec.msgpack.encode(_TYPICAL)
_MAP: Final = b"\x80"
"""The least first byte of a map in MessagePack; what is deflated begins with a smaller one."""
_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(ActivationState).decode


def pack_state(state: ActivationState) -> bytes:
    """Return the bytes of a state."""
    deflating = zlib.compressobj(1, zdict=_KNOWN)
    return deflating.compress(_ENCODE(state)) + deflating.flush()


def unpack_state(packed: bytes) -> ActivationState:
    """Return the state that was packed.

    Raises:
        ValueError: it is none.
    """
    inflating = zlib.decompressobj(zdict=_KNOWN)
    try:
        # Checkpoints were not deflated once: then a map begins at once.
        return _DECODE(packed if packed[:1] >= _MAP else inflating.decompress(packed))
    except (zlib.error, msgspec.MsgspecError) as error:
        raise ValueError(f"a state cannot be read: {error}") from error
