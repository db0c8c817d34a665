"""Commits batches to the store at the URL given until it is killed; prints each one committed."""

import sys
from itertools import count

from engine.core.journal import GENESIS, RawMessage, build_block
from engine.store import open_store
from tests.store_values import T0, change, position, store_positions

store = open_store(sys.argv[1])
for number in count():
    at = T0 + number * 60_000_000
    with store.write() as tx:
        store_positions(tx, [position(activation, at, number) for activation in range(1, 51)])
        block_id = tx.next_ids("block", 1)[0]
        _, previous = tx.journal.head() or GENESIS
        messages = [RawMessage(at, f"device/{device}", b"%d" % device) for device in range(50)]
        tx.journal.append(build_block(block_id, previous, messages, at))
        tx.alerts.append_changes([change(tx.next_ids("change", 1)[0])])
    print(block_id, flush=True)
