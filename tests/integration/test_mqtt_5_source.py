"""What MQTT 5 adds on the wire: which version is spoken, reasons, bounds, and what breaks them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import mqtt5
import pytest
from structlog.testing import capture_logs

from engine.sources.mqtt import MqttSource, MqttVersion
from engine.sources.mqtt_5_reader import BUFFER_BYTES
from tests.integration.mqtt_kit import now, soon, until
from tests.integration.scripted_broker import MQTT_5, MQTT_311, ScriptedBroker

TOPIC = b"ringfence/v1/acme/d1/telemetry"
REJECTIONS = "ringfence/v1/acme/d1/rejections"


@asynccontextmanager
async def scripted(
    *levels: int, version: MqttVersion = "auto"
) -> AsyncIterator[tuple[ScriptedBroker, MqttSource]]:
    """A source and the broker it is to connect to."""
    async with ScriptedBroker(levels=levels or (MQTT_5,)) as broker:
        source = MqttSource(
            broker.url, now, version=version, max_in_flight=77, reconnect_first_s=0.01
        )
        async with source:
            yield broker, source


async def test_the_session_never_expires_and_the_broker_is_told_the_bound() -> None:
    """CONNECT keeps the session for ever and carries what may be in flight as receive maximum."""
    async with scripted() as (broker, source):
        await until(lambda: source.connected, "the source connects")
        (connect,) = broker.connects
        assert not connect.clean_start
        assert connect.session_expiry_interval == 0xFFFF_FFFF
        assert (connect.receive_max, connect.max_packet_size) == (77, None)


async def test_a_broker_of_3_1_1_is_asked_for_5_once() -> None:
    """The refusal is remembered over reconnections, and is no problem to report."""
    with capture_logs() as logs:
        async with scripted(MQTT_311) as (broker, source):
            await until(lambda: source.connected, "the source connects")
            broker.drop()
            await until(lambda: source.reconnects == 1, "the source reconnects")
            assert (broker.refused, broker.connections) == (1, 2)
    problems = [log["problem"] for log in logs if log["event"] == "mqtt.no_connection"]
    assert not [problem for problem in problems if "MQTT 5" in problem]


async def test_a_broker_of_both_is_spoken_to_in_5() -> None:
    """Version 5 comes first."""
    async with scripted(MQTT_5, MQTT_311) as (broker, source):
        await until(lambda: source.connected, "the source connects")
        assert (broker.level, broker.refused) == (MQTT_5, 0)


async def test_a_version_that_is_set_is_not_left() -> None:
    """Set to 5, a broker of 3.1.1 is a problem that is named; set to 3.1.1, 5 is never tried."""
    async with scripted(MQTT_311, version="5") as (broker, source):
        await until(lambda: "does not speak MQTT 5" in (source.problem or ""), "it is reported")
        assert broker.connections == 0
    async with scripted(MQTT_311, version="3.1.1") as (broker, source):
        await until(lambda: source.connected, "the source connects")
        assert broker.refused == 0


# At text that is not UTF-8 the codec panics, which Python notes as an error nobody could catch.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "garbage",
    [
        b"\x34\x06\x00\x01a\x00\x01\x00",
        b"\x32\x06\x00\x01a\x00\x00\x00",
        b"\x32\x06\x00\x01a\x00\x01\x09",
        b"\x32\x02\x00\x01",
        b"\xe0\x07\x80\x05\x1f\x00\x02\xff\xfe",
        b"\xc0\x00",
        b"\x20\x02\x00\x00",
    ],
    ids=["QoS 2", "number 0", "properties past the end", "no topic", "reason not UTF-8",
         "PINGREQ", "CONNACK of 3.1.1"],
)  # fmt: skip
async def test_what_a_broker_must_not_send_costs_the_connection(garbage: bytes) -> None:
    """The source tells the broker so, says why, connects again, still in version 5, and goes on."""
    with capture_logs() as logs:
        async with scripted(version="5") as (broker, source):
            await until(lambda: source.connected, "the source connects")
            broker.send(garbage)
            await until(lambda: source.reconnects == 1 and source.connected, "it reconnects")
            assert broker.disconnects == 1
            broker.deliver(TOPIC, b"after", 1)
            (delivery,) = await soon(source.next_batch())
            assert delivery.payload == b"after"
    assert [log["problem"] for log in logs if log["event"] == "mqtt.no_connection"]


async def test_properties_are_passed_over_whatever_they_hold() -> None:
    """A vendor's user property that is not UTF-8 neither stops the source nor hides the message."""
    user_property = b"\x26\x00\x02\xff\xfe\x00\x01x"
    body = b"\x00\x1e" + TOPIC + b"\x00\x07" + bytes([len(user_property)]) + user_property + b"why"
    async with scripted() as (broker, source):
        await until(lambda: source.connected, "the source connects")
        broker.send(bytes([0x32, len(body)]) + body)
        (delivery,) = await soon(source.next_batch())
        assert (delivery.topic, delivery.payload) == (TOPIC.decode(), b"why")
        await source.acknowledge([delivery])
        await until(lambda: broker.acknowledged == [7], "it is acknowledged")


async def test_being_replaced_by_another_client_is_named() -> None:
    """The broker's reason, and what to do about it, are what the operator reads."""
    taken_over = mqtt5.DisconnectPacket(reason_code=mqtt5.DisconnectReasonCode.SESSION_TAKEN_OVER)
    with capture_logs() as logs:
        async with scripted() as (broker, source):
            await until(lambda: source.connected, "the source connects")
            broker.send(taken_over.write())
            broker.drop()
            await until(lambda: source.reconnects == 1, "the source reconnects")
    (problem,) = [log["problem"] for log in logs if log["event"] == "mqtt.no_connection"]
    assert "session taken over" in problem
    assert "give each engine its own" in problem


async def test_a_message_the_broker_refuses_is_given_up_at_once() -> None:
    """MQTT 5 can say no: such a message is not tried again, and the connection stays."""
    async with scripted() as (broker, source):
        await until(lambda: source.connected, "the source connects")
        broker.publish_reason = 0x87
        await source.publish(REJECTIONS, b"not yours")
        await until(lambda: source.publishes_dropped == 1, "it is given up")
        broker.publish_reason = 0
        await source.publish(REJECTIONS, b"yours")
        await until(lambda: source.publishes_waiting == 0, "the next is sent")
        assert broker.published == [b"not yours", b"yours"]
        assert source.reconnects == 0


async def test_no_more_is_published_at_once_than_the_broker_takes() -> None:
    """A receive maximum of 1 and a greatest packet of 100 bytes are kept."""
    async with scripted() as (broker, source):
        broker.accept_properties = b"\x21\x00\x01\x27\x00\x00\x00\x64"
        await until(lambda: source.connected, "the source connects")
        broker.drop()
        await until(lambda: source.reconnects == 1 and source.connected, "with the properties")
        for payload in (b"1", b"2" * 100, b"3"):
            await source.publish(REJECTIONS, payload)
        await until(lambda: source.publishes_waiting == 0, "all is settled")
        assert broker.published == [b"1", b"3"]
        assert source.publishes_dropped == 1


async def test_a_session_that_expires_is_warned_of() -> None:
    """A broker that shortens the session's life is named before it costs messages."""
    with capture_logs() as logs:
        async with ScriptedBroker() as broker:
            broker.accept_properties = b"\x11\x00\x00\x0e\x10"
            async with MqttSource(broker.url, now) as source:
                await until(lambda: source.connected, "the source connects")
    (warned,) = [log for log in logs if log["event"] == "mqtt.session_expires"]
    assert warned["after_s"] == 3600


async def test_a_broker_that_falls_silent_is_left() -> None:
    """Pings that nobody answers end the connection within the keepalive the broker asked for."""
    async with scripted() as (broker, source):
        broker.accept_properties = b"\x13\x00\x01"
        broker.answers_pings = False
        await until(lambda: "was not heard" in (source.problem or ""), "it is noticed")
        broker.answers_pings = True
        await until(lambda: source.connected, "the source connects again")


async def test_a_broker_that_sends_too_much_is_left_waiting() -> None:
    """Beyond the bound no more than one read is held; the rest comes as room is made."""
    async with scripted() as (broker, source):
        await until(lambda: source.connected, "the source connects")
        payload = b"x" * 10_000
        for number in range(1, 1_001):
            broker.deliver(TOPIC, payload, number)
        await until(lambda: source.in_flight > 77, "the bound is passed")
        most = 77 + BUFFER_BYTES // len(payload)
        taken = 0
        while taken < 1_000:
            batch = await soon(source.next_batch())
            assert source.in_flight <= most
            await source.acknowledge(batch)
            taken += len(batch)
        await until(lambda: broker.acknowledged == list(range(1, 1_001)), "each is acknowledged")
