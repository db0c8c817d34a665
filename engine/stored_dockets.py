"""Dockets as the store keeps them, so that a start reads them instead of folding again.

A docket is stored whenever the fold has moved it, in the same transaction. Quiet positions move no
docket: those stored since have a greater key than the newest that the docket knows, and the last of
them brings it up to date (`core.lane.moved_on`).
"""

from engine.case import Case
from engine.core import device_fold
from engine.core.fold import next_change
from engine.core.packed_state import pack_state
from engine.core.rules import RULES
from engine.store.protocol import StoredDocket
from zones.instant import Instant
from zones.interval import END


def stored_docket(case: Case, lane: bytes | None) -> StoredDocket:
    """Return the docket of a case as the store keeps it, with its lane.

    A start finds the last position that was judged as the newest that is stored; a lane that goes
    on from another one is not kept.
    """
    docket = case.docket
    last = docket.state.admission.last
    supervision, state = docket.supervision, docket.state
    by_itself = device_fold.holds_anything(state) or any(
        RULES[each.kind].every_turn for each in supervision.conditions
    )
    return StoredDocket(
        activation_id=supervision.activation.activation_id,
        state=pack_state(state),
        newest=case.newest,
        shown=tuple(each.episode_id for each in docket.shown),
        due=docket.due,
        due_by_itself=docket.due if by_itself else END,
        next_change=next_change(state),
        max_age=supervision.plans.max_ages[-1],
        lane=lane if last is not None and case.newest == last.key else None,
    )


def due_after(stored: StoredDocket, last: Instant) -> Instant:
    """Return when a docket is due that has had quiet positions since, at the latest.

    A position that holds at the next change may then be in violation; else what was due by itself
    is due.
    """
    if stored.next_change <= last + stored.max_age:
        return min(stored.due_by_itself, stored.next_change)
    return stored.due_by_itself
