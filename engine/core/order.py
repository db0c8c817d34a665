"""An order is the legal instrument; its conditions are the rules a wearer is judged by.

Everything the judgement needs to know about one activation is gathered in one frozen `Supervision`.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

import msgspec
from msgspec.structs import force_setattr

from engine.core.plan import PlanHistory
from engine.core.proximity import Proximity
from zones.history import ZoneHistory
from zones.instant import Duration, Instant, seconds
from zones.interval import END, Intervals
from zones.remainder import Remainder
from zones.schedule import Schedule
from zones.window import OWN, Window
from zones.zone_set import NO_ZONES, ZoneSet


class ConditionKind(StrEnum):
    """What a condition asks of the wearer while it is in force."""

    EXCLUSION = "exclusion"
    INCLUSION = "inclusion"
    CURFEW = "curfew"
    ATTENDANCE = "attendance"
    PROXIMITY = "proximity"


class Parameters(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters of a condition; there is no single "tolerance".

    The values here leave every safeguard but the threshold off; what an order does not say is by
    its kind: see `default_parameters`.
    """

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
    shared_error_m: float = 0.0
    """68 % radius of the error that successive positions may have in common, at first, metres."""
    shared_error_half_life_s: float = 300.0
    """Seconds in violation after which half of the shared error is no longer believed."""

    def __post_init__(self) -> None:
        """Refuse values that mean nothing."""
        if self.threshold < 1:
            raise ValueError(f"threshold is {self.threshold}: it must be at least 1")
        for name in ("buffer_m", "dwell_s", "grace_s", "shared_error_m"):
            value = getattr(self, name)
            if not 0 <= value < 1e7:
                raise ValueError(f"{name} is {value}: it must be from 0 to 10,000,000")
        half_life_s = self.shared_error_half_life_s
        if not 1 <= half_life_s < 1e7:
            raise ValueError(
                f"shared_error_half_life_s is {half_life_s}: it must be from 1 to 10,000,000"
            )
        if not 0.5 < self.confidence < 1:
            raise ValueError(f"confidence is {self.confidence}: it must be between 0.5 and 1")


DEFAULTS: Final[dict[ConditionKind, Parameters]] = {
    ConditionKind.EXCLUSION: Parameters(
        dwell_s=45.0, shared_error_m=20.0, shared_error_half_life_s=1200.0
    ),
    ConditionKind.INCLUSION: Parameters(
        dwell_s=45.0, shared_error_m=15.0, shared_error_half_life_s=300.0
    ),
    ConditionKind.CURFEW: Parameters(
        dwell_s=45.0, shared_error_m=15.0, shared_error_half_life_s=300.0
    ),
    ConditionKind.ATTENDANCE: Parameters(
        dwell_s=45.0, shared_error_m=15.0, shared_error_half_life_s=300.0
    ),
    ConditionKind.PROXIMITY: Parameters(),
}
"""What an order does not say. Measured: see `benchmarks/README.md`. A zone to keep out of may begin
beside the wearer's bed, where receivers err alike for an hour; a zone to stay in is drawn round
him, with room. Of a distance between two who move nothing waits: both sides have to be seen twice
already, and a missed approach gets somebody hurt."""


def default_parameters(kind: ConditionKind) -> Parameters:
    """Return the parameters of a kind of condition where an order says nothing else."""
    return DEFAULTS[kind]


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """How long, in a window of an attendance, the wearer has to be at the place."""

    minimum_s: float | None = None
    """Seconds, at any time in the window; None: the whole window."""
    late_after_s: float = 600.0
    """Of the whole window: seconds after its start from which he is late. Of a minimum stay: the
    least slack there is, where window and stay are nearly of one length."""
    early_before_s: float = 600.0
    """Of the whole window: seconds before its end until which leaving is early."""

    def __post_init__(self) -> None:
        """Refuse values that mean nothing."""
        if self.minimum_s is not None and not 0 < self.minimum_s < 1e7:
            raise ValueError(
                f"minimum_stay_s is {self.minimum_s}: it must be above 0 and below 10,000,000"
            )
        for name in ("late_after_s", "early_before_s"):
            value = getattr(self, name)
            if not 0 <= value < 1e7:
                raise ValueError(f"{name} is {value}: it must be from 0 to 10,000,000")

    @property
    def notice(self) -> Duration:
        """How long before a window ends its end already matters."""
        return 0 if self.minimum_s is not None else seconds(self.early_before_s)

    def due(self, window: Window) -> tuple[Instant, Instant]:
        """Return from when until when presence can be due in a window; no time if not in order."""
        if self.minimum_s is not None:
            return window.start, window.end
        until = window.end - self.notice
        return window.start + seconds(self.late_after_s), until


_SAYS_WHERE: Final = (ConditionKind.CURFEW, ConditionKind.INCLUSION, ConditionKind.ATTENDANCE)


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of an order, with its zones resolved to their histories.

    Several zones mean: keep out of each (exclusion), or be in any one of them (the other kinds).
    """

    condition_id: str
    kind: ConditionKind
    zones: ZoneSet
    schedule: Schedule
    parameters: Parameters = Parameters()
    version: int = 1
    order_id: str = ""
    places: ZoneSet = NO_ZONES
    """Zones that only windows with addresses of their own name."""
    stay: Stay | None = None
    """Of an attendance; None of any other kind."""
    proximity: Proximity | None = None
    """From whom to keep away; None for conditions on places."""
    priority: int = 0
    above: "tuple[Condition, ...]" = ()
    """The conditions that come before it: see `precedence.py`."""
    left: Remainder | None = None
    """What those leave of its hours; made from them."""

    def __post_init__(self) -> None:
        """Work out what is left of the hours."""
        if self.above and self.says_where and self.left is None:
            before = tuple(each.schedule for each in self.above)
            force_setattr(self, "left", Remainder(self.schedule, before))

    @property
    def key(self) -> tuple[str, str, int]:
        """Which version of which condition of which order it is."""
        return (self.order_id, self.condition_id, self.version)

    @property
    def keep_out(self) -> bool:
        """True if the wearer must not be in the zones, False if he must be in one of them."""
        return self.kind is ConditionKind.EXCLUSION

    @property
    def says_where(self) -> bool:
        """True if the wearer must be in one of the zones."""
        return self.kind in _SAYS_WHERE

    def window_at(self, instant: Instant) -> Window | None:
        """Return the window in force at an instant."""
        hours = self.schedule if self.left is None else self.left
        return hours.window_at(instant)

    def in_force(self, after: Instant, until: Instant) -> Intervals:
        """Return the parts of [after, until) in which it is in force."""
        return (self.left or Remainder(self.schedule, ())).in_force(after, until)

    def histories(self) -> Iterable[ZoneHistory]:
        """Return every zone that counts in some window."""
        return (*self.zones.histories, *self.places.histories)

    def zone(self, zone_id: str) -> ZoneHistory | None:
        """Return a zone that counts in some window."""
        return self.zones.by_id.get(zone_id) or self.places.by_id.get(zone_id)

    @property
    def notice(self) -> Duration:
        """How long before a window ends its end already matters."""
        return 0 if self.stay is None else self.stay.notice

    def targets(self, window: Window) -> Mapping[str, ZoneHistory]:
        """Return the zones that count in a window, by id; those that do not exist do not count."""
        own = self.zones.by_id
        if not window.places:
            return own
        found = ((place, self.zone(place)) for place in window.places)
        named = {place: history for place, history in found if history is not None}
        return {**own, **named} if OWN in window.places else named

    def next_change(self, after: Instant) -> Instant:
        """Return the next instant at which what is in force changes; END if none."""
        scheduled = (self.left or self.schedule).next_change(after)
        change = END if scheduled is None else scheduled
        for zones in (self.zones, self.places):
            if zones.changes:
                change = min(change, zones.next_change(after))
        if self.stay is not None:
            change = min([change, *self._due_after(after)])
        if self.above and self.keep_out:
            # What permits to be in the zones.
            change = min(change, *(each.next_change(after) for each in self.above))
        return change

    def _due_after(self, after: Instant) -> list[Instant]:
        """Return when, later in the window in force, presence begins and ceases to be due."""
        window = None if self.stay is None else self.window_at(after)
        if self.stay is None or window is None:
            return []
        return [edge for edge in self.stay.due(window) if edge > after]


class Role(StrEnum):
    """As what a person carries a device."""

    WEARER = "wearer"
    """Supervised, under an order."""
    PROTECTED = "protected"
    """Protected by the conditions of others."""


class Activation(msgspec.Struct, frozen=True, kw_only=True):
    """One device on one person, from-until (half-open). Everything is judged per activation."""

    activation_id: int
    wearer_id: str
    """Who carries it: the id of a wearer, or of a protected person, as the role says."""
    vendor: str
    device_id: str
    started_at: Instant
    ended_at: Instant | None = None
    role: Role = Role.WEARER

    def worn_at(self, instant: Instant) -> bool:
        """Tell whether the device is on the wearer: what it reports from the shelf is nobody's."""
        ended = self.ended_at is not None and instant >= self.ended_at
        return self.started_at <= instant and not ended


class Supervision(msgspec.Struct, frozen=True, kw_only=True):
    """All that one activation is judged against."""

    activation: Activation
    plans: PlanHistory
    timezone: str
    conditions: tuple[Condition, ...]
    """Every version of every condition; each is in force in its own time only."""
    counterparts: tuple[Activation, ...] = ()
    """Activations of the protected persons whom conditions name, by id."""
