"""Re-derivation judges an activation anew, from the journal alone, with the engine's own fold.

    journal -> record -> registry, supervision, reports -> one fold from the beginning -> episodes

Nothing of what the store says of positions, episodes or checkpoints is used. What is derived is
what the evidence says as of `now`, when the activation was last judged. Missed call-ins are about
arrival: they follow from the times of receipt, except that an engine which was not listening starts
to wait anew, which no message tells.
"""

from collections.abc import Collection, Sequence

import msgspec

from engine.core.call_in import deadline, missed
from engine.core.compile import Registry, registry_of, supervision_of
from engine.core.counterpart import counterparts_of
from engine.core.docket import History, judge, open_docket
from engine.core.episode import Bound, Episode
from engine.core.fold import Fold, in_order, prime
from engine.core.gauge import IndexGauge
from engine.core.order import Activation, Supervision
from engine.core.position import Position
from engine.core.record import Record, Said, said_of
from engine.core.registry import Order, ProtectedPerson, Wearer, WearerClass
from engine.core.replay import index_of
from zones.group import ZoneGroup
from zones.instant import Instant
from zones.interval import BEGINNING
from zones.zone import Zone


class NotDerivableError(Exception):
    """The journal does not hold what a derivation needs; the message says what."""


class Derived(msgspec.Struct, frozen=True):
    """What the journal says of one activation."""

    supervision: Supervision
    said: list[Said]
    others: list[Said]
    """What protected persons' devices said, whom its conditions name."""
    episodes: list[Episode]
    revision: int
    """Of the registry by which it was judged."""
    now: Instant
    """As of when."""


def registry_at(record: Record, revision: int) -> Registry:
    """Return the registry as of a revision, from its writes in the journal."""
    values = [entry.value for _, entry in record.registry if entry.revision <= revision]
    wearers = {each.wearer_id: each for each in values if isinstance(each, Wearer)}
    activations = {each.activation_id: each for each in values if isinstance(each, Activation)}
    return registry_of(
        revision,
        wearers.values(),
        activations.values(),
        [each for each in values if isinstance(each, Order)],
        [each for each in values if isinstance(each, Zone)],
        [each for each in values if isinstance(each, ZoneGroup)],
        [each for each in values if isinstance(each, WearerClass)],
        {each.person_id: each for each in values if isinstance(each, ProtectedPerson)}.values(),
    )


class Derivations:
    """What a record leads to, by some conditions; what is asked twice is derived once."""

    def __init__(self, record: Record, conditions: Collection[str | None]) -> None:
        self._record = record
        self._conditions = conditions
        self._said: dict[Activation, list[Said]] = {}
        self._derived: list[Derived] = []

    def of(self, activation_id: int, revision: int, judged_at: Instant) -> Derived:
        """Return what the record says of an activation by the registry as of a revision.

        As of `judged_at` or the newest message judged, whichever is later.

        Raises:
            NotDerivableError: the activation is not in the journal.
        """
        registry = registry_at(self._record, revision)
        known = {each.activation_id: each for each in registry.activations}
        if activation_id not in known:
            raise NotDerivableError(
                f"activation {activation_id} is not in the journal's registry as of its revision "
                f"{revision}"
            )
        whole = supervision_of(registry, known[activation_id])
        wanted = [each for each in whole.conditions if each.condition_id in self._conditions]
        watched = whole.counterparts if any(each.proximity for each in wanted) else ()
        supervision = msgspec.structs.replace(whole, conditions=tuple(wanted), counterparts=watched)
        return self._of(supervision, revision, judged_at)

    def _of(self, supervision: Supervision, revision: int, judged_at: Instant) -> Derived:
        said = self._said_of(supervision.activation)
        others = [each for worn in supervision.counterparts for each in self._said_of(worn)]
        told = [each.kept.committed_at for each in (*said, *others) if each.reports]
        now = max([judged_at, *told])
        for known in self._derived:
            if (known.supervision, known.now) == (supervision, now):
                return known
        episodes = _folded(supervision, said, others, now)
        derived = Derived(supervision, said, others, episodes, revision, now)
        self._derived.append(derived)
        return derived

    def _said_of(self, activation: Activation) -> list[Said]:
        if activation not in self._said:
            self._said[activation] = said_of(self._record, activation)
        return self._said[activation]


def _folded(
    supervision: Supervision, said: Sequence[Said], others: Sequence[Said], now: Instant
) -> list[Episode]:
    hers = (report for each in others for report in each.reports)
    positions = [report for report in hers if isinstance(report, Position)]
    counterparts = counterparts_of(supervision, positions)
    reports = in_order([*(report for each in said for report in each.reports), *counterparts])
    gauge = IndexGauge(index_of([supervision]))
    prime(gauge, [(supervision, [each for each in reports if isinstance(each, Position)])])
    judged = judge(open_docket(supervision), Fold(supervision, gauge), reports, now, _NO_PAST)
    return [change.episode for change in judged.changes]


_NO_PAST = History(lambda _: None, lambda _: (), lambda _: ())


class Awaited(msgspec.Struct, frozen=True):
    """A missed call-in as the times of receipt imply it, with what they leave open."""

    episode: Episode
    notes: tuple[str, ...] = ()


def missed_call_in(derived: Derived, shown: Episode) -> Awaited:
    """Return what the times of receipt say of a missed call-in that was shown."""
    due = shown.started.by
    arrivals = _arrivals(derived.said)
    last = max((received for committed, received in arrivals if committed <= due), default=None)
    implied = deadline(derived.supervision, last, BEGINNING)
    notes = []
    if due > implied:
        notes.append(
            "the engine waited longer than the messages alone imply: it had not been listening, "
            "and began to wait anew; no message tells when"
        )
    reported = last is not None
    episode = missed(derived.supervision, last, max(due, implied), reported=reported)
    restarted = missed(derived.supervision, None, max(due, implied), reported=reported)
    if shown.started.after != episode.started.after and shown.started == restarted.started:
        notes.append("an engine that had been started anew did not know when it had last heard")
        episode = restarted
    after = (received for committed, received in arrivals if committed > due)
    first = next(after, None)
    ended = None if first is None else Bound(due, max(due, first), max(due, first))
    if shown.ended is not None and (ended is None or shown.ended.by < ended.by):
        notes.append("it was ended by a message that held nothing new, of which no copy is kept")
        ended = shown.ended
    return Awaited(msgspec.structs.replace(episode, ended=ended), tuple(notes))


def _arrivals(said: Sequence[Said]) -> list[tuple[Instant, Instant]]:
    """Return when batches that heard the device were committed, with the newest receipt in each."""
    batches = {
        each.kept.block_id: (each.kept.committed_at, each.kept.message.received_at)
        for each in said
        if each.heard
    }
    return list(batches.values())
