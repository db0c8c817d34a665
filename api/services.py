"""What the API needs of the process around it: handed in once, so that nothing here is global."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from api.base_map import BaseMap
from api.feed import ChangeSignal
from api.views.desk import TIME_ALLOWED
from engine.core.call_in import CallIn
from engine.core.episode import Severity
from engine.core.health import EngineHealth
from engine.core.histogram import DELAY_BUCKETS_S, Histogram
from engine.floor import FloorNumbers
from engine.live_positions import Sighting
from engine.sources.memory import BusyError, StoppedError
from engine.store.protocol import Store
from engine.survey import Capacity
from engine.watch import SelfStatus
from zones.instant import Duration, Instant

__all__ = ["BusyError", "EngineHealth", "Services", "StoppedError"]


@dataclass(frozen=True, slots=True)
class Services:
    """The store, the clock and the engine, as the API sees them."""

    store: Store
    now: Callable[[], Instant]
    health: Callable[[], EngineHealth]
    signing_key_file: Path
    """The private key that evidence is signed with; made on first use."""
    speed: float = 1.0
    """Seconds of the clock in a real second; other than 1 only in simulations."""
    submit: Callable[[str, bytes], Awaitable[None]] | None = None
    """Hands a payload with its topic to the engine; returns once it is committed.

    Raises BusyError or StoppedError. None: this process takes no telemetry.
    """
    vendor_passwords: Mapping[str, str] = field(default_factory=dict)
    status: Callable[[], SelfStatus] = SelfStatus
    """What the engine's watch on itself knows."""
    delays: Callable[[], Histogram] = lambda: Histogram(DELAY_BUCKETS_S)
    """From measured by a device to judged, message by message, since the process started."""
    vendors_heard: Callable[[], Mapping[str, Instant]] = dict
    """When each vendor was last heard since the process started."""
    floor: Callable[[Instant, int], FloorNumbers] = lambda _now, _most: FloorNumbers()
    """What the engine counts for a wall view at an instant, so many silent devices by name."""
    capacity: Callable[[], Capacity | None] = lambda: None
    """What the store takes, has left, and how long that lasts; None before it was measured."""
    on_call: str = ""
    """Whom to phone when the engine is not well."""
    base_map: BaseMap = field(default_factory=BaseMap)
    """What maps are drawn on."""
    time_allowed: Mapping[Severity, Duration] = field(default_factory=lambda: TIME_ALLOWED)
    """How long an alert of a severity may wait to be acknowledged."""
    changes: ChangeSignal = field(default_factory=ChangeSignal)
    call_in: Callable[[int], CallIn | None] = lambda _activation_id: None
    """When an activation called in last, and by when it has to again; None if it is not known."""
    near: Callable[[float, float, float, Instant], list[Sighting]] | None = None
    """Who was last judged to be within a radius of a place, not before an instant.

    None: this process judges nobody.
    """
