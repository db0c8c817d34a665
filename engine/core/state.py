"""The state of one activation's fold: all that the past means for the judgement of what follows.

Frozen, comparable and small, so that a checkpoint of it costs nothing to keep and to restore.
"""

from typing import NamedTuple

import msgspec

from engine.core.beacon_fold import BeaconFault
from engine.core.company import Followed
from engine.core.episode import Bound, Episode, EpisodeKind
from engine.core.plausibility import Admission
from engine.core.position import Position
from engine.core.run import Run
from engine.core.sequence import Counting
from zones.instant import Duration, Instant
from zones.interval import BEGINNING


class Attendance(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the wearer's attendance in one window: see `attendance.py`."""

    start: Instant
    """Start of the window by its hours alone (of a minimum stay) or as it is in force."""
    slack: Duration | None = None
    """Of a minimum stay: the absence that it leaves room for."""
    presence: Duration = 0
    """Time for which the evidence shows him there."""
    absence: Duration = 0
    """Time for which the evidence shows him elsewhere."""
    seen: bool = False
    """True once a position showed him there."""
    broken: bool = False
    """True once there was anything to report of it."""
    last: Position | None = None
    """The last position that was sure of where he was, if its time still counts."""
    there: bool = False
    """What that position was sure of."""
    since: Instant = BEGINNING
    """Up to when time has been counted."""


class Blind(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which nobody knows how far a protected person is, while the wearer is seen."""

    person_id: str
    started: Bound
    last: Instant
    """The newest of his positions that was judged against nobody."""


class ConditionState(msgspec.Struct, frozen=True, kw_only=True):
    """Where one version of one condition stands."""

    key: tuple[str, str, int]
    """Order, condition and version: see `Condition.key`."""
    next_change: Instant
    """When its schedule or zones change next."""
    window_start: Instant | None = None
    """Start of the window in force; None while the condition is not in force."""
    window_end: Instant | None = None
    complied: bool = False
    """True once evidence in this window showed the wearer in compliance."""
    runs: tuple[Run, ...] = ()
    asked_from: Instant | None = None
    """Since when something is asked of the wearer, if that is later than the window's start."""
    attendance: Attendance | None = None
    """Of an attendance, while a window of it is in force or goes on after a pass."""
    blind: tuple[Blind, ...] = ()
    """Protected persons whose whereabouts are unknown."""

    def run_at(self, target: str, aspect: int) -> Run | None:
        """Return the run against a target, if there is one."""
        for run in self.runs:
            if run.target == target and run.aspect == aspect:
                return run
        return None


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A fault that holds: reported by the device, or what follows from its messages."""

    kind: EpisodeKind
    started: Bound
    last: Instant
    """Event time of the newest report of it."""
    reports: int = 1
    derived: bool = False
    """True if it follows from what messages state, and not from an event of the device."""
    confirmed_at: Instant | None = None
    """When the evidence was enough; None: from its start."""
    until: Instant | None = None
    """When it ends by itself, unless it is reported again."""


class Brief(NamedTuple):
    """A tamper that was over soon."""

    start: Instant
    end: Instant


class ActivationState(msgspec.Struct, frozen=True, kw_only=True):
    """Where one activation stands at `time`."""

    activation_id: int
    time: Instant
    head: tuple[Instant, int, int, bytes] | None = None
    """Order of the newest report folded."""
    admission: Admission = Admission()
    conditions: tuple[ConditionState, ...] = ()
    faults: tuple[Fault, ...] = ()
    beacons: tuple[BeaconFault, ...] = ()
    """What holds of the wearer's beacons."""
    waiting: tuple[Episode, ...] = ()
    """Faults that ended at `time`: over once that instant is, unless they begin again in it."""
    counting: Counting = Counting()
    tampers: tuple[Brief, ...] = ()
    """The newest brief tampers, as many as the next one may be repeated with."""
    company: tuple[Followed, ...] = ()
    """Where the devices of the protected persons were whom conditions name."""
    speed_mps: float = 0.0
    """Implied by the last two judged positions, where conditions name a protected person."""
