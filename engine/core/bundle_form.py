"""What the parts of a bundle say: messages with their proofs, the chain of headers, the manifest.

- `registry.jsonl`, `messages.jsonl`: one `ProvedMessage` a line, in the order of the journal.
- `chain.bin`: for each block from `first_block` to the newest one used, and beyond, without
  a gap, 48 bytes: committed_at and count (8 bytes each, big-endian), Merkle root (32). With the
  hash before the first block each block's hash follows (`engine.core.journal`), and no block can
  be missing or misplaced.
- `decision.json`: alert, episodes, every revision of them, history.
- `manifest.json`: what and when, and the SHA-256 of every other part; `signature.json` signs it.
"""

from collections.abc import Iterator
from hashlib import sha256
from struct import Struct as Packing
from typing import Final

import msgspec

from engine.core.alert import Alert, AlertChange
from engine.core.episode import StoredEpisode
from engine.core.journal import ChainHead, JournalBlock, seal
from engine.core.merkle import InclusionProof, verify_inclusion
from engine.core.raw_message import RawMessage
from engine.core.record import Kept
from zones.instant import Instant

FORMAT: Final = "ringfence-evidence/1"
HEADER: Final = Packing(">qq32s")


class ProvedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A raw message with the proof that it is in its block."""

    block_id: int
    message_index: int
    received_at: Instant
    topic: str
    payload: bytes
    leaf: str
    path: tuple[str, ...]
    """Neighbouring hashes, from the leaf upwards (RFC 6962), hexadecimal."""

    @property
    def raw(self) -> RawMessage:
        """The message as it arrived."""
        return RawMessage(self.received_at, self.topic, self.payload)


class Header(msgspec.Struct, frozen=True):
    """A block without its messages."""

    block_id: int
    committed_at: Instant
    messages: int
    merkle_root: bytes
    block_hash: bytes


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided, as stored."""

    alert: Alert
    episodes: tuple[StoredEpisode, ...]
    revisions: tuple[StoredEpisode, ...]
    """Every revision of every episode, oldest first."""
    history: tuple[AlertChange, ...]


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """By what and as of when an episode is derived."""

    episode_id: int
    activation_id: int
    registry_revision: int
    as_of: Instant


class EvidenceWindow(msgspec.Struct, frozen=True, kw_only=True):
    """Which messages are in the bundle: those that say something of these times."""

    padding_s: int | None
    """Seconds before and after each episode; None: the whole activation."""
    messages: int
    of: int
    """Messages of the activations in the whole journal."""


class PartDigest(msgspec.Struct, frozen=True):
    """A part and its hash."""

    name: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a bundle is, signed."""

    format: str
    alert_id: int
    engine_version: str
    """Of the engine that made the bundle; the alert says which one judged it."""
    judgements: tuple[Judgement, ...]
    window: EvidenceWindow
    first_block: int
    previous_hash: str
    """Hash of the block before the first one, hexadecimal."""
    journal_head: str
    """Newest block of the journal when the bundle was made, as ID:HASH."""
    parts: tuple[PartDigest, ...]


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """An Ed25519 signature over the bytes of the manifest; key and signature hexadecimal."""

    algorithm: str
    public_key: str
    signature: str


def encode(value: object) -> bytes:
    """Return a part as JSON that people can read, the same for the same value."""
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=2) + b"\n"


def encode_lines(values: list[ProvedMessage]) -> bytes:
    """Return a part as JSON Lines."""
    return b"".join(msgspec.json.encode(value, order="sorted") + b"\n" for value in values)


def decode_lines(part: bytes) -> list[ProvedMessage]:
    """Return the messages of a part.

    Raises:
        msgspec.MsgspecError: it is not a part of messages.
    """
    decoder = msgspec.json.Decoder(ProvedMessage)
    return [decoder.decode(line) for line in part.splitlines()]


def proved(kept: Kept, proof: InclusionProof) -> ProvedMessage:
    """Return a message with its proof."""
    return ProvedMessage(
        block_id=kept.block_id,
        message_index=kept.message_index,
        received_at=kept.message.received_at,
        topic=kept.message.topic,
        payload=kept.message.payload,
        leaf=kept.message.leaf.hex(),
        path=tuple(each.hex() for each in proof.path),
    )


def included(message: ProvedMessage, header: Header) -> bool:
    """Tell whether a message is in its block."""
    path = tuple(bytes.fromhex(each) for each in message.path)
    proof = InclusionProof(message.message_index, header.messages, path)
    return verify_inclusion(message.raw.leaf, proof, header.merkle_root)


def header_bytes(block: JournalBlock) -> bytes:
    """Return what `chain.bin` holds of a block."""
    return HEADER.pack(block.committed_at, block.messages, block.merkle_root)


def headers_of(chain: bytes, first_block: int, previous_hash: bytes) -> Iterator[Header]:
    """Yield the headers of a chain, each with the hash that follows for it."""
    head = ChainHead(first_block - 1, previous_hash)
    for committed_at, count, root in HEADER.iter_unpack(chain):
        block_id = head.block_id + 1
        head = ChainHead(block_id, seal(block_id, committed_at, count, head.block_hash, root))
        yield Header(block_id, committed_at, count, root, head.block_hash)


def digest_of(name: str, part: bytes) -> PartDigest:
    """Return a part's entry in the manifest."""
    return PartDigest(name, len(part), sha256(part).hexdigest())
