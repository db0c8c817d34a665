"""Whom a proposal concerns: every activation worn in the window that it would judge differently."""

from collections.abc import Collection, Iterator

import msgspec

from engine.core.compile import Registry, supervision_of
from engine.core.order import Activation, Supervision
from engine.core.what_if import narrowed
from zones.instant import Instant


class Concerned(msgspec.Struct, frozen=True):
    """One activation, with what it is judged by and what it would be judged by."""

    before: Supervision
    after: Supervision

    @property
    def activation(self) -> Activation:
        """The activation."""
        return self.before.activation


def concerned(
    registry: Registry,
    proposed: Registry,
    since: Instant,
    now: Instant,
    wearer_ids: Collection[str] = (),
) -> Iterator[Concerned]:
    """Yield the activations a proposal concerns, of some wearers or of all."""
    chosen = frozenset(wearer_ids)
    for activation in registry.activations:
        if chosen and activation.wearer_id not in chosen:
            continue
        if activation.started_at >= now or (activation.ended_at or now) <= since:
            continue
        before = supervision_of(registry, activation)
        after = supervision_of(proposed, activation)
        if before != after:
            found = Concerned(*narrowed(before, after))
            if found.before != found.after:
                yield found
