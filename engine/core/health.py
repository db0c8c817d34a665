"""How the engine is, in numbers a person or a monitor can act on; taken at one moment."""

import msgspec

from zones.instant import Instant


class EngineHealth(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine says of itself. Counters count since the process started."""

    running: bool
    """The batch loop is alive."""
    connected: bool
    """The source of telemetry is connected."""
    backlog: int = 0
    """Messages that arrived and are not committed yet."""
    last_commit_at: Instant | None = None
    """When the last batch was committed; None before the first."""
    listening_since: Instant | None = None
    """Since when telemetry has been arriving without a break; None while not connected."""
    positions: int = 0
    """Positions stored."""
    rejections: int = 0
    """Payloads rejected."""
    detail: str = ""
    """What is wrong, in words; empty if nothing is."""
