"""The chain of the journal is read from its first block on, each block checked as it is read."""

import re
from collections.abc import Callable, Iterator

from engine.core.journal import GENESIS, ChainHead, Entry, JournalBlock, JournalError, open_next
from engine.store.protocol import Transaction

_AT_ONCE = 100
_NOTED = re.compile("([0-9]+):([0-9a-fA-F]{64})")


def noted_head(text: str) -> ChainHead:
    """Return a head as it was noted: `ID:HASH`, the hash as 64 hexadecimal digits.

    Raises:
        ValueError: it is none.
    """
    match = _NOTED.fullmatch(text.strip())
    if not match:
        raise ValueError(
            f"head {text!r} cannot be read: give ID:HASH as `ringfence verify --journal` printed "
            "it, for example 17:5f0c… with 64 hexadecimal digits"
        )
    return ChainHead(int(match[1]), bytes.fromhex(match[2]))


def check_chain(
    transaction: Transaction,
    noted: ChainHead | None = None,
    take: Callable[[JournalBlock, tuple[Entry, ...]], None] = lambda _block, _entries: None,
) -> ChainHead:
    """Check every block of the journal; each is handed to `take` with its messages once it is.

    Returns the head.

    Raises:
        JournalError: a block is damaged, missing, misplaced or not tied to the one before it, or
            the chain does not hold the head that was noted.
    """
    head = GENESIS
    for block in _blocks(transaction):
        entries = open_next(block, head)
        head = ChainHead(block.block_id, block.block_hash)
        _compare(head, noted)
        take(block, entries)
    if noted is not None and head.block_id < noted.block_id:
        raise JournalError(
            f"journal block {head.block_id + 1}: it is missing, with all that follow it: the "
            f"journal ends at block {head.block_id}, and block {noted.block_id} was noted"
        )
    return head


def _compare(head: ChainHead, noted: ChainHead | None) -> None:
    if noted is not None and head.block_id == noted.block_id and head != noted:
        raise JournalError(
            f"journal block {head.block_id}: its hash is {head.block_hash.hex()}, noted was "
            f"{noted.block_hash.hex()}"
        )


def _blocks(transaction: Transaction) -> Iterator[JournalBlock]:
    """Yield every row, also those with ids that no block can have."""
    after = -(2**63)
    while blocks := transaction.journal.blocks(after, _AT_ONCE):
        yield from blocks
        after = blocks[-1].block_id
