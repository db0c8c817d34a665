"""A rejection says why a payload, or part of one, was not taken; the payload itself is kept.

Bad input is a value: nothing is lost, nothing crashes, and the vendor is told what to change.
"""

from enum import StrEnum

import msgspec


class Reason(StrEnum):
    """Machine-readable reasons; `detail` says the rest in words."""

    OVERSIZED = "oversized"
    MALFORMED_TOPIC = "malformed_topic"
    BAD_JSON = "bad_json"
    WRONG_TYPE = "wrong_type"
    TOO_MANY_POSITIONS = "too_many_positions"
    BAD_TIME = "bad_time"
    OUT_OF_RANGE = "out_of_range"
    DEVICE_MISMATCH = "device_mismatch"
    VENDOR_MISMATCH = "vendor_mismatch"
    UNKNOWN_DEVICE = "unknown_device"
    NO_ACTIVATION = "no_activation"
    UNKNOWN_BEACON = "unknown_beacon"


class Rejection(msgspec.Struct, frozen=True):
    """Why a payload was not taken: field, value and fix, in words a vendor can act on."""

    reason: Reason
    detail: str
    field: str | None = None
    """JSON path of the offending field, for example `$.positions[3].lat`."""
