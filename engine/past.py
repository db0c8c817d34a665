"""The past of an activation as the store knows it: cuts, reports and what was shown of it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from engine.core.call_in import ABOUT_ARRIVAL
from engine.core.counterpart import Counterpart, counterparts_of
from engine.core.docket import History
from engine.core.episode import StoredEpisode
from engine.core.fold import Report
from engine.core.folding import Cut
from engine.core.order import Supervision
from engine.core.packed_state import pack_state, unpack_state
from engine.core.position import NEVER_JUDGED, Position
from engine.core.quiet_cut import base_of, unpack_quiet_cut
from engine.core.state import ActivationState
from engine.store.protocol import Checkpoint, Transaction
from zones.instant import Instant


def reports_since(
    transaction: Transaction, supervisions: Sequence[Supervision], instant: Instant
) -> Iterator[Report]:
    """Yield the stored reports at or after an instant that a fold is to see, in any order.

    The supervisions are all of one activation.
    """
    activation_id = supervisions[0].activation.activation_id
    for position in transaction.positions.since(activation_id, instant):
        if position.quarantine not in NEVER_JUDGED:
            yield position
    yield from transaction.events.since(activation_id, instant)
    seen: set[Counterpart] = set()
    for supervision in supervisions:
        for watched in supervision.counterparts:
            positions = transaction.positions.since(watched.activation_id, instant)
            seen.update(counterparts_of(supervision, positions))
    yield from seen


def shown_since(
    transaction: Transaction, activation_id: int, instant: Instant
) -> Sequence[StoredEpisode]:
    """Return the shown episodes that the fold derives and that run, or ended since an instant."""
    return [
        stored
        for stored in transaction.episodes.touching(activation_id, instant)
        if stored.episode.kind not in ABOUT_ARRIVAL
    ]


def history_of(
    transaction: Transaction, *supervisions: Supervision, in_hand: Sequence[Position] = ()
) -> History:
    """Return the past of an activation as the store knows it, for folds by these supervisions.

    Positions in hand were judged already, and are not stored yet.
    """
    activation_id = supervisions[0].activation.activation_id

    return History(
        lambda instant: stored_cut(transaction, supervisions[0], instant),
        lambda instant: chain(reports_since(transaction, supervisions, instant), in_hand),
        lambda instant: shown_since(transaction, activation_id, instant),
    )


def stored_cut(transaction: Transaction, supervision: Supervision, instant: Instant) -> Cut | None:
    """Return the newest cut of an activation at or before an instant; None if there is none."""
    activation_id = supervision.activation.activation_id
    found = transaction.checkpoints.at(activation_id, instant)
    while found is not None:
        quiet = unpack_quiet_cut(found.state)
        if quiet is None:
            return Cut(found.cut, unpack_state(found.state))
        base = _base(transaction, activation_id, quiet.base)
        if base is not None:
            return Cut(found.cut, quiet.state(supervision, base))
        found = transaction.checkpoints.at(activation_id, quiet.base - 1)
    return None


def _base(transaction: Transaction, activation_id: int, base: Instant) -> ActivationState | None:
    """Return the state of a base: it is stored as a cut, or the docket's own."""
    found = transaction.checkpoints.at(activation_id, base)
    if found is not None and found.cut == base and unpack_quiet_cut(found.state) is None:
        return unpack_state(found.state)
    stored = transaction.dockets.of(activation_id)
    state = None if stored is None else unpack_state(stored.state)
    return state if state is not None and base_of(state) == base else None


def checkpoints_of(activation_id: int, cuts: Iterable[Cut]) -> list[Checkpoint]:
    """Return cuts as the store keeps them."""
    return [
        Checkpoint(activation_id=activation_id, cut=cut.at, state=pack_state(cut.state))
        for cut in cuts
    ]
