"""What a batch brings is filed: its raw messages as one journal block, and what they hold."""

from collections.abc import Callable, Sequence

import numpy as np

from engine.core.journal import GENESIS_HASH, RawMessage, build_block
from engine.core.position import Position
from engine.core.position_columns import columns_of
from engine.intake import Opened
from engine.store.protocol import StoredRejection, Transaction
from zones.instant import Instant


def file_messages(
    transaction: Transaction,
    head: tuple[int, bytes] | None,
    opened: Sequence[Opened],
    now: Instant,
    as_stored: Callable[[Position], Position],
) -> list[Position]:
    """Append messages to a journal with that head, store what they hold, and return the positions.

    `as_stored` says how a position is stored: with what its judgement found out about it.
    """
    block_id = transaction.next_ids("block", 1)[0]
    messages = [
        RawMessage(each.delivery.received_at, each.delivery.topic, each.delivery.payload)
        for each in opened
    ]
    previous = GENESIS_HASH if head is None else head[1]
    transaction.journal.append(build_block(block_id, previous, messages, now))
    stored = _positions(transaction, block_id, opened, as_stored)
    transaction.events.insert([event for each in opened for event in each.events])
    _rejections(transaction, opened)
    return stored


def _positions(
    transaction: Transaction,
    block_id: int,
    opened: Sequence[Opened],
    as_stored: Callable[[Position], Position],
) -> list[Position]:
    pairs = [(index, position) for index, each in enumerate(opened) for position in each.positions]
    ids = transaction.next_ids("position", len(pairs))
    positions = [as_stored(position) for _, position in pairs]
    message_index = np.array([index for index, _ in pairs], np.int64)
    transaction.positions.append(columns_of(positions), ids.start, block_id, message_index)
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
