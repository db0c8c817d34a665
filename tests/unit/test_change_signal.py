"""The signal that wakes the live feed."""

import asyncio
import threading

from api.feed import ChangeSignal


async def test_one_notification_from_another_thread_wakes_all_waiters() -> None:
    """200 who wait all wake by one notification, whichever thread it comes from."""
    signal = ChangeSignal()
    waiting = [asyncio.create_task(signal.wait(6, 10)) for _ in range(200)]
    await asyncio.sleep(0)
    threading.Thread(target=signal.notify, args=(7,)).start()
    assert await asyncio.gather(*waiting) == [True] * 200
    assert signal.newest == 7


async def test_who_is_behind_does_not_wait() -> None:
    """A wait for changes after one that is no longer the newest ends at once."""
    signal = ChangeSignal()
    signal.notify(7)
    assert await signal.wait(6)
    assert not await signal.wait(7, 0.01)


async def test_an_older_notification_wakes_nobody() -> None:
    """Ids only grow: what is late or repeated changes nothing."""
    signal = ChangeSignal()
    signal.notify(7)
    waiting = asyncio.create_task(signal.wait(7, 10))
    await asyncio.sleep(0)
    signal.notify(7)
    signal.notify(3)
    for _ in range(5):
        await asyncio.sleep(0)
    assert (waiting.done(), signal.newest) == (False, 7)
    signal.notify(8)
    assert await waiting


async def test_closing_ends_every_wait_now_and_later() -> None:
    """Once closed, nobody waits any more and nobody is told of changes."""
    signal = ChangeSignal()
    waiting = asyncio.create_task(signal.wait(0, 10))
    await asyncio.sleep(0)
    signal.close()
    assert not await waiting
    signal.notify(9)
    assert not await signal.wait(0)
    assert signal.closed


async def test_waiters_who_gave_up_are_forgotten() -> None:
    """A wait that is cancelled or out of time leaves nothing behind."""
    signal = ChangeSignal()
    assert not await signal.wait(0, 0.001)
    waiting = asyncio.create_task(signal.wait(0))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    assert signal._waiting == {}


def test_a_loop_that_is_gone_does_not_break_the_others() -> None:
    """Notifying never fails because an event loop ended while someone waited in it."""
    signal = ChangeSignal()
    loop = asyncio.new_event_loop()
    task = loop.create_task(signal.wait(0))
    loop.call_soon(loop.stop)
    loop.run_forever()
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    loop.close()
    signal.notify(1)
    assert signal.newest == 1
