"""A position is one location estimate of one activation; its key orders and identifies it.

Order and identity come from content alone, never from arrival: positions are folded in the order of
`PositionKey`, and two deliveries with the same key are one position delivered twice.
"""

from enum import StrEnum
from hashlib import blake2b
from math import nan
from struct import Struct as Packing
from typing import Final, NamedTuple

import msgspec

from zones.instant import Instant


class Mechanism(StrEnum):
    """How a device came by a position."""

    GNSS = "gnss"
    WIFI = "wifi"
    CELL = "cell"
    RF = "rf"


ASSUMED_ACCURACY_M: Final = {
    Mechanism.GNSS: 10.0,
    Mechanism.WIFI: 50.0,
    Mechanism.RF: 30.0,
    Mechanism.CELL: 1000.0,
}
"""Radius of 68 % confidence in metres where a device states neither accuracy nor hdop."""

HDOP_UNIT_M: Final = 5.0
"""Metres of 68 % radius per unit of horizontal dilution of precision."""

COARSE_ACCURACY_M: Final = 200.0
"""Beyond this radius a position alone never proves a violation."""


class Quarantine(StrEnum):
    """Why a position is kept and shown but not judged."""

    FUTURE = "future"
    BEFORE_ACTIVATION = "before_activation"
    AFTER_ACTIVATION = "after_activation"
    IMPLAUSIBLE = "implausible"
    CONFLICT = "conflict"
    BEACON_MOVED = "beacon_moved"


NEVER_JUDGED: Final = frozenset(
    (Quarantine.FUTURE, Quarantine.BEFORE_ACTIVATION, Quarantine.AFTER_ACTIVATION)
)
"""Known at receipt and for good; the other reasons are for the fold to find, and may change."""


class PositionKey(NamedTuple):
    """Place of a position in the order of judgement: event time, then sequence, then content."""

    fix_time: Instant
    seq: int
    digest: bytes


class Position(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One location estimate, attributed to an activation and complete: it has an accuracy."""

    activation_id: int
    fix_time: Instant
    received_at: Instant
    seq: int
    digest: bytes
    """16 bytes over the content the device stated: see `content_digest`."""
    lat: float
    lon: float
    accuracy_m: float
    """Radius of 68 % confidence, metres, above 0."""
    accuracy_assumed: bool = False
    """True where the device stated no accuracy and it follows from hdop or mechanism."""
    mechanism: Mechanism = Mechanism.GNSS
    satellites: int | None = None
    hdop: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    altitude_m: float | None = None
    beacon_id: str | None = None
    """The beacon in whose range the device was; the position then is where that stands."""
    beacon_zone_id: str | None = None
    """The zone in which that beacon stands: the device is inside, whatever the distance."""
    battery_pct: float | None = None
    """Percent of charge that the message states; on the newest position of a message only."""
    charging: bool | None = None
    """Whether the message says that the device is being charged; likewise."""
    late: bool = False
    """True if a position with a greater key had been judged before this one arrived."""
    quarantine: Quarantine | None = None

    @property
    def key(self) -> PositionKey:
        """The place of this position in the order of judgement."""
        return PositionKey(self.fix_time, self.seq, self.digest)

    @property
    def coarse(self) -> bool:
        """True if this position alone never proves a violation."""
        return self.mechanism is Mechanism.CELL or self.accuracy_m > COARSE_ACCURACY_M


def effective_accuracy_m(
    accuracy_m: float | None, hdop: float | None, mechanism: Mechanism
) -> tuple[float, bool]:
    """Return the radius of 68 % confidence in metres and whether it had to be assumed.

    A claimed 0 is missing: no receiver is perfect, and devices write 0 for "not known".
    """
    if accuracy_m:
        return accuracy_m, False
    if hdop:
        return hdop * HDOP_UNIT_M, True
    return ASSUMED_ACCURACY_M[mechanism], True


_CONTENT: Final = Packing("<qqdddddddq4s")
_MESSAGE: Final = Packing("<db")


def range_digest(fix_time: Instant, seq: int, beacon_id: str) -> bytes:
    """Return 16 bytes that are equal exactly for the same report of a beacon's range (BLAKE2b)."""
    return blake2b(f"{fix_time}\n{seq}\n{beacon_id}".encode(), digest_size=16).digest()


def content_digest(
    fix_time: Instant,
    seq: int,
    lat: float,
    lon: float,
    accuracy_m: float | None,
    mechanism: Mechanism,
    hdop: float | None = None,
    satellites: int | None = None,
    speed_mps: float | None = None,
    heading_deg: float | None = None,
    altitude_m: float | None = None,
    battery_pct: float | None = None,
    charging: bool | None = None,
) -> bytes:
    """Return 16 bytes that are equal exactly when the stated content is equal (BLAKE2b)."""
    packed = _CONTENT.pack(
        fix_time,
        seq,
        lat,
        lon,
        nan if accuracy_m is None else accuracy_m,
        nan if hdop is None else hdop,
        nan if speed_mps is None else speed_mps,
        nan if heading_deg is None else heading_deg,
        nan if altitude_m is None else altitude_m,
        -1 if satellites is None else satellites,
        mechanism.value.encode(),
    )
    if battery_pct is not None or charging is not None:
        percent = nan if battery_pct is None else battery_pct
        packed += _MESSAGE.pack(percent, -1 if charging is None else charging)
    return blake2b(packed, digest_size=16).digest()
