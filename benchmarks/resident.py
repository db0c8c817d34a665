"""What a country takes in memory: the engine's part of it, loaded from a store, and the API's.

    python -m benchmarks.resident STORE-URL           (bytes, as JSON)

What the process takes beside it (the program, SQLite's page cache) is measured before and taken
away, and what loading leaves free is given back to the system first.
"""

import ctypes
import gc
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import psutil

from api.directory import load
from engine.caseload import Caseload
from engine.store import open_store
from engine.store.protocol import Transaction

T = TypeVar("T")


def main() -> None:
    """Load what the URL names, twice: what is only ever loaded once is not a wearer's."""
    url = sys.argv[1]
    _loaded(url, _caseload), _loaded(url, _directory)
    before = _held_bytes()
    caseload = _loaded(url, _caseload)
    engine = _held_bytes()
    directory = _loaded(url, _directory)
    print(json.dumps({"engine": engine - before, "directory": _held_bytes() - engine}))
    del caseload, directory


def _caseload(transaction: Transaction) -> Caseload:
    caseload = Caseload()
    caseload.load(transaction)
    return caseload


def _directory(transaction: Transaction) -> object:
    return load(transaction.registry, 0)


def _loaded(url: str, make: Callable[[Transaction], T]) -> T:
    store = open_store(url)
    try:
        with store.read() as transaction:
            return make(transaction)
    finally:
        store.close()


def _held_bytes() -> int:
    """Return what the process holds in memory, without what is free in it."""
    gc.collect()
    with suppress(OSError, AttributeError):  # only glibc has it
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    return int(psutil.Process().memory_info().rss)


if __name__ == "__main__":
    main()
