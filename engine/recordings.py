"""Recorded positions and orders in files, for judging them offline.

POSITIONS.csv has a header; `wearer,time,lat,lon,accuracy_m` are required (accuracy may be empty),
`received_at,seq,mechanism,speed_mps` optional, further columns ignored. O.json is a list of orders:
a wearer (or "*" for everyone), a time zone, `max_age_s`, and conditions in their JSON form.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Generic, TypeVar

import msgspec

from engine.core.condition_json import ConditionError, read_condition
from engine.core.evidence import MAX_AHEAD
from engine.core.position import (
    Mechanism,
    Position,
    Quarantine,
    content_digest,
    effective_accuracy_m,
)
from engine.core.registry import OrderCondition
from zones.instant import parse

REQUIRED: Final = ("wearer", "time", "lat", "lon", "accuracy_m")
OPTIONAL: Final = ("received_at", "seq", "mechanism", "speed_mps")
EVERYONE: Final = "*"

T = TypeVar("T")
N = TypeVar("N", int, float)


class RecordingError(ValueError):
    """A file that cannot be used; the message names file, line, field, value and fix."""


class RecordedOrder(msgspec.Struct, frozen=True):
    """One entry of O.json."""

    wearer: str
    conditions: tuple[OrderCondition, ...]
    timezone: str
    max_age_s: float
    where: str
    """The file and the place in it."""


class _OrderJson(msgspec.Struct, forbid_unknown_fields=True):
    wearer: str
    conditions: list[dict[str, object]]
    timezone: str = "UTC"
    max_age_s: float = 1800.0


def read_orders(path: Path) -> list[RecordedOrder]:
    """Return the orders of a file.

    Raises:
        RecordingError: the file is not what it should be.
    """
    try:
        entries = msgspec.json.decode(path.read_bytes(), type=list[_OrderJson])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RecordingError(f"{path}: {error}") from None
    return [_order(path, number, entry) for number, entry in enumerate(entries)]


def _order(path: Path, number: int, entry: _OrderJson) -> RecordedOrder:
    if not entry.max_age_s > 0:
        problem = f"max_age_s is {entry.max_age_s}: it must be above 0 seconds"
        raise RecordingError(f"{path}: $[{number}].{problem}")
    conditions = []
    for place, condition in enumerate(entry.conditions):
        try:
            conditions.append(read_condition(condition, entry.timezone))
        except ConditionError as error:
            raise RecordingError(f"{path}: $[{number}].conditions[{place}]: {error}") from None
    where = f"{path}: $[{number}]"
    return RecordedOrder(entry.wearer, tuple(conditions), entry.timezone, entry.max_age_s, where)


@dataclass(frozen=True, slots=True)
class _Form(Generic[T]):
    """How a field is written, and what to do if it is not."""

    read: Callable[[str], T]
    """Raises ValueError for what is not written so."""
    fix: str


class _Columns:
    """Where each field stands in a row."""

    def __init__(self, path: Path, header: list[str], renamed: Mapping[str, str]) -> None:
        places = {name.strip().lstrip("\ufeff"): index for index, name in enumerate(header)}
        self._at: dict[str, int] = {}
        for field in (*REQUIRED, *OPTIONAL):
            column = renamed.get(field, field)
            if column in places:
                self._at[field] = places[column]
            elif field in REQUIRED or field in renamed:
                raise RecordingError(
                    f"{path}: no column {column!r} for {field!r}: the header has "
                    f"{', '.join(places)}; name it with --columns {field}=COLUMN"
                )

    def text(self, row: list[str], field: str) -> str:
        """Return a field of a row, empty if there is none."""
        index = self._at.get(field)
        if index is None:
            return ""
        if index >= len(row):
            raise ValueError(f"{field} is missing: the row has {len(row)} fields, not {index + 1}")
        return row[index].strip()

    def read(self, row: list[str], field: str, form: _Form[T]) -> T:
        """Return a field of a row as its form understands it.

        Raises:
            ValueError: it does not; the message names the field, the value and the fix.
        """
        text = self.text(row, field)
        try:
            return form.read(text)
        except ValueError:
            raise ValueError(f"{field} is {text!r}: {form.fix}") from None


def read_positions(
    path: Path, file: IO[str], renamed: Mapping[str, str]
) -> Iterator[tuple[str, Position]]:
    """Yield wearer and position of every row.

    Raises:
        RecordingError: a column is missing, or a row is wrong; it names the line.
    """
    rows = csv.reader(file)
    columns: _Columns | None = None
    try:
        for row in rows:
            if columns is None:
                columns = _Columns(path, row, renamed)
            elif row:
                yield _wearer(columns, row), _position(columns, row)
    except RecordingError:
        raise
    except (ValueError, csv.Error) as error:
        raise RecordingError(f"{path}, line {rows.line_num}: {_words(error)}") from None
    if columns is None:
        raise RecordingError(f"{path}: it is empty: the first line must name the columns")


def _words(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "or just after it, is no UTF-8 text: save the file as UTF-8"
    return str(error)


def _wearer(columns: _Columns, row: list[str]) -> str:
    wearer = columns.text(row, "wearer")
    if not wearer:
        raise ValueError("wearer is empty: every position needs one")
    return wearer


def _position(columns: _Columns, row: list[str]) -> Position:
    lat, lon = columns.read(row, "lat", _LAT), columns.read(row, "lon", _LON)
    mechanism = columns.read(row, "mechanism", _MECHANISM)
    stated = columns.read(row, "accuracy_m", _ACCURACY)
    speed_mps = columns.read(row, "speed_mps", _SPEED)
    seq, fix_time = columns.read(row, "seq", _SEQ), columns.read(row, "time", _TIME)
    received_at = columns.read(row, "received_at", _RECEIVED)
    accuracy_m, assumed = effective_accuracy_m(stated, None, mechanism)
    ahead = received_at is not None and fix_time - received_at > MAX_AHEAD
    return Position(
        activation_id=0,
        fix_time=fix_time,
        received_at=fix_time if received_at is None else received_at,
        seq=seq,
        digest=content_digest(fix_time, seq, lat, lon, stated, mechanism, speed_mps=speed_mps),
        lat=lat,
        lon=lon,
        accuracy_m=accuracy_m,
        accuracy_assumed=assumed,
        mechanism=mechanism,
        speed_mps=speed_mps,
        quarantine=Quarantine.FUTURE if ahead else None,
    )


def _optional(read: Callable[[str], T]) -> Callable[[str], T | None]:
    return lambda text: read(text) if text else None


def _number(least: float, most: float) -> Callable[[str], float]:
    return lambda text: _checked(float(text), least, most)


def _known_speed(text: str) -> float | None:
    """Return a speed; telephones write a negative one where they do not know it."""
    speed_mps = _number(-1e4, 1e4)(text) if text else None
    return None if speed_mps is None or speed_mps < 0 else speed_mps


def _sequence(text: str) -> int:
    return _checked(int(text or 0), 0, 2**63 - 1)


def _checked(value: N, least: N, most: N) -> N:
    if not least <= value <= most:
        raise ValueError
    return value


_LAT: Final = _Form(_number(-90.0, 90.0), "write degrees from -90 to 90")
_LON: Final = _Form(_number(-180.0, 180.0), "write degrees from -180 to 180")
_MECHANISM: Final = _Form(
    lambda text: Mechanism(text or "gnss"),
    f"use one of {', '.join(Mechanism)}, or leave it empty for gnss",
)
_ACCURACY: Final = _Form(
    _optional(_number(0.0, 1e7)), "write metres from 0 to 10,000,000, or nothing if not known"
)
_SPEED: Final = _Form(
    _known_speed, "write metres a second up to 10,000, or nothing (or -1) if not known"
)
_SEQ: Final = _Form(_sequence, "write a whole number from 0, or nothing")
_RFC_3339: Final = "write RFC 3339 with an offset, for example 2026-03-01T21:15:00Z"
_TIME: Final = _Form(parse, _RFC_3339)
_RECEIVED: Final = _Form(_optional(parse), _RFC_3339 + ", or nothing")


def orders_of(wearer: str, orders: Iterable[RecordedOrder]) -> list[RecordedOrder]:
    """Return the orders that apply to a wearer."""
    return [order for order in orders if order.wearer in (wearer, EVERYONE)]
