"""The shape of a lane: what it asks, apart from whose zones these are.

Thousands of wearers are under the same hours and parameters, each with zones of his own. So zones
stand in a shape by their place in a list, and a shape is worked out and kept once for all of them.
"""

from collections.abc import Sequence

import msgspec

from engine.core.turns import Fence, Turns
from zones.instant import Duration, Instant
from zones.zone import Zone, ZoneKey


class Shape(msgspec.Struct, frozen=True, array_like=True):
    """What a lane asks of a position."""

    turns: tuple[Instant, ...]
    sets: tuple[int, ...]
    """When which set of places to be counts: see `Turns`."""
    groups: tuple[int, ...]
    """How many conditions of each set say where to be."""
    places: tuple[tuple[int, int, int, float], ...]
    """The places to be: which zone, of which set, for which of its conditions, and its factor."""
    fences: tuple[tuple[int, float, float], ...]
    """Zones to keep out of: which zone, its factor and metres more (see `Fence`)."""
    shared_factor: float
    shared_plus_m: float
    """How far from large sets of zones is far enough."""
    max_age: Duration


class Zones:
    """Zone versions in a list, each once."""

    def __init__(self) -> None:
        self._numbers: dict[ZoneKey, int] = {}

    def number(self, zone: Zone) -> int:
        """Return the place of a zone in the list, to which it is added if it is new."""
        return self._numbers.setdefault(zone.key, len(self._numbers))

    def listed(self) -> tuple[ZoneKey, ...]:
        """Return the list."""
        return tuple(self._numbers)

    def places(self, turns: Turns) -> tuple[tuple[int, int, int, float], ...]:
        """Return the places to be as a shape has them."""
        return tuple(
            (self.number(each.zone), number, group, each.factor)
            for number, groups in enumerate(turns.places)
            for group, some in enumerate(groups)
            for each in some
        )

    def fences(self, fences: Sequence[Fence]) -> tuple[tuple[int, float, float], ...]:
        """Return zones to keep out of as a shape has them."""
        return tuple((self.number(each.zone), each.factor, each.plus_m) for each in fences)
