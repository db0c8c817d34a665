"""How conditions stood over a stretch of time, told by the fold that judges them.

The fold is walked from a state before the stretch, report by report, with a stop wherever time
alone changes something: a window, a zone, a permission, a last position that no longer holds. From
each stop to the next every condition stands somehow:

- *not in force*: no window of it is;
- *unknown*: no position holds (of a pair, not both), or what the last one says is unsure, or what
  speaks against the wearer was never enough;
- *permitted*: a condition of higher priority has him be in the zone he must keep out of;
- *broken*: within an episode that was confirmed, between the best estimates of its ends;
- *kept*: else. Of an attendance that includes being elsewhere while presence is not due.

Nothing is judged here: states and episodes are those of `fold.py`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Final

import msgspec

from engine.core.bearing import Aspect
from engine.core.counterpart import Counterpart, zone_of
from engine.core.episode import Episode, EpisodeState
from engine.core.fold import Fold, Report, company_of, in_order, next_change, prime, reach_of
from engine.core.folding import time_of
from engine.core.naming import KINDS
from engine.core.permission import permit
from engine.core.position import Position, PositionKey
from engine.core.proximity_fold import unconfirmed_from
from engine.core.run import Phase
from engine.core.run_episode import Context
from engine.core.state import ActivationState, ConditionState
from zones.instant import Instant
from zones.interval import END, Interval, Intervals, intersect, normalize, subtract, union
from zones.membership import distance_limit_m

BREACHES: Final = frozenset(KINDS.values())
"""Kinds of episode in which a condition is broken once they are confirmed."""

Key = tuple[str, str, int]
"""Order, condition and version: see `Condition.key`."""


class Standing(StrEnum):
    """How a condition stands."""

    KEPT = "kept"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    PERMITTED = "permitted"
    NOT_IN_FORCE = "not_in_force"


Spans = Mapping[Standing, Intervals]
"""When a condition stood how; together the stretch asked for."""


class Course(msgspec.Struct, frozen=True):
    """What walking the fold over a stretch of time showed."""

    state: ActivationState
    """As of the last instant of the stretch."""
    episodes: tuple[Episode, ...]
    """Those that ended on the way, and those that run at its end."""
    since: Instant
    until: Instant
    steps: Mapping[Key, Sequence[tuple[Instant, Standing]]]
    """From when on each condition stood how. Here *broken* is whatever speaks against the wearer,
    whether it was enough in the end or not."""

    def spans(self, key: Key) -> Spans:
        """Return when a condition stood how, by what was enough in the end."""
        steps = [(max(at, self.since), stood) for at, stood in self.steps.get(key, ())]
        seen: dict[Standing, list[Interval]] = defaultdict(list)
        for (start, stood), (end, _) in pairwise([*steps, (self.until, Standing.UNKNOWN)]):
            if start < end:
                seen[stood].append(Interval(start, end))
        return _settled({each: normalize(seen[each]) for each in Standing}, self.breaches(key))

    def breaches(self, key: Key) -> list[Episode]:
        """Return the confirmed episodes in which a condition was broken."""
        return [
            each
            for each in self.episodes
            if each.state is EpisodeState.CONFIRMED
            and each.kind in BREACHES
            and (each.condition_id, each.condition_version) == key[1:]
        ]


def follow(
    fold: Fold, state: ActivationState, reports: Iterable[Report], since: Instant, until: Instant
) -> Course:
    """Walk the fold over [since, until) from a state that is not after `since`.

    `reports` are the judged ones after the state, in any order; those from `until` on are left out.
    """
    ordered = [each for each in in_order(reports) if time_of(each) < until]
    prime(fold.gauge, [(fold.supervision, [e for e in ordered if isinstance(e, Position)])])
    walk = _Walk(fold, state, _trusted(ordered))
    for report in ordered:
        walk.let_pass(time_of(report))
        walk.take(report)
    walk.let_pass(until)
    running = fold.running(walk.state, max(until - 1, walk.state.time))
    return Course(walk.state, (*walk.closed, *running), since, until, walk.steps)


def _trusted(reports: Iterable[Report]) -> set[PositionKey]:
    """Return the keys of positions: that they are judged has been found out already."""
    own = {each.key for each in reports if isinstance(each, Position)}
    return own | {each.position.key for each in reports if isinstance(each, Counterpart)}


class _Walk:
    """One walk: the state it has come to, and what it saw."""

    def __init__(self, fold: Fold, state: ActivationState, trusted: set[PositionKey]) -> None:
        self.fold = fold
        self.state = state
        self.closed: list[Episode] = []
        self.steps: dict[Key, list[tuple[Instant, Standing]]] = defaultdict(list)
        self._trusted = trusted
        self._note(state.time)

    def take(self, report: Report) -> None:
        """Fold a report."""
        step = self.fold.observe(self.state, report, self._trusted)
        self.state = step.state
        self.closed += step.closed
        self._note(time_of(report))

    def let_pass(self, until: Instant) -> None:
        """Stop wherever time changes something before `until`."""
        while (at := max(self._next_stop(), self.state.time)) < until:
            step = self.fold.advance(self.state, at)
            self.state = step.state
            self.closed += step.closed
            self._note(at)

    def _next_stop(self) -> Instant:
        return min(next_change(self.state), self._stale())

    def _stale(self) -> Instant:
        """Return when after the state's time what is known first no longer holds; END if never."""
        fold, state = self.fold, self.state
        held = [fold.holds_until(state)]
        for context, each in zip(fold.contexts, state.conditions, strict=True):
            if context.condition.proximity is not None and each.window_start is not None:
                held += _pairs_hold(context, state)
        ends = (until + 1 for until in held if until is not None)
        return min((end for end in ends if end > state.time), default=END)

    def _note(self, at: Instant) -> None:
        for context, each in zip(self.fold.contexts, self.state.conditions, strict=True):
            stood = standing(self.fold, context, self.state, each, at)
            steps = self.steps[context.condition.key]
            if not steps or steps[-1][1] is not stood:
                steps.append((at, stood))


def standing(
    fold: Fold, context: Context, state: ActivationState, each: ConditionState, at: Instant
) -> Standing:
    """Return how a condition stands at `at`, to which the state has been advanced.

    *Broken* is whatever speaks against the wearer, enough or not.
    """
    if each.window_start is None:
        return Standing.NOT_IN_FORCE
    if not fold.holds(state, at) or not _pair_holds(context, state, at):
        return Standing.UNKNOWN
    phases = [run.phase for run in each.runs if run.aspect is Aspect.MAIN]
    if any(phase is not Phase.UNSURE for phase in phases):
        return Standing.BROKEN
    if phases or each.blind:
        return Standing.UNKNOWN
    return Standing.PERMITTED if _permitted(fold, context, state, at) else Standing.KEPT


def _pairs_hold(context: Context, state: ActivationState) -> list[Instant | None]:
    """Return until when each pair of a proximity condition holds; None without one."""
    asked = context.condition.proximity
    if asked is None:
        return []
    company = company_of(state)
    return [unconfirmed_from(context, company, zone_of(each)) for each in asked.protected_persons]


def _pair_holds(context: Context, state: ActivationState, at: Instant) -> bool:
    return all(until is not None and at <= until for until in _pairs_hold(context, state))


def _permitted(fold: Fold, context: Context, state: ActivationState, at: Instant) -> bool:
    """Tell whether the wearer is in a zone to keep out of, or may be, and surely is permitted to.

    Near is what the fold has measured for the position; a zone farther away is surely left.
    """
    condition, position = context.condition, state.admission.last
    window = condition.window_at(at)
    if not condition.keep_out or not condition.above or position is None or window is None:
        return False
    by = permit(condition, position, at, fold.gauge)
    reach = reach_of(fold.supervision, position)
    if by is None or not by.sure or reach is None:
        return False
    targets = condition.targets(window)
    limit_m = distance_limit_m(position.accuracy_m, condition.parameters.confidence)
    return any(
        metres > -limit_m and zone.zone_id in targets and targets[zone.zone_id].at(at) == zone
        for zone, metres in fold.gauge.near(position, reach)
    )


def _settled(seen: Spans, breaches: Iterable[Episode]) -> Spans:
    """Return when a condition stood how, given the episodes in which it was broken.

    From the best estimate of a start the last position in compliance no longer counts, from that
    of an end the last one in violation. What was in doubt outside of any episode is unknown.
    """
    ends = [(each.started.estimate, each.ended) for each in breaches]
    within = normalize(
        Interval(start, END if end is None else end.estimate)
        for start, end in ends
        if end is None or start < end.estimate
    )
    after = normalize(
        Interval(end.estimate, end.by)
        for _, end in ends
        if end is not None and end.estimate < end.by
    )
    kept, against = seen[Standing.KEPT], seen[Standing.BROKEN]
    restored = intersect(against, subtract(after, within))
    doubted = subtract(subtract(against, within), restored)
    return {
        **seen,
        Standing.BROKEN: intersect(union(kept, against), within),
        Standing.KEPT: union(subtract(kept, within), restored),
        Standing.UNKNOWN: union(seen[Standing.UNKNOWN], doubted),
    }
