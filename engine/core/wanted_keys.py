"""Where in positions in their order those with one of many keys may be: activation and time agree.

Few steps for all keys together; what else a key says is compared by whoever asked.
"""

from collections.abc import Collection, Iterator, Mapping

import numpy as np

from engine.core.position import PositionKey
from engine.core.position_columns import Whole


class WantedKeys:
    """Keys of positions, by activation; at least one."""

    def __init__(self, keys: Mapping[int, Collection[PositionKey]]) -> None:
        """Look for these."""
        self._ids = np.array(sorted(keys), np.int64)
        self._times = {(each, key.fix_time) for each, some in keys.items() for key in some}

    def at(self, activation_id: Whole, fix_time: Whole) -> list[int]:
        """Return where in positions in their order activation and time are those of a key."""
        return list(self._at(activation_id, fix_time))

    def _at(self, activation_id: Whole, fix_time: Whole) -> Iterator[int]:
        starts = np.searchsorted(activation_id, self._ids)
        ends = np.searchsorted(activation_id, self._ids, "right")
        for index in np.flatnonzero(ends > starts):
            start, wanted = int(starts[index]), int(self._ids[index])
            for place, time in enumerate(fix_time[start : ends[index]].tolist(), start):
                if (wanted, time) in self._times:
                    yield place
