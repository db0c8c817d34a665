"""Whatever a block holds, any change to it is found, and any one message can be proved."""

from hashlib import sha256

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.journal import (
    GENESIS_HASH,
    JournalBlock,
    JournalError,
    RawMessage,
    build_block,
    expunge,
    inclusion_proof,
    open_block,
    verify_chain,
    verify_inclusion,
)
from engine.core.merkle import InclusionProof, leaf_hash, merkle_path, merkle_root

instants = st.integers(-(2**63), 2**63 - 1)
messages = st.builds(
    RawMessage, received_at=instants, topic=st.text(), payload=st.binary(max_size=60)
)
batches = st.lists(messages, max_size=12)
some = st.lists(messages, min_size=1, max_size=12)
FIELDS = ("previous_hash", "merkle_root", "block_hash", "body")


def _block(batch: list[RawMessage]) -> JournalBlock:
    return build_block(1, GENESIS_HASH, batch, 1_750_000_000_000_000)


@given(batches, instants, st.integers(1, 2**63 - 1))
def test_any_message_comes_back(batch: list[RawMessage], at: int, block_id: int) -> None:
    """Any topic, any payload, any instant: what was sealed is what is read."""
    assert open_block(build_block(block_id, GENESIS_HASH, batch, at)) == tuple(batch)


@settings(max_examples=30)
@given(some, st.data())
def test_any_flipped_bit_is_found(batch: list[RawMessage], data: st.DataObject) -> None:
    """A single flipped bit anywhere in a block, header or body, is an error."""
    block = _block(batch)
    field = data.draw(st.sampled_from(FIELDS))
    value = getattr(block, field)
    bits = data.draw(st.lists(st.integers(0, len(value) * 8 - 1), min_size=20, max_size=20))
    for bit in bits:
        flipped = bytearray(value)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(JournalError, match="journal block 1"):
            open_block(msgspec.structs.replace(block, **{field: bytes(flipped)}))


def test_every_bit_of_one_block_is_covered() -> None:
    """Not one bit of a body, compression's own included, can be flipped unnoticed."""
    block = _block([RawMessage(n, "ringfence/v1/acme/D1/telemetry", b"{}" * n) for n in range(9)])
    for bit in range(len(block.body) * 8):
        flipped = bytearray(block.body)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(JournalError):
            open_block(msgspec.structs.replace(block, body=bytes(flipped)))


@given(some, st.data())
def test_each_message_and_no_other_is_proved(batch: list[RawMessage], data: st.DataObject) -> None:
    """A proof holds for its own leaf, place and root, and for nothing else."""
    block = _block(batch)
    index = data.draw(st.integers(0, len(batch) - 1))
    proof = inclusion_proof(open_block(block), index)
    leaf = batch[index].leaf
    assert verify_inclusion(leaf, proof, block.merkle_root)
    assert not verify_inclusion(leaf_hash(b"other"), proof, block.merkle_root)
    assert not verify_inclusion(leaf, proof, leaf_hash(b"other"))
    longer = InclusionProof(index, proof.size, (*proof.path, leaf))
    assert not verify_inclusion(leaf, longer, block.merkle_root)
    if proof.path:
        shorter = InclusionProof(index, proof.size, proof.path[:-1])
        assert not verify_inclusion(leaf, shorter, block.merkle_root)
        broken = InclusionProof(index, proof.size, (leaf_hash(b"x"), *proof.path[1:]))
        assert not verify_inclusion(leaf, broken, block.merkle_root)


@given(st.integers(1, 70), st.data())
def test_a_proof_is_bound_to_its_place(size: int, data: st.DataObject) -> None:
    """The proof of one leaf, relabelled with any other place, does not hold."""
    leaves = [leaf_hash(b"%d" % n) for n in range(size)]
    index = data.draw(st.integers(0, size - 1))
    proof, root = merkle_path(leaves, index), merkle_root(leaves)
    claims = [InclusionProof(other, size, proof.path) for other in range(-1, size + 1)]
    held = [claim.index for claim in claims if verify_inclusion(leaves[index], claim, root)]
    assert held == [index]
    with pytest.raises(IndexError, match=f"no leaf {size} among {size}"):
        merkle_path(leaves, size)


def test_a_path_longer_than_the_tree_it_claims_proves_nothing() -> None:
    """A leaf of a tree of two is not proved as the only leaf of a tree of one."""
    left, right = leaf_hash(b"left"), leaf_hash(b"right")
    root = merkle_root([left, right])
    assert verify_inclusion(right, InclusionProof(1, 2, (left,)), root)
    assert not verify_inclusion(right, InclusionProof(0, 1, (left,)), root)


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=70))
def test_the_root_is_that_of_splitting_at_the_largest_power_of_two(leaves: list[bytes]) -> None:
    """Hashing level by level gives the tree that RFC 6962 defines by recursion."""
    assert merkle_root(leaves) == _defined(leaves)


def _defined(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + _defined(leaves[:split]) + _defined(leaves[split:])).digest()


@given(some, st.data())
def test_expunging_any_messages_keeps_seals_proofs_and_chain(
    batch: list[RawMessage], data: st.DataObject
) -> None:
    """However many messages are expunged, the others stay provable and the chain whole."""
    block = _block(batch)
    following = build_block(2, block.block_hash, batch, 1)
    gone = data.draw(st.sets(st.integers(0, len(batch) - 1)))
    expunged = block
    for index in gone:
        expunged = expunge(expunged, index)
    entries = open_block(expunged)
    for index, message in enumerate(batch):
        assert entries[index].leaf == message.leaf
        assert (entries[index] == message) == (index not in gone)
        proof = inclusion_proof(entries, index)
        assert verify_inclusion(message.leaf, proof, block.merkle_root)
    assert verify_chain([expunged, following]) == (2, following.block_hash)
