"""How long the store's room lasts: bytes on its disk, and ids in their columns.

The rate is the greater of two: over the store's whole age, and over the last day as far as it was
measured (at least an hour). What is left divided by it are the days of headroom. Ids are 64-bit in
every column; they are measured against 2^53 - 1, up to which every JSON reader keeps them exact.
Without an hour of history nothing is forecast; very little free room is told all the same.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from engine.core.episode import EpisodeKind
from engine.core.self_watch import Key, Level, Signal
from engine.core.subject import STORE
from zones.instant import DAY, HOUR, Duration, Instant

GREATEST_ID: Final = 2**53 - 1
LEAST_FREE_BYTES: Final = 200_000_000
"""Below this no rate is needed to say that the room is running out."""

LEAST_HISTORY: Final = HOUR
CLEAR_FACTOR: Final = 1.5
"""A forecast is over when the headroom is this many times the threshold."""


class StoreSize(msgspec.Struct, frozen=True, kw_only=True):
    """What a store takes and has left, at one moment."""

    used_bytes: int
    free_bytes: int | None
    """On the disk it is on; None if that cannot be seen from here."""
    ids: Mapping[str, int]
    """The last id given out of each kind."""
    since: Instant | None
    """When the oldest message in it was committed; None if there is none."""


class Measure(NamedTuple):
    """A size with the time it was taken, by a clock of which a day is a real day."""

    at: Instant
    size: StoreSize


class Headroom(msgspec.Struct, frozen=True, kw_only=True):
    """How long the room lasts."""

    bytes_a_day: float | None
    """None without an hour of history."""
    disk_days: float | None
    """None if room or rate are not known."""
    id_days: float | None
    fullest_ids: str
    """The kind of ids that run out first; empty if none was given out."""


def headroom(measures: Sequence[Measure], age: Duration | None) -> Headroom:
    """Return how long the room lasts by the newest of the measures, taken oldest first.

    `age` is the real time since the oldest message in the store was committed; None if there is
    none.
    """
    newest = measures[-1]
    older = [each for each in measures if newest.at - each.at >= LEAST_HISTORY]
    recent = min((each for each in older if newest.at - each.at <= DAY), default=None)

    def a_day(now: float, then: float) -> float | None:
        rates = []
        if age is not None and age >= LEAST_HISTORY:
            rates.append(now * DAY / age)
        if recent is not None:
            rates.append((now - then) * DAY / (newest.at - recent.at))
        return max(rates, default=None)

    before = newest.size if recent is None else recent.size
    growth = a_day(newest.size.used_bytes, before.used_bytes)
    lasting = {
        name: days
        for name, value in newest.size.ids.items()
        if (days := _days(GREATEST_ID - value, a_day(value, before.ids.get(name, 0)))) is not None
    }
    fullest = min(lasting, key=lasting.__getitem__, default="")
    return Headroom(
        bytes_a_day=growth,
        disk_days=_days(newest.size.free_bytes, growth),
        id_days=lasting.get(fullest),
        fullest_ids=fullest,
    )


def _days(left: float | None, a_day: float | None) -> float | None:
    if left is None or a_day is None or a_day <= 0:
        return None
    return max(0.0, left) / a_day


def capacity_signal(size: StoreSize, room: Headroom, least_days: float) -> Signal:
    """Return whether the store's room lasts less than `least_days`."""
    key = Key(EpisodeKind.CAPACITY_FORECAST, STORE)
    known = [days for days in (room.disk_days, room.id_days) if days is not None]
    free = size.free_bytes
    if free is not None and free < LEAST_FREE_BYTES:
        return Signal(key, Level.HOLDS, f"{megabytes(free)} are left on the disk of the store")
    if not known:
        return Signal(key, Level.BETWEEN)
    if min(known) >= least_days:
        return Signal(
            key, Level.CLEAR if min(known) >= CLEAR_FACTOR * least_days else Level.BETWEEN
        )
    if room.disk_days == min(known):
        words = (
            f"the disk of the store is full in {room.disk_days:.1f} days: {megabytes(free or 0)} "
            f"are left, it grows by {megabytes(room.bytes_a_day or 0)} a day"
        )
    else:
        words = f"the ids of {room.fullest_ids} run out in {min(known):.1f} days"
    return Signal(key, Level.HOLDS, words)


def megabytes(size: float) -> str:
    """Return a number of bytes for people."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:,.0f} MB"
