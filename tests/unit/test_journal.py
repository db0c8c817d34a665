"""The journal's hashes are those written down, and every difference is named."""

from collections.abc import Callable
from hashlib import sha256
from zlib import crc32

import msgspec
import pytest
import zstandard

from engine.core.journal import (
    GENESIS,
    GENESIS_HASH,
    ChainHead,
    Expunged,
    JournalBlock,
    JournalError,
    RawMessage,
    build_block,
    expunge,
    open_block,
    verify_chain,
)
from engine.core.merkle import leaf_hash, merkle_root

MESSAGES = [
    RawMessage(1_750_000_000_000_000 + n, f"ringfence/v1/acme/D{n}/telemetry", b"{%d}" % n)
    for n in range(5)
]
BLOCK = build_block(1, GENESIS_HASH, MESSAGES, 1_750_000_000_500_000)


def _repacked(block: JournalBlock, change: Callable[[bytes], bytes]) -> JournalBlock:
    """Change what a block's body decompresses to, and pack it again so that only hashes tell."""
    data = change(zstandard.decompress(block.body[4:]))
    return msgspec.structs.replace(block, body=_packed(zstandard.compress(data)))


def _packed(frame: bytes) -> bytes:
    return crc32(frame).to_bytes(4, "big") + frame


@pytest.mark.parametrize(
    ("leaves", "root"),
    [
        ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ([b""], "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (
            [b"", b"\x00", b"\x10", b" !", b"01", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"],
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ),
    ],
)
def test_merkle_roots_are_those_of_rfc_6962(leaves: list[bytes], root: str) -> None:
    """Roots equal the test vectors published with Certificate Transparency."""
    assert merkle_root([leaf_hash(leaf) for leaf in leaves]).hex() == root


def test_a_message_and_a_block_hash_as_written_down() -> None:
    """Whoever follows the docs by hand arrives at the same leaf and block hash."""
    message = MESSAGES[0]
    topic = message.topic.encode()
    written = (
        message.received_at.to_bytes(8, "big")
        + len(topic).to_bytes(4, "big")
        + len(message.payload).to_bytes(4, "big")
        + topic
        + message.payload
    )
    assert message.leaf == sha256(b"\x00" + written).digest()
    header = b"".join(n.to_bytes(8, "big") for n in (1, BLOCK.committed_at, 5))
    seal = sha256(b"\x02" + header + GENESIS_HASH + BLOCK.merkle_root).digest()
    assert seal == BLOCK.block_hash
    assert BLOCK.merkle_root == merkle_root([each.leaf for each in MESSAGES])


def test_messages_come_back_in_order() -> None:
    """Opening a block gives what it was built from; an empty one gives nothing."""
    assert open_block(BLOCK) == tuple(MESSAGES)
    assert open_block(build_block(1, GENESIS_HASH, [], 0)) == ()


def test_no_two_messages_share_a_leaf_by_where_their_parts_meet() -> None:
    """Moving a byte between topic and payload changes the leaf: lengths are part of it."""
    assert RawMessage(1, "ab", b"c").leaf != RawMessage(1, "a", b"bc").leaf


@pytest.mark.parametrize(
    ("changed", "difference"),
    [
        ({"block_id": 2}, "2: the header hashes to"),
        ({"committed_at": BLOCK.committed_at + 1}, "1: the header hashes to"),
        ({"messages": 4}, "the header hashes to"),
        ({"previous_hash": b"\x01" * 32}, "the header hashes to"),
        ({"merkle_root": b"\x01" * 32}, "the header hashes to"),
        ({"block_hash": b"\x01" * 32}, "sealed was 0101"),
        ({"merkle_root": b"\x01"}, "merkle_root has 1 bytes, not 32"),
        ({"block_id": 2**63}, "block_id is 9223372036854775808, no 64-bit number"),
        ({"body": b""}, "does not match the CRC-32"),
        ({"body": _packed(b"no zstd")}, "cannot be decompressed"),
    ],
)
def test_a_changed_block_says_what_differs(changed: dict[str, object], difference: str) -> None:
    """Each field of a block is sealed, and the error names the block and the difference."""
    with pytest.raises(JournalError, match=f"journal block .*{difference}"):
        open_block(msgspec.structs.replace(BLOCK, **changed))


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (lambda data: data.replace(b"{2}", b"{9}"), r"message 2: it hashes to \w+, sealed was"),
        (lambda data: data.replace(b"/D3/", b"/\xff3/"), "message 3: its topic is not UTF-8"),
        (lambda data: data[:-1], "message 4: the body ends in the middle"),
        (lambda data: data[:-40], "message 4: the body ends in the middle"),
        (lambda data: data + b"\x00\x00", "message 5: the body ends in the middle"),
        (lambda data: data + b"\x01short", "message 5: the body ends in the middle"),
        (lambda data: b"\x07" + data[1:], "message 0: its first byte is 7"),
        (lambda data: data + data[: len(data) // 5], "the body has 6 messages, sealed were 5"),
        (lambda data: data[: len(data) // 5], "the body has 1 messages, sealed were 5"),
    ],
)
def test_a_changed_message_is_named(change: Callable[[bytes], bytes], difference: str) -> None:
    """Where the body was changed and packed anew, the message that differs is named."""
    with pytest.raises(JournalError, match=f"journal block 1: {difference}"):
        open_block(_repacked(BLOCK, change))


def test_a_forged_message_that_even_forges_its_mark_breaks_the_root() -> None:
    """Whoever also adapts the 4 bytes that tell messages apart is found by the Merkle root."""
    forged = [*MESSAGES[:2], RawMessage(1, "t", b"forged"), *MESSAGES[3:]]
    body = build_block(1, GENESIS_HASH, forged, BLOCK.committed_at).body
    with pytest.raises(JournalError, match="the messages hash to"):
        open_block(msgspec.structs.replace(BLOCK, body=body))


def test_an_expunged_message_is_gone_and_nothing_else() -> None:
    """Expunging takes the words out and leaves every hash, every other message and the chain."""
    expunged = expunge(BLOCK, 2)
    entries = open_block(expunged)
    assert entries == (*MESSAGES[:2], Expunged(MESSAGES[2].leaf), *MESSAGES[3:])
    assert b"{2}" not in zstandard.decompress(expunged.body[4:])
    assert msgspec.structs.replace(expunged, body=BLOCK.body) == BLOCK
    assert expunge(expunged, 2) == expunged
    with pytest.raises(JournalError, match="there is no message 5: it has 5"):
        expunge(BLOCK, 5)
    with pytest.raises(JournalError, match="there is no message -1"):
        expunge(BLOCK, -1)


def test_a_block_needs_the_whole_hash_before_it() -> None:
    """A previous hash of the wrong length is refused when building."""
    with pytest.raises(ValueError, match="previous_hash has 3 bytes: it must have 32"):
        build_block(1, b"abc", MESSAGES, 0)


def _chain(length: int) -> list[JournalBlock]:
    blocks: list[JournalBlock] = []
    head = GENESIS
    for block_id in range(1, length + 1):
        blocks.append(build_block(block_id, head.block_hash, MESSAGES[:block_id], block_id))
        head = ChainHead(block_id, blocks[-1].block_hash)
    return blocks


def test_a_chain_is_verified_in_parts() -> None:
    """Verifying goes on from any head, and an expunged message breaks nothing."""
    blocks = _chain(5)
    head = verify_chain(blocks[:2])
    assert head == (2, blocks[1].block_hash)
    blocks[3] = expunge(blocks[3], 0)
    assert verify_chain(blocks[2:], head) == verify_chain(blocks) == (5, blocks[4].block_hash)
    assert verify_chain([]) == GENESIS


@pytest.mark.parametrize(
    ("tamper", "difference"),
    [
        (lambda blocks: blocks[:1] + blocks[2:], "block 3: it follows block 1"),
        (lambda blocks: [blocks[0], blocks[2], blocks[1]], "block 3: it follows block 1"),
        (lambda blocks: blocks[1:], "block 2: it follows block 0"),
        (
            lambda blocks: [
                build_block(1, GENESIS_HASH, MESSAGES, 9),
                *blocks[1:],
            ],
            "block 2: it is tied to a block with hash .* but block 1 has",
        ),
    ],
)
def test_a_block_missing_moved_or_replaced_breaks_the_chain(
    tamper: Callable[[list[JournalBlock]], list[JournalBlock]], difference: str
) -> None:
    """The error names the block at which the chain breaks."""
    with pytest.raises(JournalError, match=difference):
        verify_chain(tamper(_chain(3)))
