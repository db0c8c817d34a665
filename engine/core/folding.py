"""A run of reports is folded one after the other; where doubt proves wrong, it turns back once.

Positions in a row that nobody could have reached are in doubt. When enough of them agree, they were
true all along: what was folded since the first of them is undone, and folded again with it trusted.
So each is judged at its own time, as if it never had been in doubt. A protected person's positions
are in doubt, and proved, among themselves.

A cut is cut where event time passes an hour. Between the first position that was in doubt and the
one that proved it true there is none: a report that arrives there later may renew the doubt.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import msgspec

from engine.core.counterpart import Counterpart
from engine.core.episode import Episode
from engine.core.fold import Fold, Report
from engine.core.position import Position, PositionKey, Quarantine
from engine.core.state import ActivationState
from zones.instant import HOUR, Duration, Instant

CHECKPOINT_EVERY: Final[Duration] = HOUR
"""A checkpoint is cut where event time passes a multiple of this."""


class Cut(msgspec.Struct, frozen=True):
    """The state after every report earlier than `at`."""

    at: Instant
    state: ActivationState


class Folded(msgspec.Struct):
    """What folding a run of reports leads to."""

    state: ActivationState
    closed: list[Episode]
    """Episodes that ended, in the order in which they did."""
    verdicts: dict[PositionKey, Quarantine | None]
    """Of the positions whose quarantine is otherwise than they say."""
    cuts: list[Cut]
    doubted_from: Instant | None = None
    """Set if the fold has to turn back before the run: to this instant at least."""


class _Doubt(msgspec.Struct, frozen=True):
    """How far the folding was when a position came into doubt."""

    at: int
    """Which report of the run it was."""
    state: ActivationState
    closed: int
    cuts: int


OWN: Final = 0
"""The stream of the activation's own reports; a counterpart's is its activation."""


def stream_of(report: Report) -> int:
    """Return whose positions a report is among: each stream proves its own doubts."""
    return report.stream if isinstance(report, Counterpart) else OWN


def _waiting(state: ActivationState, stream: int) -> tuple[Position, ...]:
    """Return the positions of a stream that are in doubt."""
    if stream == OWN:
        return state.admission.waiting
    found = (each for each in state.company if each.activation_id == stream)
    return next((each.admission.waiting for each in found), ())


def fold_run(fold: Fold, state: ActivationState, reports: Sequence[Report]) -> Folded:
    """Fold reports that are in order, each once, onto a state that is before them all."""
    folded = Folded(state, [], {}, [])
    trusted: dict[int, set[PositionKey]] = defaultdict(set)
    doubts: dict[int, _Doubt] = {}
    index, uncut = 0, -1
    while index < len(reports):
        report = reports[index]
        stream = stream_of(report)
        if index > uncut:
            _cut(folded, time_of(report))
        before = folded.state
        step = fold.observe(before, report, trusted[stream])
        if step.proved is not None:
            doubt = doubts.get(stream)
            if doubt is None:
                folded.doubted_from = step.proved.fix_time
                return folded
            trusted[stream].add(step.proved)
            uncut, index = max(uncut, index), doubt.at
            _turn_back(folded, doubt)
            doubts = {of: each for of, each in doubts.items() if each.at < index}
            continue
        waiting = _waiting(step.state, stream)
        if not waiting:
            doubts.pop(stream, None)
        elif waiting != _waiting(before, stream) and len(waiting) == 1:
            doubts[stream] = _Doubt(index, before, len(folded.closed), len(folded.cuts))
        folded.state = step.state
        folded.closed += step.closed
        if isinstance(report, Position):
            _judge(folded, report, step.verdict)
        index += 1
    return folded


def time_of(report: Report) -> Instant:
    """Return the event time of a report."""
    return report.fix_time if isinstance(report, Position) else report.time


def _judge(folded: Folded, position: Position, verdict: Quarantine | None) -> None:
    if verdict is not position.quarantine:
        folded.verdicts[position.key] = verdict
    elif folded.verdicts:
        folded.verdicts.pop(position.key, None)


def _turn_back(folded: Folded, doubt: _Doubt) -> None:
    folded.state = doubt.state
    del folded.closed[doubt.closed :]
    del folded.cuts[doubt.cuts :]


def _cut(folded: Folded, at: Instant) -> None:
    head = folded.state.head
    hour = at // CHECKPOINT_EVERY
    if head is not None and head[0] // CHECKPOINT_EVERY < hour:
        folded.cuts.append(Cut(hour * CHECKPOINT_EVERY, folded.state))
