"""An episode is an interval in which a condition was broken or a fault held.

Each end is an interval of uncertainty: (the last position before it, the first after it], with the
best estimate between. What the evidence says an episode is never depends on the order of arrival;
only its `revision` tells how often it had to be amended.
"""

from enum import StrEnum
from typing import Final

import msgspec

from zones.instant import Instant


class EpisodeKind(StrEnum):
    """What happened."""

    EXCLUSION_ENTERED = "exclusion_entered"
    EXCLUSION_PRESENT_AT_START = "exclusion_present_at_start"
    INCLUSION_LEFT = "inclusion_left"
    CURFEW_ABSENT_AT_START = "curfew_absent_at_start"
    CURFEW_LATE_RETURN = "curfew_late_return"
    CURFEW_LEFT_DURING = "curfew_left_during"
    CURFEW_OUT_AT_END = "curfew_out_at_end"
    CURFEW_OUT_ENTIRE = "curfew_out_entire"
    ATTENDANCE_LATE = "attendance_late"
    ATTENDANCE_LEFT_EARLY = "attendance_left_early"
    ATTENDANCE_MISSED = "attendance_missed"
    ATTENDANCE_UNVERIFIED = "attendance_unverified"
    MISSED_CALL_IN = "missed_call_in"
    LOCATION_LOST = "location_lost"
    PROXIMITY = "proximity"
    COUNTERPART_UNKNOWN = "counterpart_unknown"
    BUFFER_ENTERED = "buffer_entered"
    POSSIBLE_TRANSIT = "possible_transit"
    STRAP_TAMPER = "strap_tamper"
    CASE_TAMPER = "case_tamper"
    JAMMING = "jamming"
    SHIELDING = "shielding"
    SOS = "sos"
    BATTERY_DEAD = "battery_dead"
    BATTERY_CRITICAL = "battery_critical"
    BATTERY_LOW = "battery_low"
    BEACON_MOVED = "beacon_moved"
    BEACON_POWER_LOST = "beacon_power_lost"
    CHARGING = "charging"
    MOTION_WITHOUT_GNSS = "motion_without_gnss"
    NO_MOTION = "no_motion"
    SEQUENCE_GAP = "sequence_gap"
    CLOCK_SKEW = "clock_skew"
    IMPLAUSIBLE_POSITION = "implausible_position"
    NEVER_REPORTED = "never_reported"
    TAMPER_REPEATED = "tamper_repeated"
    POSITION_WITHOUT_ACTIVATION = "position_without_activation"
    INGEST_STALLED = "ingest_stalled"
    BACKLOG = "backlog"
    VENDOR_SILENT = "vendor_silent"
    COVERAGE_GAP = "coverage_gap"
    CAPACITY_FORECAST = "capacity_forecast"
    CANARY_LOST = "canary_lost"


class Severity(StrEnum):
    """How much an episode matters, worst first."""

    CRITICAL = "critical"
    SERIOUS = "serious"
    ADVISORY = "advisory"
    SYSTEM = "system"


_CRITICAL: Final = (
    "exclusion_entered exclusion_present_at_start proximity "
    "strap_tamper case_tamper jamming shielding sos tamper_repeated"
)
_ADVISORY: Final = (
    "buffer_entered possible_transit battery_low charging no_motion sequence_gap clock_skew "
    "implausible_position beacon_power_lost attendance_unverified counterpart_unknown"
)
_SYSTEM: Final = "ingest_stalled backlog vendor_silent coverage_gap capacity_forecast canary_lost"

SEVERITY: Final[dict[EpisodeKind, Severity]] = (
    dict.fromkeys(EpisodeKind, Severity.SERIOUS)
    | {EpisodeKind(kind): Severity.CRITICAL for kind in _CRITICAL.split()}
    | {EpisodeKind(kind): Severity.ADVISORY for kind in _ADVISORY.split()}
    | {EpisodeKind(kind): Severity.SYSTEM for kind in _SYSTEM.split()}
)


class EpisodeState(StrEnum):
    """How far the evidence goes.

    `pending` and `confirmed` may still run; `brief` ended before it was confirmed; `retracted` was
    shown once and, by evidence that came later, did not happen.
    """

    PENDING = "pending"
    CONFIRMED = "confirmed"
    BRIEF = "brief"
    RETRACTED = "retracted"


class Bound(msgspec.Struct, frozen=True):
    """One end of an episode: it lies in (after, by], most likely at `estimate`."""

    after: Instant | None
    """Last instant at which it had not yet happened; None if nothing is known from before."""
    by: Instant
    """First instant at which it had happened."""
    estimate: Instant


class CounterpartEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """A protected person's position in a pair. Where she was is for those alone who need to know.

    Coordinates and digest give her place away (a digest can be tried out for every place near his).
    """

    person_id: str
    activation_id: int
    fix_time: Instant
    seq: int
    digest: bytes
    lat: float
    lon: float
    accuracy_m: float
    at: Instant
    """As of when the pair was judged: the newer of the two, or when a window opened."""
    distance_m: float
    """Metres between the two positions."""
    limit_m: float
    """Metres that have to be kept."""
    sigma_m: float
    """Standard deviation of the distance, metres: both accuracies, and what both may have moved."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One position an episode rests on, with the arithmetic of its membership."""

    fix_time: Instant
    seq: int
    digest: bytes
    lat: float
    lon: float
    accuracy_m: float
    zone_id: str
    zone_version: int
    signed_distance_m: float
    """Metres to the zone's boundary, positive inside."""
    probability_inside: float
    beacon_id: str | None = None
    """The beacon in whose range the device was: at its zone whatever the distance says."""
    counterpart: CounterpartEvidence | None = None
    """Of a pair, the other position. Then the zone is the one that moves with the person, the
    signed distance is what is missing of the distance to be kept, and the probability is that of
    having been within it."""
    permitted_by: str | None = None
    """The condition of higher priority that had the wearer be in the zone, where one did."""
    role: str
    """`before` (the last in compliance) or `held` (older than the start, but it still held then),
    `violation`, `deepest`, or `after` (the one that ended it)."""


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """What the evidence says happened: a value, equal whatever order the evidence arrived in."""

    activation_id: int
    """0 if it is about no wearer: then `subject` says what it is about."""
    condition_id: str | None
    """None for faults of the device and silence."""
    condition_version: int | None
    zone_id: str | None
    kind: EpisodeKind
    state: EpisodeState
    started: Bound
    ended: Bound | None
    positions: int
    """Judged positions in violation; of an implausible position, those in doubt."""
    max_depth_m: float
    """Exclusion: deepest inside; else farthest outside; metres."""
    confirmed_at: Instant | None = None
    """Event time at which the evidence was enough."""
    unconfirmed_since: Instant | None = None
    """Set on an episode still running without a position younger than the plan's max age."""
    window_start: Instant | None = None
    window_end: Instant | None = None
    """The schedule's window it belongs to, where the condition has one."""
    evidence: tuple[Evidence, ...] = ()
    presence_s: float | None = None
    """Of an attendance: seconds for which the evidence shows the wearer there, in the window so
    far."""
    subject: str = ""
    """What it is about if not about a wearer, by the names of `core.subject`; else empty."""
    detail: str = ""
    """What a person needs to know besides, in words and numbers; may be empty."""
    caused_by: str = ""
    """Subject whose failing caused it, as far as is known; else empty."""

    @property
    def severity(self) -> Severity:
        """Advisory if it never was confirmed, else the severity of its kind."""
        if self.state is EpisodeState.BRIEF and SEVERITY[self.kind] is not Severity.SYSTEM:
            return Severity.ADVISORY
        return SEVERITY[self.kind]


class StoredEpisode(msgspec.Struct, frozen=True, kw_only=True):
    """An episode as it was last shown: under which id, and how often it had been amended."""

    episode_id: int
    revision: int
    """1 when new; raised by evidence that changes what had been settled."""
    wearer_id: str
    """Empty if it is about no wearer."""
    updated_at: Instant
    episode: Episode
    registry_revision: int = 0
    """Revision of the registry by which it was last judged; 0: it was not noted yet."""
