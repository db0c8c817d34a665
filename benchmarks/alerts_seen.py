"""When alerts become visible to another connection, and to a browser, by the wearer they are about.

Times are monotonic seconds. A connection of our own asks the database every half millisecond
whether anything was committed, which costs it next to nothing, and reads only then.
"""

import asyncio
import re
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from typing import Final

from benchmarks.feed_client import listening
from engine.core.alert import AlertAction
from engine.store import Store

Seen = dict[str, float]
"""By wearer, when his first alert was seen."""
_POLL_S: Final = 0.0005
_WEARER: Final = re.compile(r"wearer-\d+")


@contextmanager
def committed(store: Store) -> Iterator[Seen]:
    """Note when alerts are found in an SQLite store, for as long as the block runs."""
    seen: Seen = {}
    stopping = threading.Event()
    thread = threading.Thread(target=_watch, args=(store, seen, stopping), daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        stopping.set()
        thread.join()


def _watch(store: Store, seen: Seen, stopping: threading.Event) -> None:
    path = store.url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        with store.read() as transaction:
            newest = transaction.alerts.newest_change_id()
        version = 0
        while not stopping.wait(_POLL_S):
            before, version = version, connection.execute("PRAGMA data_version").fetchone()[0]
            if version != before:
                newest = _note(store, newest, seen)


def _note(store: Store, newest: int, seen: Seen) -> int:
    """Note the alerts raised since a change, and return the newest change."""
    with store.read() as transaction:
        now = time.monotonic()
        changes = transaction.alerts.changes_after(newest)
        raised = [each.alert_id for each in changes if each.action is AlertAction.RAISED]
        for alert in transaction.alerts.get_many(raised).values():
            seen.setdefault(alert.wearer_id, now)
    return max((each.change_id for each in changes), default=newest)


@asynccontextmanager
async def shown(url: str) -> AsyncIterator[Seen]:
    """Note when a client of the live feed is told of alerts, for as long as the block runs."""
    seen: Seen = {}
    began = asyncio.Event()
    task = asyncio.create_task(_listen(url, seen, began))
    try:
        await began.wait()
        yield seen
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _listen(url: str, seen: Seen, began: asyncio.Event) -> None:
    async with listening(url) as feed:
        async for event in feed.events():
            now = time.monotonic()
            began.set()
            if event.name == AlertAction.RAISED:
                for wearer_id in _WEARER.findall(event.data):
                    seen.setdefault(wearer_id, now)
