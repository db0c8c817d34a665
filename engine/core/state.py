"""The state of one activation's fold: all that the past means for the judgement of what follows.

Frozen, comparable and small, so that a checkpoint of it costs nothing to keep and to restore.
"""

import msgspec

from engine.core.beacon_fold import BeaconFault
from engine.core.episode import Bound, EpisodeKind
from engine.core.plausibility import Admission
from engine.core.run import Run
from zones.instant import Instant


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

    def run_at(self, target: str, aspect: int) -> Run | None:
        """Return the run against a target, if there is one."""
        for run in self.runs:
            if run.target == target and run.aspect == aspect:
                return run
        return None


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A fault that holds: reported by the device, or a location lost."""

    kind: EpisodeKind
    started: Bound
    last: Instant
    """Event time of the newest report of it."""
    reports: int = 1


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
