"""Recorded positions and orders in files, for judging them offline.

POSITIONS.csv has a header; `wearer,time,lat,lon,accuracy_m` are required (accuracy may be empty),
`received_at,seq,mechanism,speed_mps` optional, further columns ignored. O.json is a list of orders:
a wearer (or "*" for everyone), a time zone, `max_age_s`, and conditions in their JSON form.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Final

import msgspec

from engine.core.condition_json import ConditionError, read_condition
from engine.core.position import Mechanism, Position, content_digest, effective_accuracy_m
from engine.core.registry import OrderCondition
from zones.instant import parse

REQUIRED: Final = ("wearer", "time", "lat", "lon", "accuracy_m")
OPTIONAL: Final = ("received_at", "seq", "mechanism", "speed_mps")
EVERYONE: Final = "*"


class RecordingError(ValueError):
    """A file that cannot be used; the message names file, line, field, value and fix."""


class RecordedOrder(msgspec.Struct, frozen=True):
    """One entry of O.json."""

    wearer: str
    conditions: tuple[OrderCondition, ...]
    timezone: str
    max_age_s: float


class _OrderJson(msgspec.Struct):
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
        raise RecordingError(f"{path}: $[{number}].max_age_s is {entry.max_age_s}: must be above 0")
    conditions = []
    for place, condition in enumerate(entry.conditions):
        try:
            conditions.append(read_condition(condition, entry.timezone))
        except ConditionError as error:
            raise RecordingError(f"{path}: $[{number}].conditions[{place}]: {error}") from None
    return RecordedOrder(entry.wearer, tuple(conditions), entry.timezone, entry.max_age_s)


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
        return "" if index is None else row[index].strip()

    def number(self, row: list[str], field: str) -> float | None:
        """Return a field of a row as a number, None if it is empty."""
        text = self.text(row, field)
        return float(text) if text else None


def read_positions(
    path: Path, file: IO[str], renamed: Mapping[str, str]
) -> Iterator[tuple[str, Position]]:
    """Yield wearer and position of every row.

    Raises:
        RecordingError: a column is missing, or a row is wrong; it names the line.
    """
    rows = csv.reader(file)
    header = next(rows, None)
    if header is None:
        raise RecordingError(f"{path}: it is empty: the first line must name the columns")
    columns = _Columns(path, header, renamed)
    for row in rows:
        if row:
            try:
                yield columns.text(row, "wearer"), _position(columns, row)
            except (ValueError, IndexError) as error:
                raise RecordingError(f"{path}, line {rows.line_num}: {error}") from None


def _position(columns: _Columns, row: list[str]) -> Position:
    lat, lon = _degrees(columns, row, "lat", 90.0), _degrees(columns, row, "lon", 180.0)
    mechanism = Mechanism(columns.text(row, "mechanism") or "gnss")
    stated, speed_mps = columns.number(row, "accuracy_m"), columns.number(row, "speed_mps")
    if stated is not None and not 0 <= stated < 1e7:
        raise ValueError(f"accuracy_m is {stated}: it must be from 0 to 10,000,000 metres")
    accuracy_m, assumed = effective_accuracy_m(stated, None, mechanism)
    fix_time, seq = parse(columns.text(row, "time")), int(columns.text(row, "seq") or 0)
    received = columns.text(row, "received_at")
    return Position(
        activation_id=0,
        fix_time=fix_time,
        received_at=parse(received) if received else fix_time,
        seq=seq,
        digest=content_digest(fix_time, seq, lat, lon, stated, mechanism, speed_mps=speed_mps),
        lat=lat,
        lon=lon,
        accuracy_m=accuracy_m,
        accuracy_assumed=assumed,
        mechanism=mechanism,
        speed_mps=speed_mps,
    )


def _degrees(columns: _Columns, row: list[str], field: str, limit: float) -> float:
    value = columns.number(row, field)
    if value is None or not -limit <= value <= limit:
        raise ValueError(f"{field} is {value}: it must be a number of degrees within ±{limit:g}")
    return value


def orders_of(wearer: str, orders: Iterable[RecordedOrder]) -> list[RecordedOrder]:
    """Return the orders that apply to a wearer."""
    return [order for order in orders if order.wearer in (wearer, EVERYONE)]
