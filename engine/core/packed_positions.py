"""Positions with their places in store and journal, many of them packed into one body of bytes.

A body is a version (1 byte), how many positions there are (4 bytes), the beacons and zones its
codes stand for (4 bytes of length, JSON), and then one coded array a column (`number_coding`), the
columns of the key first, so that these can be read alone. Two bodies differ only in how much time
is spent on them: a batch is packed in no time, a page densely. A batch's body leaves out what is
stored beside it: ids that follow one another, and one block.
"""

from struct import Struct as Packing
from struct import error as StructError  # noqa: N812 - its only name
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

from engine.core.number_coding import Kind, Numbers, Press, Way, Whole, dense, quick
from engine.core.number_decoding import Coded, CodingError, decoded
from engine.core.placed_positions import PlacedPositions
from engine.core.position_columns import ARRAYS, DTYPES, Place, PositionColumns


class Keys(NamedTuple):
    """What orders positions before their content does."""

    activation_id: Whole
    fix_time: Whole
    seq: Whole


class _Column(NamedTuple):
    name: str
    kind: Kind
    absent: float
    ways: tuple[Way, ...] = (Way.VALUE,)
    other: str | None = None


_VERSION: Final = 1
_HEAD: Final = Packing("<BII")
_PLACES: Final = msgspec.json.Decoder(tuple[Place, ...])
_STEPPING: Final = frozenset(("activation_id", "fix_time", "seq", "lat", "lon", "altitude_m"))
_FIRST: Final = ("activation_id", "fix_time", "seq")
_KINDS: Final = dict(zip(ARRAYS, DTYPES, strict=True))


def _absent(name: str) -> float:
    if _KINDS[name] is np.float64:
        return float("nan")
    return -1 if name in ("satellites", "charging", "beacon") else 0


def _column(name: str) -> _Column:
    kind, absent = _KINDS[name], _absent(name)
    if name == "received_at":
        return _Column(name, kind, absent, (Way.LESS, Way.STEP), "fix_time")
    ways = (Way.STEP,) if name in _STEPPING else (Way.VALUE,)
    return _Column(name, kind, absent, ways)


_KEY_COLUMNS: Final = tuple(map(_column, _FIRST))
_OTHER_COLUMNS: Final = tuple(_column(name) for name in ARRAYS if name not in _FIRST)
_INDEX: Final = _Column("message_index", np.int64, 0)
_PLACE_COLUMNS: Final = (
    _INDEX,
    _Column("position_id", np.int64, 0, (Way.LESS_STEP,), "message_index"),
    _Column("block_id", np.int64, 0, (Way.STEP,)),
)
_PAGE: Final = (*_KEY_COLUMNS, *_OTHER_COLUMNS, *_PLACE_COLUMNS)
_BATCH: Final = (*_KEY_COLUMNS, *_OTHER_COLUMNS, _INDEX)


def pack_batch(columns: PositionColumns, message_index: Whole) -> bytes:
    """Return the positions of a batch, at least one, as they were taken."""
    parts = [_head(len(columns), columns.places)]
    parts += [quick(getattr(columns, each.name), each.absent) for each in _BATCH[:-1]]
    parts.append(quick(message_index, _INDEX.absent))
    return b"".join(parts)


def unpack_batch(
    press: Press, body: bytes, first_position_id: int, block_id: int
) -> PlacedPositions:
    """Return the positions of a batch.

    Raises:
        CodingError: the body is damaged.
    """
    count, places, arrays = _unpacked(press, body, _BATCH)
    message_index = arrays.pop("message_index")
    return PlacedPositions(
        PositionColumns(**arrays, places=places),
        np.arange(first_position_id, first_position_id + count),
        np.full(count, block_id, np.int64),
        message_index,
    )


def pack_page(press: Press, positions: PlacedPositions) -> bytes:
    """Return positions, at least one and in their order, as few bytes."""
    columns = positions.columns
    beacon, places = _used(columns)
    arrays: dict[str, Numbers] = {name: getattr(columns, name) for name in ARRAYS}
    arrays |= {each.name: getattr(positions, each.name) for each in _PLACE_COLUMNS}
    arrays["beacon"] = beacon
    parts = [_head(len(positions), places)]
    for each in _PAGE:
        other = None if each.other is None else arrays[each.other]
        parts.append(dense(press, arrays[each.name], each.absent, each.ways, other))
    return b"".join(parts)


def pack_page_quickly(positions: PlacedPositions) -> bytes:
    """Return the same, of many more bytes, in a fraction of the time: for what soon changes."""
    columns = positions.columns
    arrays: dict[str, Numbers] = {name: getattr(columns, name) for name in ARRAYS}
    arrays |= {each.name: getattr(positions, each.name) for each in _PLACE_COLUMNS}
    arrays["beacon"], places = _used(columns)
    parts = [quick(arrays[each.name], each.absent) for each in _PAGE]
    return b"".join((_head(len(positions), places), *parts))


def unpack_page(press: Press, body: bytes) -> PlacedPositions:
    """Return the positions of a page.

    Raises:
        CodingError: the body is damaged.
    """
    _, places, arrays = _unpacked(press, body, _PAGE)
    placed = {each.name: arrays.pop(each.name) for each in _PLACE_COLUMNS}
    return PlacedPositions(PositionColumns(**arrays, places=places), **placed)


def unpack_keys(press: Press, body: bytes) -> Keys:
    """Return no more of a page or a batch than what orders its positions.

    Raises:
        CodingError: the body is damaged.
    """
    _, _, arrays = _unpacked(press, body, _KEY_COLUMNS)
    return Keys(**arrays)


def _head(count: int, places: tuple[Place, ...]) -> bytes:
    named = msgspec.json.encode(places) if places else b""
    return _HEAD.pack(_VERSION, count, len(named)) + named


def _used(columns: PositionColumns) -> tuple[Whole, tuple[Place, ...]]:
    """Return the codes of beacons and what they stand for, of those that occur only."""
    if not columns.places:
        return columns.beacon, ()
    codes, beacon = np.unique(columns.beacon, return_inverse=True)
    absent = int(codes[0] < 0)
    places = tuple(columns.places[code] for code in codes[absent:])
    return beacon.astype(np.int64) - absent, places


def _unpacked(
    press: Press, body: bytes, wanted: tuple[_Column, ...]
) -> tuple[int, tuple[Place, ...], dict[str, Any]]:
    data = memoryview(body)
    try:
        version, count, size = _HEAD.unpack_from(data)
        if version != _VERSION:
            raise CodingError(f"version {version} of packed positions is not known")
        offset = _HEAD.size + size
        places = _PLACES.decode(data[_HEAD.size : offset]) if size else ()
        arrays: dict[str, Any] = {}
        for name, kind, absent, _, other in wanted:
            less = None if other is None else arrays[other]
            coded = Coded(press, data, offset, count, absent, kind, less)
            arrays[name], offset = decoded(coded)
    except (IndexError, ValueError, StructError, msgspec.DecodeError) as error:
        raise CodingError(f"packed positions are damaged ({error})") from error
    return count, places, arrays
