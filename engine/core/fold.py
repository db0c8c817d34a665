"""The judgement of one activation is a fold over event time.

`observe` and `advance` are its only moves. `observe` takes the next report in order (a position, or
a device event); `advance` only lets time pass, and letting it pass in one step or in many is the
same. What the fold says therefore depends on the reports and on the time, never on how the reports
arrived or when somebody looked.

Reports are ordered by `report_order`. Positions that are quarantined for good never reach the fold;
implausible ones do, because only the fold can tell.
"""

from collections.abc import Container, Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, TypeVar

import msgspec
from msgspec.structs import force_setattr

from engine.core import beacon_fold, blindness, device_fold, proximity_fold
from engine.core.bearing import reach_m
from engine.core.company import Company, admit_counterpart, speed_into
from engine.core.counterpart import Counterpart
from engine.core.device_event import DeviceEvent, EventState
from engine.core.episode import Episode
from engine.core.gauge import Gauge, Near
from engine.core.naming import Ending
from engine.core.order import Supervision
from engine.core.pair import Whereabouts
from engine.core.plausibility import admit
from engine.core.position import Position, PositionKey, Quarantine
from engine.core.readings import Moment
from engine.core.rules import RULES, initial
from engine.core.run import Phase, Run
from engine.core.run_episode import Context, episode_of
from engine.core.run_steps import Folded
from engine.core.state import ActivationState, ConditionState
from engine.core.transit import transits
from zones.instant import Instant
from zones.interval import BEGINNING, END
from zones.zone import Zone

Report = Position | DeviceEvent | Counterpart
R = TypeVar("R", bound=Position | DeviceEvent | Counterpart)

_STATE_RANK: Final = {EventState.START: 0, EventState.AT: 1, EventState.END: 2}


LONG_TRACK: Final = 8
"""From so many positions on it pays to measure all of them against the zones to stay in at once."""


class Step(NamedTuple):
    """What one move leads to."""

    state: ActivationState
    closed: list[Episode]
    """Episodes that ended, in the order in which they did."""
    verdict: Quarantine | None = None
    """Why the position that was observed is not judged; None if it is."""
    proved: PositionKey | None = None
    """Set if the position proves one true that was quarantined before: nothing has been folded, and
    the fold is to turn back to before that one and go on from there with it trusted."""


def report_order(report: Report) -> tuple[Instant, int, int, bytes]:
    """Return the place of a report in event time: time, positions first, sequence, content.

    Positions of others come last.

    Of the events of one instant starts come first: a fault that starts and ends in it has ended.
    """
    if isinstance(report, Position):
        return (report.fix_time, 0, report.seq, report.digest)
    if isinstance(report, Counterpart):
        return (report.time, 2, report.position.seq, report.content)
    return (report.time, 1, _STATE_RANK[report.state], report.digest)


def in_order(reports: Iterable[R]) -> list[R]:
    """Return reports in the order of event time, each once."""
    distinct = {report_order(report): report for report in reports}
    return [distinct[order] for order in sorted(distinct)]


def begin(supervision: Supervision) -> ActivationState:
    """Return the state of an activation at its start."""
    return ActivationState(
        activation_id=supervision.activation.activation_id,
        time=supervision.activation.started_at,
        conditions=tuple(initial(each) for each in supervision.conditions),
    )


class Fold(msgspec.Struct, frozen=True):
    """The moves, for one activation under its supervision."""

    supervision: Supervision
    gauge: Gauge
    contexts: tuple[Context, ...] = ()
    """Of the supervision's conditions; made from them."""
    proximate: bool = False
    """True if any of them names a protected person; made likewise."""

    def __post_init__(self) -> None:
        """Say once what every move needs to know."""
        activation, plans = self.supervision.activation, self.supervision.plans
        contexts = (
            Context(condition, activation.activation_id, activation.started_at, plans)
            for condition in self.supervision.conditions
        )
        force_setattr(self, "contexts", tuple(contexts))
        named = any(each.proximity is not None for each in self.supervision.conditions)
        force_setattr(self, "proximate", named)

    def observe(
        self, state: ActivationState, report: Report, trusted: Container[PositionKey] = ()
    ) -> Step:
        """Fold the next report in order; a trusted position is judged however far it is."""
        order = report_order(report)
        state, closed = self._advanced(state, order[0])
        following = self._report(state, report, trusted)
        if following.proved is not None:
            return following
        state = msgspec.structs.replace(following.state, time=max(state.time, order[0]), head=order)
        return Step(state, closed + following.closed, following.verdict)

    def _report(
        self, state: ActivationState, report: Report, trusted: Container[PositionKey]
    ) -> Step:
        if isinstance(report, Position):
            return self._position(state, report, trusted)
        if isinstance(report, Counterpart):
            return self._counterpart(state, report, trusted)
        return Step(*device_fold.event(self.supervision, state, report))

    def advance(self, state: ActivationState, now: Instant) -> Step:
        """Let time pass up to and including `now`: no report of that instant is to come."""
        state, closed = self._advanced(state, now)
        state, over = device_fold.passed(state)
        return Step(msgspec.structs.replace(state, time=max(now, state.time)), closed + over)

    def _advanced(
        self, state: ActivationState, now: Instant
    ) -> tuple[ActivationState, list[Episode]]:
        closed: list[Episode] = []
        if next_change(state) <= now:
            conditions = []
            for context, each in self._pairs(state):
                advanced, ended = self._turns(context, each, state, now)
                conditions.append(advanced)
                closed += ended
            state = msgspec.structs.replace(state, conditions=tuple(conditions))
        state, ended = device_fold.advanced(self.supervision, state, now)
        return state, closed + ended

    def running(self, state: ActivationState, now: Instant) -> list[Episode]:
        """Return the episodes that run at `now`, to which the state has been advanced."""
        episodes = []
        for context, each, run in self._runs(state):
            holds = self._holds_until(context, state, run)
            since = holds if holds is not None and now > holds else None
            ending = Ending.RUNNING
            episodes.append(episode_of(context, each, run, None, ending, unconfirmed_since=since))
        for context, each in self._pairs(state):
            episodes += blindness.running(context, each)
        return episodes + device_fold.running(state, now)

    def unconfirmed_next(self, state: ActivationState, now: Instant) -> Instant:
        """Return when after `now` something that runs is first unconfirmed; END if never."""
        holding = (self._holds_until(context, state, run) for context, _, run in self._runs(state))
        return min((at + 1 for at in holding if at is not None and at + 1 > now), default=END)

    def _runs(self, state: ActivationState) -> Iterable[tuple[Context, ConditionState, Run]]:
        for context, each in self._pairs(state):
            for run in each.runs:
                if run.phase is not Phase.UNSURE:
                    yield context, each, run

    def _holds_until(self, context: Context, state: ActivationState, run: Run) -> Instant | None:
        """Return the last instant at which what a run rests on holds."""
        if run.pair is not None:
            return proximity_fold.unconfirmed_from(context, company_of(state), run.target)
        return self.holds_until(state)

    def _pairs(self, state: ActivationState) -> Iterable[tuple[Context, ConditionState]]:
        return zip(self.contexts, state.conditions, strict=True)

    def _turns(
        self, context: Context, each: ConditionState, state: ActivationState, now: Instant
    ) -> Folded:
        """Turn a condition at every change up to `now`.

        Once nothing runs and no position holds, what comes and goes in between leaves no trace, if
        the rule says so: one turn leads to where all of them would.
        """
        closed: list[Episode] = []
        rule = RULES[context.condition.kind]
        while each.next_change <= now:
            at = max(each.next_change, now if state.time == BEGINNING else state.time)
            moment = self._held(state, at)
            if moment is None and not each.runs and not each.blind and not rule.every_turn:
                at = now
            each, ended = rule.turn(context, each, at, moment)
            closed += ended
        return each, closed

    def holds(self, state: ActivationState, at: Instant) -> bool:
        """Tell whether the last judged position still says where the wearer is."""
        until = self.holds_until(state)
        return until is not None and at <= until

    def _held(self, state: ActivationState, at: Instant) -> Moment | None:
        last = state.admission.last
        if last is None or not self.holds(state, at):
            return None
        near, company = self._near(last), self._company(state)
        return Moment(at, last, near, self.gauge, None, held=True, company=company)

    def _company(self, state: ActivationState) -> Company | None:
        return company_of(state) if self.proximate else None

    def holds_until(self, state: ActivationState) -> Instant | None:
        """Return until when the last judged position says where the wearer is."""
        last = state.admission.last
        if last is None:
            return None
        return last.fix_time + self.supervision.plans.max_age_at(last.fix_time)

    def _near(self, position: Position) -> Near:
        reach = reach_of(self.supervision, position)
        return () if reach is None else self.gauge.near(position, reach)

    def _position(
        self, state: ActivationState, position: Position, trusted: Container[PositionKey]
    ) -> Step:
        if beacon_fold.moved(state.beacons, position.beacon_id):
            return Step(
                *device_fold.position(self.supervision, state, position, Quarantine.BEACON_MOVED),
                Quarantine.BEACON_MOVED,
            )
        last = state.admission.last
        admitted = admit(state.admission, position, trusted=_is_in(position, trusted))
        if admitted.proved is not None:
            return Step(state, [], proved=admitted.proved.key)
        closed: list[Episode] = []
        if admitted.verdict is None:
            state, closed = self._judge(state, position, last)
        told = device_fold.position(self.supervision, state, position, admitted.verdict)
        state = msgspec.structs.replace(told.state, admission=admitted.admission)
        return Step(state, closed + told.closed, admitted.verdict)

    def _judge(
        self, state: ActivationState, position: Position, last: Position | None
    ) -> tuple[ActivationState, list[Episode]]:
        near = self._near(position)
        moment = Moment(position.fix_time, position, near, self.gauge, last, held=False)
        conditions, closed = [], list[Episode]()
        if self.proximate:
            before = company_of(state)
            state = msgspec.structs.replace(state, speed_mps=speed_into(last, position))
            company = Company(Whereabouts(position, state.speed_mps), state.company)
            moment = moment._replace(company=company, company_before=before)
        for context, each in self._pairs(state):
            if last is not None and context.condition.keep_out:
                closed += transits(context, each, last, position, self.gauge)
            observed, ended = RULES[context.condition.kind].observe(context, each, moment)
            conditions.append(observed)
            closed += ended
        return msgspec.structs.replace(state, conditions=tuple(conditions)), closed

    def _counterpart(
        self, state: ActivationState, report: Counterpart, trusted: Container[PositionKey]
    ) -> Step:
        """Fold a protected person's position: her own admission, then what it means for him."""
        trust = _is_in(report.position, trusted)
        others, admitted = admit_counterpart(state.company, report, trusted=trust)
        if admitted.proved is not None:
            return Step(state, [], proved=admitted.proved.key)
        before = company_of(state)
        state = msgspec.structs.replace(state, company=others)
        if admitted.verdict is not None:
            return Step(state, [], admitted.verdict)
        conditions, closed = [], []
        for context, each in self._pairs(state):
            if context.condition.proximity is None:
                conditions.append(each)
                continue
            company = company_of(state)
            at, person_id = report.time, report.person_id
            known, ended = proximity_fold.met(context, each, person_id, at, company, before)
            conditions.append(known)
            closed += ended
        return Step(msgspec.structs.replace(state, conditions=tuple(conditions)), closed)


def company_of(state: ActivationState) -> Company:
    """Return where a state has the wearer and the protected persons."""
    last = state.admission.last
    own = None if last is None else Whereabouts(last, state.speed_mps)
    return Company(own, state.company)


def _is_in(position: Position, trusted: Container[PositionKey]) -> bool:
    return bool(trusted) and position.key in trusted


def prime(gauge: Gauge, runs: Iterable[tuple[Supervision, Sequence[Position]]]) -> None:
    """Measure at once what folding runs of positions, each in order, will ask of the gauge."""
    tracks: list[tuple[Zone, Sequence[Position]]] = []
    positions: list[Position] = []
    reaches_m: list[float] = []
    paths: list[tuple[Position, Position]] = []
    for supervision, ordered in runs:
        reaches = [reach_of(supervision, position) for position in ordered]
        if ordered and None not in reaches:
            positions += ordered
            reaches_m += [reach or 0.0 for reach in reaches]
            paths += pairwise(ordered)
        if len(ordered) >= LONG_TRACK:
            tracks += [(zone, ordered) for zone in _places_to_be(supervision)]
    gauge.prime(positions, reaches_m, paths, tracks)


def _places_to_be(supervision: Supervision) -> list[Zone]:
    return [
        zone
        for condition in supervision.conditions
        for history in (() if condition.keep_out else condition.histories())
        for zone in history.versions
    ]


def next_change(state: ActivationState) -> Instant:
    """Return when schedules or zones next change what is in force; END if never."""
    return min((each.next_change for each in state.conditions), default=END)


def reach_of(supervision: Supervision, position: Position) -> float | None:
    """Return how near in metres a zone to keep out of matters; None without such zones."""
    reaches = [
        reach_m(position.accuracy_m, condition.parameters)
        for condition in supervision.conditions
        if condition.keep_out
    ]
    return max(reaches, default=None)
