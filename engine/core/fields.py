"""Field by field: read what is sound in an object of the wire contract, and name what is not.

Each field is decoded by the same decoder and type as on the fast path, so both agree by
construction. A refused field yields one rejection that says field, value and what to write instead.
"""

from datetime import datetime
from typing import Any, Final, get_args

import msgspec
from msgspec import Meta, Raw, Struct
from msgspec.structs import fields

from engine.core.rejection import Reason, Rejection
from engine.core.wire import EARLIEST, LATEST, Message, WireEvent, WirePosition, WireRange

SHOWN_CHARACTERS: Final = 60
"""How much of a refused value a rejection repeats."""

UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""Everything the decoder raises on bytes it cannot take."""

_ABSENT: Final = (b"", b"null")
_NESTED: Final = ("positions", "in_range", "events")
_DATETIME: Final = msgspec.json.Decoder(datetime)


class _Field(Struct, frozen=True):
    """One field of the contract: how it is read, and what a vendor should write."""

    name: str
    required: bool
    description: str
    decoder: msgspec.json.Decoder[Any]


class Reading(Struct, frozen=True):
    """The sound fields of one object, the raw items of its arrays, and what was refused."""

    values: dict[str, Any]
    arrays: dict[str, list[Raw]]
    rejections: list[Rejection]


class Shape:
    """One object type of the contract, taken apart."""

    __slots__ = ("_decoder", "_fields")

    def __init__(self, struct: type[Struct]) -> None:
        self._fields: Final = tuple(_field(info) for info in fields(struct))
        names = [(info.name, Raw, Raw()) for info in fields(struct)]
        self._decoder: Final = msgspec.json.Decoder(msgspec.defstruct(struct.__name__, names))

    def read(self, raw: Raw, path: str) -> Reading:
        """Return what an object holds; `path` is its JSON path."""
        reading = Reading({}, {}, [])
        try:
            found = self._decoder.decode(raw)
        except UNREADABLE:
            reading.rejections.append(wrong_type(path, raw, "a JSON object"))
            return reading
        for field in self._fields:
            _read_field(reading, field, getattr(found, field.name), f"{path}.{field.name}")
        return reading


def wrong_type(path: str, raw: Raw, expected: str) -> Rejection:
    """Return the rejection of a value that is not of the expected JSON type."""
    return Rejection(Reason.WRONG_TYPE, f"{_name(path)} is {shown(raw)}: write {expected}", path)


def shown(raw: bytes | Raw) -> str:
    """Return the beginning of a value as it was written, safe to print and to store."""
    text = bytes(raw)[: 4 * SHOWN_CHARACTERS].decode("utf-8", "backslashreplace")
    kept = text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "..."
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in kept
    )


def _field(info: msgspec.structs.FieldInfo) -> _Field:
    required = info.required or info.name == "time"
    kind = list[Raw] if info.name in _NESTED else info.type
    return _Field(info.name, required, _description(info.type), msgspec.json.Decoder(kind))


def _description(kind: object) -> str:
    for part in get_args(kind):
        text = part.description if isinstance(part, Meta) else _description(part)
        if text:
            return str(text)
    return ""


def _read_field(reading: Reading, field: _Field, raw: Raw, path: str) -> None:
    if bytes(raw) in _ABSENT:
        if field.required:
            reading.rejections.append(_missing(field, path))
        return
    try:
        value = field.decoder.decode(raw)
    except UNREADABLE as error:
        reading.rejections.append(_refused(field, raw, path, error))
        return
    if field.name in _NESTED:
        reading.arrays[field.name] = value
    elif isinstance(value, datetime) and not EARLIEST <= value < LATEST:
        reading.rejections.append(_refused(field, raw, path, None))
    else:
        reading.values[field.name] = value


def _missing(field: _Field, path: str) -> Rejection:
    detail = f"{field.name} is missing: write {field.description}"
    return Rejection(Reason.WRONG_TYPE, detail, path)


def _refused(field: _Field, raw: Raw, path: str, error: Exception | None) -> Rejection:
    reason = _reason(field, error)
    wanted = field.description or "an array"
    advice = "" if field.required or field.name in _NESTED else ", or leave it out"
    hint = "add an offset to it, or " if reason is Reason.BAD_TIME and _is_naive(raw) else ""
    detail = f"{field.name} is {shown(raw)}: {hint}write {wanted}{advice}"
    return Rejection(reason, detail, path)


def _reason(field: _Field, error: Exception | None) -> Reason:
    if field.name in ("time", "sent_at"):
        return Reason.BAD_TIME
    if not isinstance(error, msgspec.ValidationError):
        return Reason.BAD_JSON
    mismatched = str(error).startswith("Expected") and ", got `" in str(error)
    return Reason.WRONG_TYPE if mismatched else Reason.OUT_OF_RANGE


def _is_naive(raw: Raw) -> bool:
    try:
        return _DATETIME.decode(raw).tzinfo is None
    except UNREADABLE:
        return False


def _name(path: str) -> str:
    return "payload" if path == "$" else path.rpartition(".")[2]


MESSAGE: Final = Shape(Message)
POSITION: Final = Shape(WirePosition)
RANGE: Final = Shape(WireRange)
EVENT: Final = Shape(WireEvent)
