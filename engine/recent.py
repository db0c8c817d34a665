"""What the engine took in the last hour: rates by the minute, delays of the last five minutes.

It is kept in memory only, in slots of ten seconds, so its size is fixed and a restart begins anew;
what lies before the start is not known, and is not 0. Delays are of messages with new positions, by
the newest of them. What was *uploaded late* is counted apart, for it says nothing of the way from
the device to a decision: what came after newer positions of its activation, and what was older than
its plan allows though the engine had been listening since before it was measured. What was measured
while the engine did not listen counts as delay.
"""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Self, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.core.sketch import BUCKETS, Counts, counted, quantile
from zones.instant import HOUR, MINUTE, SECOND, Duration, Instant
from zones.interval import END

SLOT: Final = 10 * SECOND
WINDOW: Final = 5 * MINUTE
"""For how long delays and the vendors' rates are kept; the slot that runs is in it besides."""

_MINUTE: Final = MINUTE // SLOT
_HOUR: Final = HOUR // SLOT
_KEPT: Final = _HOUR + _MINUTE
"""An hour of whole minutes, and the minute that runs."""
_TOGETHER: Final = 16
"""Batches counted at once, or when somebody asks: one by one it would cost as much for each."""


Marks: TypeAlias = NDArray[np.bool_]


class Taken(NamedTuple):
    """Messages with new positions, committed: one of each array."""

    measured_at: NDArray[np.int64]
    """When the device measured the newest of its positions."""
    received_at: NDArray[np.int64]
    out_of_order: Marks
    """Newer positions of its activation had been judged before."""
    overdue: Marks
    """It was received later than the plan allows."""

    @classmethod
    def of(cls, rows: Sequence[tuple[Instant, Instant, bool, bool]]) -> Self:
        """Return messages given one by one, each with these values in this order."""
        measured_at, received_at, out_of_order, overdue = zip(*rows, strict=True) if rows else NONE
        times = np.array(measured_at, np.int64), np.array(received_at, np.int64)
        return cls(*times, np.array(out_of_order, np.bool_), np.array(overdue, np.bool_))

    def joined(self, other: "Taken") -> "Taken":
        """Return these messages and others."""
        return Taken(*(np.concatenate(pair) for pair in zip(self, other, strict=True)))


NONE: Final[tuple[tuple[()], ...]] = ((), (), (), ())


class Quantiles(NamedTuple):
    """Of durations, to 5 %; None if there were none."""

    p50: Duration | None = None
    p99: Duration | None = None
    messages: int = 0


class RecentNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken lately, as of one moment."""

    since: Instant | None = None
    """Since when it has been counted; None if nobody counts."""
    positions_per_s: float = 0.0
    """Of the last minute."""
    messages_per_s: float = 0.0
    per_minute_until: Instant | None = None
    """End of the last whole minute."""
    per_minute: tuple[int | None, ...] = ()
    """Positions stored in each of the last 60 whole minutes, oldest first; None: not known."""
    decided: Quantiles = Quantiles()
    """From measured by the device to committed."""
    committed: Quantiles = Quantiles()
    """From received to committed."""
    late: int = 0
    """Messages uploaded late, in the time of the quantiles."""
    vendors_per_s: Mapping[str, float] = {}
    """Messages, by vendor, in that time."""


class _Batch(NamedTuple):
    """A batch that is not counted yet."""

    at: Instant
    positions: int
    taken: Taken
    messages: Mapping[str, int]
    listening_since: Instant
    """END if the engine did not listen."""


class Recent:
    """Counts what is taken; one thread adds, others read."""

    def __init__(self, since: Instant) -> None:
        """Count from an instant on."""
        self._since = since
        self._lock = threading.Lock()
        self._newest = since // SLOT
        self._positions = np.zeros(_KEPT, np.int64)
        self._messages = np.zeros(_KEPT, np.int64)
        slots = WINDOW // SLOT + 1
        self._decided = np.zeros((slots, BUCKETS), np.int64)
        self._committed = np.zeros((slots, BUCKETS), np.int64)
        self._late = np.zeros(slots, np.int64)
        self._vendors = [Counter[str]() for _ in range(slots)]
        self._pending: list[_Batch] = []

    def add(
        self,
        at: Instant,
        positions: int,
        taken: Taken,
        messages: Mapping[str, int],
        listening_since: Instant | None,
    ) -> None:
        """Add a batch committed at an instant, with its messages by vendor."""
        since = END if listening_since is None else listening_since
        batch = _Batch(at, positions, taken, messages, since)
        with self._lock:
            pending = self._pending
            if pending and (len(pending) == _TOGETHER or at // SLOT != pending[0].at // SLOT):
                self._count()
            self._pending.append(batch)

    def numbers(self, now: Instant) -> RecentNumbers:
        """Return what was taken lately, as of now."""
        with self._lock:
            self._count()
            self._advance(now)
            window = max(1, min(WINDOW, now - self._since))
            vendors: Counter[str] = sum(self._vendors, Counter())
            until = self._newest // _MINUTE
            return RecentNumbers(
                since=self._since,
                positions_per_s=self._rate(self._positions, now),
                messages_per_s=self._rate(self._messages, now),
                per_minute_until=until * MINUTE,
                per_minute=tuple(self._minute(each) for each in range(until - 60, until)),
                decided=_quantiles(self._decided),
                committed=_quantiles(self._committed),
                late=int(self._late.sum()),
                vendors_per_s={name: n * SECOND / window for name, n in vendors.items()},
            )

    def _count(self) -> None:
        """Count the batches that are pending, which are of one slot."""
        pending, self._pending = self._pending, []
        if not pending:
            return
        self._advance(pending[0].at)
        row, short = self._newest % _KEPT, self._newest % len(self._late)
        for batch in pending:
            self._positions[row] += batch.positions
            self._messages[row] += sum(batch.messages.values())
            self._vendors[short].update(batch.messages)
        many = [len(batch.taken.measured_at) for batch in pending]
        taken = Taken(*map(np.concatenate, zip(*(batch.taken for batch in pending), strict=True)))
        at = np.repeat([batch.at for batch in pending], many)
        since = np.repeat([batch.listening_since for batch in pending], many)
        late = taken.out_of_order | (taken.overdue & (since <= taken.measured_at))
        self._late[short] += np.count_nonzero(late)
        if not late.all():
            self._decided[short] += counted((at - taken.measured_at)[~late])
            self._committed[short] += counted((at - taken.received_at)[~late])

    def _advance(self, now: Instant) -> None:
        """Empty the slots that begin anew; a clock that goes back changes nothing."""
        newest = now // SLOT
        for slot in range(max(self._newest + 1, newest - _KEPT + 1), newest + 1):
            row, short = slot % _KEPT, slot % len(self._late)
            self._positions[row] = self._messages[row] = self._late[short] = 0
            self._decided[short] = self._committed[short] = 0
            self._vendors[short].clear()
        self._newest = max(self._newest, newest)

    def _rate(self, column: Counts, now: Instant) -> float:
        """Return how many a second were added in the last minute."""
        slots = [(self._newest - back) % _KEPT for back in range(1, _MINUTE + 1)]
        began = max((self._newest - _MINUTE) * SLOT, self._since)
        covered = self._newest * SLOT - began
        if covered <= 0:
            return int(column[self._newest % _KEPT]) * SECOND / max(SECOND, now - self._since)
        return int(column[slots].sum()) * SECOND / covered

    def _minute(self, minute: int) -> int | None:
        if (minute + 1) * MINUTE <= self._since:
            return None
        rows = [slot % _KEPT for slot in range(minute * _MINUTE, (minute + 1) * _MINUTE)]
        return int(self._positions[rows].sum())


def _quantiles(slots: Counts) -> Quantiles:
    counts = slots.sum(axis=0)
    return Quantiles(quantile(counts, 0.5), quantile(counts, 0.99), int(counts.sum()))
