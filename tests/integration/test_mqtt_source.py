"""What the MQTT source says on the wire, and how it takes what a broker may do to it."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from engine.broker.embedded import EmbeddedBroker
from engine.core.topic import telemetry_topic
from engine.sources.address import TlsFiles
from engine.sources.mqtt import MqttSource
from tests.integration.mqtt_kit import (
    free_port,
    mosquitto,
    now,
    publish,
    run_mosquitto,
    soon,
    until,
)
from tests.integration.scripted_broker import MQTT_5, MQTT_311, ScriptedBroker

TOPIC = b"ringfence/v1/acme/d1/telemetry"


@pytest.fixture(params=[MQTT_311, MQTT_5], ids=["3.1.1", "5"])
def level(request: pytest.FixtureRequest) -> int:
    """The one version of MQTT that the broker speaks; the source finds out."""
    return int(request.param)


@asynccontextmanager
async def scripted(
    level: int, max_in_flight: int = 100
) -> AsyncIterator[tuple[ScriptedBroker, MqttSource]]:
    """A source connected to a scripted broker."""
    async with (
        ScriptedBroker(levels=[level]) as broker,
        MqttSource(broker.url, now, max_in_flight=max_in_flight, reconnect_first_s=0.01) as source,
    ):
        await until(lambda: source.connected, "the source connects")
        yield broker, source


async def test_a_puback_is_sent_when_acknowledged_and_not_before(level: int) -> None:
    """The broker sees no acknowledgement of what was taken until `acknowledge`."""
    async with scripted(level) as (broker, source):
        for packet_id in (1, 2, 3):
            broker.deliver(TOPIC, b"%d" % packet_id, packet_id)
        await until(lambda: source.in_flight == 3, "all arrive")
        batch = await soon(source.next_batch())
        await source.publish("ringfence/v1/acme/d1/rejections", b"")
        await until(lambda: source.publishes_waiting == 0, "a later packet went both ways")
        assert broker.acknowledged == []
        await source.acknowledge(batch[:2])
        await until(lambda: broker.acknowledged == [1, 2], "the batch is acknowledged in order")
        assert source.in_flight == 1


async def test_a_large_batch_is_acknowledged_whole(level: int) -> None:
    """Every packet identifier of a batch that fills the protocol's range is acknowledged once."""
    async with scripted(level, max_in_flight=65_535) as (broker, source):
        for packet_id in range(1, 65_536):
            broker.deliver(TOPIC, b"", packet_id)
        taken = 0
        while taken < 65_535:
            batch = await soon(source.next_batch())
            await source.acknowledge(batch)
            taken += len(batch)
        await until(lambda: len(broker.acknowledged) == 65_535, "all are acknowledged")
        assert broker.acknowledged == list(range(1, 65_536))


async def test_packet_numbers_of_an_old_connection_are_not_acknowledged_on_a_new_one(
    level: int,
) -> None:
    """A late acknowledgement stays unsent although the new connection uses the same number."""
    async with scripted(level) as (broker, source):
        broker.deliver(TOPIC, b"old", 7)
        old = await soon(source.next_batch())
        broker.drop()
        await until(lambda: source.reconnects == 1 and source.connected, "the source reconnects")
        broker.deliver(TOPIC, b"new", 7)
        new = await soon(source.next_batch())
        await source.acknowledge(old)
        assert source.in_flight == 1
        await source.publish("ringfence/v1/acme/d1/rejections", b"")
        await until(lambda: source.publishes_waiting == 0, "a later packet went both ways")
        assert broker.acknowledged == []
        await source.acknowledge(new)
        await until(lambda: broker.acknowledged == [7], "the new one is acknowledged")


async def test_what_a_lost_connection_left_untaken_is_not_handed_out(level: int) -> None:
    """The broker delivers it again; handing out both would break the bound on memory."""
    async with scripted(level) as (broker, source):
        for packet_id in (1, 2, 3):
            broker.deliver(TOPIC, b"old", packet_id)
        await until(lambda: source.in_flight == 3, "all arrive")
        broker.drop()
        await until(lambda: source.reconnects == 1 and source.connected, "the source reconnects")
        assert source.in_flight == 0
        broker.deliver(TOPIC, b"new", 1)
        assert [delivery.payload for delivery in await soon(source.next_batch())] == [b"new"]


async def test_a_redelivery_on_a_live_connection_is_held_once(level: int) -> None:
    """The same message under a number we hold adds nothing; under a free number it is new."""
    async with scripted(level) as (broker, source):
        for _ in range(3):
            broker.deliver(TOPIC, b"same", 1)
        broker.deliver(TOPIC, b"same", 2)
        await until(lambda: source.in_flight == 2, "both arrive")
        batch = await soon(source.next_batch())
        assert [delivery.payload for delivery in batch] == [b"same", b"same"]


async def test_another_message_under_a_number_we_hold_is_delivered_too(level: int) -> None:
    """A broker that breaks the rule loses nothing: both come, and the newer frees the number."""
    async with scripted(level) as (broker, source):
        broker.deliver(TOPIC, b"one", 1)
        broker.deliver(TOPIC, b"two", 1)
        await until(lambda: source.in_flight == 2, "both arrive")
        one, two = await soon(source.next_batch())
        await source.acknowledge([one])
        await source.acknowledge([two])
        await until(lambda: broker.acknowledged == [1], "the number is acknowledged once")
        assert source.in_flight == 0


async def test_qos_0_beyond_the_bound_is_dropped_and_said(level: int) -> None:
    """What the vendor sent without a guarantee cannot fill the memory, and room frees again."""
    async with scripted(level, max_in_flight=5) as (broker, source):
        with capture_logs() as logs:
            for number in range(8):
                broker.deliver(TOPIC, b"%d" % number, 0, qos=0)
            broker.deliver(TOPIC, b"guaranteed", 1)
            await until(lambda: source.in_flight == 6, "the guaranteed one arrives too")
        assert [log["dropped"] for log in logs if log["event"] == "mqtt.qos_0_dropped"] == [1, 2]
        batch = await soon(source.next_batch())
        assert [delivery.payload for delivery in batch] == [
            b"0", b"1", b"2", b"3", b"4", b"guaranteed"
        ]  # fmt: skip
        await source.acknowledge(batch)
        await until(lambda: broker.acknowledged == [1], "QoS 0 needs no acknowledgement")
        assert source.in_flight == 0


async def test_a_topic_that_is_not_utf8_is_delivered_readable(level: int) -> None:
    """Such a message is for the decoder to reject: it neither stops nor loops the source."""
    async with scripted(level) as (broker, source):
        broker.deliver(b"ringfence/v1/acme/\xff\xfe/telemetry", b"x", 1)
        (delivery,) = await soon(source.next_batch())
        assert delivery.topic == "ringfence/v1/acme/\\xff\\xfe/telemetry"
        await source.acknowledge([delivery])
        await until(lambda: broker.acknowledged == [1], "it is acknowledged")


@pytest.mark.parametrize(
    "garbage",
    [b"\x00\x00", b"\x32\xff\xff\xff\xff\xff", b"\x32\x03\x00\xff\x00", b"\xff" * 64],
    ids=["reserved", "endless length", "topic past the end", "noise"],
)
async def test_a_malformed_packet_costs_the_connection_only(level: int, garbage: bytes) -> None:
    """After nonsense from the broker the source connects again and goes on."""
    async with scripted(level) as (broker, source):
        broker.send(garbage)
        await until(lambda: source.reconnects == 1 and source.connected, "the source reconnects")
        broker.deliver(TOPIC, b"after", 1)
        (delivery,) = await soon(source.next_batch())
        assert delivery.payload == b"after"


async def test_the_session_is_persistent_and_the_subscription_is_not_shared(level: int) -> None:
    """Every connection asks for the kept session and for exactly the telemetry filter."""
    async with scripted(level) as (broker, source):
        broker.drop()
        await until(lambda: source.reconnects == 1, "the source reconnects")
        assert broker.clean_sessions == [False, False]
        assert set(broker.subscriptions) == {"ringfence/v1/+/+/telemetry"}


async def test_leaving_sends_the_last_acknowledgements_and_says_goodbye(level: int) -> None:
    """What was acknowledged just before closing reaches the broker, then a DISCONNECT."""
    async with ScriptedBroker(levels=[level]) as broker:
        async with MqttSource(broker.url, now) as source:
            await until(lambda: source.connected, "the source connects")
            broker.deliver(TOPIC, b"last", 9)
            await source.acknowledge(await soon(source.next_batch()))
            await source.publish("ringfence/v1/acme/d1/rejections", b"why")
        await until(lambda: broker.disconnects == 1, "the source says goodbye")
        assert broker.acknowledged == [9]
        assert source.publishes_waiting == source.publishes_dropped == 0


async def test_a_lost_session_is_reported_as_lost_messages(level: int) -> None:
    """A broker that forgot the session between two connections is named in an error."""
    async with scripted(level) as (broker, source):
        broker.session_present = False
        with capture_logs() as logs:
            broker.drop()
            await until(lambda: source.reconnects == 1, "the source reconnects")
        assert "mqtt.session_lost" in [log["event"] for log in logs]


@pytest.mark.parametrize("grants", [0x80, 0])
async def test_a_subscription_granted_less_is_reported(level: int, grants: int) -> None:
    """Refused or QoS 0, the source says so and is not connected."""
    async with ScriptedBroker(levels=[level]) as broker:
        broker.grants = grants
        async with MqttSource(broker.url, now, reconnect_first_s=0.01) as source:
            await until(lambda: "does not grant" in (source.problem or ""), "it is reported")
            assert not source.connected
            broker.grants = 1
            await until(lambda: source.connected, "it is tried again")
            assert source.problem is None


async def test_a_wrong_password_is_named_once_and_tried_again(level: int, tmp_path: Path) -> None:
    """The log names user, broker and fix, not the password; a corrected broker is reached."""
    async with ScriptedBroker(levels=[level]) as broker:
        broker.connack_code = 5
        url = broker.url.replace("//", "//engine:s3cret@")
        with capture_logs() as logs:
            async with MqttSource(url, now, reconnect_first_s=0.01) as source:
                await until(lambda: broker.connections >= 3, "it is tried again")
                assert not source.connected
                broker.connack_code = 0
                await until(lambda: source.connected, "the source connects")
    reported = [log for log in logs if log["event"] == "mqtt.no_connection"]
    assert len(reported) == 1
    assert "check the user and the password" in reported[0]["problem"]
    assert reported[0]["broker"].startswith("mqtt://engine@127.0.0.1:")
    assert "s3cret" not in str(logs)


async def test_a_wrong_password_at_the_embedded_broker_is_named_too(tmp_path: Path) -> None:
    """NATS refuses it in a way the source understands."""
    async with EmbeddedBroker(tmp_path) as broker:
        url = broker.url_for_engine().replace(broker.credentials.engine.password, "wrong")
        async with MqttSource(url, now) as source:
            await until(lambda: source.problem is not None, "it is reported")
            assert "check the user and the password" in (source.problem or "")


async def test_a_broker_that_is_away_is_waited_for(level: int) -> None:
    """The source starts without a broker, says what is wrong, and connects when there is one."""
    port = free_port()
    url = f"mqtt://127.0.0.1:{port}"
    async with MqttSource(url, now, reconnect_first_s=0.05, reconnect_longest_s=0.1) as source:
        await until(lambda: "refused" in (source.problem or ""), "it is reported")
        async with ScriptedBroker(port, levels=[level]):
            await until(lambda: source.connected, "the source connects")
        assert source.reconnects == 0


async def test_leaving_while_the_broker_is_away_is_quick() -> None:
    """Closing does not wait out the backoff."""
    url = f"mqtt://127.0.0.1:{free_port()}"
    async with MqttSource(url, now, reconnect_first_s=600, reconnect_longest_s=600) as source:
        await until(lambda: source.problem is not None, "it is reported")


async def test_messages_wait_for_the_engine_while_it_is_away(tmp_path: Path) -> None:
    """What vendors send between two runs of the engine is delivered to the second."""
    async with EmbeddedBroker(tmp_path, ["acme"]) as broker:
        sent = [(telemetry_topic("acme", "d1"), b"%d" % number) for number in range(200)]
        await publish(broker.url_for_vendor("acme"), sent[:100])
        async with MqttSource(broker.url_for_engine(), now) as source:
            taken = 0
            while taken < 100:
                batch = await soon(source.next_batch())
                await source.acknowledge(batch)
                taken += len(batch)
        await publish(broker.url_for_vendor("acme"), sent[100:])
        async with MqttSource(broker.url_for_engine(), now) as source:
            came: list[bytes] = []
            while len(came) < 100:
                batch = await soon(source.next_batch())
                await source.acknowledge(batch)
                came += [delivery.payload for delivery in batch]
        assert came == [payload for _, payload in sent[100:]]


async def test_publishing_without_a_connection_is_bounded_and_never_waits() -> None:
    """A thousand messages wait; more are dropped and counted; the caller is never held up."""
    url = f"mqtt://127.0.0.1:{free_port()}"
    async with MqttSource(url, now) as source:
        for number in range(1_005):
            await asyncio.wait_for(source.publish("ringfence/v1/a/d/rejections", b"%d" % number), 1)
        assert (source.publishes_waiting, source.publishes_dropped) == (1_000, 5)


async def test_what_waited_to_be_published_is_sent_in_order_once_connected(level: int) -> None:
    """Messages published while the broker was away arrive after it is back."""
    async with ScriptedBroker(levels=[level]) as broker:
        broker.connack_code = 3
        async with MqttSource(
            broker.url, now, reconnect_first_s=0.01, reconnect_longest_s=0.05
        ) as source:
            for number in range(25):
                await source.publish("ringfence/v1/acme/d1/rejections", b"%d" % number)
            broker.connack_code = 0
            await until(lambda: source.publishes_waiting == 0, "all are sent")
        assert broker.published == [b"%d" % number for number in range(25)]


async def test_a_message_the_broker_never_takes_is_given_up(level: int) -> None:
    """A broker that closes the connection on it gets it three times, and no more."""
    async with scripted(level) as (broker, source):
        broker.closes_on = b"too large"
        await source.publish("ringfence/v1/acme/d1/rejections", b"too large")
        await until(lambda: source.publishes_dropped == 1, "it is given up")
        await until(lambda: source.connected, "the source reconnects")
        assert broker.published.count(b"too large") == 3


@pytest.mark.skipif(mosquitto() is None, reason="mosquitto is not installed")
async def test_tls_checks_the_brokers_certificate(tmp_path: Path) -> None:
    """With its CA the source connects over TLS; without it, it refuses and says why."""
    certificate, key = tmp_path / "broker.pem", tmp_path / "broker.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    options = f"certfile {certificate}\nkeyfile {key}\n"
    async with run_mosquitto(tmp_path, 100, options) as plain_url:
        url = plain_url.replace("mqtt://", "mqtts://")
        async with MqttSource(url, now, reconnect_first_s=0.05) as source:
            await until(lambda: "certificate verify failed" in (source.problem or ""), "refused")
        async with MqttSource(url, now, tls=TlsFiles(ca_file=certificate)) as source:
            await until(lambda: source.connected, "the source connects")
            large = b"x" * 300_000
            await source.publish(telemetry_topic("acme", "d1"), large)
            (delivery,) = await soon(source.next_batch())
            assert delivery.payload == large
            await source.acknowledge([delivery])
