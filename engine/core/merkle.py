"""A Merkle tree proves that one leaf is among many while showing none of the others.

The tree is that of RFC 6962, section 2.1: leaf = SHA-256(0x00 || data), node = SHA-256(0x01 || left
|| right), and n leaves are split at the largest power of two smaller than n. Leaves and nodes hash
apart, so neither can pass for the other. A proof is checked as in RFC 9162, section 2.1.3.2.
"""

from collections.abc import Sequence
from hashlib import sha256

import msgspec


class InclusionProof(msgspec.Struct, frozen=True):
    """The hashes that lead from one leaf to the root."""

    index: int
    """Place of the leaf, from 0."""
    size: int
    """Leaves in the tree."""
    path: tuple[bytes, ...]
    """Neighbouring hashes, from the leaf upwards."""


def leaf_hash(data: bytes) -> bytes:
    """Return the 32-byte hash of a leaf."""
    return sha256(b"\x00" + data).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the 32-byte root over leaf hashes; that of no leaves is the hash of nothing."""
    level = list(leaves)
    if not level:
        return sha256().digest()
    while len(level) > 1:
        level = _next_level(level)
    return level[0]


def merkle_path(leaves: Sequence[bytes], index: int) -> InclusionProof:
    """Return the proof that leaf `index` is in the tree over these leaf hashes.

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"there is no leaf {index} among {len(leaves)}")
    path = []
    level, place = list(leaves), index
    while len(level) > 1:
        neighbour = place ^ 1
        if neighbour < len(level):
            path.append(level[neighbour])
        level, place = _next_level(level), place // 2
    return InclusionProof(index, len(leaves), tuple(path))


def verify_inclusion(leaf: bytes, proof: InclusionProof, root: bytes) -> bool:
    """Return whether the proof leads from the leaf hash to the root."""
    if not 0 <= proof.index < proof.size:
        return False
    place, last, hashed = proof.index, proof.size - 1, leaf
    for neighbour in proof.path:
        if last == 0:
            return False
        if place % 2 or place == last:
            hashed = _node(neighbour, hashed)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            hashed = _node(hashed, neighbour)
        place, last = place // 2, last // 2
    return last == 0 and hashed == root


def _next_level(level: Sequence[bytes]) -> list[bytes]:
    # Hashing pairs and carrying an odd last one up builds the same tree as splitting at the
    # largest power of two, without recursion.
    above = [
        sha256(b"\x01" + left + right).digest()  # `_node`, without its call
        for left, right in zip(level[::2], level[1::2], strict=False)
    ]
    if len(level) % 2:
        above.append(level[-1])
    return above


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
