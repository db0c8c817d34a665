"""What goes wrong on the way: pure transforms of a device's sendings.

Rule: each fault takes the sendings of one device and returns new ones; no fault invents a position.
Those that only disturb delivery (duplicate, delay, reorder, offline) keep the set of messages; the
others change what their names say. Between faults the list stays sorted by arrival.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from simulators.device import MAX_POSITIONS, Event, Message, Sending
from zones.instant import Duration, Instant, seconds


def drop(sendings: Iterable[Sending], chance: float, rng: np.random.Generator) -> list[Sending]:
    """Lose each sending with a probability, for ever."""
    return [sending for sending in sendings if rng.random() >= chance]


def duplicate(
    sendings: Iterable[Sending], chance: float, rng: np.random.Generator, late_s: float = 60.0
) -> list[Sending]:
    """Deliver some sendings again, up to `late_s` seconds later."""
    result = []
    for sending in sendings:
        result.append(sending)
        if rng.random() < chance:
            again = sending.at + seconds(float(rng.uniform(0.1, late_s)))
            result.append(replace(sending, at=again))
    return _sorted(result)


def delay(
    sendings: Iterable[Sending], chance: float, rng: np.random.Generator, most_s: float = 120.0
) -> list[Sending]:
    """Hold some sendings back, up to `most_s` seconds, so that later ones overtake them."""
    result = []
    for sending in sendings:
        held_s = float(rng.uniform(0, most_s)) if rng.random() < chance else 0.0
        result.append(replace(sending, at=sending.at + seconds(held_s)))
    return _sorted(result)


def reorder(sendings: Sequence[Sending], window: int, rng: np.random.Generator) -> list[Sending]:
    """Shuffle each `window` sendings, which then all arrive when the last of them would."""
    result: list[Sending] = []
    for first in range(0, len(sendings), window):
        block = sendings[first : first + window]
        order = rng.permutation(len(block)).tolist()
        late = block[-1].at
        result += [replace(block[k], at=late + seconds(0.05 * n)) for n, k in enumerate(order)]
    return _sorted(result)


def only_in_range(
    sendings: Iterable[Sending], start: Instant, end: Instant, beacon: str
) -> list[Sending]:
    """Find no position from `start` to `end`, but be in the range of a beacon."""

    def ranged(message: Message) -> Message:
        if not start <= message.sent_at < end:
            return message
        times = [fix.fix_time for fix in message.positions] or [message.sent_at]
        in_range = tuple((time, beacon) for time in times)
        return replace(message, positions=(), in_range=in_range)

    return [
        replace(sending, messages=tuple(ranged(each) for each in sending.messages))
        for sending in sendings
    ]


def offline(
    sendings: Iterable[Sending], start: Instant, end: Instant, batch: int = 200
) -> list[Sending]:
    """Keep everything made from `start` to `end` on the device, then upload it in arrays."""
    result = []
    stored: list[Message] = []
    for sending in sendings:
        if start <= sending.at < end:
            stored.extend(sending.messages)
        else:
            result.append(sending)
    for number, messages in enumerate(_batches(stored, batch)):
        result.append(Sending(end + seconds(0.5 * number), messages))
    return _sorted(result)


def silence(sendings: Iterable[Sending], start: Instant, end: Instant) -> list[Sending]:
    """Send nothing from `start` to `end`, then or later."""
    return [sending for sending in sendings if not start <= sending.at < end]


def lose_positions(sendings: Iterable[Sending], start: Instant, end: Instant) -> list[Sending]:
    """Call in without positions from `start` to `end`."""
    return [
        _changed(sending, positions=()) if start <= sending.at < end else sending
        for sending in sendings
    ]


def skew_clock(
    sendings: Iterable[Sending], start: Instant, end: Instant, ahead: Duration
) -> list[Sending]:
    """Set the device's clock ahead (or, negative, back) by `ahead` from `start` to `end`."""
    return [
        _skewed(sending, ahead) if start <= sending.at < end else sending for sending in sendings
    ]


def flat_battery(
    sendings: Iterable[Sending], low: Instant, critical: Instant, dead: Instant
) -> list[Sending]:
    """Let the battery fall: 20 % at `low`, 10 % at `critical`, 1 % at `dead`, then silence.

    The device sends `battery_low`, `battery_critical` and, last of all, `battery_dead`.
    """
    events = [
        Event("battery_low", "start", low),
        Event("battery_critical", "start", critical),
        Event("battery_dead", "start", dead),
    ]
    kept: list[Sending] = []
    for sending in sendings:
        if not events:
            break
        due = tuple(event for event in events if event.time <= sending.at)
        events = events[len(due) :]
        times, left = (low, critical, dead), (20.0, 10.0, 1.0)
        falling = float(np.interp(sending.at, times, left)) if sending.at >= low else None
        kept.append(_with(sending, due, falling))
    return kept


def raise_event(sendings: Iterable[Sending], event: Event) -> list[Sending]:
    """Add an event to the first message made at or after its time."""
    result, told = [], False
    for sending in sendings:
        due = not told and sending.messages[0].sent_at >= event.time
        result.append(_with(sending, (event,), None) if due else sending)
        told = told or due
    return result


def raise_pair(
    sendings: Iterable[Sending], kind: str, start: Instant, end: Instant
) -> list[Sending]:
    """Add a fault of a type that starts and ends."""
    started = raise_event(sendings, Event(kind, "start", start))
    return raise_event(started, Event(kind, "end", end))


def state_battery(
    sendings: Iterable[Sending], levels: Sequence[tuple[Instant, float]]
) -> list[Sending]:
    """State a charge in percent that goes straight from level to level; no event tells of it."""
    times, percents = zip(*levels, strict=True)
    return [
        _with(sending, (), float(np.interp(sending.at, times, percents)))
        if sending.at >= times[0]
        else sending
        for sending in sendings
    ]


def state_charging(sendings: Iterable[Sending], start: Instant, end: Instant) -> list[Sending]:
    """State in every message whether the device is being charged: from `start` to `end` it is."""
    return [
        replace(
            sending,
            messages=tuple(
                replace(message, charging=start <= sending.at < end) for message in sending.messages
            ),
        )
        for sending in sendings
    ]


def cut_strap(sendings: Iterable[Sending], at: Instant) -> list[Sending]:
    """Cut the strap: a `strap_tamper` event that starts and does not end."""
    return raise_event(sendings, Event("strap_tamper", "start", at))


def _sorted(sendings: Iterable[Sending]) -> list[Sending]:
    return sorted(sendings, key=lambda sending: sending.at)


def _changed(sending: Sending, *, positions: tuple[()]) -> Sending:
    changed = tuple(replace(message, positions=positions) for message in sending.messages)
    return replace(sending, messages=changed)


def _skewed(sending: Sending, ahead: Duration) -> Sending:
    return replace(sending, messages=tuple(_set_ahead(each, ahead) for each in sending.messages))


def _set_ahead(message: Message, ahead: Duration) -> Message:
    return replace(
        message,
        sent_at=message.sent_at + ahead,
        positions=tuple(replace(fix, fix_time=fix.fix_time + ahead) for fix in message.positions),
        events=tuple(replace(event, time=event.time + ahead) for event in message.events),
    )


def _with(sending: Sending, events: tuple[Event, ...], battery_pct: float | None) -> Sending:
    first, *rest = sending.messages
    first = replace(
        first,
        events=first.events + events,
        battery_pct=first.battery_pct if battery_pct is None else round(battery_pct),
    )
    return replace(sending, messages=(first, *rest))


def _batches(messages: list[Message], size: int) -> Iterable[tuple[Message, ...]]:
    size = min(size, MAX_POSITIONS)
    for first in range(0, len(messages), size):
        yield tuple(messages[first : first + size])
