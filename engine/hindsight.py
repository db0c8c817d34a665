"""A stretch of a wearer's past, read from the store and walked again by the fold.

It needs no engine beside it: the newest checkpoint before the stretch, and the judged positions
since. Nothing is written, and nothing is judged otherwise than it was. What one wearer is judged
against is gathered once and kept for as long as the registry stays the same: see `CaseFile`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from engine.core.compile import Registry, supervision_of
from engine.core.counterpart import counterparts_of
from engine.core.docket import realigned
from engine.core.fold import Fold, Report, begin
from engine.core.folding import Cut
from engine.core.gauge import IndexGauge
from engine.core.order import Activation, Role, Supervision
from engine.core.position import Position
from engine.core.replay import index_of
from engine.core.standing import Course, follow
from engine.past import stored_cut
from engine.store.protocol import Transaction
from zones.index import ZoneIndex
from zones.instant import Instant
from zones.interval import BEGINNING, Interval


class Judged(NamedTuple):
    """What one activation is judged against."""

    supervision: Supervision
    zones: ZoneIndex
    """Those to keep out of."""

    def fold(self) -> Fold:
        """Return a fold of its own: its gauge remembers, and is not shared."""
        return Fold(self.supervision, IndexGauge(self.zones))


class Walked(NamedTuple):
    """An activation's fold, and what it showed."""

    fold: Fold
    course: Course

    @property
    def supervision(self) -> Supervision:
        """What the activation is judged against."""
        return self.fold.supervision


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What one wearer is judged against, as of one revision of the registry."""

    wearer_id: str
    ordered: Supervision
    """What the orders ask, whether or not a device is worn."""
    activations: tuple[Judged, ...]
    """By when they began."""

    @classmethod
    def of(cls, registry: Registry, wearer_id: str) -> "CaseFile":
        """Return the case file of a wearer."""
        every = Activation(
            activation_id=0, wearer_id=wearer_id, vendor="", device_id="", started_at=BEGINNING
        )
        worn = [
            each
            for each in registry.activations
            if each.wearer_id == wearer_id and each.role is Role.WEARER
        ]
        judged = (supervision_of(registry, each) for each in sorted(worn, key=_started))
        return cls(
            wearer_id,
            supervision_of(registry, every),
            tuple(Judged(each, index_of([each])) for each in judged),
        )

    def worn(self, stretch: Interval) -> Iterator[Judged]:
        """Yield the activations that touch a stretch of time."""
        for each in self.activations:
            activation = each.supervision.activation
            ended = activation.ended_at is not None and activation.ended_at <= stretch.start
            if activation.started_at < stretch.end and not ended:
                yield each

    def latest(self, now: Instant) -> Judged | None:
        """Return the activation worn now or else last, of those that have begun."""
        begun = [each for each in self.activations if _started_of(each) <= now]
        worn = [each for each in begun if each.supervision.activation.worn_at(now)]
        return next(iter(reversed(worn or begun)), None)

    def walk(self, transaction: Transaction, stretch: Interval) -> list[Walked]:
        """Return what the folds of all activations showed over a stretch."""
        return [_walked(transaction, each, stretch) for each in self.worn(stretch)]


def _started(activation: Activation) -> tuple[Instant, int]:
    return activation.started_at, activation.activation_id


def _started_of(judged: Judged) -> Instant:
    return judged.supervision.activation.started_at


def _walked(transaction: Transaction, judged: Judged, stretch: Interval) -> Walked:
    supervision, fold = judged.supervision, judged.fold()
    stored = stored_cut(transaction, supervision, stretch.start)
    cut = Cut(BEGINNING, begin(supervision)) if stored is None else stored
    reports = _reports(transaction, supervision, cut.at, stretch.end)
    state = realigned(cut.state, supervision)
    return Walked(fold, follow(fold, state, reports, stretch.start, stretch.end))


def _reports(
    transaction: Transaction, supervision: Supervision, since: Instant, until: Instant
) -> list[Report]:
    own = _judged_since(transaction, supervision.activation.activation_id, since, until)
    reports: list[Report] = [*own]
    for each in supervision.counterparts:
        hers = _judged_since(transaction, each.activation_id, since, until)
        reports += counterparts_of(supervision, hers)
    return reports


def _judged_since(
    transaction: Transaction, activation_id: int, since: Instant, until: Instant
) -> list[Position]:
    rows = transaction.positions.since(activation_id, since, until)
    return [each for each in rows if each.quarantine is None]
