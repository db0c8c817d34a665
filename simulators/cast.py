"""The cast of a simulation: the scenarios and the fleet to be played, in one stream."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import merge
from typing import Any, Final

from engine.store.registry_part import RegistryPart
from simulators import scenarios
from simulators.city import City
from simulators.device import Delivery
from simulators.enrolment import Enrollable, enrol
from simulators.fleet_life import FleetWearer, live_fleet, merged, zones_of
from simulators.scenario import Scenario
from zones.instant import MINUTE, Duration, Instant

AFTERMATH: Final[Duration] = 2 * MINUTE
"""After its end a scenario's devices are soon taken off: their silence then means nothing."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part."""

    start: Instant
    scenarios: tuple[Scenario, ...]
    fleet: tuple[FleetWearer, ...]

    @property
    def wearers(self) -> list[Enrollable]:
        """Everyone who wears a device."""
        played = (wearer for scenario in self.scenarios for wearer in scenario.wearers)
        return [*played, *self.fleet]

    @property
    def vendors(self) -> list[str]:
        """Every vendor that publishes."""
        named = {wearer.vendor for wearer in self.wearers}
        topics = (each.topic for each in self._played())
        return sorted(named | {topic.split("/")[2] for topic in topics})

    def deliveries(self) -> Iterator[Delivery]:
        """Return everything that is published, in order of arrival."""
        played = sorted(self._played(), key=lambda each: each.at)
        return merge(played, merged(self.fleet), key=lambda each: each.at)

    def enrol(self, registry: RegistryPart) -> None:
        """Register everyone."""
        for scenario in self.scenarios:
            until = scenario.end + AFTERMATH
            played = (scenario.wearers, scenario.zones, self.start, until, scenario.beacons)
            enrol(registry, *played)
        enrol(registry, self.fleet, zones_of(self.fleet), self.start)

    def _played(self) -> Iterator[Delivery]:
        return (
            delivery
            for scenario in self.scenarios
            for wearer in scenario.wearers
            for delivery in wearer.deliveries
        )


def cast(
    start: Instant,
    names: Iterable[str] | None = None,
    wearers: int = 0,
    seed: int = 1,
    days: float = 2,
) -> Cast:
    """Return a cast of scenarios (all if no names are given) and a fleet of so many wearers.

    Raises:
        KeyError: there is no scenario of a name.
    """
    every = scenarios.all(start)
    chosen = every if names is None else names
    fleet: Iterable[Any] = ()
    if wearers:
        fleet = live_fleet(City.generate(seed), wearers, seed, start, days)
    return Cast(start, tuple(every[name]() for name in chosen), tuple(fleet))
