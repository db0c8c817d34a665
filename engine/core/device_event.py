"""A device event is one end of a fault a device reports: tamper, battery, charging, jamming, sos.

A message without a position is an event too (`heard`): it proves that the device could be heard. So
is one whose clock must be wrong (`clock_wrong`), at its receipt. These two carry what their message
states besides.
"""

from enum import StrEnum

import msgspec

from zones.instant import Instant


class EventState(StrEnum):
    """Which end of the fault; `at` for what has no length."""

    START = "start"
    END = "end"
    AT = "at"


HEARD = "heard"
"""Type of the event made of a message that carries no position."""

CLOCK_WRONG = "clock_wrong"
"""Type of the event made of a message whose clock must be wrong."""


class DeviceEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One report of a device about itself, attributed to an activation."""

    activation_id: int
    time: Instant
    received_at: Instant
    type: str
    state: EventState
    beacon_id: str | None = None
    """The beacon it is about, if not about the device."""
    digest: bytes
    """16 bytes over device, time, type and state: equal for the same report delivered twice."""
    seq: int | None = None
    """Number of the message, where the event stands for the message itself."""
    battery_pct: float | None = None
    charging: bool | None = None
