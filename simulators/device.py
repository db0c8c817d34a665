"""What a simulated device sends: wire contract v1 messages, one MQTT publish at a time.

Rule: a device makes one message per fix (or per call-in without a fix), numbered without gaps, and
sends it at once; the network takes a second or so. Faults (`simulators/faults.py`) then happen to
the list of sendings; only `deliver` turns it into topics and bytes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np

from simulators.fix import Fix
from zones.instant import HOUR, Instant, render, seconds

USE_PCT_PER_HOUR: Final = 1.5

MAX_POSITIONS: Final = 1_000
"""Most positions in one publish, by the wire contract."""


@dataclass(frozen=True, slots=True)
class Event:
    """A device event: its type (for example `strap_tamper`), `start` or `end`, and its time."""

    type: str
    state: str
    time: Instant


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a device, as it was made. `sent_at` is by the device's own clock."""

    device: str
    seq: int
    sent_at: Instant
    positions: tuple[Fix, ...] = ()
    events: tuple[Event, ...] = ()
    battery_pct: float | None = None
    charging: bool | None = None
    in_range: tuple[tuple[Instant, str], ...] = ()
    """When it was in the range of which beacon."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One publish: when it reaches the broker, and its messages (several: an array)."""

    at: Instant
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One MQTT publish at the simulated instant `at`."""

    at: Instant
    topic: str
    payload: bytes


def report(
    device: str,
    call_ins: Sequence[Instant],
    fixes: Iterable[Fix],
    rng: np.random.Generator,
    *,
    battery_pct: float = 90.0,
    first_seq: int = 1,
) -> list[Sending]:
    """Return one sending per call-in, with the fix made at that instant if there is one.

    The battery loses `USE_PCT_PER_HOUR` from `battery_pct`.
    """
    by_time = {fix.fix_time: fix for fix in fixes}
    call = CallIn(device, rng, call_ins[0] if call_ins else 0, battery_pct, first_seq)
    return [call.sending(instant, by_time.get(instant)) for instant in call_ins]


class CallIn:
    """A device calling in: it numbers its messages and uses up its battery."""

    def __init__(
        self,
        device: str,
        rng: np.random.Generator,
        charged_at: Instant,
        battery_pct: float = 90.0,
        first_seq: int = 1,
    ) -> None:
        self.seq = first_seq
        self._device = device
        self._rng = rng
        self._charged_at = charged_at
        self._battery_pct = battery_pct

    def charged(self, at: Instant, battery_pct: float) -> None:
        """Note that the battery was charged to `battery_pct` by an instant."""
        self._charged_at, self._battery_pct = at, battery_pct

    def sending(self, instant: Instant, fix: Fix | None) -> Sending:
        """Return the next message, made at an instant, on its way."""
        hours = (instant - self._charged_at) / HOUR
        left_pct = float(max(0, round(self._battery_pct - USE_PCT_PER_HOUR * hours)))
        sent_at = instant + seconds(0.2)
        positions = (fix,) if fix else ()
        message = Message(self._device, self.seq, sent_at, positions, battery_pct=left_pct)
        self.seq += 1
        return Sending(sent_at + seconds(float(self._rng.uniform(0.3, 2.0))), (message,))


def deliver(sendings: Iterable[Sending], vendor: str) -> tuple[Delivery, ...]:
    """Return the publishes of one vendor's devices, in order of arrival.

    Raises:
        ValueError: a sending has no message, messages of two devices, or too many positions.
    """
    ordered = sorted(sendings, key=lambda sending: sending.at)
    return tuple(_delivery(sending, vendor) for sending in ordered)


def topic(vendor: str, device: str) -> str:
    """Return the telemetry topic of a device."""
    return f"ringfence/v1/{vendor}/{device}/telemetry"


def wire(message: Message) -> dict[str, Any]:
    """Return a message as the wire contract writes it; what is unknown is left out."""
    body: dict[str, Any] = {
        "device": message.device,
        "seq": message.seq,
        "sent_at": render(message.sent_at),
        "positions": [_position(fix) for fix in message.positions],
    }
    if message.in_range:
        ranged = [{"time": render(time), "beacon": beacon} for time, beacon in message.in_range]
        body["in_range"] = ranged
    if message.events:
        body["events"] = [
            {"type": event.type, "state": event.state, "time": render(event.time)}
            for event in message.events
        ]
    if message.battery_pct is not None:
        body["battery_pct"] = message.battery_pct
    if message.charging is not None:
        body["charging"] = message.charging
    return body


def _delivery(sending: Sending, vendor: str) -> Delivery:
    devices = {message.device for message in sending.messages}
    if len(devices) != 1:
        raise ValueError(
            f"messages are of the devices {sorted(devices)}: give those of exactly one"
        )
    positions = sum(len(message.positions) for message in sending.messages)
    if positions > MAX_POSITIONS:
        raise ValueError(f"positions number {positions}: split them, {MAX_POSITIONS} to a sending")
    bodies = [wire(message) for message in sending.messages]
    payload = msgspec.json.encode(bodies if len(bodies) > 1 else bodies[0])
    return Delivery(sending.at, topic(vendor, devices.pop()), payload)


def _position(fix: Fix) -> dict[str, Any]:
    known = {
        "time": render(fix.fix_time),
        "lat": fix.lat,
        "lon": fix.lon,
        "accuracy_m": fix.accuracy_m,
        "mechanism": fix.mechanism,
        "hdop": fix.hdop,
        "satellites": fix.satellites,
        "speed_mps": fix.speed_mps,
        "heading_deg": fix.heading_deg,
    }
    return {name: value for name, value in known.items() if value is not None}
