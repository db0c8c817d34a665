"""A run is an unbroken stretch of evidence against one condition (and zone): an episode being born.

    clear --violating--> pending --enough witnesses--> confirmed --complying--> ended (confirmed)
      |                     '------complying--------------------------------->  ended (brief)
      '----unsure----> unsure --violating--> pending

No run is kept while the wearer is clear. To be nearby (clear of the zone, but not of its ring) is
to be clear, only it ends nothing that has begun. What is unsure never begins, confirms or ends
anything; it only keeps the last position in compliance, so that a later start lies in the right
interval. Silence does nothing: a run goes on, unconfirmed, until positive evidence ends it.

A run is confirmed by `threshold` different witnesses in violation, of which at least one is not
coarse, the last of them `dwell_s` or more after the first instant by which it had begun. The same
coordinates and accuracy repeated are one witness: network positions freeze. So a position that
only repeats a witness, or the newest violating position, proves neither threshold nor dwell.
"""

from enum import IntEnum
from typing import Final, NamedTuple

import msgspec

from engine.core.bearing import Aspect, Signal
from engine.core.episode import Bound, Evidence
from engine.core.order import Parameters
from engine.core.position import Position
from zones.instant import Instant, seconds
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


class Reading(NamedTuple):
    """One judged position against one zone of a condition, ready to be folded."""

    signal: Signal
    position: Position
    target: str
    zone: Zone
    signed_distance_m: float
    depth_m: float
    """How far into violation: metres inside a zone to keep out of, or outside one to stay in."""


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
    started: Bound | None = None
    """None while unsure."""
    at_start: bool = False
    """True if nothing in this window shows the wearer in compliance before it began, or if a zone
    to keep out of took effect around him."""
    positions: int = 0
    witnesses: tuple[tuple[float, float, float], ...] = ()
    """Different coordinates and accuracies in violation: the first, up to the threshold, and the
    newest, until the run is confirmed."""
    fine: bool = False
    """True once a witness was not coarse."""
    last: Place | None = None
    """The last position in violation."""
    max_depth_m: float = 0.0
    confirmed_at: Instant | None = None
    evidence: tuple[Evidence, ...] = ()
    deepest: Evidence | None = None


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
        role=role,
    )


def strengthen(run: Run, reading: Reading, parameters: Parameters) -> Run:
    """Add one violating position to a run that has begun; confirm it when that is enough."""
    position = reading.position
    witnesses, fine = _witnesses(run, position, parameters), run.fine or not position.coarse
    new = witnesses is not run.witnesses
    enough = len(witnesses) >= parameters.threshold and fine and _dwelt(run, position, parameters)
    confirmed_at = position.fix_time if new and enough else run.confirmed_at
    deeper = run.deepest is None or reading.depth_m > run.max_depth_m
    keep = run.positions < MOST_EVIDENCE
    return msgspec.structs.replace(
        run,
        phase=Phase.PENDING if confirmed_at is None else Phase.CONFIRMED,
        positions=run.positions + 1,
        witnesses=witnesses,
        fine=fine,
        last=Place(position.fix_time, position.lat, position.lon),
        max_depth_m=max(run.max_depth_m, reading.depth_m),
        confirmed_at=confirmed_at,
        evidence=(*run.evidence, prove(reading, "violation")) if keep else run.evidence,
        deepest=prove(reading, "deepest") if deeper else run.deepest,
    )


def _witnesses(
    run: Run, position: Position, parameters: Parameters
) -> tuple[tuple[float, float, float], ...]:
    witness = (position.lat, position.lon, position.accuracy_m)
    if run.confirmed_at is not None or witness in run.witnesses:
        return run.witnesses
    return (*run.witnesses[: parameters.threshold], witness)


def _dwelt(run: Run, position: Position, parameters: Parameters) -> bool:
    return run.started is not None and (
        position.fix_time - run.started.by >= seconds(parameters.dwell_s)
    )
