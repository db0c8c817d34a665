"""A window is one stretch of time in which a condition is in force, and where it is then met.

`places` are zone ids. None of them: the places are the condition's own. Among others the empty id
`OWN` stands for the condition's own places, so that a window of the condition's places and one with
an address of its own can be in force together. Being at any of the places is enough.
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

    def places_or(self, own: tuple[str, ...]) -> tuple[str, ...]:
        """Return the zone ids at which the condition is met, where `own` are the condition's."""
        if not self.places:
            return own
        named = (zone for each in self.places for zone in (own if each == OWN else (each,)))
        return tuple(dict.fromkeys(named))
