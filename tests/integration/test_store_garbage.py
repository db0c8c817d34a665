"""Transactions come by the hundred a second: what they leave behind stands still for nobody."""

import gc
from collections import Counter

from engine.store import Store


def test_a_transaction_leaves_nothing_to_the_garbage_collector(store: Store) -> None:
    """What a transaction was made of is freed as it ends, not when the collector finds it."""
    for begin in (store.write, store.read):
        for _ in range(3):
            with begin() as transaction:
                transaction.registry.revision()
        gc.collect()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            for _ in range(10):
                with begin() as transaction:
                    transaction.registry.revision()
            gc.collect()
            left = Counter(type(each).__qualname__ for each in gc.garbage)
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
        assert not {name: many for name, many in left.items() if many >= 10}
