"""How the engine is, in numbers a person or a monitor can act on; taken at one moment."""

import msgspec

from zones.instant import Duration, Instant


class EngineHealth(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine says of itself. Counters count since the process started."""

    running: bool
    """The batch loop is alive."""
    connected: bool
    """The source of telemetry is connected."""
    backlog: int = 0
    """Messages that arrived and are not committed yet."""
    oldest_in_hand: Instant | None = None
    """When the oldest of these arrived; None if there is none."""
    deferred: int = 0
    """Messages that are stored and acknowledged, and not judged yet (`core.urgency`)."""
    oldest_deferred: Instant | None = None
    """When the oldest of these arrived; None if there is none."""
    last_commit_at: Instant | None = None
    """When the last batch was committed; None before the first."""
    listening_since: Instant | None = None
    """Since when telemetry has been arriving without a break; None while not connected."""
    idle_since: Instant | None = None
    """Since when the batch loop has not been alive; None while it is."""
    disconnected_since: Instant | None = None
    """Since when the source has not been connected; None while it is."""
    busy_since: Instant | None = None
    """Since when the store has owed us a transaction; None if it owes us none."""
    beat_at: Instant | None = None
    """When the event loop last showed that it is alive; None before the first time."""
    freshest: Duration | None = None
    """Of the last minute's messages, least time from measured by the device to committed; None if
    too few came to tell."""
    positions: int = 0
    """Positions stored."""
    rejections: int = 0
    """Payloads rejected."""
    detail: str = ""
    """What is wrong, in words; empty if nothing is."""
