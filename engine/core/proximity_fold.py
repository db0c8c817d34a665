"""Keep away from a protected person: a zone to keep out of that moves with her.

His positions and hers are paired: whenever either is judged, the two newest are, as of that
instant, if neither is older than the pairing age (`proximity.py`, `pair.py`). The transitions are
those of every run. What differs:

- A pair that either makes begins and ends what a position of his would. It is confirmed by as many
  different positions of his as are asked for, and as many of hers, measured at different times: one
  stray position, whosesoever, confirms nothing, however often the other reports meanwhile. His must
  lie at different places, as everywhere; hers need not: she may well sit still at home.
- A position of hers that is too old, or missing, says nothing: nothing begins and nothing ends.
  That he is judged against nobody is said: see `blindness.py`.
"""

from collections.abc import Iterable

from engine.core import blindness
from engine.core.bearing import Aspect
from engine.core.company import Company
from engine.core.condition_fold import entered, same_window
from engine.core.counterpart import zone_of
from engine.core.episode import Episode
from engine.core.naming import Ending
from engine.core.pair import Pair
from engine.core.pair_steps import Meeting, meet
from engine.core.proximity import Proximity
from engine.core.readings import Moment
from engine.core.run import Phase
from engine.core.run_episode import Context, end_of_window, episode_of
from engine.core.run_steps import Folded
from engine.core.state import ConditionState
from zones.instant import Duration, Instant
from zones.interval import BEGINNING


def turn(context: Context, state: ConditionState, at: Instant, moment: Moment | None) -> Folded:
    """Apply a change of schedule at `at`; the moment is his position that still holds."""
    window = context.condition.schedule.window_at(at)
    pairs = _pairs(context, None if moment is None else moment.company, at)
    closed: list[Episode] = []
    if state.window_start is not None and not same_window(state, window):
        closed = _finish_all(context, state, at, {pair.person_id for pair in pairs})
    state = entered(context, state, window, at)
    if window is None:
        return state, closed
    for pair in pairs:
        state, ended = _take(context, state, Meeting(pair, None, new=False))
        closed += ended
    return state, closed


def observe(context: Context, state: ConditionState, moment: Moment) -> Folded:
    """Fold one judged position of the wearer."""
    company = moment.company
    if company is None or not _in_force(context, state, moment.at):
        return state, []
    asked = _asked(context)
    closed: list[Episode] = []
    for pair in _pairs(context, company, moment.at):
        last = _last(context, state, moment.company_before, pair)
        state, ended = _take(context, state, Meeting(pair, last))
        closed += ended
    return blindness.looked(context, state, asked, company, moment.at), closed


def met(
    context: Context,
    state: ConditionState,
    person_id: str,
    at: Instant,
    company: Company,
    before: Company,
) -> Folded:
    """Fold one judged position of a protected person at `at`; who is where, and who was before."""
    if not _in_force(context, state, at) or person_id not in _asked(context).protected_persons:
        return state, []
    state, closed = blindness.seen(context, state, person_id, at)
    pair = company.pair(person_id, at, _age(context, company))
    if pair is None:
        return state, closed
    last = _last(context, state, before, pair)
    state, ended = _take(context, state, Meeting(pair, last))
    return state, closed + ended


def unconfirmed_from(context: Context, company: Company, target: str) -> Instant | None:
    """Return the last instant at which the pair of a run holds; None if there is no pair."""
    for person_id in _asked(context).protected_persons:
        place = company.place_of(person_id)
        if zone_of(person_id) == target and company.own is not None and place is not None:
            older = min(company.own.position.fix_time, place.position.fix_time)
            return older + _age(context, company)
    return None


def _asked(context: Context) -> Proximity:
    asked = context.condition.proximity
    if asked is None:
        raise ValueError(f"condition {context.condition.condition_id!r} names no protected person")
    return asked


def _age(context: Context, company: Company) -> Duration:
    """Return how old a position of a pair may be, which is never more than his own may be."""
    own = company.own
    at = BEGINNING if own is None else own.position.fix_time
    return _asked(context).pairing_age(context.plans.max_age_at(at))


def _in_force(context: Context, state: ConditionState, at: Instant) -> bool:
    window = context.condition.schedule.window_at(at)
    return window is not None and same_window(state, window)


def _pairs(context: Context, company: Company | None, at: Instant) -> list[Pair]:
    if company is None:
        return []
    pairs = (
        company.pair(person_id, at, _age(context, company))
        for person_id in _asked(context).protected_persons
    )
    return [pair for pair in pairs if pair is not None]


def _last(
    context: Context, state: ConditionState, before: Company | None, pair: Pair
) -> Pair | None:
    """Return the pair as it stood before a report, if it was judged in this window."""
    opened = BEGINNING if state.window_start is None else state.window_start
    since = max(context.since, opened)
    return (
        None if before is None else before.latest_pair(pair.person_id, since, _age(context, before))
    )


def _take(context: Context, state: ConditionState, meeting: Meeting) -> Folded:
    closed: list[Episode] = []
    aspects = tuple(Aspect) if context.condition.parameters.buffer_m else (Aspect.MAIN,)
    for aspect in aspects:
        state, ended = meet(context, state, _asked(context), aspect, meeting)
        closed += ended
    return state, closed


def _finish_all(
    context: Context, state: ConditionState, at: Instant, held: Iterable[str]
) -> list[Episode]:
    still = {zone_of(person_id) for person_id in held}
    runs = [
        episode_of(
            context,
            state,
            run,
            end_of_window(run, at, held=run.target in still),
            Ending.WINDOW_END if run.target in still else Ending.UNSEEN,
        )
        for run in state.runs
        if run.phase is not Phase.UNSURE
    ]
    return runs + blindness.ended(context, state, state.blind, at)
