"""One pair moves one run: what each outcome of the table in `run.py` does, between two who move.

A start lies after the last pair in compliance and by the first in violation; the estimate is where
the distance, changing evenly between the two, passes the limit. An end likewise, with the ring as
hysteresis.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from engine.core.bearing import SIGNALS, Aspect, Signal
from engine.core.counterpart import zone_of
from engine.core.episode import Bound, CounterpartEvidence, Evidence
from engine.core.naming import Ending
from engine.core.order import Parameters
from engine.core.pair import Pair, bearing_of
from engine.core.position import Mechanism, Position
from engine.core.proximity import Proximity
from engine.core.run import TRANSITIONS, Others, Outcome, PairRun, Phase, Run, strengthen
from engine.core.run_episode import Context, episode_of
from engine.core.run_steps import Folded, reported, with_run, without_run
from engine.core.state import ConditionState
from zones.instant import Instant
from zones.interval import BEGINNING
from zones.membership import SIGMAS_PER_ACCURACY
from zones.within import probability_within


class Meeting(NamedTuple):
    """A pair as a report makes it known."""

    pair: Pair
    last: Pair | None
    """The pair before it, if it was judged in this window."""
    new: bool = True
    """False if both positions only hold, where a window opens."""


class PairReading(NamedTuple):
    """A meeting against a condition, ready to be folded."""

    meeting: Meeting
    signal: Signal
    asked: Proximity

    @property
    def pair(self) -> Pair:
        """The pair."""
        return self.meeting.pair

    @property
    def position(self) -> Position:
        """His position as of when the pair is judged, as coarse as the coarser of the two."""
        own, at = self.pair.own, self.pair.at
        if own.coarse or not self.pair.counterpart.coarse:
            return own if own.fix_time == at else msgspec.structs.replace(own, fix_time=at)
        return msgspec.structs.replace(own, fix_time=at, mechanism=Mechanism.CELL)

    @property
    def accuracy_m(self) -> float:
        """The 68 % radius that a position of the pair's standard deviation has, metres."""
        return self.pair.sigma_m * SIGMAS_PER_ACCURACY

    @property
    def signed_distance_m(self) -> float:
        """What is missing of the distance to be kept."""
        return self.depth_m

    @property
    def depth_m(self) -> float:
        """Metres that are missing of the distance to be kept."""
        return self.asked.distance_m - self.pair.distance_m

    def proof(self, role: str) -> Evidence:
        """Return the pair as evidence in a role."""
        return prove_pair(self.pair, self.asked.distance_m, role)


def prove_pair(pair: Pair, limit_m: float, role: str) -> Evidence:
    """Return a pair as evidence: both positions and the arithmetic of the distance."""
    own, other = pair.own, pair.counterpart
    return Evidence(
        fix_time=own.fix_time,
        seq=own.seq,
        digest=own.digest,
        lat=own.lat,
        lon=own.lon,
        accuracy_m=own.accuracy_m,
        zone_id=zone_of(pair.person_id),
        zone_version=0,
        signed_distance_m=limit_m - pair.distance_m,
        probability_inside=probability_within(pair.distance_m, pair.sigma_m, limit_m),
        role=role,
        counterpart=CounterpartEvidence(
            person_id=pair.person_id,
            activation_id=other.activation_id,
            fix_time=other.fix_time,
            seq=other.seq,
            digest=other.digest,
            lat=other.lat,
            lon=other.lon,
            accuracy_m=other.accuracy_m,
            at=pair.at,
            distance_m=pair.distance_m,
            limit_m=limit_m,
            sigma_m=pair.sigma_m,
        ),
    )


def meet(
    context: Context, state: ConditionState, asked: Proximity, aspect: Aspect, meeting: Meeting
) -> Folded:
    """Fold one meeting into the run of a protected person and an aspect."""
    target = zone_of(meeting.pair.person_id)
    run = state.run_at(target, aspect)
    seen = bearing_of(meeting.pair, asked, context.condition.parameters)
    reading = PairReading(meeting, SIGNALS[True, aspect][seen], asked)
    outcome = TRANSITIONS[None if run is None else run.phase, reading.signal]
    if outcome is Outcome.NOTHING:
        return state, []
    if run is None:
        run = Run(
            target=target,
            zone_id=target,
            aspect=aspect,
            phase=Phase.UNSURE,
            clear=None,
            pair=PairRun(clear=meeting.last),
        )
    return _STEPS[outcome](context, state, run, reading)


def _watch(_c: Context, state: ConditionState, run: Run, _r: PairReading) -> Folded:
    return with_run(state, run), []


def _forget(_c: Context, state: ConditionState, run: Run, _r: PairReading) -> Folded:
    return without_run(state, run), []


def _begin(context: Context, state: ConditionState, run: Run, reading: PairReading) -> Folded:
    if run.aspect is Aspect.BUFFER and reported(state, run.target):
        return state, []
    begun = msgspec.structs.replace(
        run,
        phase=Phase.PENDING,
        max_depth_m=max(0.0, reading.depth_m),
        started=_start(context, state, run, reading),
        evidence=_evidence_before(run, reading),
    )
    return _strengthen(context, state, begun, reading)


def _evidence_before(run: Run, reading: PairReading) -> tuple[Evidence, ...]:
    clear = _pair_run(run).clear
    before = () if clear is None else (prove_pair(clear, reading.asked.distance_m, "before"),)
    return before if reading.meeting.new else (reading.proof("held"),)


def _strengthen(context: Context, state: ConditionState, run: Run, reading: PairReading) -> Folded:
    if reading.meeting.new:
        parameters = context.condition.parameters
        run, others = _with_hers(run, reading, parameters)
        max_age = context.plans.max_age_at(reading.pair.at)
        run = strengthen(run, reading, parameters, max_age, others)
    return with_run(state, run), []


def _with_hers(run: Run, reading: PairReading, parameters: Parameters) -> tuple[Run, Others]:
    """Return a run that counts her position, and whether hers are as many as his must be."""
    known, measured = _pair_run(run), reading.pair.counterpart.fix_time
    before = len(known.witnesses)
    witnesses = known.witnesses
    if measured not in witnesses:
        witnesses = (*witnesses, measured)[: parameters.threshold]
    distance_m = reading.pair.distance_m
    pair = msgspec.structs.replace(known, witnesses=witnesses, last_distance_m=distance_m)
    others = Others.LACKING
    if len(witnesses) >= parameters.threshold:
        others = Others.ENOUGH if before >= parameters.threshold else Others.ENOUGH_NOW
    return msgspec.structs.replace(run, pair=pair), others


def _finish(context: Context, state: ConditionState, run: Run, reading: PairReading) -> Folded:
    ended = _end(context, run, reading)
    refuted = not run.positions and run.started is not None and ended.by == run.started.by
    if refuted:  # at the very instant at which positions that only held began it
        return without_run(state, run), []
    evidence = (reading.proof("after"),) if reading.meeting.new else ()
    episode = episode_of(context, state, run, ended, Ending.RESTORED, evidence)
    return without_run(state, run), [episode]


_STEPS: Final[dict[Outcome, Callable[[Context, ConditionState, Run, PairReading], Folded]]] = {
    Outcome.WATCH: _watch,
    Outcome.BEGIN: _begin,
    Outcome.STRENGTHEN: _strengthen,
    Outcome.FORGET: _forget,
    Outcome.FINISH: _finish,
}


def _start(context: Context, state: ConditionState, run: Run, reading: PairReading) -> Bound:
    at = reading.pair.at
    if not reading.meeting.new:
        return Bound(at, at, at)
    opened = BEGINNING if state.window_start is None else state.window_start
    after, clear = max(context.since, opened), _pair_run(run).clear
    if clear is None:
        return Bound(None if after == BEGINNING else after, at, at)
    limit_m = reading.asked.distance_m
    if run.aspect is Aspect.BUFFER:
        limit_m += context.condition.parameters.buffer_m
    after = max(after, clear.at)
    crossed = _passed(context, clear.at, clear.distance_m, reading.pair, limit_m)
    return Bound(after, at, max(after, crossed))


def _end(context: Context, run: Run, reading: PairReading) -> Bound:
    at = reading.pair.at
    if not reading.meeting.new or run.started is None:
        return Bound(at, at, at)
    if run.last is None:
        return Bound(run.started.by, at, at)
    limit_m = reading.asked.distance_m
    if run.aspect is Aspect.MAIN or reading.depth_m < 0.0:
        limit_m += context.condition.parameters.buffer_m
    last_m = _pair_run(run).last_distance_m
    crossed = _passed(context, run.last.time, last_m, reading.pair, limit_m)
    return Bound(run.last.time, at, crossed)


def _passed(
    context: Context, since: Instant, before_m: float, pair: Pair, limit_m: float
) -> Instant:
    """Return when the distance passed a limit, had it changed evenly; if too long, its end."""
    changed_m = pair.distance_m - before_m
    if pair.at - since > context.plans.max_age_at(since) or changed_m == 0.0:
        return pair.at
    share = min(1.0, max(0.0, (limit_m - before_m) / changed_m))
    return since + round(share * (pair.at - since))


def _pair_run(run: Run) -> PairRun:
    return PairRun() if run.pair is None else run.pair
