"""The docket of an activation: its fold's state, and what of it has been shown.

New reports that come in order are folded on; one that is late restores the checkpoint before it and
folds again everything since, so that its cost is that of the time folded again and not of the
wearer's history. Either way the episodes derived are compared with those shown, and only the
difference leaves.

The fold's own state is never advanced past its newest report. What the clock adds (a window that
has ended since, a position grown too old) is projected from it each time anew, so that a report
which is still on its way is not late because somebody looked.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from engine.core import device_fold
from engine.core.amend import EpisodeChange, differences
from engine.core.episode import Episode, StoredEpisode
from engine.core.fold import Fold, Report, begin, in_order, prime, report_order
from engine.core.folding import Cut, Folded, fold_run, time_of
from engine.core.order import Condition, Supervision
from engine.core.outlook import outlook
from engine.core.position import Position, PositionKey, Quarantine
from engine.core.state import ActivationState, ConditionState
from engine.core.subject import by_person
from zones.instant import Instant
from zones.interval import BEGINNING


class Docket(msgspec.Struct, frozen=True, kw_only=True):
    """One activation as it stands."""

    supervision: Supervision
    state: ActivationState
    shown: tuple[StoredEpisode, ...] = ()
    """Episodes shown that the next fold may still change."""
    due: Instant = BEGINNING
    """When time alone next changes an episode; until then nobody need look."""


class History:
    """What a docket may need of the past; a store or a list stands behind it."""

    def __init__(
        self,
        cut_at: Callable[[Instant], Cut | None],
        reports_since: Callable[[Instant], Iterable[Report]],
        shown_since: Callable[[Instant], Sequence[StoredEpisode]],
    ) -> None:
        self.cut_at = cut_at
        """Newest cut at or before an instant."""
        self.reports_since = reports_since
        """Reports at or after an instant, those in hand excluded or included, in any order."""
        self.shown_since = shown_since
        """Episodes shown that run, or ended at or after an instant."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What judging new reports (or letting time pass) leads to."""

    state: ActivationState
    changes: list[EpisodeChange]
    unchanged: list[StoredEpisode]
    """Episodes shown that the next fold may still change and that did not change now."""
    open_ended: list[Episode]
    """Episodes derived that the next fold may still change."""
    due: Instant
    verdicts: dict[PositionKey, Quarantine | None]
    """Of the positions whose quarantine is now otherwise than they say."""
    cuts: list[Cut]
    refolded_from: Instant | None = None
    """Set if the past was judged again: where from."""


def open_docket(supervision: Supervision) -> Docket:
    """Return the docket of an activation of which nothing is known yet."""
    return Docket(supervision=supervision, state=begin(supervision))


def path_of(docket: Docket, reports: Iterable[Report]) -> list[Position]:
    """Return the positions of reports in order, after the last one judged."""
    ordered = sorted((each for each in reports if isinstance(each, Position)), key=report_order)
    last = docket.state.admission.last
    return ordered if last is None else [last, *ordered]


def judge(
    docket: Docket, fold: Fold, reports: Sequence[Report], now: Instant, history: History
) -> Judged:
    """Fold new reports, in any order, and say what they change as of `now`."""
    ordered = in_order(reports)
    head = docket.state.head
    if ordered and head is not None and report_order(ordered[0]) <= head:
        return rejudge(docket, fold, ordered, time_of(ordered[0]), now, history)
    folded = fold_run(fold, docket.state, ordered)
    if folded.doubted_from is not None:
        return rejudge(docket, fold, ordered, folded.doubted_from, now, history)
    return _compared(fold, folded, docket.shown, now)


def rejudge(
    docket: Docket,
    fold: Fold,
    reports: Sequence[Report],
    since: Instant,
    now: Instant,
    history: History,
) -> Judged:
    """Fold everything at or after `since` again, with further reports."""
    since, cut, folded = refold(fold, reports, since, history)
    judged = _compared(fold, folded, _unsettled(cut.state, history), now)
    return msgspec.structs.replace(judged, refolded_from=since)


def refold(
    fold: Fold, reports: Sequence[Report], since: Instant, history: History
) -> tuple[Instant, Cut, Folded]:
    """Fold everything at or after `since` again: from when on, from which cut, and what it made."""
    cut, folded = _refolded(fold, reports, history.cut_at(since), history)
    while folded.doubted_from is not None:
        since = folded.doubted_from
        cut, folded = _refolded(fold, reports, history.cut_at(since), history)
    return since, cut, folded


def _refolded(
    fold: Fold, reports: Sequence[Report], newest: Cut | None, history: History
) -> tuple[Cut, Folded]:
    cut = newest or Cut(BEGINNING, begin(fold.supervision))
    ordered = in_order([*reports, *history.reports_since(cut.at)])
    positions = [each for each in ordered if isinstance(each, Position)]
    prime(fold.gauge, [(fold.supervision, positions)])
    return cut, fold_run(fold, realigned(cut.state, fold.supervision), ordered)


def _unsettled(state: ActivationState, history: History) -> list[StoredEpisode]:
    """Return the episodes shown whose end is not yet part of a state."""
    if state.head is None:
        return list(history.shown_since(BEGINNING))
    waiting = {each.kind for each in state.waiting}
    return [
        stored
        for stored in history.shown_since(state.time)
        if stored.episode.ended is None
        or stored.episode.ended.by > state.time
        or stored.episode.kind in waiting
    ]


def restored(fold: Fold, newest: Cut | None, history: History) -> Docket:
    """Return the docket of an activation rebuilt from its past: newest cut and what followed."""
    _, folded = _refolded(fold, (), newest, history)
    while folded.doubted_from is not None:
        _, folded = _refolded(fold, (), history.cut_at(folded.doubted_from), history)
    state = folded.state
    shown = _unsettled(state, history)
    passed, over = device_fold.passed(state)
    running = fold.running(passed, state.time)
    worn = fold.supervision.activation
    changes, _ = differences(shown, [by_person(worn, each) for each in (*over, *running)])
    due = BEGINNING if changes else outlook(fold, passed, running, state.time)
    return Docket(supervision=fold.supervision, state=state, shown=tuple(shown), due=due)


def realigned(state: ActivationState, supervision: Supervision) -> ActivationState:
    """Return a state whose conditions are those of a supervision that may have changed."""
    fresh = {each.key: each for each in begin(supervision).conditions}
    known = {each.key: each for each in state.conditions}
    conditions = []
    for condition in supervision.conditions:
        key = condition.key
        kept = known.get(key)
        change = _next_turn(condition, kept, state.time)
        renewed = fresh[key] if kept is None or kept.next_change == BEGINNING else kept
        if renewed is kept:
            window = condition.window_at(state.time)
            same = window is not None and window.start == kept.window_start
            renewed = msgspec.structs.replace(
                kept,
                next_change=change,
                window_end=window.end if same and window is not None else kept.window_end,
            )
        conditions.append(renewed)
    return msgspec.structs.replace(state, conditions=tuple(conditions))


def _next_turn(condition: Condition, kept: ConditionState | None, time: Instant) -> Instant:
    """Return when a condition turns next.

    A turn not later than the state's time is still to come: what was folded is then from before
    the activation, whose start the state's time never precedes.
    """
    if time == BEGINNING:
        return BEGINNING
    if kept is not None and kept.next_change <= time:
        return kept.next_change
    return condition.next_change(time)


def _compared(fold: Fold, folded: Folded, shown: Sequence[StoredEpisode], now: Instant) -> Judged:
    projected = fold.advance(folded.state, max(now, folded.state.time))
    running = fold.running(projected.state, max(now, projected.state.time))
    worn = fold.supervision.activation
    open_ended = [by_person(worn, each) for each in (*projected.closed, *running)]
    over = [by_person(worn, each) for each in folded.closed]
    changes, same = differences(shown, [*over, *open_ended])
    unsettled = {id(episode) for episode in open_ended}
    return Judged(
        state=folded.state,
        changes=changes,
        unchanged=[stored for stored, episode in same if id(episode) in unsettled],
        open_ended=open_ended,
        due=outlook(fold, projected.state, running, max(now, projected.state.time)),
        verdicts=folded.verdicts,
        cuts=folded.cuts,
    )
