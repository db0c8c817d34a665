"""The inbox of a source."""

import asyncio

import pytest

from engine.sources.inbox import Inbox
from engine.sources.source import Delivery


def delivery(number: int, size: int = 1) -> Delivery:
    """Return a delivery of so many bytes."""
    return Delivery(str(number), b"x" * size, 0, number)


def numbers(batch: list[Delivery]) -> list[int]:
    """Return which deliveries these are."""
    return [int(each.topic) for each in batch]


async def test_a_batch_is_bounded_by_bytes_but_never_empty() -> None:
    """A batch ends before the bytes run over; one that is too large by itself comes alone."""
    inbox = Inbox(max_batch=10, max_batch_bytes=100)
    for number, size in enumerate((40, 60, 1, 500, 1)):
        inbox.put([delivery(number, size)])
    assert [numbers(await inbox.next()) for _ in range(4)] == [[0, 1], [2], [3], [4]]


async def test_what_is_put_first_comes_first_in_its_order() -> None:
    """Deliveries to be made again go before those that wait."""
    inbox = Inbox()
    inbox.put([delivery(3)])
    inbox.put_first([delivery(1), delivery(2)])
    assert numbers(await inbox.next()) == [1, 2, 3]


async def test_a_cleared_inbox_makes_its_taker_wait() -> None:
    """After clear there is nothing to take until the next delivery."""
    inbox = Inbox()
    inbox.put([delivery(1)])
    assert numbers(inbox.clear()) == [1]
    taking = asyncio.create_task(inbox.next())
    await asyncio.sleep(0)
    assert not taking.done()
    inbox.put([delivery(2)])
    assert numbers(await taking) == [2]


async def test_a_closed_inbox_hands_out_nothing() -> None:
    """Not even what was there, for it could not be committed any more."""
    inbox = Inbox()
    inbox.put([delivery(1)])
    inbox.close()
    assert await inbox.next() == []


@pytest.mark.parametrize("bounds", [{"max_batch": 0}, {"max_batch_bytes": -1}])
async def test_a_bound_below_one_is_refused(bounds: dict[str, int]) -> None:
    """The error names the bound and its value."""
    ((name, value),) = bounds.items()
    with pytest.raises(ValueError, match=f"{name} is {value}"):
        Inbox(**bounds)


async def test_the_bytes_that_wait_are_known() -> None:
    """They are those of what was put and not yet taken, whichever way it came and went."""
    inbox = Inbox(max_batch=2)
    inbox.put([delivery(1, 100), delivery(2, 20), delivery(3, 3)])
    inbox.put_first([delivery(0, 1_000)])
    assert inbox.waiting_bytes == 1_123
    await inbox.next()
    assert inbox.waiting_bytes == 23
    await inbox.next()
    assert inbox.waiting_bytes == 0
    inbox.put([delivery(4, 7)])
    inbox.clear()
    assert inbox.waiting_bytes == 0
