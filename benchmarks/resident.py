"""What a country takes in memory: the engine's part of it, loaded from a store, and the API's.

    python -m benchmarks.resident STORE-URL           (bytes, as JSON)

Every allocation that is left is counted (`tracemalloc`): not the program, not SQLite's page cache,
nor what loading leaves free. Columns count with the room they have, in use or not.
"""

import gc
import json
import sys
import tracemalloc
from collections.abc import Callable
from typing import TypeVar

from api.directory import Directory, load
from engine.caseload import Caseload
from engine.store import open_store
from engine.store.protocol import Transaction

T = TypeVar("T")


def main() -> None:
    """Load what the URL names, once before it is counted: modules and caches are no wearer's."""
    url = sys.argv[1]
    _loaded(url, _caseload)
    _loaded(url, _directory)
    tracemalloc.start(1)
    kept: list[object] = [_loaded(url, _caseload)]
    engine = _held_bytes()
    kept.append(_loaded(url, _directory))
    print(json.dumps({"engine": engine, "directory": _held_bytes() - engine}))


def _caseload(transaction: Transaction) -> Caseload:
    caseload = Caseload()
    caseload.load(transaction)
    return caseload


def _directory(transaction: Transaction) -> Directory:
    return load(transaction.registry, 0)


def _loaded(url: str, make: Callable[[Transaction], T]) -> T:
    store = open_store(url)
    try:
        with store.read() as transaction:
            return make(transaction)
    finally:
        store.close()


def _held_bytes() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


if __name__ == "__main__":
    main()
