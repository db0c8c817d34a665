"""Proving reads the whole journal and folds for seconds: done beside the engine, one at a time.

The work is in one process of low priority, begun with the first question and kept for the next: it
takes no time from the loop that serves, nor from the engine. Whoever asks while too many wait is
told to come again.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from engine.core.journal import ChainHead
from engine.proof.check import Check
from engine.proof.evidence import NoEvidenceError, make_bundle
from engine.proof.signing import signing_key
from engine.proof.verification import verify_alert
from engine.store import open_store

P = ParamSpec("P")
R = TypeVar("R")

MOST_WAITING: Final = 5
"""Questions that wait or are worked on at a time."""


class TooManyProofsError(Exception):
    """As many questions as may be are waiting."""


class Proofs:
    """What is proved for one application."""

    def __init__(self, store_url: str, key_file: Path) -> None:
        self._store_url = store_url
        self._key_file = key_file
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._worker: Future[int] | None = None
        self._asked = 0

    async def verification(self, alert_id: int, noted: ChainHead | None) -> Check:
        """Return the check of an alert against the journal.

        Raises:
            TooManyProofsError: too many wait.
        """
        return await self._done(_verify, self._store_url, alert_id, noted)

    async def evidence(self, alert_id: int) -> bytes | Check:
        """Return the bundle of an alert, or why there is none.

        Raises:
            TooManyProofsError: too many wait.
            SigningKeyError: the key cannot be used.
        """
        return await self._done(_evidence, self._store_url, alert_id, self._key_file)

    def close(self) -> None:
        """Give up what is unfinished."""
        with self._lock:
            pool, worker, self._pool = self._pool, self._worker, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)
        if worker is not None and worker.done() and not worker.exception():
            with suppress(ProcessLookupError):
                os.kill(worker.result(), signal.SIGKILL)

    async def _done(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        if self._asked >= MOST_WAITING:
            raise TooManyProofsError
        self._asked += 1
        try:
            return await asyncio.wrap_future(self._running().submit(work, *args, **kwargs))
        except BrokenProcessPool:
            with self._lock:
                self._pool = None
            raise
        finally:
            self._asked -= 1

    def _running(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                # Spawned, not forked: this process has threads and open connections.
                self._pool = ProcessPoolExecutor(1, get_context("spawn"), _begin, (10,))
                self._worker = self._pool.submit(os.getpid)
            return self._pool


def _begin(niceness: int) -> None:
    os.nice(niceness)
    # The terminal's interrupt goes to all: the serving process is the one to end this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _verify(store_url: str, alert_id: int, noted: ChainHead | None) -> Check:
    with closing(open_store(store_url)) as store:
        return verify_alert(store, alert_id, noted)


def _evidence(store_url: str, alert_id: int, key_file: Path) -> bytes | Check:
    with closing(open_store(store_url)) as store:
        try:
            return make_bundle(store, alert_id, signing_key(key_file))
        except NoEvidenceError as error:
            return error.check
