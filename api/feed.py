"""The change signal wakes everyone who waits for a change of an alert, at once.

It carries only the id of the newest change: whoever wakes reads the store from where it stands, so
nothing is queued for anyone and a slow reader costs nothing. Ids only grow, so a late or repeated
notification changes nothing.
"""

import asyncio
import threading
from contextlib import suppress
from typing import Final

_NEVER: Final = -1


class ChangeSignal:
    """The newest change id known to this process, and those who wait for a newer one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest = _NEVER
        self._closed = False
        self._waiting: dict[asyncio.AbstractEventLoop, set[asyncio.Event]] = {}

    @property
    def newest(self) -> int:
        """The newest change id anyone told of; -1 before the first."""
        return self._newest

    @property
    def closed(self) -> bool:
        """Whether the process is stopping, so that nobody should wait any more."""
        return self._closed

    def notify(self, change_id: int) -> None:
        """Tell that changes up to this one are committed. May be called from any thread."""
        with self._lock:
            if change_id <= self._newest:
                return
            self._newest = change_id
            self._wake()

    def close(self) -> None:
        """Wake everyone for good: streams end. May be called from any thread, and twice."""
        with self._lock:
            self._closed = True
            self._wake()

    async def wait(self, after: int, timeout_s: float | None = None) -> bool:
        """Wait until a change newer than `after` is known; False if closed or out of time first."""
        waiter = asyncio.Event()
        loop = asyncio.get_running_loop()
        with self._lock:
            if self._closed or self._newest > after:
                return not self._closed
            self._waiting.setdefault(loop, set()).add(waiter)
        try:
            await asyncio.wait_for(waiter.wait(), timeout_s)
        except TimeoutError:
            return False
        finally:
            self._forget(loop, waiter)
        return not self._closed and self._newest > after

    def _wake(self) -> None:
        """Wake all waiters, with one call for each event loop; the lock is held."""
        for loop, waiters in self._waiting.items():
            # A loop that has ended meanwhile takes nothing; its waiters are gone with it.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_set_all, tuple(waiters))

    def _forget(self, loop: asyncio.AbstractEventLoop, waiter: asyncio.Event) -> None:
        with self._lock:
            waiters = self._waiting.get(loop, set())
            waiters.discard(waiter)
            if not waiters:
                self._waiting.pop(loop, None)


def _set_all(waiters: tuple[asyncio.Event, ...]) -> None:
    for waiter in waiters:
        waiter.set()
