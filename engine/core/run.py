"""A run is an unbroken stretch of evidence against one condition (and zone): an episode being born.

    clear --violating--> pending --enough witnesses--> confirmed --complying--> ended (confirmed)
      |                     '------complying--------------------------------->  ended (brief)
      '----unsure----> unsure --violating--> pending

No run is kept while the wearer is clear. To be nearby (clear of the zone, but not of its ring) is
to be clear, only it ends nothing that has begun. What is unsure never begins, confirms or ends
anything; it only keeps the last position in compliance, so that a later start lies in the right
interval. Silence does nothing: a run goes on, unconfirmed, until positive evidence ends it.

A run is confirmed by its witnesses: see `witness.py`.
"""

from enum import Enum, IntEnum
from math import inf
from typing import Final, NamedTuple, Protocol

import msgspec

from engine.core.bearing import Aspect, Signal
from engine.core.episode import Bound, Evidence
from engine.core.order import Parameters
from engine.core.pair import Pair
from engine.core.permission import Permit
from engine.core.position import Position
from engine.core.witness import NOBODY, Witnesses, enough, heard
from zones.instant import Duration, Instant
from zones.membership import probability_inside
from zones.zone import Zone

MOST_EVIDENCE: Final = 12
"""Violating positions kept as evidence besides the deepest; the journal has the others."""


class Phase(IntEnum):
    """How far a run has come."""

    UNSURE = 0
    PENDING = 1
    CONFIRMED = 2


class Place(msgspec.Struct, frozen=True):
    """Where and when something was certain."""

    time: Instant
    lat: float
    lon: float


class Weighed(Protocol):
    """What strengthens a run: a judged position with what it proves."""

    @property
    def position(self) -> Position:
        """The position."""
        ...

    @property
    def accuracy_m(self) -> float:
        """Radius of 68 % confidence of what is judged, metres."""
        ...

    @property
    def signed_distance_m(self) -> float:
        """Metres to the boundary, positive inside."""
        ...

    @property
    def depth_m(self) -> float:
        """How far into violation, metres."""
        ...

    def proof(self, role: str) -> Evidence:
        """Return it as evidence in a role."""
        ...


class Reading(NamedTuple):
    """One judged position against one zone of a condition, ready to be folded."""

    signal: Signal
    position: Position
    target: str
    zone: Zone
    signed_distance_m: float
    depth_m: float
    """How far into violation: metres inside a zone to keep out of, or outside one to stay in."""
    permit: Permit | None = None
    """What permits to be in a zone to keep out of, if anything surely does."""

    @property
    def accuracy_m(self) -> float:
        """Radius of 68 % confidence of the position, metres."""
        return self.position.accuracy_m

    def proof(self, role: str) -> Evidence:
        """Return it as evidence in a role."""
        return prove(self, role)


class PairRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a run against a protected person knows besides."""

    clear: Pair | None = None
    """The last pair in compliance, if there is one since the condition is in force."""
    last_distance_m: float = 0.0
    """How far apart they were at the last pair in violation."""
    witnesses: tuple[Instant, ...] = ()
    """When her positions in violation were measured: the first, up to the threshold."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one run."""

    target: str
    """The zone to keep out of; empty for the zones to stay in, which are judged together."""
    zone_id: str
    """The zone it began at."""
    aspect: Aspect
    phase: Phase
    clear: Position | None
    """The last position in compliance, if there is one since the condition is in force."""
    not_before: Instant | None = None
    """When what permitted the wearer to be there ended, if it did."""
    started: Bound | None = None
    """None while unsure."""
    at_start: bool = False
    """True if nothing in this window shows the wearer in compliance before it began, or if a zone
    to keep out of took effect around him."""
    positions: int = 0
    proof: Witnesses = NOBODY
    """Who speaks for it, until it is confirmed."""
    last: Place | None = None
    """The last position in violation."""
    max_depth_m: float = 0.0
    confirmed_at: Instant | None = None
    evidence: tuple[Evidence, ...] = ()
    deepest: Evidence | None = None
    pair: PairRun | None = None
    """Of a run against a protected person."""


class Outcome(IntEnum):
    """What becomes of a run when a reading comes."""

    NOTHING = 0
    WATCH = 1
    BEGIN = 2
    STRENGTHEN = 3
    FORGET = 4
    FINISH = 5


TRANSITIONS: Final[dict[tuple[Phase | None, Signal], Outcome]] = {
    (None, Signal.COMPLYING): Outcome.NOTHING,
    (None, Signal.NEARBY): Outcome.NOTHING,
    (None, Signal.UNSURE): Outcome.WATCH,
    (None, Signal.VIOLATING): Outcome.BEGIN,
    (Phase.UNSURE, Signal.COMPLYING): Outcome.FORGET,
    (Phase.UNSURE, Signal.NEARBY): Outcome.FORGET,
    (Phase.UNSURE, Signal.UNSURE): Outcome.NOTHING,
    (Phase.UNSURE, Signal.VIOLATING): Outcome.BEGIN,
    (Phase.PENDING, Signal.COMPLYING): Outcome.FINISH,
    (Phase.PENDING, Signal.NEARBY): Outcome.NOTHING,
    (Phase.PENDING, Signal.UNSURE): Outcome.NOTHING,
    (Phase.PENDING, Signal.VIOLATING): Outcome.STRENGTHEN,
    (Phase.CONFIRMED, Signal.COMPLYING): Outcome.FINISH,
    (Phase.CONFIRMED, Signal.NEARBY): Outcome.NOTHING,
    (Phase.CONFIRMED, Signal.UNSURE): Outcome.NOTHING,
    (Phase.CONFIRMED, Signal.VIOLATING): Outcome.STRENGTHEN,
}
"""Every phase (None: no run) with every signal. A window's end finishes what is pending or
confirmed, whatever the signal."""


def prove(reading: Reading, role: str) -> Evidence:
    """Return a reading as evidence: the arithmetic of one position against one zone."""
    position = reading.position
    at_beacon = position.beacon_zone_id == reading.zone.zone_id
    inside = probability_inside(reading.signed_distance_m, position.accuracy_m)
    return Evidence(
        fix_time=position.fix_time,
        seq=position.seq,
        digest=position.digest,
        lat=position.lat,
        lon=position.lon,
        accuracy_m=position.accuracy_m,
        zone_id=reading.zone.zone_id,
        zone_version=reading.zone.version,
        signed_distance_m=reading.signed_distance_m,
        probability_inside=1.0 if at_beacon else inside,
        beacon_id=position.beacon_id if at_beacon else None,
        permitted_by=None if reading.permit is None else reading.permit.condition_id,
        role=role,
    )


class Others(Enum):
    """Whether the other side of a pair has as many witnesses as are asked for."""

    LACKING = 0
    ENOUGH = 1
    ENOUGH_NOW = 2
    """By this very reading, which therefore may confirm, whatever else is new in it."""


def strengthen(
    run: Run,
    reading: Weighed,
    parameters: Parameters,
    max_age: Duration,
    others: Others = Others.ENOUGH,
) -> Run:
    """Add one violating position to a run that has begun; confirm it when that is enough."""
    position, confirmed_at, proof = reading.position, run.confirmed_at, run.proof
    if confirmed_at is None:
        since = None if run.last is None else run.last.time
        beyond_m, accuracy_m = _beyond_m(run, reading, parameters), reading.accuracy_m
        proof = heard(run.proof, position, accuracy_m, beyond_m, since, parameters, max_age)
        begun_by = None if run.started is None else run.started.by
        new = proof is not run.proof or others is Others.ENOUGH_NOW
        proved = others is not Others.LACKING and enough(
            proof, position.fix_time, begun_by, parameters
        )
        if new and proved:
            confirmed_at, proof = position.fix_time, NOBODY
    deeper = run.deepest is None or reading.depth_m > run.max_depth_m
    keep = run.positions < MOST_EVIDENCE
    return msgspec.structs.replace(
        run,
        phase=Phase.PENDING if confirmed_at is None else Phase.CONFIRMED,
        positions=run.positions + 1,
        proof=proof,
        last=Place(position.fix_time, position.lat, position.lon),
        max_depth_m=max(run.max_depth_m, reading.depth_m),
        confirmed_at=confirmed_at,
        evidence=(*run.evidence, reading.proof("violation")) if keep else run.evidence,
        deepest=reading.proof("deepest") if deeper else run.deepest,
    )


def _beyond_m(run: Run, reading: Weighed, parameters: Parameters) -> float:
    """Return how far a violating position lies beyond the boundary that its violation is about.

    A zone to stay in is left with its ring. A ring's own episode is advisory: any depth will do.
    """
    if run.aspect is Aspect.BUFFER:
        return inf
    stay_in = reading.signed_distance_m < 0.0
    return reading.depth_m - parameters.buffer_m if stay_in else reading.depth_m
