"""A window is one stretch of time in which a condition is in force, and where it is then met.

`places` are zone ids, kept sorted; none of them means the condition's own. Among others the empty
id `OWN` stands for the condition's own places, so that a window of these and one with an address of
its own can be in force together. Being at any of the places is enough.
"""

from dataclasses import dataclass
from typing import Final

from zones.instant import Instant
from zones.interval import check_span

OWN: Final = ""
"""Stands for the condition's own places among a window's places."""


@dataclass(frozen=True, slots=True)
class Window:
    """The condition is in force from `start` up to, but not including, `end`.

    `BEGINNING` as the start and `END` as the end mean that it has none.

    Raises:
        ValueError: the end is not after the start.
    """

    start: Instant
    end: Instant
    places: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_span("Window", self.start, self.end)
        if self.places:
            named = checked_places(tuple(each for each in self.places if each != OWN))
            own = (OWN,) if named and OWN in self.places else ()
            object.__setattr__(self, "places", own + named)

    def places_or(self, own: tuple[str, ...]) -> tuple[str, ...]:
        """Return the zone ids at which the condition is met, where `own` are the condition's."""
        if not self.places:
            return own
        named = (zone for each in self.places for zone in (own if each == OWN else (each,)))
        return tuple(dict.fromkeys(named))


def checked_places(places: tuple[str, ...]) -> tuple[str, ...]:
    """Return zone ids sorted, each once, so that equal places compare equal.

    Raises:
        ValueError: not a tuple of zone ids, or one of them is empty.
    """
    if not isinstance(places, tuple) or not all(isinstance(each, str) and each for each in places):
        raise ValueError(
            f"places: {places!r} must be zone ids: give a tuple of them, or none for the places "
            "of the condition"
        )
    return tuple(sorted(set(places)))
