"""A journal block seals one batch of raw messages and, through its hash, every block before it.

- Root: the Merkle root over the messages' leaves (`merkle`, `raw_message`), so that one message
  can be proved without showing another.
- Block hash: SHA-256(0x02 || block_id || committed_at || count || hash of the block before ||
  root), the three numbers as 8 bytes, big-endian.
- A message can be expunged: its leaf stays, and with it every hash and every proof.

So nothing can be changed, inserted or left out unnoticed by whoever noted one later block hash.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from struct import Struct as Packing
from typing import Final, NamedTuple

import msgspec

from engine.core.merkle import InclusionProof, merkle_path, merkle_root, verify_inclusion
from engine.core.raw_message import (
    BodyError,
    Entry,
    Expunged,
    RawMessage,
    expunged_body,
    pack_body,
    unpack_body,
)
from zones.instant import Instant

__all__ = [
    "GENESIS",
    "GENESIS_HASH",
    "ChainHead",
    "Entry",
    "Expunged",
    "InclusionProof",
    "JournalBlock",
    "JournalError",
    "RawMessage",
    "build_block",
    "expunge",
    "inclusion_proof",
    "open_block",
    "open_next",
    "seal",
    "verify_chain",
    "verify_inclusion",
]

GENESIS_HASH: Final = bytes(32)
"""Stands for the hash before the first block's."""

_SEAL: Final = Packing(">cqqq32s32s")
_HASHES: Final = ("previous_hash", "merkle_root", "block_hash")
_NUMBERS: Final = ("block_id", "committed_at", "messages")


class JournalError(Exception):
    """A block, or the chain, is not what was sealed; the message says where and what."""


class JournalBlock(msgspec.Struct, frozen=True, kw_only=True):
    """One committed batch of raw messages."""

    block_id: int
    committed_at: Instant
    messages: int
    """How many messages were sealed, those expunged since included."""
    previous_hash: bytes
    merkle_root: bytes
    block_hash: bytes
    body: bytes
    """Compressed raw messages: see `engine.core.raw_message`."""


class ChainHead(NamedTuple):
    """The newest block of a chain, to which the next one is tied."""

    block_id: int
    block_hash: bytes


GENESIS: Final = ChainHead(0, GENESIS_HASH)
"""Head of the empty chain."""


def build_block(
    block_id: int, previous_hash: bytes, messages: Sequence[RawMessage], committed_at: Instant
) -> JournalBlock:
    """Return the sealed block of a batch of messages.

    Raises:
        ValueError: `previous_hash` is not 32 bytes long.
    """
    if len(previous_hash) != len(GENESIS_HASH):
        raise ValueError(f"previous_hash has {len(previous_hash)} bytes: it must have 32 (SHA-256)")
    body, leaves = pack_body(messages)
    root = merkle_root(leaves)
    return JournalBlock(
        block_id=block_id,
        committed_at=committed_at,
        messages=len(messages),
        previous_hash=previous_hash,
        merkle_root=root,
        block_hash=seal(block_id, committed_at, len(messages), previous_hash, root),
        body=body,
    )


def open_block(block: JournalBlock) -> tuple[Entry, ...]:
    """Return the messages of a block, in order, once all that it was sealed with has been checked.

    Raises:
        JournalError: the block is damaged or was changed; names block, message and difference.
    """
    check_header(block)
    try:
        entries, leaves = _unzip(unpack_body(block.body))
    except BodyError as error:
        raise _fault(block, str(error)) from error
    if len(entries) != block.messages:
        raise _fault(block, f"the body has {len(entries)} messages, sealed were {block.messages}")
    root = merkle_root(leaves)
    if root != block.merkle_root:
        raise _fault(
            block, f"the messages hash to {root.hex()}, sealed was {block.merkle_root.hex()}"
        )
    return entries


def check_header(block: JournalBlock) -> None:
    """Check a block's hash against its header, without its messages.

    Raises:
        JournalError: they do not belong together.
    """
    for name in _HASHES:
        if len(getattr(block, name)) != len(GENESIS_HASH):
            raise _fault(block, f"{name} has {len(getattr(block, name))} bytes, not 32")
    for name in _NUMBERS:
        if not -(2**63) <= getattr(block, name) < 2**63:
            raise _fault(block, f"{name} is {getattr(block, name)}, no 64-bit number")
    sealed = seal(
        block.block_id, block.committed_at, block.messages, block.previous_hash, block.merkle_root
    )
    if sealed != block.block_hash:
        raise _fault(
            block, f"the header hashes to {sealed.hex()}, sealed was {block.block_hash.hex()}"
        )


def expunge(block: JournalBlock, index: int) -> JournalBlock:
    """Return the block with one message reduced to its leaf; every hash and proof still holds.

    Raises:
        JournalError: the block is damaged, or has no message of that index (from 0).
    """
    entries = open_block(block)
    if not 0 <= index < len(entries):
        raise _fault(block, f"there is no message {index}: it has {len(entries)}, from 0")
    return msgspec.structs.replace(block, body=expunged_body(block.body, index))


def inclusion_proof(entries: Sequence[Entry], index: int) -> InclusionProof:
    """Return the proof that message `index` (from 0) is one of a block's messages.

    `verify_inclusion` checks it, given the message's `leaf` and the block's `merkle_root`.

    Raises:
        IndexError: there is no such message.
    """
    return merkle_path([entry.leaf for entry in entries], index)


def verify_chain(blocks: Iterable[JournalBlock], head: ChainHead = GENESIS) -> ChainHead:
    """Check blocks that follow `head`, each with its messages, and return the new head.

    That the newest blocks were cut off shows only against a head that was noted before.

    Raises:
        JournalError: a block is missing, out of order, damaged or not tied to the one before it.
    """
    for block in blocks:
        open_next(block, head)
        head = ChainHead(block.block_id, block.block_hash)
    return head


def open_next(block: JournalBlock, head: ChainHead) -> tuple[Entry, ...]:
    """Return the messages of the block that follows `head`, once it has been checked.

    Raises:
        JournalError: it does not follow, is not tied to it, is damaged or was changed.
    """
    if block.block_id != head.block_id + 1:
        raise _fault(block, f"it follows block {head.block_id}: some are missing or misplaced")
    if block.previous_hash != head.block_hash:
        raise _fault(
            block,
            f"it is tied to a block with hash {block.previous_hash.hex()}, "
            f"but block {head.block_id} has {head.block_hash.hex()}",
        )
    return open_block(block)


def seal(block_id: int, committed_at: Instant, count: int, previous: bytes, root: bytes) -> bytes:
    """Return the hash of a block, given what it is sealed over."""
    return sha256(_SEAL.pack(b"\x02", block_id, committed_at, count, previous, root)).digest()


def _unzip(pairs: Iterable[tuple[Entry, bytes]]) -> tuple[tuple[Entry, ...], list[bytes]]:
    both = list(pairs)
    return tuple(entry for entry, _ in both), [leaf for _, leaf in both]


def _fault(block: JournalBlock, difference: str) -> JournalError:
    return JournalError(f"journal block {block.block_id}: {difference}")
