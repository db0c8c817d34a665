"""Wire contract v1: what a device's message looks like, field by field, with units and ranges.

The types are the contract: msgspec checks every range below while it decodes, and the same text
that describes a field here tells a vendor what to write when a value is refused. Unknown fields are
ignored (the raw payload is kept). A field that is null is a field that is absent.
"""

from datetime import UTC, datetime
from typing import Annotated, Final, TypeAlias

from msgspec import Meta, Struct

from engine.core.device_event import EventState
from engine.core.position import Mechanism

MAX_PAYLOAD_BYTES: Final = 1024 * 1024
MAX_POSITIONS: Final = 1000
"""Positions and reports of ranges in one payload, all messages of an array together."""
MAX_ITEMS: Final = 10_000
"""Messages and events in one payload together: bounds what one payload can cost."""

EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""Times are from EARLIEST up to, not including, LATEST; others are a broken clock's."""

Time: TypeAlias = Annotated[
    datetime,
    Meta(
        tz=True,
        description="an RFC 3339 time with an offset, from 1990 to 2199, "
        "for example 2026-03-01T21:15:00Z",
    ),
]
DeviceName: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=64, description="the device's id, as in the topic")
]
BeaconName: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=64, description="the id of a beacon that is registered")
]
Sequence: TypeAlias = Annotated[
    int, Meta(ge=0, le=2**63 - 1, description="a whole number from 0 to 9223372036854775807")
]
Latitude: TypeAlias = Annotated[
    float, Meta(ge=-90, le=90, description="degrees north (WGS 84), a number from -90 to 90")
]
Longitude: TypeAlias = Annotated[
    float, Meta(ge=-180, le=180, description="degrees east (WGS 84), a number from -180 to 180")
]
Accuracy: TypeAlias = Annotated[
    float,
    Meta(
        ge=0,
        le=20_000_000,
        description="the radius of 68 % confidence in metres, a number from 0 to 20000000 "
        "(0 means not known)",
    ),
]
Hdop: TypeAlias = Annotated[
    float,
    Meta(
        ge=0,
        le=10_000,
        description="the horizontal dilution of precision, a number from 0 to 10000",
    ),
]
Satellites: TypeAlias = Annotated[
    int, Meta(ge=0, le=1000, description="the satellites used, a whole number from 0 to 1000")
]
Speed: TypeAlias = Annotated[
    float, Meta(ge=0, le=10_000, description="metres per second, a number from 0 to 10000")
]
Heading: TypeAlias = Annotated[
    float,
    Meta(ge=0, le=360, description="degrees clockwise from true north, a number from 0 to 360"),
]
Altitude: TypeAlias = Annotated[
    float,
    Meta(
        ge=-20_000,
        le=100_000,
        description="metres above mean sea level, a number from -20000 to 100000",
    ),
]
BatteryPercent: TypeAlias = Annotated[
    float, Meta(ge=0, le=100, description="percent of full charge, a number from 0 to 100")
]
EventType: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"\A[^\x00-\x1f\x7f-\x9f]{1,64}\Z",
        description="1 to 64 characters without control characters, for example strap_tamper",
    ),
]


class WirePosition(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One location estimate as the device states it."""

    time: Time
    """When the device measured it."""
    lat: Latitude
    lon: Longitude
    accuracy_m: Accuracy | None = None
    mechanism: Annotated[Mechanism, Meta(description="one of gnss, wifi, cell, rf")] = (
        Mechanism.GNSS
    )
    hdop: Hdop | None = None
    satellites: Satellites | None = None
    speed_mps: Speed | None = None
    heading_deg: Heading | None = None
    altitude_m: Altitude | None = None


class WireRange(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """That the device was in the range of a beacon: a position without GNSS."""

    time: Time
    """When it was."""
    beacon: BeaconName


class WireEvent(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One report of a device about itself.

    `time` must be stated. It is None only where it was unusable: the event still counts.
    """

    type: EventType
    time: Time | None = None
    state: Annotated[EventState, Meta(description="one of start, end, at")] = EventState.AT
    beacon: BeaconName | None = None


class Message(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What a device sends at once: positions, events, both, or neither (it is alive)."""

    device: DeviceName
    seq: Sequence = 0
    """Counts the device's messages; orders positions of one fix time."""
    sent_at: Time | None = None
    positions: tuple[WirePosition, ...] = ()
    in_range: tuple[WireRange, ...] = ()
    events: tuple[WireEvent, ...] = ()
    battery_pct: BatteryPercent | None = None
    charging: Annotated[bool, Meta(description="true or false")] | None = None
