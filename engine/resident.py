"""What is loaded at a start stays: the garbage collector need not look through it again and again.

A collection of the oldest generation looks at every object that may be part of a cycle, and the
caseload of a country is millions of them: the engine would stand still for seconds. What is there
once it is loaded is taken out of its sight (it is still freed when nothing refers to it), and the
youngest generation may grow to what a few batches make before it is looked through.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

YOUNGEST: Final = 50_000
"""New objects, less those freed, after which the youngest generation is looked through."""


@contextmanager
def loading() -> Iterator[None]:
    """Keep the collector from looking through all that is loaded, again and again, meanwhile."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def loading_beside() -> Iterator[None]:
    """Load what stays beside an engine that runs, which would stand still to look through it.

    What is in memory at the end is out of the collector's sight; garbage that waits for it just
    then is never freed, which is no more than is made meanwhile.
    """
    with loading():
        yield
        gc.freeze()


def keep_resident() -> None:
    """Take everything that is in memory now out of the collector's sight."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNGEST, 20, 100)
