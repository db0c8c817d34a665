"""The slow path: from a payload that is not sound as a whole, take everything that is.

A bad message does not cost its neighbours, a bad position not the other positions, and nothing
costs an alarm: an event is taken as long as its type can be read. Its state then defaults to `at`,
its time to unknown. Whatever is not taken is named by a rejection, so nothing vanishes silently.

What is not JSON only for a number that JSON does not have, a byte order mark or bytes that are not
UTF-8 is read without these, for the events and the rest of its messages alone: which position was
meant is in doubt.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from msgspec import Raw

from engine.core.fields import EVENT, MESSAGE, POSITION, RANGE, UNREADABLE, Reading, Shape, shown
from engine.core.rejection import Reason, Rejection
from engine.core.wire import MAX_ITEMS, MAX_POSITIONS, Message, WireEvent, WirePosition, WireRange

MAX_REJECTIONS: Final = 20
"""Rejections listed for one payload; one more says how many are not."""

Salvaged = tuple[tuple[Message, ...], tuple[Rejection, ...]]
"""The sound part of a payload, and why the rest is not."""

_NOT_JSON: Final = re.compile(
    r"""("(?:[^"\\]|\\.)*+(?:"|\\?\Z))|-?\b(?:NaN|Infinity)\b""", re.DOTALL
)
"""A string, kept as it is and be it never closed, or a number that JSON does not have."""

_JSON: Final = msgspec.json.Decoder(Raw)
_ARRAY: Final = msgspec.json.Decoder(list[Raw])


def salvage(device: str, payload: bytes) -> Salvaged:
    """Return what a payload of this device holds: the sound part, and why the rest is not."""
    try:
        whole, array = _parsed(payload)
    except UNREADABLE as error:
        unreadable = Rejection(Reason.BAD_JSON, _why_unreadable(payload, error))
        return _events_alone(device, payload, unreadable)
    readings = _readings(whole, array)
    if len(readings) + _count(readings, "events") > MAX_ITEMS:
        return (), (_too_many_items(),)
    return _taken(device, readings, list(_payload_rejections(readings)))


def _parsed(payload: bytes) -> tuple[Raw, list[Raw] | None]:
    whole = _JSON.decode(payload)
    return whole, _ARRAY.decode(whole) if bytes(whole).startswith(b"[") else None


def _events_alone(device: str, payload: bytes, why: Rejection) -> Salvaged:
    """Return the messages of a payload that can be mended and has events, without positions."""
    mended = _mended(payload)
    if b'"events"' not in payload or mended == payload:
        return (), (why,)
    try:
        readings = _readings(*_parsed(mended))
    except UNREADABLE:
        return (), (why,)
    if not _count(readings, "events") or len(readings) + _count(readings, "events") > MAX_ITEMS:
        return (), (why,)
    for reading in readings.values():
        for name in ("positions", "in_range"):
            reading.arrays[name] = []
    return _taken(device, readings, [why])


def _mended(payload: bytes) -> bytes:
    text = payload.decode("utf-8-sig", "replace")
    if b"NaN" in payload or b"Infinity" in payload:
        text = _NOT_JSON.sub(lambda found: found[1] or "null", text)
    return text.encode()


def _readings(whole: Raw, array: list[Raw] | None) -> dict[str, Reading]:
    if array is None:
        return {"$": MESSAGE.read(whole, "$")}
    kept = enumerate(array[: MAX_ITEMS + 1])
    return {f"$[{index}]": MESSAGE.read(raw, f"$[{index}]") for index, raw in kept}


def _taken(device: str, readings: dict[str, Reading], rejections: list[Rejection]) -> Salvaged:
    taken = (_message(device, path, reading, rejections) for path, reading in readings.items())
    messages = tuple(message for message in taken if message is not None)
    return messages, _capped(rejections)


def _count(readings: dict[str, Reading], name: str) -> int:
    return sum(len(reading.arrays.get(name, ())) for reading in readings.values())


def _too_many_items() -> Rejection:
    return Rejection(
        Reason.OVERSIZED,
        f"payload holds more than {MAX_ITEMS} messages and events, none of which was taken: "
        "send them in several payloads",
        "$",
    )


def _why_unreadable(payload: bytes, error: Exception) -> str:
    if not payload.strip():
        return "payload is empty: write one message, or an array of messages, in JSON"
    if payload.startswith(BOM_UTF8):
        return "payload begins with a byte order mark: write UTF-8 without one"
    if isinstance(error, RecursionError):
        return "payload is nested too deeply: write messages as the contract shows them"
    if b"NaN" in payload or b"Infinity" in payload:
        return f"{error}: JSON has no NaN or Infinity, leave out a field that is not known"
    return f"{error}: write complete JSON in UTF-8 (payload is {shown(payload)})"


def _payload_rejections(readings: dict[str, Reading]) -> Iterator[Rejection]:
    """Yield what is wrong with a payload as a whole; refuse its positions if they are too many."""
    if not readings:
        yield Rejection(Reason.WRONG_TYPE, "payload is []: write at least one message", "$")
    count = _count(readings, "positions") + _count(readings, "in_range")
    if count <= MAX_POSITIONS:
        return
    for reading in readings.values():
        reading.arrays.update(positions=[], in_range=[])
    yield Rejection(
        Reason.TOO_MANY_POSITIONS,
        f"payload holds {count} positions, none of which was taken: send at most {MAX_POSITIONS} "
        "in one payload, the rest in further payloads",
        "$",
    )


def _message(
    device: str, path: str, reading: Reading, rejections: list[Rejection]
) -> Message | None:
    stated = reading.values.pop("device", None)
    if stated not in (None, device):
        rejections.append(_mismatch(device, stated, path))
        return None
    rejections += reading.rejections
    taken = {
        name: _sound(shape, reading.arrays.get(name, ()), f"{path}.{name}", rejections)
        for name, shape in (("positions", POSITION), ("in_range", RANGE))
    }
    positions = tuple(WirePosition(**values) for values in taken["positions"])
    in_range = tuple(WireRange(**values) for values in taken["in_range"])
    events = _events(reading.arrays.get("events", ()), f"{path}.events", rejections)
    if stated is None and not (positions or in_range or events):
        return None
    return Message(
        device=device, positions=positions, in_range=in_range, events=events, **reading.values
    )


def _mismatch(device: str, stated: str, path: str) -> Rejection:
    return Rejection(
        Reason.DEVICE_MISMATCH,
        f"device is {shown(stated.encode())} but the topic says {device}: publish each device's "
        "messages to its own topic",
        f"{path}.device",
    )


def _sound(
    shape: Shape, items: Iterable[Raw], path: str, rejections: list[Rejection]
) -> list[dict[str, Any]]:
    """Return the fields of the items that are sound as a whole."""
    taken = []
    for index, raw in enumerate(items):
        reading = shape.read(raw, f"{path}[{index}]")
        if reading.rejections:
            rejections.append(reading.rejections[0])
        else:
            taken.append(reading.values)
    return taken


def _events(
    items: list[Raw] | tuple[()], path: str, rejections: list[Rejection]
) -> tuple[WireEvent, ...]:
    readings = [EVENT.read(raw, f"{path}[{index}]") for index, raw in enumerate(items)]
    for reading in readings:
        rejections += reading.rejections
    return tuple(WireEvent(**reading.values) for reading in readings if "type" in reading.values)


def _capped(rejections: list[Rejection]) -> tuple[Rejection, ...]:
    hidden = rejections[MAX_REJECTIONS:]
    if not hidden:
        return tuple(rejections)
    detail = f"{len(hidden)} more faults in this payload are not listed: mend the listed ones first"
    summary = Rejection(hidden[0].reason, detail, hidden[0].field)
    return (*rejections[:MAX_REJECTIONS], summary)
