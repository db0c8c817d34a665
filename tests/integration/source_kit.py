"""A source under test and the other side of it, for each kind of source; and its messages."""

import asyncio
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable
from contextlib import AsyncExitStack
from pathlib import Path

from engine.broker.configuration import Limits
from engine.broker.embedded import EmbeddedBroker
from engine.core.topic import telemetry_topic
from engine.sources.memory import MemorySource
from engine.sources.merged import MergedSource
from engine.sources.mqtt import MqttSource, MqttVersion
from engine.sources.source import Delivery, Source
from tests.integration.mqtt_kit import (
    Cable,
    Message,
    now,
    publish,
    received,
    run_mosquitto,
    soon,
    until,
)

IN_FLIGHT = 50
MOSQUITTO: dict[str, MqttVersion] = {"mosquitto, MQTT 3.1.1": "3.1.1", "mosquitto, MQTT 5": "5"}


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

    def __init__(
        self,
        exits: AsyncExitStack,
        engine_url: str,
        vendor_url: str,
        version: MqttVersion = "auto",
    ) -> None:
        super().__init__(exits)
        self._version = version
        self._engine_url = engine_url
        self._vendor_url = vendor_url

    async def make(self, max_batch: int) -> MqttSource:
        """Return an MQTT source."""
        self._cable = await self.exits.enter_async_context(Cable(self._engine_url))
        return MqttSource(
            self._cable.url,
            now,
            version=self._version,
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


async def open_bench(kind: str, folder: Path, exits: AsyncExitStack) -> Bench:
    """Return a bench of a kind, with a broker of its own where it needs one."""
    if kind == "memory":
        return MemoryBench(exits)
    if kind in MOSQUITTO:
        url = await exits.enter_async_context(run_mosquitto(folder, IN_FLIGHT))
        return MqttBench(exits, url, url, MOSQUITTO[kind])
    limits = Limits(max_in_flight=IN_FLIGHT, ack_wait_s=1.5)
    broker = EmbeddedBroker(folder / "broker", ["acme"], limits=limits)
    await exits.enter_async_context(broker)
    mqtt = MqttBench(exits, broker.url_for_engine(), broker.url_for_vendor("acme"))
    return mqtt if kind == "embedded broker" else MergedBench(mqtt, MemoryBench(exits))


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
