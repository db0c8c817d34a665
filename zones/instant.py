"""An instant is a whole number of microseconds since 1970-01-01T00:00:00Z.

Everything is stored, compared and computed as such a number: exact, sortable, the same on every
store and machine, and a numpy column without conversion. Aware datetimes and RFC 3339 text exist
at the borders only, and are made here.
"""

from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

Instant: TypeAlias = int
"""Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted."""

Duration: TypeAlias = int
"""A length of time in microseconds."""

MICROSECOND: Final[Duration] = 1
SECOND: Final[Duration] = 1_000_000
MINUTE: Final[Duration] = 60 * SECOND
HOUR: Final[Duration] = 60 * MINUTE
DAY: Final[Duration] = 24 * HOUR

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STEP: Final = timedelta(microseconds=1)


def from_datetime(value: datetime) -> Instant:
    """Return the instant of an aware datetime.

    Raises:
        ValueError: the datetime has no offset, so it names no instant.
    """
    if value.tzinfo is None:
        raise ValueError(f"{value.isoformat()} has no UTC offset: add one, for example 'Z'")
    return (value - EPOCH) // _STEP


def to_datetime(value: Instant) -> datetime:
    """Return the aware UTC datetime of an instant."""
    return EPOCH + timedelta(microseconds=value)


def parse(text: str) -> Instant:
    """Return the instant of an RFC 3339 time with an offset.

    Raises:
        ValueError: not a time, or a time without an offset.
    """
    return from_datetime(datetime.fromisoformat(text))


def render(value: Instant) -> str:
    """Return an instant as RFC 3339 text in UTC, with only the digits it needs."""
    text = to_datetime(value).isoformat().removesuffix("+00:00")
    return (text.rstrip("0") if "." in text else text) + "Z"


def seconds(value: float) -> Duration:
    """Return a number of seconds as a duration, to the nearest microsecond."""
    return round(value * SECOND)
