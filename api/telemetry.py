"""A body of telemetry becomes one payload for each device in it, on that device's topic.

The payloads are the sender's own bytes. What does not say its device, or is not JSON, is passed on
as it is under a device of that name: it becomes a rejection that keeps it and says why.
"""

from collections import defaultdict
from typing import Final, NamedTuple

import msgspec

from api.problems import field_error, invalid
from engine.core.topic import telemetry_topic

MAX_MESSAGES: Final = 1_000
"""Messages in one request."""

_NOT_STATED: Final = "device.not.stated"


class Part(NamedTuple):
    """What is handed to the engine at once: messages of one device."""

    topic: str
    payload: bytes
    messages: int


class _Peek(msgspec.Struct):
    device: str


_MANY: Final = msgspec.json.Decoder(list[msgspec.Raw])
_PEEK: Final = msgspec.json.Decoder(_Peek)


def split(vendor: str, body: bytes) -> list[Part]:
    """Return the parts of a body, in the order in which their devices come first.

    Raises:
        ProblemError: more messages than one request may hold.
    """
    try:
        messages = _MANY.decode(body) if body.lstrip()[:1] == b"[" else None
    except (msgspec.MsgspecError, RecursionError):
        messages = None
    if not messages:
        return [Part(_topic(vendor, _device(body)), body, 1)]
    if len(messages) > MAX_MESSAGES:
        fix = f"holds {len(messages)} messages: send at most {MAX_MESSAGES} at once"
        raise invalid([field_error("body", fix)])
    by_device: defaultdict[str, list[bytes]] = defaultdict(list)
    for message in messages:
        by_device[_device(bytes(message))].append(bytes(message))
    return [
        Part(_topic(vendor, device), b"[" + b",".join(parts) + b"]", len(parts))
        for device, parts in by_device.items()
    ]


def _device(message: bytes) -> str:
    try:
        return _PEEK.decode(message).device
    except (msgspec.MsgspecError, RecursionError):
        return _NOT_STATED


def _topic(vendor: str, device: str) -> str:
    try:
        return telemetry_topic(vendor, device)
    except ValueError:
        return f"ringfence/v1/{vendor}/{_NOT_STATED}/telemetry"
