"""The memory source as the HTTP intake uses it."""

import asyncio

import pytest

from engine.sources.memory import BusyError, MemorySource, StoppedError
from engine.sources.merged import MergedSource


def at_noon() -> int:
    """Return a time."""
    return 43_200_000_000


async def test_a_submission_returns_when_it_is_acknowledged_and_not_before() -> None:
    """Taking the delivery is not enough."""
    async with MemorySource(at_noon) as source:
        submitting = asyncio.create_task(source.submit("topic", b"payload"))
        batch = await source.next_batch()
        await asyncio.sleep(0)
        assert not submitting.done()
        await source.acknowledge(batch)
        await submitting
        assert [(each.topic, each.payload, each.received_at) for each in batch] == [
            ("topic", b"payload", at_noon())
        ]


async def test_a_full_source_says_busy_after_a_while_and_takes_again_later() -> None:
    """A submitter beyond the bound gets a clear error; a freed place is usable."""
    async with MemorySource(at_noon, max_in_flight=1, busy_after_s=0.01) as source:
        first = asyncio.create_task(source.submit("t", b"1"))
        batch = await source.next_batch()
        with pytest.raises(BusyError, match="1 messages wait to be stored"):
            await source.submit("t", b"2")
        await source.acknowledge(batch)
        await first
        third = asyncio.create_task(source.submit("t", b"3"))
        await source.acknowledge(await source.next_batch())
        await third


async def test_a_submitter_that_gives_up_keeps_its_place_until_the_delivery_is_done() -> None:
    """The delivery of a client that hung up is still held, counted, and acknowledged."""
    async with MemorySource(at_noon, max_in_flight=1, busy_after_s=0.01) as source:
        leaving = asyncio.create_task(source.submit("t", b"1"))
        batch = await source.next_batch()
        leaving.cancel()
        await asyncio.wait([leaving])
        assert source.in_flight == 1
        with pytest.raises(BusyError):
            await source.submit("t", b"2")
        await source.acknowledge(batch)
        assert source.in_flight == 0


async def test_stopping_tells_every_submitter_that_was_not_acknowledged() -> None:
    """In hand, waiting, without a place, or too late: each hears that it must send again."""
    async with MemorySource(at_noon, max_in_flight=2, max_batch=1) as source:
        submitting = [asyncio.create_task(source.submit("t", b"%d" % n)) for n in range(3)]
        await source.next_batch()
    outcomes = await asyncio.gather(*submitting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StoppedError] * 3
    with pytest.raises(StoppedError, match="send it again"):
        await source.submit("t", b"late")


async def test_a_merged_source_goes_on_while_one_of_its_sources_has_ended() -> None:
    """It ends with the last."""
    one, two = MemorySource(at_noon), MemorySource(at_noon)
    async with MergedSource(one, two) as merged:
        one.stop()
        submitting = asyncio.create_task(two.submit("t", b"x"))
        batch = await merged.next_batch()
        await merged.acknowledge(batch)
        await submitting
        two.stop()
        assert list(await merged.next_batch()) == []


async def test_a_busy_source_does_not_starve_another() -> None:
    """A batch holds what both have, each up to its own bound."""
    one, two = MemorySource(at_noon, max_batch=5), MemorySource(at_noon, max_batch=5)
    async with MergedSource(one, two) as merged:
        for source, count in ((one, 50), (two, 1)):
            for number in range(count):
                asyncio.ensure_future(source.submit("t", b"%d" % number)).add_done_callback(
                    lambda done: done.exception()
                )
        await asyncio.sleep(0)
        assert len(await merged.next_batch()) == 6


def test_merging_nothing_is_refused() -> None:
    """A merged source needs a source."""
    with pytest.raises(ValueError, match="at least one source"):
        MergedSource()
