"""What a batch brings is filed: its raw messages as one journal block, and what they hold."""

from collections.abc import Callable, Sequence

import numpy as np

from engine.core.journal import GENESIS_HASH, RawMessage, build_block
from engine.core.position import Position
from engine.core.position_columns import columns_of, united
from engine.intake import Opened
from engine.lanes import QuietBatch
from engine.store.protocol import StoredRejection, Transaction
from zones.instant import Instant


def file_messages(
    transaction: Transaction,
    head: tuple[int, bytes] | None,
    quiet: QuietBatch | None,
    opened: Sequence[Opened],
    now: Instant,
    as_stored: Callable[[Position], Position],
) -> list[Position]:
    """Append messages to a journal with that head and store what they hold; the quiet come first.

    Returns the positions of those that were opened. `as_stored` says how such a one is stored: with
    what its judgement found out about it.
    """
    block_id = transaction.next_ids("block", 1)[0]
    taken = [] if quiet is None else quiet.deliveries
    messages = [
        RawMessage(each.received_at, each.topic, each.payload)
        for each in (*taken, *(each.delivery for each in opened))
    ]
    previous = GENESIS_HASH if head is None else head[1]
    transaction.journal.append(build_block(block_id, previous, messages, now))
    stored = _positions(transaction, block_id, quiet, opened, as_stored)
    transaction.events.insert([event for each in opened for event in each.events])
    _rejections(transaction, opened)
    return stored


def _positions(
    transaction: Transaction,
    block_id: int,
    quiet: QuietBatch | None,
    opened: Sequence[Opened],
    as_stored: Callable[[Position], Position],
) -> list[Position]:
    first = 0 if quiet is None else len(quiet.deliveries)
    pairs = [
        (index, position) for index, each in enumerate(opened, first) for position in each.positions
    ]
    positions = [as_stored(position) for _, position in pairs]
    parts = [] if quiet is None else [(quiet.positions, quiet.message)]
    if positions:
        parts.append((columns_of(positions), np.array([index for index, _ in pairs], np.int64)))
    if not parts:
        return []
    columns = parts[0][0] if len(parts) == 1 else united([columns for columns, _ in parts])
    message = np.concatenate([message for _, message in parts])
    ids = transaction.next_ids("position", len(columns))
    transaction.positions.append(columns, ids.start, block_id, message)
    return positions


def _rejections(transaction: Transaction, opened: Sequence[Opened]) -> None:
    pairs = [(each, rejection) for each in opened for rejection in each.rejections]
    ids = transaction.next_ids("rejection", len(pairs))
    transaction.rejections.insert(
        [
            StoredRejection(
                rejection_id=rejection_id,
                received_at=each.delivery.received_at,
                topic=each.delivery.topic,
                payload=each.delivery.payload,
                reason=rejection.reason,
                detail=rejection.detail,
                field=rejection.field,
            )
            for rejection_id, (each, rejection) in zip(ids, pairs, strict=True)
        ]
    )
