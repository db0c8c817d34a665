"""A scenario: a story whose alerts are known before any engine has seen it.

Rule: `expected` is exact and complete for the kinds in `KINDS`: what the true path and the order
imply, judged by the rules of the contract, when every delivery up to `end` has been taken in. An
expected alert gives bounds for the start (and, where it ended, the end) of its episode; the
engine's own interval for it must overlap them. The bounds leave room for the spacing of the fixes
and for their noise, not for a wrong rule.

Kinds about the engine itself (coverage, backlog and the like) are not the scenarios': they neither
expect nor forbid them.
"""

from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from engine.core.beacon import Beacon
from simulators.device import Delivery
from simulators.path import TruePath
from zones.instant import Instant

EpisodeState: TypeAlias = Literal["confirmed", "brief", "open"]
"""How the episode stands at the end of the scenario: `confirmed` and over, over and never confirmed
(`brief`, which a possible transit always is), or confirmed and still going on (`open`)."""

KINDS: Final = frozenset(
    {
        "exclusion_entered",
        "exclusion_present_at_start",
        "inclusion_left",
        "curfew_absent_at_start",
        "curfew_late_return",
        "curfew_left_during",
        "curfew_out_at_end",
        "curfew_out_entire",
        "attendance_late",
        "attendance_left_early",
        "attendance_missed",
        "attendance_unverified",
        "proximity",
        "counterpart_unknown",
        "possible_transit",
        "buffer_entered",
        "missed_call_in",
        "location_lost",
        "never_reported",
        "strap_tamper",
        "case_tamper",
        "tamper_repeated",
        "jamming",
        "shielding",
        "sos",
        "motion_without_gnss",
        "no_motion",
        "charging",
        "sequence_gap",
        "clock_skew",
        "implausible_position",
        "battery_low",
        "battery_critical",
        "battery_dead",
        "beacon_moved",
    }
)
"""The kinds of alert scenarios decide about."""


@dataclass(frozen=True, slots=True)
class ScenarioWearer:
    """A wearer in a scenario: device, supervision plan, order, truth and what the broker gets.

    A position or call-in is due every `interval_s`; after `interval_s + buffer_s` without one it
    is missed. `conditions` are in the JSON form of an order's conditions.
    """

    wearer_id: str
    name: str
    vendor: str
    device_id: str
    timezone: str
    interval_s: int
    buffer_s: int
    conditions: list[dict[str, Any]]
    true_path: TruePath
    deliveries: tuple[Delivery, ...]
    protected: bool = False
    """True for a protected person: no order, and a device that is watched over."""

    @property
    def max_age_s(self) -> int:
        """Return how long the last position holds, seconds."""
        return self.interval_s + self.buffer_s


@dataclass(frozen=True, slots=True)
class ExpectedAlert:
    """An alert the engine must raise: whose, of what kind, and when its episode starts and ends."""

    wearer_id: str
    kind: str
    zone_id: str | None
    condition_id: str | None
    state: EpisodeState
    started_after: Instant
    started_by: Instant
    ended_after: Instant | None = None
    ended_by: Instant | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind is {self.kind!r}: give one of {sorted(KINDS)}")
        if (self.ended_after is None) != (self.state == "open"):
            raise ValueError(f"state is {self.state!r}: give an end unless it is 'open'")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named story with its zones, wearers and expected alerts.

    `story` is one sentence a person would say. `needs` names parts an engine must have beyond
    positions for the expectations to hold (`device_events`). `rejections` is how many deliveries
    must be rejected.
    """

    name: str
    story: str
    start: Instant
    end: Instant
    zones: dict[str, Any]
    wearers: tuple[ScenarioWearer, ...]
    expected: tuple[ExpectedAlert, ...]
    needs: frozenset[str] = field(default_factory=frozenset)
    rejections: int = 0
    beacons: tuple[Beacon, ...] = ()
    """Home units that stand somewhere from the start."""
