"""A case: one activation as it stands in the caseload."""

import msgspec

from engine.core.docket import Docket
from engine.core.episode import StoredEpisode
from engine.core.lane import moved_on
from engine.core.position import Position, PositionKey
from zones.instant import Instant


class Silence(msgspec.Struct, frozen=True):
    """What is known of an activation's calling in."""

    last_received: Instant | None = None
    missed: StoredEpisode | None = None
    """The missed call-in, or the first report that never came, that runs, if one does."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One activation in the caseload."""

    docket: Docket
    newest: PositionKey | None = None
    """Greatest key stored, quarantined positions included: anything greater is new."""
    silence: Silence = Silence()

    @property
    def reported(self) -> bool:
        """True if anything was ever received that happened since the activation began."""
        started_at, head = self.docket.supervision.activation.started_at, self.docket.state.head
        times = (head[0] if head else None, self.newest.fix_time if self.newest else None)
        return any(time is not None and time >= started_at for time in times)


def moved_case(case: Case, last: Position, heard: Instant | None) -> Case:
    """Return a case after quiet positions, given the last of them and when it was received.

    If that is not known, the case says as before when the activation was heard.
    """
    silence = case.silence
    return Case(
        docket=moved_on(case.docket, last),
        newest=last.key if case.newest is None else max(case.newest, last.key),
        silence=silence if heard is None else Silence(heard, silence.missed),
    )
