"""When the clocks of a zone are next moved, and what that does to the day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from zones.instant import DAY, SECOND, Duration, Instant
from zones.wallclock import LATEST, local

_LOOK_AHEAD: Final = 400
"""Days that are looked through: more than a year."""


@dataclass(frozen=True, slots=True)
class ClockChange:
    """The clocks are moved at `at`: from the wall time `before` to `after`, which are aware.

    `shift` is positive where they go forward: the day is that much shorter.
    """

    at: Instant
    before: datetime
    after: datetime
    shift: Duration


def next_clock_change(zone: str, since: Instant) -> ClockChange | None:
    """Return the next change of a zone's clocks after an instant; None if none in 400 days.

    `zone` is an IANA name.
    """
    for number in range(_LOOK_AHEAD):
        low, high = since + number * DAY, since + (number + 1) * DAY
        if high > LATEST:
            return None
        if _offset(low, zone) != _offset(high, zone):
            return _at(low, high, zone)
    return None


def _offset(instant: Instant, zone: str) -> timedelta:
    return local(instant, zone).utcoffset() or timedelta()


def _at(low: Instant, high: Instant, zone: str) -> ClockChange:
    """Return the change between two instants, to the second."""
    old = _offset(low, zone)
    while high - low > SECOND:
        middle = low + (high - low) // (2 * SECOND) * SECOND
        if _offset(middle, zone) == old:
            low = middle
        else:
            high = middle
    at = -(-low // SECOND) * SECOND
    at = at if _offset(at, zone) != old else at + SECOND
    after = local(at, zone)
    before = local(at - 1, zone) + timedelta(microseconds=1)
    return ClockChange(at, before, after, (_offset(at, zone) - old) // timedelta(microseconds=1))
