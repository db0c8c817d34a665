"""A telemetry topic names who speaks: `ringfence/v1/{vendor}/{device}/telemetry`.

The broker lets a vendor publish under its own name only, so the vendor in the topic is the vendor
of the credentials, and every message of a topic is about the device in the topic. Both names are
1 to 64 ASCII letters, digits and `. _ : -`, beginning with a letter or digit: safe in topics, URLs,
logs and every broker's permission rules.
"""

import re
from typing import Final, NamedTuple

from engine.core.rejection import Reason, Rejection

TELEMETRY_FILTER: Final = "ringfence/v1/+/+/telemetry"
"""MQTT topic filter that matches every device's telemetry."""

_NAME: Final = "[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"
_NAME_RULE: Final = "1 to 64 letters, digits and . _ : - of which the first is a letter or a digit"
_TELEMETRY: Final = re.compile(f"ringfence/v1/({_NAME})/({_NAME})/telemetry")


class TelemetryTopic(NamedTuple):
    """Who speaks: a vendor, and that vendor's id for the device."""

    vendor: str
    device: str


def parse_telemetry_topic(topic: str) -> TelemetryTopic | Rejection:
    """Return who speaks on a telemetry topic, or why the topic is none."""
    match = _TELEMETRY.fullmatch(topic)
    if match:
        return TelemetryTopic(match[1], match[2])
    return Rejection(
        Reason.MALFORMED_TOPIC,
        f"topic is {_shown(topic)}: publish to ringfence/v1/{{vendor}}/{{device}}/telemetry, "
        f"vendor and device each {_NAME_RULE}",
    )


def telemetry_topic(vendor: str, device: str) -> str:
    """Return the topic a device's telemetry is published to.

    Raises:
        ValueError: vendor or device holds a character that a topic cannot carry.
    """
    topic = f"ringfence/v1/{vendor}/{device}/telemetry"
    if not _TELEMETRY.fullmatch(topic):
        raise ValueError(
            f"vendor {vendor!r} or device {device!r} does not fit a topic: use {_NAME_RULE}"
        )
    return topic


def rejections_topic(vendor: str, device: str) -> str:
    """Return the topic on which a vendor reads why messages of a device were not taken."""
    return f"ringfence/v1/{vendor}/{device}/rejections"


def _shown(topic: str) -> str:
    return ascii(topic if len(topic) <= 200 else topic[:200] + "...")
