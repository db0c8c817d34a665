"""One suite for every source: memory, MQTT on each broker at hand, and both merged."""

import asyncio
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from engine.broker.configuration import Limits
from engine.broker.embedded import EmbeddedBroker
from engine.core.topic import rejections_topic, telemetry_topic
from engine.sources.memory import MemorySource
from engine.sources.merged import MergedSource
from engine.sources.mqtt import MqttSource
from engine.sources.source import Delivery, Source
from tests.integration.mqtt_kit import (
    Cable,
    Message,
    mosquitto,
    now,
    publish,
    received,
    run_mosquitto,
    soon,
    until,
)

IN_FLIGHT = 50


class Bench(ABC):
    """A source under test, and the other side of it."""

    in_flight_bound = IN_FLIGHT
    source: Source

    def __init__(self, exits: AsyncExitStack) -> None:
        self.exits = exits

    async def open(self, max_batch: int = 1_000) -> Source:
        """Return a connected source."""
        self.source = await self.exits.enter_async_context(await self.make(max_batch))
        await until(lambda: self.source.connected, "the source connects")
        return self.source

    async def cut(self) -> None:
        """Break the connection, and return once there is another."""
        before = self.source.reconnects
        self.break_connection()
        await until(lambda: self.source.reconnects > before, "the source reconnects")
        await until(lambda: self.source.connected, "the source reconnects")

    @abstractmethod
    async def make(self, max_batch: int) -> Source:
        """Return a source that has not started."""

    @abstractmethod
    def break_connection(self) -> None:
        """Break the connection."""

    @abstractmethod
    async def send(self, messages: Iterable[Message]) -> None:
        """Hand messages over to where the source takes them from, and keep what does not fit."""

    @abstractmethod
    async def publish(self, message: Message) -> None:
        """Publish through the source, and return once it came out on the other side."""


class MemoryBench(Bench):
    """The memory source: submitters stand for the senders."""

    memory: MemorySource

    async def make(self, max_batch: int) -> MemorySource:
        """Return a memory source."""
        self.submitters: set[asyncio.Task[None]] = set()
        self.exits.push_async_callback(self._settle)
        self.memory = MemorySource(
            now, max_in_flight=IN_FLIGHT, max_batch=max_batch, busy_after_s=60
        )
        return self.memory

    def break_connection(self) -> None:
        """Do what a lost connection does."""
        self.memory.reconnect()

    async def send(self, messages: Iterable[Message]) -> None:
        """Submit each in a task of its own."""
        self.submitters |= {
            asyncio.create_task(self.memory.submit(topic, payload)) for topic, payload in messages
        }
        await asyncio.sleep(0)

    async def publish(self, message: Message) -> None:
        """Publish, and look."""
        await self.source.publish(*message)
        assert message in self.memory.published

    async def _settle(self) -> None:
        await asyncio.gather(*self.submitters, return_exceptions=True)


class MqttBench(Bench):
    """The MQTT source on a broker, through a cable."""

    def __init__(self, exits: AsyncExitStack, engine_url: str, vendor_url: str) -> None:
        super().__init__(exits)
        self._engine_url = engine_url
        self._vendor_url = vendor_url

    async def make(self, max_batch: int) -> MqttSource:
        """Return an MQTT source."""
        self._cable = await self.exits.enter_async_context(Cable(self._engine_url))
        return MqttSource(
            self._cable.url,
            now,
            max_in_flight=IN_FLIGHT,
            max_batch=max_batch,
            reconnect_first_s=0.05,
        )

    def break_connection(self) -> None:
        """Cut the cable."""
        self._cable.cut()

    async def send(self, messages: Iterable[Message]) -> None:
        """Publish all and wait for the broker's acknowledgements."""
        await soon(publish(self._vendor_url, messages))

    async def publish(self, message: Message) -> None:
        """Publish, and receive it as the vendor."""
        async with received(self._vendor_url, "ringfence/v1/acme/+/rejections") as messages:
            await self.source.publish(*message)
            await until(lambda: message in messages, "the message is published")


class MergedBench(Bench):
    """Both as one: even devices over MQTT, odd ones in memory."""

    in_flight_bound = 2 * IN_FLIGHT

    def __init__(self, mqtt: MqttBench, memory: MemoryBench) -> None:
        super().__init__(mqtt.exits)
        self._mqtt = mqtt
        self._memory = memory

    async def make(self, max_batch: int) -> Source:
        """Return both, merged."""
        merged = MergedSource(
            await self._mqtt.make(max_batch // 2), await self._memory.make(max_batch // 2)
        )
        self._mqtt.source = self._memory.source = merged
        return merged

    async def cut(self) -> None:
        """Break both, and return once MQTT is back too."""
        before = self.source.reconnects
        self._mqtt.break_connection()
        self._memory.break_connection()
        await until(lambda: self.source.reconnects == before + 2, "both reconnect")
        await until(lambda: self.source.connected, "both reconnect")

    def break_connection(self) -> None:
        """Break both."""

    async def send(self, messages: Iterable[Message]) -> None:
        """Send by device."""
        ways: dict[int, list[Message]] = defaultdict(list)
        for topic, payload in messages:
            ways[int(topic.split("/")[3].lstrip("d") or 0) % 2].append((topic, payload))
        await self._memory.send(ways[1])
        await self._mqtt.send(ways[0])

    async def publish(self, message: Message) -> None:
        """Publish, and look at both."""
        await self._mqtt.publish(message)
        assert message in self._memory.memory.published


@pytest.fixture(
    params=[
        "memory",
        "embedded broker",
        "merged",
        pytest.param(
            "mosquitto",
            marks=pytest.mark.skipif(mosquitto() is None, reason="mosquitto is not installed"),
        ),
    ]
)
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    """Each source in turn, with a broker of its own."""
    kind = request.param
    async with AsyncExitStack() as exits:
        if kind == "memory":
            yield MemoryBench(exits)
        elif kind == "mosquitto":
            url = await exits.enter_async_context(run_mosquitto(tmp_path, IN_FLIGHT))
            yield MqttBench(exits, url, url)
        else:
            limits = Limits(max_in_flight=IN_FLIGHT, ack_wait_s=1.5)
            broker = EmbeddedBroker(tmp_path / "broker", ["acme"], limits=limits)
            await exits.enter_async_context(broker)
            mqtt = MqttBench(exits, broker.url_for_engine(), broker.url_for_vendor("acme"))
            yield mqtt if kind == "embedded broker" else MergedBench(mqtt, MemoryBench(exits))


def numbered(count: int, devices: int = 10, first: int = 0) -> list[Message]:
    """Return messages whose payloads are their numbers, spread over devices in turn."""
    return [
        (telemetry_topic("acme", f"d{number % devices}"), b"%06d" % number)
        for number in range(first, first + count)
    ]


def messages_of(batch: Iterable[Delivery]) -> list[Message]:
    """Return what was delivered."""
    return [(delivery.topic, delivery.payload) for delivery in batch]


async def take(source: Source, count: int) -> list[Delivery]:
    """Take batches until there are so many deliveries, without acknowledging any."""
    taken: list[Delivery] = []
    while len(taken) < count:
        batch = await soon(source.next_batch())
        assert batch, "the source closed"
        taken += batch
    return taken


async def drain(source: Source, expected: Iterable[Message]) -> list[Message]:
    """Take and acknowledge until everything expected has come; return all that came."""
    missing = set(expected)
    came: list[Message] = []
    while missing:
        batch = await soon(source.next_batch())
        await source.acknowledge(batch)
        came += messages_of(batch)
        missing -= set(came)
    return came


async def test_everything_sent_arrives_once_in_the_order_of_its_device(bench: Bench) -> None:
    """On a steady connection nothing is lost, doubled, or out of order within a device."""
    source = await bench.open()
    sent = numbered(400)
    sending = asyncio.create_task(bench.send(sent))
    came = await drain(source, sent)
    await soon(sending)
    assert sorted(came) == sorted(sent)
    by_device = defaultdict(list)
    for topic, payload in came:
        by_device[topic].append(payload)
    assert all(payloads == sorted(payloads) for payloads in by_device.values())
    assert source.in_flight == 0


async def test_what_is_not_acknowledged_comes_again_after_a_lost_connection(bench: Bench) -> None:
    """Deliveries taken and not acknowledged, and those still waiting, are delivered again."""
    source = await bench.open(max_batch=8)
    sent = numbered(20)
    await bench.send(sent)
    taken = await take(source, 8)
    await until(lambda: source.in_flight == 20, "all arrive")
    await bench.cut()
    came = await drain(source, sent)
    assert set(messages_of(taken)) <= set(came)
    assert source.reconnects >= 1


async def test_an_acknowledgement_after_the_connection_is_lost_does_nothing(bench: Bench) -> None:
    """Old tokens acknowledge nothing on a new connection, though its packet numbers repeat."""
    source = await bench.open()
    sent = numbered(20)
    await bench.send(sent)
    taken = await take(source, 20)
    await bench.cut()
    await source.acknowledge(taken)
    assert set(await drain(source, sent)) == set(sent)


async def test_what_is_acknowledged_does_not_come_again(bench: Bench) -> None:
    """After a lost connection only the unacknowledged half is delivered again."""
    source = await bench.open()
    await bench.send(numbered(20))
    taken = await take(source, 20)
    await source.acknowledge(taken[:10])
    assert source.in_flight == 10
    await bench.publish((rejections_topic("acme", "d0"), b"sent after the acknowledgements"))
    await bench.cut()
    later = numbered(2, first=20)
    await bench.send(later)
    came = await drain(source, [*messages_of(taken[10:]), *later])
    assert not set(messages_of(taken[:10])) & set(came)


async def test_acknowledging_twice_is_harmless(bench: Bench) -> None:
    """A second acknowledgement of a batch changes nothing and frees nothing."""
    source = await bench.open()
    await bench.send(numbered(4))
    taken = await take(source, 4)
    await source.acknowledge(taken[:2])
    await source.acknowledge(taken[:2])
    assert source.in_flight == 2
    await source.acknowledge(taken[2:])
    assert source.in_flight == 0


async def test_a_consumer_that_does_not_acknowledge_stops_receiving(bench: Bench) -> None:
    """Unacknowledged deliveries stay within the bound; the backlog waits, and comes later."""
    source = await bench.open()
    bound = bench.in_flight_bound
    sent = numbered(3 * bound)
    await bench.send(sent)
    taken = await take(source, bound)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(source.next_batch(), 2.0)  # NATS redelivers in this time
    assert len(taken) == source.in_flight == bound
    await source.acknowledge(taken)
    rest = await drain(source, set(sent) - set(messages_of(taken)))
    assert set(messages_of(taken) + rest) == set(sent)


@pytest.mark.parametrize(
    "payload",
    [b"", b"\x00\xff\xfe not text", b"[" * 100_000, b"x" * 400_000],
    ids=["empty", "binary", "nested", "large"],
)
async def test_any_payload_is_delivered_as_sent(bench: Bench, payload: bytes) -> None:
    """Whether it makes sense is not the source's to say; the next message still comes."""
    source = await bench.open()
    sent = [(telemetry_topic("acme", "d0"), payload), *numbered(1)]
    await bench.send(sent)
    assert await drain(source, sent) == sent


async def test_a_batch_is_what_piled_up_within_its_bound(bench: Bench) -> None:
    """Idle, one message comes at once; under load a batch grows to the bound and no further."""
    source = await bench.open(max_batch=20)
    await bench.send(numbered(1))
    assert len(await take(source, 1)) == 1
    await bench.send(numbered(40, first=1))
    await until(lambda: source.in_flight == 41, "all arrive")
    sizes = [len(await soon(source.next_batch())) for _ in range(2)]
    assert sizes == [20, 20]


async def test_cancelling_the_wait_loses_nothing(bench: Bench) -> None:
    """A wait for a batch that is cancelled again and again leaves every delivery in place."""
    source = await bench.open()
    sent = numbered(40)
    sending = asyncio.create_task(bench.send(sent))
    came: list[Message] = []
    while len(came) < len(sent):
        waiting = asyncio.ensure_future(source.next_batch())
        await asyncio.sleep(0)
        if waiting.cancel():
            await asyncio.wait([waiting])
        if not waiting.cancelled():
            batch = waiting.result()
        else:
            batch = await soon(source.next_batch())
        await source.acknowledge(batch)
        came += messages_of(batch)
    await soon(sending)
    assert sorted(came) == sorted(sent)


async def test_stopping_ends_the_wait_and_the_batch_in_hand_can_be_acknowledged(
    bench: Bench,
) -> None:
    """After stop the next batch is empty, at once and ever after; acknowledging still works."""
    source = await bench.open()
    await bench.send(numbered(4))
    taken = await take(source, 4)
    waiting = asyncio.create_task(_next(source))
    await asyncio.sleep(0)
    source.stop()
    assert await soon(waiting) == []
    assert await soon(_next(source)) == []
    await source.acknowledge(taken)
    assert source.in_flight == 0


async def _next(source: Source) -> Sequence[Delivery]:
    return list(await source.next_batch())


async def test_a_rejection_reaches_the_vendor(bench: Bench) -> None:
    """What is published through the source arrives on the other side."""
    await bench.open()
    await bench.publish((rejections_topic("acme", "d7"), b"the position has no time"))


async def test_received_at_is_the_time_of_arrival(bench: Bench) -> None:
    """Each delivery carries the clock's time between its sending and its being taken."""
    source = await bench.open()
    before = now()
    await bench.send(numbered(1))
    (delivery,) = await take(source, 1)
    assert before <= delivery.received_at <= now()
