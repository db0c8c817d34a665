"""A raw message is what arrived, byte for byte; a batch of them is packed into one journal body.

- A message is written as received_at (8 bytes), the lengths of topic and payload (4 bytes each),
  topic (UTF-8), payload; numbers are big-endian. Its leaf is SHA-256(0x00 || these bytes).
- A body is a CRC-32 (4 bytes) of what follows: a zstd frame of one entry per message. An entry is
  0x00, the first 4 bytes of the leaf, and the message; or, once the message was expunged, 0x01 and
  the whole leaf. The 4 bytes are there only to tell which message of a damaged body changed.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from struct import Struct as Packing
from struct import error as StructError  # noqa: N812 - its only name
from typing import Final, NamedTuple, TypeAlias
from zlib import crc32

import msgspec
import zstandard

from engine.core.merkle import leaf_hash
from zones.instant import Instant


class BodyError(Exception):
    """A body cannot be read; the message says where and why."""


class RawMessage(msgspec.Struct, frozen=True, gc=False):
    """One message as it arrived."""

    received_at: Instant
    topic: str
    payload: bytes

    @property
    def leaf(self) -> bytes:
        """The 32-byte hash by which the message is in its block's Merkle tree."""
        return leaf_hash(_encode(self))


class Expunged(NamedTuple):
    """What remains of a message that was removed by law or order: its leaf."""

    leaf: bytes


Entry: TypeAlias = RawMessage | Expunged

_LEAF_BYTES: Final = 32
_HINT_BYTES: Final = 4
_KEPT: Final = 0
_EXPUNGED: Final = 1
_KEPT_BYTE: Final = bytes((_KEPT,))
_EXPUNGED_BYTE: Final = bytes((_EXPUNGED,))
_LEVEL: Final = 1
"""Of zstd, for telemetry in batches of 1,000: 39.0 bytes a message; 3, its default, takes longer
and makes it 39.5; less takes 51.9 and more; 6 takes six times as long for 37.3."""
_HEAD: Final = Packing(">qII")
_CHECK: Final = Packing(">I")
_ENDED: Final = "the body ends in the middle of it"


def pack_body(entries: Sequence[Entry]) -> tuple[bytes, list[bytes]]:
    """Return the body of a batch and the leaf of each entry."""
    kept = [_encode(each) if type(each) is RawMessage else None for each in entries]
    leaves = [
        each.leaf if data is None else sha256(b"\x00" + data).digest()  # `leaf_hash`, uncalled
        for each, data in zip(entries, kept, strict=True)
    ]
    parts = [
        _EXPUNGED_BYTE + leaf if data is None else _KEPT_BYTE + leaf[:_HINT_BYTES] + data
        for leaf, data in zip(leaves, kept, strict=True)
    ]
    frame = zstandard.ZstdCompressor(_LEVEL).compress(b"".join(parts))
    return _CHECK.pack(crc32(frame)) + frame, leaves


def unpack_body(body: bytes) -> Iterator[tuple[Entry, bytes]]:
    """Yield the entries of a body, each with its leaf.

    Raises:
        BodyError: the body is damaged.
    """
    data = _decompress(body)
    offset = index = 0
    while offset < len(data):
        try:
            entry, leaf, offset = _unpack_entry(data, offset)
        except BodyError as error:
            raise BodyError(f"message {index}: {error}") from error
        yield entry, leaf
        index += 1


def _encode(message: RawMessage) -> bytes:
    topic, payload = message.topic, message.payload
    # `encode()` alone is three times as fast, and refuses what JSON may escape: lone surrogates.
    name = topic.encode() if topic.isascii() else topic.encode("utf-8", "surrogatepass")
    return _HEAD.pack(message.received_at, len(name), len(payload)) + name + payload


def _decompress(body: bytes) -> bytes:
    frame = body[_CHECK.size :]
    if body[: _CHECK.size] != _CHECK.pack(crc32(frame)):
        raise BodyError("the body does not match the CRC-32 at its beginning")
    try:
        return zstandard.ZstdDecompressor().decompress(frame)
    except zstandard.ZstdError as error:
        raise BodyError(f"the body cannot be decompressed ({error})") from error


def _unpack_entry(data: bytes, offset: int) -> tuple[Entry, bytes, int]:
    kind, start = data[offset], offset + 1
    if kind == _EXPUNGED:
        leaf = _slice(data, start, start + _LEAF_BYTES)
        return Expunged(leaf), leaf, start + _LEAF_BYTES
    if kind != _KEPT:
        raise BodyError(f"its first byte is {kind}, not {_KEPT} (kept) or {_EXPUNGED} (expunged)")
    hint, start = data[start : start + _HINT_BYTES], start + _HINT_BYTES
    message, end = _decode(data, start)
    leaf = leaf_hash(data[start:end])
    if leaf[:_HINT_BYTES] != hint:
        raise BodyError(f"it hashes to {leaf.hex()}, sealed was {hint.hex()}...")
    return message, leaf, end


def _decode(data: bytes, start: int) -> tuple[RawMessage, int]:
    try:
        received_at, topic_size, payload_size = _HEAD.unpack_from(data, start)
        topic_end = start + _HEAD.size + topic_size
        topic = _slice(data, start + _HEAD.size, topic_end).decode("utf-8", "surrogatepass")
    except StructError as error:
        raise BodyError(_ENDED) from error
    except UnicodeDecodeError as error:
        raise BodyError(f"its topic is not UTF-8 ({error})") from error
    end = topic_end + payload_size
    return RawMessage(received_at, topic, _slice(data, topic_end, end)), end


def _slice(data: bytes, start: int, end: int) -> bytes:
    if end > len(data):
        raise BodyError(_ENDED)
    return data[start:end]
