"""A bundle is one file, a ZIP of stored (not compressed) parts, of which every byte is fixed.

Parts come in the order of `PARTS`; no time, no attribute, no comment, nothing between or after
them. So a bundle is read by comparing it with what writing its parts gives: whatever byte differs,
in a part or in the ZIP around it, is found and named. Any ZIP program opens it.
"""

from collections.abc import Mapping
from struct import Struct as Packing
from struct import error as StructError  # noqa: N812 - its only name
from typing import Final
from zlib import crc32

README: Final = "README.txt"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "signature.json"
DECISION: Final = "decision.json"
REGISTRY: Final = "registry.jsonl"
MESSAGES: Final = "messages.jsonl"
CHAIN: Final = "chain.bin"
PARTS: Final = (README, MANIFEST, SIGNATURE, DECISION, REGISTRY, MESSAGES, CHAIN)

MOST_BYTES: Final = 0xFFFF_FFFF
"""More than a ZIP without extensions can hold."""

_VERSION: Final = 20
_DATE: Final = 0x21
"""1980-01-01, the first day a ZIP can name."""

_LOCAL: Final = Packing("<4sHHHHHIIIHH")
_CENTRAL: Final = Packing("<4sHHHHHHIIIHHHHHII")
_END: Final = Packing("<4sHHHHIIH")
_SIZE_AT: Final = 22


class BundleError(Exception):
    """A file is no bundle, or not as it was made; the message names the part and the byte."""


def write_bundle(parts: Mapping[str, bytes]) -> bytes:
    """Return the file that holds the parts.

    Raises:
        ValueError: a part is missing or unknown, or they are too large for one file.
    """
    if set(parts) != set(PARTS):
        raise ValueError(f"parts are {sorted(parts)}: they must be {sorted(PARTS)}")
    if sum(map(len, parts.values())) > MOST_BYTES - 4096:
        raise ValueError("the bundle would be larger than 4 GiB, which no plain ZIP can be")
    records = [_record(name, parts[name]) for name in PARTS]
    return b"".join(records) + _directory(parts)


def read_bundle(data: bytes) -> dict[str, bytes]:
    """Return the parts of a file that is a bundle byte for byte.

    Raises:
        BundleError: it is not; names the part and the first byte that is otherwise.
    """
    parts: dict[str, bytes] = {}
    at = 0
    for name in PARTS:
        content = _content(data, at, name)
        record = _record(name, content)
        _check(data[at : at + len(record)], record, at, f"part {name}")
        parts[name], at = content, at + len(record)
    _check(data[at:], _directory(parts), at, "the directory at the end of the file")
    return parts


def _content(data: bytes, at: int, name: str) -> bytes:
    try:
        (size,) = Packing("<I").unpack_from(data, at + _SIZE_AT)
    except StructError:
        raise BundleError(f"part {name}: the file ends at byte {len(data)}, before it") from None
    start = at + _LOCAL.size + len(name)
    return data[start : start + size]


def _check(found: bytes, needed: bytes, at: int, where: str) -> None:
    if found == needed:
        return
    pairs = zip(found, needed, strict=False)
    same = next((n for n, (one, other) in enumerate(pairs) if one != other), None)
    offset = min(len(found), len(needed)) if same is None else same
    raise BundleError(f"{where}: byte {at + offset} of the file is not as it was written")


def _record(name: str, content: bytes) -> bytes:
    size, named = len(content), name.encode()
    head = _LOCAL.pack(
        b"PK\3\4", _VERSION, 0, 0, 0, _DATE, crc32(content), size, size, len(named), 0
    )
    return head + named + content


def _directory(parts: Mapping[str, bytes]) -> bytes:
    at, entries = 0, []
    for name in PARTS:
        content, named = parts[name], name.encode()
        numbers = (0, 0, 0, _DATE, crc32(content), len(content), len(content), len(named))
        entries.append(
            _CENTRAL.pack(b"PK\1\2", _VERSION, _VERSION, *numbers, 0, 0, 0, 0, 0, at) + named
        )
        at += _LOCAL.size + len(named) + len(content)
    body = b"".join(entries)
    return body + _END.pack(b"PK\5\6", 0, 0, len(PARTS), len(PARTS), len(body), at, 0)
