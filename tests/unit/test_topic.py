"""Telemetry topics name a vendor and a device, safely."""

import pytest

from engine.core.rejection import Reason, Rejection
from engine.core.topic import (
    parse_telemetry_topic,
    rejections_topic,
    telemetry_topic,
)

GOOD = [("acme", "RF-104233"), ("a", "3"), ("Acme_2.0", "AB:CD:EF:01"), ("v" * 64, "d" * 64)]
BAD_NAMES = ["", "a b", "a+b", "a#", "a/b", ".hidden", "..", "-x", "é", "a\n", "a\0", "d" * 65]


@pytest.mark.parametrize(("vendor", "device"), GOOD)
def test_topic_round_trip(vendor: str, device: str) -> None:
    """What is built from a vendor and a device says that vendor and device again."""
    assert parse_telemetry_topic(telemetry_topic(vendor, device)) == (vendor, device)


@pytest.mark.parametrize("name", BAD_NAMES)
def test_unsafe_names_are_refused_in_either_place(name: str) -> None:
    """A name that a topic cannot carry safely is refused, read or written, as vendor or device."""
    for vendor, device in ((name, "d1"), ("acme", name)):
        parsed = parse_telemetry_topic(f"ringfence/v1/{vendor}/{device}/telemetry")
        assert isinstance(parsed, Rejection)
        assert parsed.reason is Reason.MALFORMED_TOPIC
        with pytest.raises(ValueError, match="does not fit a topic: use 1 to 64 letters"):
            telemetry_topic(vendor, device)


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "ringfence/v1/acme/d1",
        "ringfence/v2/acme/d1/telemetry",
        "Ringfence/v1/acme/d1/telemetry",
        "/ringfence/v1/acme/d1/telemetry",
        "ringfence/v1/acme/d1/telemetry/",
        "ringfence/v1/acme/d1/rejections",
        "ringfence/v1/acme/d1/telemetry\n",
    ],
)
def test_other_topics_are_refused(topic: str) -> None:
    """A topic of another form is refused with the topic and the right form."""
    parsed = parse_telemetry_topic(topic)
    assert isinstance(parsed, Rejection)
    assert ascii(topic) in parsed.detail
    assert "publish to ringfence/v1/{vendor}/{device}/telemetry" in parsed.detail


def test_refused_topic_is_shown_safely() -> None:
    """A hostile topic is shown cut short and in printable characters only."""
    parsed = parse_telemetry_topic("\ud800\0" + "x" * 100_000)
    assert isinstance(parsed, Rejection)
    assert parsed.detail.isascii()
    assert parsed.detail.isprintable()
    assert len(parsed.detail) < 500


def test_rejections_go_to_the_topic_of_their_device() -> None:
    """A vendor reads rejections beside the telemetry topic of the device."""
    topic = rejections_topic("acme", "d1")
    assert topic == "ringfence/v1/acme/d1/rejections"
