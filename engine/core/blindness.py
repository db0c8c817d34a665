"""Blindness: a wearer is seen, and where a protected person is that he must keep away from is not.

It is judged as a location lost is, in event time. It began when her last judged position (or, if
there is none, the beginning of the window) had been so long ago as a report may take; it is known
from his first judged position after that, and her next judged position ends it. Her positions that
turn up later retract it. It is an advisory of the condition, so that somebody knows that nothing
protects her now; what her own device does not do is an alert about her (`subject.py`).
"""

from collections.abc import Iterable

import msgspec

from engine.core.company import Company
from engine.core.counterpart import zone_of
from engine.core.episode import Bound, Episode, EpisodeKind, EpisodeState
from engine.core.proximity import Proximity
from engine.core.run_episode import Context
from engine.core.state import Blind, ConditionState
from zones.instant import Instant, seconds
from zones.interval import BEGINNING


def looked(
    context: Context, state: ConditionState, asked: Proximity, company: Company, at: Instant
) -> ConditionState:
    """Fold a judged position of the wearer at `at`."""
    known = {each.person_id: each for each in state.blind}
    blind = [
        _again(known[person_id], at)
        if person_id in known
        else _begun(context, state, asked, company, person_id, at)
        for person_id in asked.protected_persons
    ]
    found = tuple(each for each in blind if each is not None)
    return state if found == state.blind else msgspec.structs.replace(state, blind=found)


def seen(
    context: Context, state: ConditionState, person_id: str, at: Instant
) -> tuple[ConditionState, list[Episode]]:
    """Fold a judged position of a protected person at `at`."""
    over = [each for each in state.blind if each.person_id == person_id]
    if not over:
        return state, []
    left = tuple(each for each in state.blind if each.person_id != person_id)
    return msgspec.structs.replace(state, blind=left), ended(context, state, over, at)


def ended(
    context: Context, state: ConditionState, blind: Iterable[Blind], at: Instant
) -> list[Episode]:
    """Return the episodes of blindness that is over at `at`."""
    return [_episode(context, state, each, Bound(min(each.last, at), at, at)) for each in blind]


def running(context: Context, state: ConditionState) -> list[Episode]:
    """Return the episodes of blindness that goes on."""
    return [_episode(context, state, each, None) for each in state.blind]


def _begun(
    context: Context,
    state: ConditionState,
    asked: Proximity,
    company: Company,
    person_id: str,
    at: Instant,
) -> Blind | None:
    place = company.place_of(person_id)
    opened = BEGINNING if state.window_start is None else state.window_start
    last = BEGINNING if place is None else place.position.fix_time
    known = max(context.since, opened, last)
    if known == BEGINNING:
        return Blind(person_id=person_id, started=Bound(None, at, at), last=at)
    since = known + max(context.plans.max_age_at(known), seconds(asked.pairing_age_s))
    if at <= since:
        return None
    return Blind(person_id=person_id, started=Bound(known, since, since), last=at)


def _again(blind: Blind, at: Instant) -> Blind:
    return msgspec.structs.replace(blind, last=at)


def _episode(context: Context, state: ConditionState, blind: Blind, ended: Bound | None) -> Episode:
    bounded = state.window_start != BEGINNING
    return Episode(
        activation_id=context.activation_id,
        condition_id=context.condition.condition_id,
        condition_version=context.condition.version,
        zone_id=zone_of(blind.person_id),
        kind=EpisodeKind.COUNTERPART_UNKNOWN,
        state=EpisodeState.CONFIRMED,
        started=blind.started,
        ended=ended,
        positions=0,
        max_depth_m=0.0,
        confirmed_at=blind.started.by,
        window_start=state.window_start if bounded else None,
        window_end=state.window_end if bounded else None,
        detail="No position of the protected person is known that is new enough: the distance "
        "between them is unknown, and this condition protects nobody meanwhile.",
    )
