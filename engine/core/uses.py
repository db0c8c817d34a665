"""Who uses what, in few bytes: which wearers' orders name a zone, a group, a class or a person.

What is kept of each use is a checksum of the name and the wearer's number, in two columns; to ask
is to compare the one column with a checksum. So an answer holds everybody who uses something,
perhaps somebody who used it once, and hardly ever a stranger: whoever asks looks again.
"""

from array import array
from collections.abc import Iterable
from enum import Enum
from zlib import crc32

import numpy as np


class Named(Enum):
    """What orders name."""

    ZONE = b"z"
    GROUP = b"g"
    CLASS = b"c"
    PERSON = b"p"


class Uses:
    """Which wearers name what; nothing is ever taken away."""

    def __init__(self) -> None:
        self._names = array("I")
        self._numbers = array("I")
        self._wearers: list[str] = []

    def __len__(self) -> int:
        """Return how many uses are kept."""
        return len(self._names)

    def add(self, kind: Named, names: Iterable[str], wearer_id: str) -> None:
        """Note that a wearer's order names some of a kind."""
        if not self._wearers or self._wearers[-1] != wearer_id:
            self._wearers.append(wearer_id)
        seed, number = crc32(kind.value), len(self._wearers) - 1
        for name in names:
            self._names.append(crc32(name.encode(), seed))
            self._numbers.append(number)

    def of(self, kind: Named, name: str) -> list[str]:
        """Return the wearers whose orders name something, each once, and perhaps others."""
        if not self._names:
            return []
        names = np.frombuffer(self._names, dtype=np.uint32)
        rows = np.flatnonzero(names == crc32(name.encode(), crc32(kind.value)))
        numbers = np.frombuffer(self._numbers, dtype=np.uint32)[rows].tolist()
        return list(dict.fromkeys(self._wearers[number] for number in numbers))
