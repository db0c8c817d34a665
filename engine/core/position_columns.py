"""Many positions as columns: one array a field, one place a position.

What is absent is NaN in a column of numbers, -1 in one of whole numbers. Nothing is lost: what is
taken out again equals what was put in. The digest is not kept, for it follows from what is: see
`content_digest` and `range_digest`.
"""

from collections.abc import Iterable, Sequence
from math import isnan, nan
from typing import Any, Final, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.core.position import (
    Mechanism,
    Position,
    PositionKey,
    Quarantine,
    content_digest,
    range_digest,
)

Whole: TypeAlias = NDArray[np.int64]
Real: TypeAlias = NDArray[np.float64]
Small: TypeAlias = NDArray[np.int8]
Place: TypeAlias = tuple[str, str | None]
"""A beacon, and the zone in which it stands."""

MECHANISMS: Final = tuple(Mechanism)
"""By their code in a column."""
QUARANTINES: Final = (None, *Quarantine)
"""By their code in a column: 0 is none."""

STATED, ASSUMED, CLAIMED_ZERO = 0, 1, 2
"""Where an accuracy comes from: it was stated; nothing was stated; 0 was."""

_MECHANISM_CODE: Final = {each: code for code, each in enumerate(MECHANISMS)}
_QUARANTINE_CODE: Final = {each: code for code, each in enumerate(QUARANTINES)}
_CHARGING_CODE: Final = {None: -1, False: 0, True: 1}
_CHARGING: Final = {-1: None, 0: False, 1: True}


class PositionColumns(msgspec.Struct, frozen=True, eq=False):
    """Positions, each at one index of every array; all arrays have one length."""

    activation_id: Whole
    fix_time: Whole
    received_at: Whole
    seq: Whole
    lat: Real
    lon: Real
    accuracy_m: Real
    accuracy: Small
    """STATED, ASSUMED or CLAIMED_ZERO."""
    mechanism: Small
    satellites: Whole
    hdop: Real
    speed_mps: Real
    heading_deg: Real
    altitude_m: Real
    battery_pct: Real
    charging: Small
    late: Small
    quarantine: Small
    beacon: Whole
    """Index in `places` of the beacon in whose range the device was; -1 for none."""
    places: tuple[Place, ...] = ()

    def __len__(self) -> int:
        """Return how many positions there are."""
        return len(self.fix_time)

    def take(self, index: "NDArray[Any] | slice") -> "PositionColumns":
        """Return the positions at indices, or in a slice, or those that are marked."""
        arrays = {name: getattr(self, name)[index] for name in ARRAYS}
        return PositionColumns(**arrays, places=self.places)

    def position(self, index: int) -> Position:
        """Return one position as the value it was made of."""
        code = int(self.beacon[index])
        beacon_id, zone_id = self.places[code] if code >= 0 else (None, None)
        source = int(self.accuracy[index])
        return Position(
            activation_id=int(self.activation_id[index]),
            fix_time=int(self.fix_time[index]),
            received_at=int(self.received_at[index]),
            seq=int(self.seq[index]),
            digest=self.digest(index),
            lat=float(self.lat[index]),
            lon=float(self.lon[index]),
            accuracy_m=float(self.accuracy_m[index]),
            accuracy_assumed=source != STATED,
            mechanism=MECHANISMS[int(self.mechanism[index])],
            satellites=_whole(self.satellites[index]),
            hdop=_real(self.hdop[index]),
            speed_mps=_real(self.speed_mps[index]),
            heading_deg=_real(self.heading_deg[index]),
            altitude_m=_real(self.altitude_m[index]),
            beacon_id=beacon_id,
            beacon_zone_id=zone_id,
            battery_pct=_real(self.battery_pct[index]),
            charging=_CHARGING[int(self.charging[index])],
            late=bool(self.late[index]),
            quarantine=QUARANTINES[int(self.quarantine[index])],
        )

    def positions(self) -> list[Position]:
        """Return all positions as the values they were made of, in order."""
        return [self.position(index) for index in range(len(self))]

    def key(self, index: int) -> PositionKey:
        """Return the key of one position."""
        return PositionKey(int(self.fix_time[index]), int(self.seq[index]), self.digest(index))

    def keys(self) -> list[PositionKey]:
        """Return the keys of all positions, in order; many times faster than one by one."""
        columns = [getattr(self, name).tolist() for name in _STATED]
        beacons = self.beacon.tolist()
        return [
            PositionKey(row[0], row[1], self._digest(beacon, *row))
            for beacon, row in zip(beacons, zip(*columns, strict=True), strict=True)
        ]

    def _digest(
        self,
        beacon: int,
        fix_time: int,
        seq: int,
        lat: float,
        lon: float,
        accuracy_m: float,
        accuracy: int,
        mechanism: int,
        hdop: float,
        satellites: int,
        speed_mps: float,
        heading_deg: float,
        altitude_m: float,
        battery_pct: float,
        charging: int,
    ) -> bytes:
        if beacon >= 0:
            return range_digest(fix_time, seq, self.places[beacon][0])
        return content_digest(
            fix_time,
            seq,
            lat,
            lon,
            (accuracy_m, None, 0.0)[accuracy],
            MECHANISMS[mechanism],
            # What is absent is written as these very values.
            hdop,
            satellites,
            speed_mps,
            heading_deg,
            altitude_m,
            None if isnan(battery_pct) else battery_pct,
            _CHARGING[charging],
        )

    def digest(self, index: int) -> bytes:
        """Return the 16 bytes over what the device stated."""
        row = (getattr(self, name)[index].item() for name in _STATED)
        return self._digest(int(self.beacon[index]), *row)


_STATED: Final = (
    "fix_time",
    "seq",
    "lat",
    "lon",
    "accuracy_m",
    "accuracy",
    "mechanism",
    "hdop",
    "satellites",
    "speed_mps",
    "heading_deg",
    "altitude_m",
    "battery_pct",
    "charging",
)
"""Columns that a digest is over."""

ARRAYS: Final = PositionColumns.__struct_fields__[:-1]
"""Names of the columns that are arrays, in order."""

_TYPES: Final[dict[object, type[np.int64] | type[np.int8] | type[np.float64]]] = {
    Whole: np.int64,
    Real: np.float64,
    Small: np.int8,
}
DTYPES: Final = tuple(_TYPES[PositionColumns.__annotations__[name]] for name in ARRAYS)
"""Types of the columns that are arrays, in order."""


def columns_of(positions: Iterable[Position]) -> PositionColumns:
    """Return positions as columns, in their order."""
    places: dict[Place, int] = {}
    rows = [_values(each, places) for each in positions]
    columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(ARRAYS)
    arrays: dict[str, NDArray[Any]] = {
        name: np.array(each, kind) for name, each, kind in zip(ARRAYS, columns, DTYPES, strict=True)
    }
    return PositionColumns(**arrays, places=tuple(places))


def united(parts: Sequence[PositionColumns]) -> PositionColumns:
    """Return the positions of several parts, one part after the other."""
    places: dict[Place, int] = {}
    beacons = []
    for part in parts:
        codes = [places.setdefault(place, len(places)) for place in part.places]
        beacons.append(np.array([*codes, -1], np.int64)[part.beacon])
    arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in ARRAYS}
    return PositionColumns(**{**arrays, "beacon": np.concatenate(beacons)}, places=tuple(places))


def _values(position: Position, places: dict[Place, int]) -> tuple[float, ...]:
    beacon_id = position.beacon_id
    place = None if beacon_id is None else (beacon_id, position.beacon_zone_id)
    return (
        position.activation_id,
        position.fix_time,
        position.received_at,
        position.seq,
        position.lat,
        position.lon,
        position.accuracy_m,
        _accuracy_code(position),
        _MECHANISM_CODE[position.mechanism],
        -1 if position.satellites is None else position.satellites,
        nan if position.hdop is None else position.hdop,
        nan if position.speed_mps is None else position.speed_mps,
        nan if position.heading_deg is None else position.heading_deg,
        nan if position.altitude_m is None else position.altitude_m,
        nan if position.battery_pct is None else position.battery_pct,
        _CHARGING_CODE[position.charging],
        position.late,
        _QUARANTINE_CODE[position.quarantine],
        -1 if place is None else places.setdefault(place, len(places)),
    )


def _accuracy_code(position: Position) -> int:
    """Tell where an accuracy comes from: what the digest is over says whether a 0 was claimed."""
    if not position.accuracy_assumed:
        return STATED
    stated = content_digest(
        position.fix_time,
        position.seq,
        position.lat,
        position.lon,
        None,
        position.mechanism,
        position.hdop,
        position.satellites,
        position.speed_mps,
        position.heading_deg,
        position.altitude_m,
        position.battery_pct,
        position.charging,
    )
    return ASSUMED if stated == position.digest else CLAIMED_ZERO


def _real(value: np.float64) -> float | None:
    return None if isnan(value) else float(value)


def _whole(value: np.int64) -> int | None:
    return None if value < 0 else int(value)
