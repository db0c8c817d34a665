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
from typing import Any, Final, NamedTuple, TypeAlias
from zlib import crc32

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

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
_LEVEL: Final = 1
"""Of zstd, for telemetry in batches of 1,000: 39.0 bytes a message; 3, its default, takes longer
and makes it 39.5; less takes 51.9 and more; 6 takes six times as long for 37.3."""
_HEAD: Final = Packing(">qII")
_LEAF_HEAD: Final = np.dtype(
    [("first", "u1"), ("received_at", ">i8"), ("topic", ">u4"), ("payload", ">u4")]
)
"""What a leaf is hashed over, up to the topic."""
_CHECK: Final = Packing(">I")
_ENDED: Final = "the body ends in the middle of it"


def pack_body(messages: Sequence[RawMessage]) -> tuple[bytes, list[bytes]]:
    """Return the body of a batch and the leaf of each message."""
    if not messages:
        return _body(b""), []
    names, payloads = _names(messages), [each.payload for each in messages]
    heads = np.empty(len(messages), _LEAF_HEAD)
    heads["first"] = 0
    heads["received_at"] = [each.received_at for each in messages]
    heads["topic"], heads["payload"] = [*map(len, names)], [*map(len, payloads)]
    written = zip(_rows_of(heads), names, payloads, strict=True)
    leaves = [sha256(head + name + payload).digest() for head, name, payload in written]
    entries = np.empty((len(messages), 1 + _HINT_BYTES + _HEAD.size), np.uint8)
    entries[:, 0] = _KEPT
    hashes = np.frombuffer(b"".join(leaves), np.uint8).reshape(-1, _LEAF_BYTES)
    entries[:, 1 : 1 + _HINT_BYTES] = hashes[:, :_HINT_BYTES]
    entries[:, 1 + _HINT_BYTES :] = heads.view(np.uint8).reshape(len(messages), -1)[:, 1:]
    parts = [b""] * (3 * len(messages))
    parts[0::3], parts[1::3], parts[2::3] = _rows_of(entries), names, payloads
    return _body(b"".join(parts)), leaves


def expunged_body(body: bytes, index: int) -> bytes:
    """Return a body with one message, that it has, reduced to its leaf.

    Raises:
        BodyError: the body is damaged.
    """
    data = _decompress(body)
    offset, leaf = 0, b""
    for _ in range(index + 1):
        start = offset
        _, leaf, offset = _unpack_entry(data, start)
    return _body(data[:start] + bytes((_EXPUNGED,)) + leaf + data[offset:])


def _body(data: bytes) -> bytes:
    frame = zstandard.ZstdCompressor(_LEVEL).compress(data)
    return _CHECK.pack(crc32(frame)) + frame


def _names(messages: Sequence[RawMessage]) -> list[bytes]:
    try:
        return [each.topic.encode() for each in messages]
    except UnicodeEncodeError:  # what JSON may escape: lone surrogates
        return [each.topic.encode("utf-8", "surrogatepass") for each in messages]


def _rows_of(rows: NDArray[Any]) -> list[bytes]:
    """Return the bytes of each row of an array whose rows lie one after the other."""
    size = rows.nbytes // len(rows)
    found: list[bytes] = rows.view(np.uint8).reshape(-1).view(f"V{size}").tolist()
    return found


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
    name = topic.encode("utf-8", "surrogatepass")
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
