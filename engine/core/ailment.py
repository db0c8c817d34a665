"""What ails the engine now: each entry says since when, and in words what a person can act on.

While anything ails it, the engine cannot be relied on to hear and judge what happens: it is not
ready, its coverage stands still (`core.coverage`), and after a while somebody is told
(`core.self_watch`). A source that is not connected ails it at once; a store or a loop may take
`patience` for one piece of work.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from engine.core.health import EngineHealth
from zones.instant import HOUR, MINUTE, SECOND, Duration, Instant


class Ailment(NamedTuple):
    """One thing that is not well."""

    name: str
    since: Instant
    words: str

    def lasting(self, now: Instant) -> str:
        """Return it in words, with how long it has lasted."""
        return f"{self.words}, for {span(now - self.since)}"


def span(duration: Duration) -> str:
    """Return a duration for people: `94 s`, `12 min`, `3 h 5 min`, `2 d 4 h`."""
    if duration < 2 * MINUTE:
        return f"{max(0, duration) // SECOND} s"
    minutes = duration // MINUTE
    if minutes < 120:
        return f"{minutes} min"
    hours = duration // HOUR
    if hours < 48:
        return f"{hours} h {minutes % 60} min"
    return f"{hours // 24} d {hours % 24} h"


def in_hand(health: EngineHealth, now: Instant) -> str:
    """Return what waits, for people: `1,240 messages wait, the oldest for 94 s`."""
    waiting = _waiting_since(f"{health.backlog:,} messages wait", health.oldest_in_hand, now)
    if not health.deferred:
        return waiting
    put_off = f"{health.deferred:,} uploads are stored and wait to be judged"
    return f"{waiting}; {_waiting_since(put_off, health.oldest_deferred, now)}"


def _waiting_since(words: str, oldest: Instant | None, now: Instant) -> str:
    return words if oldest is None else f"{words}, the oldest for {span(now - oldest)}"


def ailments(health: EngineHealth, now: Instant, patience: Duration) -> list[Ailment]:
    """Return what ails the engine at `now`; work on the store and the loop may take `patience`."""
    rules: Sequence[tuple[str, Instant | None, Duration, Callable[[], str]]] = (
        ("engine", health.idle_since, 0, lambda: "the engine's loop is not running"),
        ("source", health.disconnected_since, 0, lambda: "the source is not connected"),
        ("store", health.busy_since, patience, lambda: _store(health)),
        ("loop", health.beat_at, patience, lambda: "the engine's loop stands still"),
        ("ingest", _waiting(health), 2 * patience, lambda: in_hand(health, now)),
    )
    return [
        Ailment(name, since, words())
        for name, since, allowed, words in rules
        if since is not None and now - since > allowed
    ] or _between(health, now)


def _between(health: EngineHealth, now: Instant) -> list[Ailment]:
    """Say what has only just happened and has no time of its own yet."""
    if not health.running:
        return [Ailment("engine", now, "the engine's loop is not running")]
    return [] if health.connected else [Ailment("source", now, "the source is not connected")]


def _waiting(health: EngineHealth) -> Instant | None:
    """Return since when something has waited without any commit."""
    if health.oldest_in_hand is None:
        return None
    return max(health.oldest_in_hand, health.last_commit_at or health.oldest_in_hand)


def _store(health: EngineHealth) -> str:
    return health.detail or "the store has not finished a transaction"
