"""Names by number, found again by what they are, in some 35 bytes a name of 13 letters.

A country has a million zones and more, and so many texts in a dictionary take 150 bytes each. Here
the letters stand one name after the other, and names whose checksums end alike are a chain: the
newest is at its head, each says which is the one before it. A name may be there several times.
Threads may ask while one adds.
"""

from array import array
from bisect import bisect_right
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np

_FEWEST_BITS: Final = 6
_NONE: Final = -1


class _Chains(NamedTuple):
    """Where chains begin, and of each name the one before it in its chain."""

    heads: "array[int]"
    before: "array[int]"


class Names:
    """Names, numbered from 0 as they come; nothing is ever taken away."""

    __slots__ = ("_chains", "_ends", "_letters", "_sums")

    def __init__(self) -> None:
        self._letters = bytearray()
        self._ends = array("Q", [0])
        """Where each name ends, and so the next begins."""
        self._sums = array("I")
        self._chains = _Chains(array("i", [_NONE]) * (1 << _FEWEST_BITS), array("i"))

    def __len__(self) -> int:
        return len(self._chains.before)

    def __getitem__(self, number: int) -> str:
        """Return the name of a number that was given."""
        return self._written(number).decode()

    def add(self, name: str) -> int:
        """Return a new number, which stands for a name."""
        written = name.encode()
        number, sum_ = len(self), crc32(written)
        self._letters += written
        self._ends.append(len(self._letters))
        self._sums.append(sum_)
        if number == len(self._chains.heads):
            self._chains = self._longer()
        heads, before = self._chains
        slot = sum_ & (len(heads) - 1)
        # Last what makes it known: whoever asks meanwhile finds all of it or nothing.
        before.append(heads[slot])
        heads[slot] = number
        return number

    def find(self, name: str) -> list[int]:
        """Return the numbers of a name, the newest first."""
        written = name.encode()
        heads, before = self._chains
        sum_, sums, found = crc32(written), self._sums, []
        number = heads[sum_ & (len(heads) - 1)]
        while number != _NONE:
            if sums[number] == sum_ and self._written(number) == written:
                found.append(number)
            number = before[number]
        return found

    def holding(self, text: str) -> list[int]:
        """Return the numbers of the names that hold a text once they are casefolded, in order."""
        letters, ends = bytes(self._letters), self._ends
        if not (text and letters.isascii()):
            return [number for number in range(len(self)) if text in self[number].casefold()]
        folded, found = letters.decode().casefold(), []
        at = folded.find(text)
        while 0 <= at < len(folded):
            number = bisect_right(ends, at) - 1
            if at + len(text) <= ends[number + 1]:
                found.append(number)
                at = ends[number + 1] - 1
            at = folded.find(text, at + 1)
        return found

    def _written(self, number: int) -> bytearray:
        ends = self._ends
        return self._letters[ends[number] : ends[number + 1]]

    def _longer(self) -> _Chains:
        """Return the chains of the names that are in them, twice as many and half as long."""
        count = len(self)
        room = 2 * len(self._chains.heads)
        slot = np.array(self._sums[:count], np.uint32) & np.uint32(room - 1)
        order = np.argsort(slot, kind="stable")
        same = np.diff(slot[order], prepend=room) == 0
        before = np.full(count, _NONE, np.int32)
        before[order[1:]] = np.where(same[1:], order[:-1], _NONE)
        heads = np.full(room, _NONE, np.int32)
        ends = np.flatnonzero(np.append(~same[1:], count > 0))
        heads[slot[order[ends]]] = order[ends]
        return _Chains(array("i", heads.tobytes()), array("i", before.tobytes()))
