"""An order is the legal instrument; its conditions are the rules a wearer is judged by.

Everything the judgement needs to know about one activation is gathered in one frozen `Supervision`.
"""

from enum import StrEnum

import msgspec

from zones.history import ZoneHistory
from zones.instant import Duration, Instant, seconds
from zones.schedule import Schedule


class ConditionKind(StrEnum):
    """What a condition asks of the wearer while it is in force."""

    EXCLUSION = "exclusion"
    INCLUSION = "inclusion"
    CURFEW = "curfew"


class Parameters(msgspec.Struct, frozen=True, kw_only=True):
    """The four parameters of a condition and its confidence; there is no single "tolerance"."""

    threshold: int = 2
    """Judged positions in violation before it is confirmed."""
    buffer_m: float = 0.0
    """Width of the outer ring, metres: advisory, and the hysteresis for leaving."""
    dwell_s: float = 0.0
    """Seconds in violation before it is confirmed."""
    grace_s: float = 0.0
    """Seconds from confirmed to page; recording never waits."""
    confidence: float = 0.95
    """Probability from which a position counts as inside (or, from its complement, outside)."""

    def __post_init__(self) -> None:
        """Refuse values that mean nothing."""
        if self.threshold < 1:
            raise ValueError(f"threshold is {self.threshold}: it must be at least 1")
        for name in ("buffer_m", "dwell_s", "grace_s"):
            value = getattr(self, name)
            if not 0 <= value < 1e7:
                raise ValueError(f"{name} is {value}: it must be from 0 to 10,000,000")
        if not 0.5 < self.confidence < 1:
            raise ValueError(f"confidence is {self.confidence}: it must be between 0.5 and 1")


class SupervisionPlan(msgspec.Struct, frozen=True):
    """How often a device is to report, and how long its last word holds."""

    interval_s: float = 60.0
    buffer_s: float = 240.0

    @property
    def max_age(self) -> Duration:
        """How long the last position holds; after that membership is unknown."""
        return seconds(self.interval_s + self.buffer_s)


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of an order, with its zones resolved to their histories.

    Several zones mean: keep out of each (exclusion), or be in any one of them (inclusion, curfew).
    """

    condition_id: str
    kind: ConditionKind
    zones: tuple[ZoneHistory, ...]
    schedule: Schedule
    parameters: Parameters = Parameters()
    version: int = 1


class Activation(msgspec.Struct, frozen=True, kw_only=True):
    """One device on one wearer, from-until (half-open). Everything is judged per activation."""

    activation_id: int
    wearer_id: str
    vendor: str
    device_id: str
    started_at: Instant
    ended_at: Instant | None = None


class Supervision(msgspec.Struct, frozen=True, kw_only=True):
    """All that one activation is judged against."""

    activation: Activation
    plan: SupervisionPlan
    timezone: str
    conditions: tuple[Condition, ...]
