"""The engine's watch on itself: which system episodes hold, by numbers, thresholds and hysteresis.

A *signal* says of one kind and subject whether it holds, is clear, or lies between: between opens
nothing and ends nothing. What holds without a break for `opens_after` opens an episode that began
when it began to hold; what is clear without a break for `clears_after` ends it where that began.
All durations are of the engine's clock; `Limits.at_speed` stretches them for a simulated one.

| kind | holds | clear |
|---|---|---|
| ingest_stalled | something ails the engine | nothing does |
| backlog | `backlog_messages` wait, or the freshest message was `backlog_delay` old | half |
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from engine.core.ailment import Ailment, in_hand, span
from engine.core.episode import Bound, EpisodeKind
from engine.core.health import EngineHealth
from engine.core.subject import ENGINE
from zones.instant import SECOND, Duration, Instant


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """From which numbers on something is wrong. Durations in microseconds."""

    patience: Duration = 5 * SECOND
    """Most time one piece of work of the store or the loop may take."""
    stalled_after: Duration = 30 * SECOND
    """How long something may ail the engine before people are told."""
    gap_after: Duration = 15 * SECOND
    """Shortest interval without coverage that is a gap."""
    backlog_messages: int = 900
    backlog_delay: Duration = 120 * SECOND
    opens_after: Duration = 60 * SECOND
    """How long a backlog must last before it is one."""
    clears_after: Duration = 5 * SECOND
    retell_after: Duration = 60 * SECOND
    """How often the words of an episode that runs are brought up to date."""

    def at_speed(self, speed: float) -> "Limits":
        """Return these limits for a clock that runs `speed` times as fast as ours."""
        durations = {
            name: round(getattr(self, name) * speed)
            for name in self.__struct_fields__
            if name not in _NUMBERS
        }
        return msgspec.structs.replace(self, **durations)


_NUMBERS: Final = frozenset({"backlog_messages"})
"""Limits that are no durations."""


class Level(StrEnum):
    """How a signal stands against its thresholds."""

    HOLDS = "holds"
    BETWEEN = "between"
    CLEAR = "clear"


class Key(NamedTuple):
    """What an episode of the watch is of."""

    kind: EpisodeKind
    subject: str


class Signal(NamedTuple):
    """How one thing stands at one moment."""

    key: Key
    level: Level
    detail: str = ""
    since: Instant | None = None
    """Since when it has held, where that is known; else since it was first seen to."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the watch remembers of one kind and subject."""

    holds_since: Instant | None = None
    clear_since: Instant | None = None
    open: bool = False
    told_at: Instant = 0


class What(StrEnum):
    """What has happened to an episode of the watch."""

    OPENED = "opened"
    TOLD = "told"
    ENDED = "ended"


class Event(NamedTuple):
    """One thing to record."""

    what: What
    key: Key
    at: Bound
    """Start of what opened, end of what ended."""
    detail: str
    ended: Bound | None = None
    """Of what is over already as it is opened: its end."""


_NOTHING: Final = Standing()


class Timing(NamedTuple):
    """For how long a kind must hold to open, be clear to end, and run until its words are new."""

    opens: Duration
    clears: Duration
    retells: Duration


def timing(kind: EpisodeKind, limits: Limits) -> Timing:
    """Return the durations of a kind; one without any opens and ends at once."""
    opens = {
        EpisodeKind.INGEST_STALLED: limits.stalled_after,
        EpisodeKind.BACKLOG: limits.opens_after,
    }
    clears = {
        EpisodeKind.INGEST_STALLED: limits.clears_after,
        EpisodeKind.BACKLOG: 6 * limits.clears_after,
    }
    return Timing(opens.get(kind, 0), clears.get(kind, 0), limits.retell_after)


def watch(
    standings: Mapping[Key, Standing], signals: Iterable[Signal], now: Instant, limits: Limits
) -> tuple[dict[Key, Standing], list[Event]]:
    """Return how everything stands after these signals, and what has happened."""
    after, events = dict(standings), list[Event]()
    for signal in signals:
        standing = standings.get(signal.key, _NOTHING)
        moved = _if_open if standing.open else _if_not
        after[signal.key], event = moved(standing, signal, now, timing(signal.key.kind, limits))
        if event is not None:
            events.append(event)
    return after, events


def _if_not(
    standing: Standing, signal: Signal, now: Instant, times: Timing
) -> tuple[Standing, Event | None]:
    if signal.level is not Level.HOLDS:
        return _NOTHING, None
    since = standing.holds_since if standing.holds_since is not None else now
    if signal.since is not None:
        since = min(since, signal.since)
    if now - since < times.opens:
        return Standing(holds_since=since), None
    opened = Event(What.OPENED, signal.key, Bound(since, since, since), signal.detail)
    return Standing(holds_since=since, open=True, told_at=now), opened


def _if_open(
    standing: Standing, signal: Signal, now: Instant, times: Timing
) -> tuple[Standing, Event | None]:
    if signal.level is not Level.CLEAR:
        goes_on = msgspec.structs.replace(standing, clear_since=None)
        if now - standing.told_at < times.retells or not signal.detail:
            return goes_on, None
        told = Event(What.TOLD, signal.key, Bound(now, now, now), signal.detail)
        return msgspec.structs.replace(goes_on, told_at=now), told
    since = now if standing.clear_since is None else standing.clear_since
    if now - since < times.clears:
        return msgspec.structs.replace(standing, clear_since=since), None
    return _NOTHING, Event(What.ENDED, signal.key, Bound(since, since, since), "")


def stalled(ailing: Sequence[Ailment], now: Instant) -> Signal:
    """Return whether ingest stands still, and why."""
    key = Key(EpisodeKind.INGEST_STALLED, ENGINE)
    if not ailing:
        return Signal(key, Level.CLEAR)
    words = "; ".join(each.lasting(now) for each in ailing)
    return Signal(key, Level.HOLDS, words, min(each.since for each in ailing))


def backlog(health: EngineHealth, now: Instant, limits: Limits) -> Signal:
    """Return whether more waits than is worked off, here or (by its delay) at the broker."""
    key = Key(EpisodeKind.BACKLOG, ENGINE)
    delay, waiting = health.freshest or 0, health.backlog + health.deferred
    if waiting >= limits.backlog_messages or delay >= limits.backlog_delay:
        words = in_hand(health, now)
        if delay >= limits.backlog_delay:
            words += f"; what is committed now is at least {span(delay)} old"
        return Signal(key, Level.HOLDS, words)
    well = 2 * waiting < limits.backlog_messages and 2 * delay < limits.backlog_delay
    return Signal(key, Level.CLEAR if well else Level.BETWEEN)
