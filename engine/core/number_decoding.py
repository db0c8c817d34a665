"""Arrays of numbers from their bytes (`number_coding`), bit for bit what they were."""

from typing import Any, Final, NamedTuple, Protocol

import numpy as np
import zstandard

from engine.core.number_coding import (
    ABSENT,
    BITS,
    DENSE,
    DENSE_HEAD,
    NARROW,
    NARROW_HEAD,
    PLAIN,
    SAME,
    SPARSE,
    SPARSE_HEAD,
    UNITS,
    VALUE,
    WHOLE,
    WIDTHS,
    Kind,
    Numbers,
    Press,
    Way,
    Whole,
)


class CodingError(Exception):
    """Bytes are no coded array; the message says why."""


class Coded(NamedTuple):
    """An array as bytes, and what it was."""

    press: Press
    data: memoryview
    offset: int
    """Where in the data it begins."""
    length: int
    absent: float
    kind: Kind
    other: Whole | None = None
    """The column that LESS is about."""


class _Decoding(Protocol):
    def __call__(self, coded: Coded, /) -> tuple[Numbers, int]: ...


def decoded(coded: Coded) -> tuple[Numbers, int]:
    """Return an array, and where in the data it ends.

    Raises:
        CodingError: there is no such array.
    """
    form = coded.data[coded.offset]
    decoding = _DECODINGS.get(form)
    if decoding is None:
        raise CodingError(f"an array begins with {form}, which is no kind of array")
    return decoding(coded)


def _absent(coded: Coded) -> tuple[Numbers, int]:
    return np.full(coded.length, coded.absent, coded.kind), coded.offset + 1


def _same(coded: Coded) -> tuple[Numbers, int]:
    (value,) = VALUE.unpack_from(coded.data, coded.offset + 1)
    bits = np.full(coded.length, value, np.int64)
    return _of_kind(bits, coded.kind), coded.offset + 1 + VALUE.size


def _narrow(coded: Coded) -> tuple[Numbers, int]:
    _, width, least = NARROW_HEAD.unpack_from(coded.data, coded.offset)
    start = coded.offset + NARROW_HEAD.size
    end = start + width * coded.length
    narrow = np.frombuffer(coded.data[start:end], WIDTHS[width], coded.length)
    return _of_kind(narrow.astype(np.int64) + np.int64(least), coded.kind), end


def _plain(coded: Coded) -> tuple[Numbers, int]:
    start = coded.offset + 1
    end = start + 8 * coded.length
    return np.frombuffer(coded.data[start:end], "<f8", coded.length).astype(np.float64), end


def _dense(coded: Coded) -> tuple[Numbers, int]:
    _, decimals, unit, way, width, base, size = DENSE_HEAD.unpack_from(coded.data, coded.offset)
    start = coded.offset + DENSE_HEAD.size
    numbers = _from_planes(coded, start, start + size, width)
    if way in (Way.VALUE, Way.LESS):
        values = numbers.view(np.int64) + np.int64(base)
    else:
        steps = (numbers >> np.uint64(1)).view(np.int64) ^ -(numbers & np.uint64(1)).view(np.int64)
        values = np.cumsum(steps) + np.int64(base)
    if unit:
        values = values * np.int64(UNITS[unit])
    if way in (Way.LESS, Way.LESS_STEP):
        if coded.other is None:
            raise CodingError("an array is written as less than another, and there is none")
        values = values + coded.other
    if decimals in (WHOLE, BITS):
        return _of_kind(values, coded.kind), start + size
    return values / 10.0**decimals, start + size


def _from_planes(coded: Coded, start: int, end: int, width: int) -> Any:  # noqa: ANN401 - an array
    try:
        planes = coded.press.decompress(coded.data[start:end])
    except zstandard.ZstdError as error:
        raise CodingError(f"an array cannot be decompressed ({error})") from error
    if len(planes) != width * coded.length:
        raise CodingError(f"an array has {len(planes)} bytes, not {width} for each of its numbers")
    octets = np.zeros((coded.length, 8), np.uint8)
    octets[:, :width] = np.frombuffer(planes, np.uint8).reshape(width, coded.length).T
    return octets.reshape(-1).view("<u8").astype(np.uint64, copy=False)


def _sparse(coded: Coded) -> tuple[Numbers, int]:
    _, size = SPARSE_HEAD.unpack_from(coded.data, coded.offset)
    start = coded.offset + SPARSE_HEAD.size
    marks = np.frombuffer(coded.data[start : start + size], np.uint8)
    there = np.unpackbits(marks, count=coded.length).astype(bool)
    present = coded._replace(offset=start + size, length=int(there.sum()))
    values, end = decoded(present)
    every = np.full(coded.length, np.nan)
    every[there] = values
    return every, end


def _of_kind(bits: Whole, kind: Kind) -> Numbers:
    return bits.view(np.float64) if kind is np.float64 else bits.astype(kind, copy=False)


_DECODINGS: Final[dict[int, _Decoding]] = {
    ABSENT: _absent,
    SAME: _same,
    NARROW: _narrow,
    PLAIN: _plain,
    DENSE: _dense,
    SPARSE: _sparse,
}
