"""Nothing that a vendor was told is stored is ever lost, whoever is killed, and whenever."""

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from engine.broker.configuration import Limits
from engine.broker.embedded import EmbeddedBroker
from engine.core.topic import telemetry_topic
from engine.sources.mqtt import MqttSource
from tests.integration.mqtt_kit import (
    Message,
    mosquitto,
    now,
    publish_stubbornly,
    run_mosquitto,
    soon,
    until,
)

LIMITS = Limits(max_in_flight=100, ack_wait_s=0.5)
ROOT = Path(__file__).parents[2]


def numbered(count: int) -> list[Message]:
    """Return messages whose payloads are their numbers."""
    return [
        (telemetry_topic("acme", f"d{number % 7}"), b"%06d" % number) for number in range(count)
    ]


def committed(path: Path) -> set[bytes]:
    """Return the whole lines of the consumer's file."""
    if not path.exists():
        return set()
    return {line[:-1] for line in path.read_bytes().splitlines(keepends=True) if line[-1:] == b"\n"}


async def killed_consumer(url: str, path: Path, goes_on: Callable[[], bool]) -> None:
    """Run a consumer until the condition holds or it committed more, then kill it."""
    before = len(committed(path))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.committing_consumer", url, str(path), cwd=ROOT
    )
    try:
        await until(lambda: len(committed(path)) > before or goes_on(), "the consumer commits")
        await asyncio.sleep(random.uniform(0, 0.15))
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def urls_of(kind: str, folder: Path) -> AsyncIterator[tuple[str, str]]:
    """Run a broker and yield its URL for the engine and for the vendor acme."""
    if kind == "embedded broker":
        async with EmbeddedBroker(folder / "broker", ["acme"], limits=LIMITS) as broker:
            yield broker.url_for_engine(), broker.url_for_vendor("acme")
        return
    async with run_mosquitto(folder, LIMITS.max_in_flight) as url:
        async with MqttSource(url, now) as source:  # opens the session that messages wait in
            await until(lambda: source.connected, "the source connects")
        yield url, url


@pytest.mark.parametrize(
    "kind",
    [
        "embedded broker",
        pytest.param(
            "mosquitto, MQTT 5",
            marks=pytest.mark.skipif(mosquitto() is None, reason="mosquitto is not installed"),
        ),
    ],
)
async def test_no_message_is_lost_when_the_engine_is_killed_at_any_moment(
    kind: str, tmp_path: Path
) -> None:
    """After six kill -9 of a consumer that commits and then acknowledges, its file holds all."""
    sent = numbered(1_500)
    expected = {payload for _, payload in sent}
    path = tmp_path / "committed"
    async with urls_of(kind, tmp_path) as (engine_url, vendor_url):
        sending = asyncio.create_task(publish_stubbornly(vendor_url, sent))
        for _ in range(6):
            await killed_consumer(engine_url, path, lambda: committed(path) == expected)
        assert committed(path) != expected, "all was over before the last kill: send more"
        await sending
        async with MqttSource(engine_url, now) as source:
            rest: set[bytes] = set()
            while committed(path) | rest != expected:
                batch = await soon(source.next_batch())
                await source.acknowledge(batch)
                rest |= {delivery.payload for delivery in batch}


async def test_no_message_is_lost_when_the_broker_is_killed_at_any_moment(tmp_path: Path) -> None:
    """Every message the broker acknowledged arrives, through five kill -9 of the broker."""
    missing: set[bytes] = set()
    interrupted = 0
    async with (
        EmbeddedBroker(tmp_path / "broker", ["acme"], limits=LIMITS) as broker,
        MqttSource(broker.url_for_engine(), now, reconnect_first_s=0.02) as source,
    ):

        async def consume() -> None:
            while batch := await source.next_batch():
                missing.difference_update(delivery.payload for delivery in batch)
                await source.acknowledge(batch)

        consuming = asyncio.create_task(consume())
        for killing in range(5):
            sent = [(topic, b"%d-%s" % (killing, payload)) for topic, payload in numbered(300)]
            missing.update(payload for _, payload in sent)
            sending = asyncio.create_task(publish_stubbornly(broker.url_for_vendor("acme"), sent))
            await until(lambda: len(missing) < 300, "messages flow")
            await asyncio.sleep(random.uniform(0, 0.05))
            interrupted += not sending.done()
            broker.kill()
            await soon(broker.wait_serving())
            assert broker.restarts == killing + 1
            await soon(sending)
            await until(lambda: not missing, "everything arrives")
        source.stop()
        await soon(consuming)
    assert interrupted > 0
    assert source.reconnects >= 5
