"""The activations of one device in order of time, and to which of them an instant belongs.

An instant inside [started_at, ended_at) belongs to that activation. Any other belongs to the
nearest later one (nobody wore the device yet), or after the last one's end to the last. A device is
on one person at a time: where activations overlap, the later one ends the earlier one. One that
ended no later than it started was never worn.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from engine.core.order import Activation
from engine.core.position import Quarantine
from zones.instant import Instant


class ActivationHistory(msgspec.Struct, frozen=True, gc=False):
    """The activations during which one device was worn, oldest first."""

    starts: tuple[Instant, ...]
    activations: tuple[Activation, ...]

    @classmethod
    def of(cls, activations: Iterable[Activation]) -> "ActivationHistory":
        """Return the history made of a device's activations, given in any order."""
        worn = [each for each in activations if _was_worn(each)]
        if len(worn) > 1:
            worn.sort(key=_order)
        return cls(tuple([activation.started_at for activation in worn]), tuple(worn))

    def changed(self, activations: Sequence[Activation]) -> "ActivationHistory":
        """Return the history with activations added, or put in place of those with their ids."""
        if not activations:
            return self
        if not self.activations:
            return ActivationHistory.of(activations)
        ids = {activation.activation_id for activation in activations}
        kept = [known for known in self.activations if known.activation_id not in ids]
        return ActivationHistory.of([*kept, *activations])

    def current(self, time: Instant) -> Activation | None:
        """Return the activation during which the device was worn at that time."""
        index = bisect_right(self.starts, time) - 1
        if index < 0:
            return None
        activation = self.activations[index]
        ended_at = activation.ended_at
        return activation if ended_at is None or time < ended_at else None

    def place(self, time: Instant) -> tuple[Activation, Quarantine | None]:
        """Return the activation an instant belongs to, and why it lies outside of it, if so.

        Raises:
            IndexError: the device was never worn.
        """
        current = self.current(time)
        if current is not None:
            return current, None
        later = bisect_right(self.starts, time)
        if later < len(self.starts):
            return self.activations[later], Quarantine.BEFORE_ACTIVATION
        return self.activations[-1], Quarantine.AFTER_ACTIVATION


def _was_worn(activation: Activation) -> bool:
    return activation.ended_at is None or activation.started_at < activation.ended_at


def _order(activation: Activation) -> tuple[Instant, int]:
    return activation.started_at, activation.activation_id


NEVER_WORN: Final = ActivationHistory((), ())
"""The history of a device that nobody has worn yet."""
