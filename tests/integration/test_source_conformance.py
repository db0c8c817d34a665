"""What holds for every source: memory, MQTT on each broker at hand, and both merged."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from engine.core.topic import rejections_topic, telemetry_topic
from engine.sources.source import Delivery, Source
from tests.integration.mqtt_kit import Message, mosquitto, now, soon, until
from tests.integration.source_kit import (
    MOSQUITTO,
    Bench,
    drain,
    messages_of,
    numbered,
    open_bench,
    take,
)


@pytest.fixture(
    params=[
        "memory",
        "embedded broker",
        "merged",
        *(
            pytest.param(
                kind,
                marks=pytest.mark.skipif(mosquitto() is None, reason="mosquitto is not installed"),
            )
            for kind in MOSQUITTO
        ),
    ]
)
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    """Each source in turn, with a broker of its own."""
    async with AsyncExitStack() as exits:
        yield await open_bench(request.param, tmp_path, exits)


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
