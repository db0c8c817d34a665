"""The docket of an activation: its fold's state, and what of it has been shown.

New reports that come in order are folded on; one that is late restores the checkpoint before it and
folds again everything since, so that its cost is that of the time folded again and not of the
wearer's history. Either way the episodes derived are compared with those shown, and only the
difference leaves.

The fold's own state is never advanced past its newest report. What the clock adds (a window that has
ended since, a position grown too old) is projected from it each time anew, so that a report which is
still on its way is not late because somebody looked.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from engine.core.amend import EpisodeChange, differences
from engine.core.episode import Episode, StoredEpisode
from engine.core.fold import Fold, Report, begin, prime, report_order
from engine.core.order import Supervision
from engine.core.position import Position, PositionKey, Quarantine
from engine.core.state import ActivationState
from zones.instant import HOUR, Duration, Instant
from zones.interval import BEGINNING, END

CHECKPOINT_EVERY: Final[Duration] = HOUR
"""A checkpoint is cut where event time passes a multiple of this."""


class Docket(msgspec.Struct, frozen=True, kw_only=True):
    """One activation as it stands."""

    supervision: Supervision
    state: ActivationState
    shown: tuple[StoredEpisode, ...] = ()
    """Episodes shown that the next fold may still change."""
    due: Instant = BEGINNING
    """When time alone next changes something."""


class Cut(msgspec.Struct, frozen=True):
    """The state after every report earlier than `at`."""

    at: Instant
    state: ActivationState


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


class _Folded(msgspec.Struct):
    state: ActivationState
    closed: list[Episode]
    verdicts: dict[PositionKey, Quarantine | None]
    cuts: list[Cut]


def open_docket(supervision: Supervision) -> Docket:
    """Return the docket of an activation of which nothing is known yet."""
    return Docket(supervision=supervision, state=begin(supervision))


def judge(
    docket: Docket, fold: Fold, reports: Sequence[Report], now: Instant, history: History
) -> Judged:
    """Fold new reports, in any order, and say what they change as of `now`."""
    ordered = sorted(reports, key=report_order)
    head = docket.state.head
    if not ordered or head is None or report_order(ordered[0]) > head:
        return _compared(fold, _run(fold, docket.state, ordered), docket.shown, now)
    return rejudge(docket, fold, ordered, _time(ordered[0]), now, history)


def rejudge(
    docket: Docket,
    fold: Fold,
    reports: Sequence[Report],
    since: Instant,
    now: Instant,
    history: History,
) -> Judged:
    """Fold everything at or after `since` again, with further reports."""
    cut = history.cut_at(since) or Cut(BEGINNING, begin(docket.supervision))
    every = {report_order(each): each for each in (*history.reports_since(cut.at), *reports)}
    ordered = [every[order] for order in sorted(every)]
    positions = [each for each in ordered if isinstance(each, Position)]
    prime(fold.gauge, [(fold.supervision, positions)])
    folded = _run(fold, realigned(cut.state, fold.supervision), ordered)
    judged = _compared(fold, folded, history.shown_since(cut.at), now)
    return msgspec.structs.replace(judged, refolded_from=since)


def realigned(state: ActivationState, supervision: Supervision) -> ActivationState:
    """Return a state whose conditions are those of a supervision that may have changed."""
    fresh = {(each.condition_id, each.version): each for each in begin(supervision).conditions}
    known = {(each.condition_id, each.version): each for each in state.conditions}
    conditions = []
    for condition in supervision.conditions:
        key = (condition.condition_id, condition.version)
        change = condition.next_change(state.time) if state.time != BEGINNING else BEGINNING
        kept = known.get(key)
        renewed = fresh[key] if kept is None or kept.next_change == BEGINNING else kept
        if renewed is kept:
            renewed = msgspec.structs.replace(kept, next_change=change)
        conditions.append(renewed)
    return msgspec.structs.replace(state, conditions=tuple(conditions))


def _time(report: Report) -> Instant:
    return report.fix_time if isinstance(report, Position) else report.time


def _run(fold: Fold, state: ActivationState, reports: Sequence[Report]) -> _Folded:
    folded = _Folded(state, [], {}, [])
    for report in reports:
        _cut(folded, _time(report))
        step = fold.observe(folded.state, report)
        folded.state = step.state
        folded.closed += step.closed
        if isinstance(report, Position) and step.verdict is not report.quarantine:
            folded.verdicts[report.key] = step.verdict
        folded.verdicts.update(dict.fromkeys(step.accepted))
    return folded


def _cut(folded: _Folded, at: Instant) -> None:
    head = folded.state.head
    hour = at // CHECKPOINT_EVERY
    if head is not None and head[0] // CHECKPOINT_EVERY < hour:
        folded.cuts.append(Cut(hour * CHECKPOINT_EVERY, folded.state))


def _compared(fold: Fold, folded: _Folded, shown: Sequence[StoredEpisode], now: Instant) -> Judged:
    projected = fold.advance(folded.state, max(now, folded.state.time))
    running = fold.running(projected.state, max(now, projected.state.time))
    open_ended = [*projected.closed, *running]
    changes, same = differences(shown, [*folded.closed, *open_ended])
    unsettled = {id(episode) for episode in open_ended}
    return Judged(
        state=folded.state,
        changes=changes,
        unchanged=[stored for stored, episode in same if id(episode) in unsettled],
        open_ended=open_ended,
        due=_due(fold, folded.state, projected.state, running, now),
        verdicts=folded.verdicts,
        cuts=folded.cuts,
    )


def _due(
    fold: Fold,
    state: ActivationState,
    projected: ActivationState,
    running: Sequence[Episode],
    now: Instant,
) -> Instant:
    change = min((each.next_change for each in projected.conditions), default=END)
    last = state.admission.last
    if last is None or not running:
        return change
    stale = last.fix_time + fold.supervision.plan.max_age + 1
    return min(change, stale) if stale > now else change
