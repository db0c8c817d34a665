"""Arrays of numbers as few bytes, quickly or densely: `number_decoding` gives every bit back.

A coded array begins with its kind:

- 0: every value is the column's own "absent"; nothing follows.
- 1: every value is the one of 8 bytes that follows.
- 2: whole numbers, each less the least, in 1, 2, 4 or 8 bytes. Made in no time.
- 3: 8 bytes each, as they are.
- 4: dense. Numbers with few decimals become whole ones; whole ones become differences (`Way`),
  mapped to 0, 1, 2, … (zigzag); their lowest bytes are written first, then the next ones, and so
  on, and all of it is compressed. So what changes little, or steadily, takes next to nothing.
- 5: real numbers of which some are absent (NaN): which ones are there, and an array of those.

Everything is little-endian. Whole numbers are 64 bits and wrap, so no difference is too large.
"""

from collections.abc import Callable, Sequence
from enum import IntEnum
from functools import cached_property
from struct import Struct as Packing
from typing import Any, Final, TypeAlias

import numpy as np
import zstandard
from numpy.typing import NDArray

Whole: TypeAlias = NDArray[np.int64]
Real: TypeAlias = NDArray[np.float64]
Numbers: TypeAlias = NDArray[Any]
"""Whole numbers of any width, or real ones of 64 bits."""

Kind: TypeAlias = type[np.int64] | type[np.int8] | type[np.float64]

ABSENT, SAME, NARROW, PLAIN, DENSE, SPARSE = range(6)
VALUE: Final = Packing("<q")
NARROW_HEAD: Final = Packing("<BBq")
DENSE_HEAD: Final = Packing("<BBBBBqI")
SPARSE_HEAD: Final = Packing("<BI")
WIDTHS: Final[dict[int, np.dtype[Any]]] = {width: np.dtype(f"<u{width}") for width in (1, 2, 4, 8)}

_LEVEL: Final = 3
_DECIMALS: Final = (6, 7, 1, 0, 2, 3, 5, 4)
"""How many a column may have to become whole numbers, the usual ones first."""
BITS: Final = 255
"""In place of decimals: the numbers are real, and their bits are taken for whole numbers."""
WHOLE: Final = 254
"""In place of decimals: the numbers are whole."""
_LARGEST: Final = 2.0**53
UNITS: Final = (1, 1_000, 1_000_000)
"""What all numbers of a column may be multiples of: instants of whole seconds, for example."""
_LOOK: Final = 8
"""Numbers looked at first: most columns that do not suit show it there."""


class Way(IntEnum):
    """What is written of a whole number."""

    VALUE = 0
    """Itself, less the least."""
    STEP = 1
    """By how much it differs from the one before."""
    LESS = 2
    """Itself less its neighbour in another column, less the least of these."""
    LESS_STEP = 3
    """By how much that differs from the one before."""


class Press:
    """Compresses and decompresses; to be used by one thread at a time.

    Making one takes longer than pressing a column: it is made once for many, when it is needed.
    """

    @cached_property
    def compress(self) -> Callable[[bytes], bytes]:
        """Return bytes compressed."""
        return zstandard.ZstdCompressor(level=_LEVEL).compress

    @cached_property
    def decompress(self) -> Callable[[bytes | memoryview], bytes]:
        """Return bytes as they were."""
        return zstandard.ZstdDecompressor().decompress


def quick(values: Numbers, absent: float) -> bytes:
    """Return an array as bytes, in as little time as can be; it must not be empty."""
    bits = _bits(values)
    first = bits[0]
    if (bits == first).all():
        return _all_same(first, values.dtype.type, absent)
    if values.dtype == np.float64:
        return bytes((PLAIN,)) + bits.astype("<i8", copy=False).tobytes()
    return _narrow(bits)


def dense(
    press: Press, values: Numbers, absent: float, ways: Sequence[Way], other: Whole | None = None
) -> bytes:
    """Return an array as few bytes, by the best of these ways; it must not be empty.

    `other` is the column that LESS is about.
    """
    bits = _bits(values)
    if (bits == bits[0]).all():
        return _all_same(bits[0], values.dtype.type, absent)
    if values.dtype != np.float64:
        return _densest(press, bits, WHOLE, ways, other)
    there = ~np.isnan(values)
    if not there.all():
        marks = np.packbits(there).tobytes()
        present = dense(press, values[there], absent, ways)
        return SPARSE_HEAD.pack(SPARSE, len(marks)) + marks + present
    decimals, whole = _as_whole(values, bits)
    return _densest(press, whole, decimals, (Way.VALUE,) if decimals == BITS else ways, other)


def _bits(values: Numbers) -> Whole:
    """Return whole numbers as 64 bits, and the bits of real ones."""
    if values.dtype == np.float64:
        return values.view(np.int64)
    return values.astype(np.int64, copy=False)


def _all_same(bits: np.int64, kind: Kind, absent: float) -> bytes:
    if bits == _bits(np.full(1, absent, kind))[0]:
        return bytes((ABSENT,))
    return bytes((SAME,)) + VALUE.pack(int(bits))


def _narrow(values: Whole) -> bytes:
    least = values.min()
    span = int(values.max()) - int(least)
    width = next(width for width in WIDTHS if span < 1 << 8 * width)
    moved: bytes = (values - least).astype(WIDTHS[width]).tobytes()
    return NARROW_HEAD.pack(NARROW, width, int(least)) + moved


def _as_whole(values: Real, bits: Whole) -> tuple[int, Whole]:
    """Return with how many decimals numbers are whole ones, and these; else their bits."""
    if np.abs(values).max() < _LARGEST / 10 ** max(_DECIMALS):
        for decimals in _DECIMALS:
            head, whole = values[:_LOOK], values
            if _exact(head, bits[:_LOOK], decimals) and _exact(whole, bits, decimals):
                return decimals, np.rint(values * 10.0**decimals).astype(np.int64)
    return BITS, bits


def _exact(values: Real, bits: Whole, decimals: int) -> bool:
    whole = np.rint(values * 10.0**decimals).astype(np.int64)
    return bool(((whole / 10.0**decimals).view(np.int64) == bits).all())


def _densest(
    press: Press, values: Whole, decimals: int, ways: Sequence[Way], other: Whole | None
) -> bytes:
    return min((_dense(press, values, decimals, way, other) for way in ways), key=len)


def _unit(values: Whole) -> int:
    """Return the place of the largest unit that all numbers are multiples of."""
    for unit in (2, 1):
        if not (values[:_LOOK] % UNITS[unit]).any() and not (values % UNITS[unit]).any():
            return unit
    return 0


def _dense(press: Press, values: Whole, decimals: int, way: Way, other: Whole | None) -> bytes:
    if way in (Way.LESS, Way.LESS_STEP):
        assert other is not None, "LESS needs the other column"  # noqa: S101 - narrows the type
        values = values - other
    unit = _unit(values)
    if unit:
        values = values // UNITS[unit]
    if way in (Way.VALUE, Way.LESS):
        base = values.min()
        numbers = (values - base).view(np.uint64)
    else:
        base = values[0]
        steps = np.empty_like(values)
        steps[0] = 0
        np.subtract(values[1:], values[:-1], out=steps[1:])
        numbers = ((steps << 1) ^ (steps >> 63)).view(np.uint64)
    width = max(1, (int(numbers.max()).bit_length() + 7) // 8)
    octets = numbers.astype("<u8", copy=False).view(np.uint8).reshape(-1, 8)
    frame = press.compress(octets[:, :width].T.tobytes())
    return DENSE_HEAD.pack(DENSE, decimals, unit, way, width, int(base), len(frame)) + frame
