"""A night with trouble: wearers, and what their devices send until a desk has thousands of alerts.

Each has a curfew that is in force, a zone to keep out of and a town to stay in; most have something
the matter: out at night, in the zone, strap or case, jamming, battery. Some of it is over again,
some comes twice or three times. Nobody is silent: plans are generous. The same seed gives the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, islice
from typing import Any, Final

import msgspec
import numpy as np

from engine.store.registry_part import RegistryPart
from simulators.device import Delivery, topic
from simulators.enrolment import enrol
from simulators.geojson import collection, feature
from simulators.names import TREES, person
from zones.instant import HOUR, MINUTE, SECOND, Instant, render
from zones.wallclock import local

SEED: Final = 7
LENGTH: Final = 20 * HOUR
VENDORS: Final = ("acme", "simtag", "orbit")
TIMEZONES: Final = ("America/Sao_Paulo", "America/Sao_Paulo", "America/Manaus", "America/Recife")
AGENCIES: Final = ("County Probation", "City Parole", "Domestic Violence Unit")
OFFICERS_EACH: Final = 12
WEARERS_AN_OFFICER: Final = 60

FAULTS: Final = {
    "battery_low": 22,
    "charging": 18,
    "no_motion": 14,
    "strap_tamper": 10,
    "motion_without_gnss": 10,
    "battery_critical": 8,
    "shielding": 7,
    "case_tamper": 5,
    "jamming": 4,
    "sos": 2,
}
"""What devices report, and how often of a hundred."""

_PLACES: Final = {"home": 0.0, "away": 0.0065, "forbidden": 0.02, "far": -0.08}
"""Degrees north of the home."""

_OUT: Final = ("away", "away", "away", "forbidden", "far")


@dataclass(frozen=True)
class Supervised:
    """One wearer; see `simulators.enrolment.Enrollable`."""

    number: int
    now: Instant
    """When the night has come to; his curfew is in force then."""
    interval_s: int = 12 * 3600
    buffer_s: int = 12 * 3600

    @property
    def wearer_id(self) -> str:
        """Id of the wearer."""
        return f"w-{self.number:05d}"

    @property
    def name(self) -> str:
        """Name to show."""
        return person(self.number * 7)

    @property
    def vendor(self) -> str:
        """Vendor of the device."""
        return VENDORS[self.number % len(VENDORS)]

    @property
    def device_id(self) -> str:
        """The vendor's id for the device."""
        return f"RF{self.number:05d}"

    @property
    def timezone(self) -> str:
        """IANA zone of the wall clock."""
        return TIMEZONES[self.number % len(TIMEZONES)]

    @property
    def agency(self) -> str:
        """Who supervises."""
        return AGENCIES[self.number // WEARERS_AN_OFFICER % len(AGENCIES)]

    @property
    def officer(self) -> str:
        """Who is responsible."""
        return f"officer.{TREES[self.number // WEARERS_AN_OFFICER].lower()}"

    @property
    def home(self) -> tuple[float, float]:
        """Longitude and latitude of the home; homes lie a street apart on a grid."""
        return -46.9 + self.number % 60 * 0.004, -23.8 + self.number // 60 * 0.004

    @property
    def conditions(self) -> list[dict[str, Any]]:
        """A curfew around now, a zone to keep out of, a town to stay in."""
        opens = local(self.now - 8 * HOUR, self.timezone)
        closes = local(self.now + 8 * HOUR, self.timezone)
        hours = {"days": "daily", "start": f"{opens:%H}:00", "end": f"{closes:%H}:00"}
        home, forbidden, town = (each["id"] for each in self.zones)
        return [
            {"id": "curfew", "kind": "curfew", "zone": home, "weekly": [hours]},
            {"id": "keep-out", "kind": "exclusion", "zone": forbidden},
            {"id": "town", "kind": "inclusion", "zone": town},
        ]

    @cached_property
    def zones(self) -> list[dict[str, Any]]:
        """Home, forbidden zone and town as Features."""
        lon, lat = self.home
        return [
            _circle(f"HOME-{self.wearer_id}", f"Home of {self.name}", lon, lat, 60.0),
            _circle(f"OUT-{self.wearer_id}", "Former home", lon, lat + _PLACES["forbidden"], 300.0),
            _circle(f"TOWN-{self.wearer_id}", "Town", lon, lat, 5_000.0),
        ]

    def at(self, place: str, at: Instant) -> Delivery:
        """Return the message of a position, a little apart from that of another minute."""
        lon, lat = self.home
        apart = at // MINUTE % 10 * 1e-5
        where = {"lat": lat + _PLACES[place], "lon": lon + apart, "accuracy_m": 9.0}
        return self._sent(at, positions=[{"time": render(at), **where}])

    def reports(self, fault: str, state: str, at: Instant) -> Delivery:
        """Return the message of one end of a fault."""
        return self._sent(at, events=[{"type": fault, "state": state, "time": render(at)}])

    def _sent(self, at: Instant, **said: object) -> Delivery:
        body = {"device": self.device_id, "sent_at": render(at), **said}
        return Delivery(at + SECOND, topic(self.vendor, self.device_id), msgspec.json.encode(body))


@dataclass(frozen=True)
class Night:
    """Everyone, and what their devices send until now."""

    now: Instant
    wearers: tuple[Supervised, ...]

    @property
    def vendors(self) -> list[str]:
        """Every vendor that publishes."""
        return list(VENDORS)

    @property
    def start(self) -> Instant:
        """When it began."""
        return self.now - LENGTH

    def enrol(self, registry: RegistryPart) -> None:
        """Register everyone."""
        zones = collection([zone for each in self.wearers for zone in each.zones])
        enrol(registry, self.wearers, zones, self.start)

    def deliveries(self, alerts: int) -> list[Delivery]:
        """Return what is sent, for about so many alerts, in order of arrival."""
        rng = np.random.default_rng(SEED)
        sent = [each.at("home", self.start + MINUTE) for each in self.wearers]
        for each in self.wearers:
            mean = alerts / len(self.wearers)
            sent += self._troubles(each, mean, rng)
        return sorted(sent, key=lambda each: (each.at, each.topic, each.payload))

    def _troubles(
        self, wearer: Supervised, mean: float, rng: np.random.Generator
    ) -> Iterator[Delivery]:
        faults, shares = list(FAULTS), np.array(list(FAULTS.values())) / sum(FAULTS.values())
        out = rng.random() < 0.3
        if out:
            yield from self._outing(wearer, rng)
        count = min(len(faults), rng.poisson(max(0.0, mean - 0.4)))
        for fault in rng.choice(faults, count, replace=False, p=shares).tolist():
            yield from self._fault(wearer, fault, rng)

    def _outing(self, wearer: Supervised, rng: np.random.Generator) -> Iterator[Delivery]:
        left = self.now - round(rng.uniform(0.2, 7.0) * HOUR)
        place = str(rng.choice(_OUT))
        yield wearer.at("home", left - 20 * MINUTE)
        yield wearer.at(place, left)
        yield wearer.at(place, left + MINUTE)
        yield wearer.at(place, left + 3 * MINUTE)
        if rng.random() < 0.2:
            yield wearer.at("home", left + 9 * MINUTE)
            yield wearer.at("home", left + 10 * MINUTE)

    def _fault(
        self, wearer: Supervised, fault: str, rng: np.random.Generator
    ) -> Iterator[Delivery]:
        # Most of it is of the last hours: older alerts have been dealt with.
        begins = self.now - round((0.05 + 15.0 * rng.random() ** 3) * HOUR)
        times = 1 + (rng.random() < 0.12) + (rng.random() < 0.05)
        lasts = max(MINUTE // 2, (self.now - begins) // (2 * times + 2))
        for number in range(times):
            yield wearer.reports(fault, "start", begins + 2 * number * lasts)
            if number < times - 1 or rng.random() < 0.15:
                yield wearer.reports(fault, "end", begins + (2 * number + 1) * lasts)


def night(now: Instant, alerts: int) -> Night:
    """Return a night with wearers for so many alerts: about three each."""
    count = max(12, -(-alerts // 3))
    return Night(now, tuple(Supervised(number, now) for number in range(count)))


def batches(deliveries: Sequence[Delivery], size: int = 200) -> Iterator[list[Delivery]]:
    """Yield batches, none longer than five minutes: an alert is as old as its batch."""
    for _, within in groupby(deliveries, lambda each: each.at // (5 * MINUTE)):
        while part := list(islice(within, size)):
            yield part


def _circle(zone_id: str, name: str, lon: float, lat: float, radius_m: float) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [lon, lat]}
    return feature(zone_id, name, point, radius_m=radius_m)
