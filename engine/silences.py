"""Which devices are silent now: those past their call-in, with since when and what was due.

They are in columns, so that a quarter of a million of them (a vendor that is away) are counted in a
millisecond. It belongs to the thread that makes transactions; others read.
"""

import threading
from typing import NamedTuple

import numpy as np

from engine.columns import Columns
from engine.core.canary import CANARY
from engine.core.episode import EpisodeState, StoredEpisode
from engine.core.order import Activation
from zones.instant import Instant
from zones.interval import END


class Silent(NamedTuple):
    """How many are silent at one moment, and the longest silent of them."""

    devices: int = 0
    excused: int = 0
    """Of these, how many while their vendor was silent: one cause, no alerts of their own."""
    longest: tuple[int, ...] = ()
    """Activations, the longest silent first."""


class Silences:
    """Every activation with a missed call-in, or a first report that never came, that runs."""

    def __init__(self) -> None:
        self._columns = Columns(since=END, excused=0, worn_until=END)
        self._known: set[int] = set()
        self._lock = threading.Lock()

    def put(self, activation: Activation, missed: StoredEpisode | None) -> None:
        """Take note of an activation as it stands."""
        key = activation.activation_id
        if activation.vendor == CANARY:
            return
        if missed is None:
            if key in self._known:
                with self._lock:
                    self._known.discard(key)
                    self._columns.put(key, since=END)
            return
        started = missed.episode.started
        with self._lock:
            self._known.add(key)
            self._columns.put(
                key,
                since=started.by if started.after is None else started.after,
                excused=int(missed.episode.state is EpisodeState.PENDING),
                worn_until=END if activation.ended_at is None else activation.ended_at,
            )

    def at(self, now: Instant, most: int) -> Silent:
        """Return who of those worn is silent; of the longest silent no more than `most`."""
        with self._lock:
            since = self._columns["since"]
            silent = (since < END) & (self._columns["worn_until"] > now)
            count = int(np.count_nonzero(silent))
            excused = int(np.count_nonzero(silent & (self._columns["excused"] > 0)))
            longest = self._columns.keys_where(silent, since, most)
        return Silent(count, excused, tuple(longest))
