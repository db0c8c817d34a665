"""The topics of wire contract v1: ringfence/v1/{vendor}/{device}/telemetry and …/rejections.

The vendor in the topic is the vendor of the credentials; so a vendor's name is a plain word that
means nothing to any broker's wildcards.
"""

import re
from typing import Final

TELEMETRY_FILTER: Final = "ringfence/v1/+/+/telemetry"
"""The subscription that receives every vendor's telemetry."""

REJECTIONS_FILTER: Final = "ringfence/v1/+/+/rejections"
"""Everything the engine publishes."""

_VENDOR: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def vendor_name(name: str) -> str:
    """Return the name of a vendor as given.

    Raises:
        ValueError: not 1 to 63 of a–z, 0–9, `_` and `-`, beginning with a letter or digit.
    """
    if _VENDOR.fullmatch(name) is None:
        raise ValueError(
            f"vendor {name!r}: use 1 to 63 of a-z, 0-9, '_' and '-', a letter or digit first"
        )
    return name


def telemetry_topic(vendor: str, device: str) -> str:
    """Return where a vendor publishes the telemetry of one device."""
    return f"ringfence/v1/{vendor}/{device}/telemetry"


def rejections_topic(vendor: str, device: str) -> str:
    """Return where the engine publishes what it rejected of one device."""
    return f"ringfence/v1/{vendor}/{device}/rejections"
