"""A country: all who wear a monitor, each with a home curfew and zones of his own to keep out of.

A group of zones is there beside them that everyone must keep out of. The same size and seed give
the same country.

People live in cities, each a grid of blocks of half a kilometre that are white and black like a
chessboard: homes and workplaces stand on white blocks, zones to keep out of on black ones, so
nobody lives in a violation. By number:

- one in fifty commutes all the time and must be at home from 22:00;
- one in five is at work, where his curfew lets him be as well;
- all others are at home. Their curfews, and those of the workers, begin at 19:00.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.core.condition_json import read_condition
from engine.core.order import Activation
from engine.core.plan import SupervisionPlan
from engine.core.registry import Device, Order, OrderCondition, Wearer
from zones.group import ZoneGroup
from zones.instant import DAY, parse
from zones.metric import Floats
from zones.zone import Area, Circle, Zone

WEARERS: Final = 254_700
"""As many as wear a GPS monitor in the USA."""
SHARED: Final = 10_000
OWN: Final = 4
SEED: Final = 254_700
FLIP: Final = parse("2025-03-12T00:00:00Z")
"""19:00 where they live: all curfews but the commuters' begin."""
SINCE: Final = FLIP - 30 * DAY
TIMEZONE: Final = "America/Chicago"
Bools: TypeAlias = NDArray[np.bool_]
VENDOR: Final = "simtag"
AGENCIES: Final = 50
OFFICERS: Final = 2_547
PLAN: Final = SupervisionPlan(60.0, 240.0)
GROUP: Final = "keep-out-for-all"

_COMMUTER_EVERY, _WORKER_EVERY = 50, 5
_BLOCK_DEGREES: Final = 0.0045
_HALF_CITY: Final = 32
"""Blocks from the middle of a city to its edge."""
_CITIES: Final = 240
_HOME_RADIUS_M: Final = 60.0


@dataclass(frozen=True)
class Country:
    """Who is supervised, and where; a wearer is a number from 0."""

    wearers: int = WEARERS
    shared: int = SHARED
    own: int = OWN
    seed: int = SEED

    @cached_property
    def name(self) -> str:
        """A name that says its size, for files."""
        return f"country-{self.wearers}-{self.shared}-{self.own}-{self.seed}"

    @cached_property
    def commutes(self) -> Bools:
        """Who is on his way all the time."""
        return np.asarray(np.arange(self.wearers) % _COMMUTER_EVERY == 0)

    @cached_property
    def works(self) -> Bools:
        """Who is at work."""
        return np.asarray(~self.commutes & (np.arange(self.wearers) % _WORKER_EVERY == 1))

    @cached_property
    def homes(self) -> Floats:
        """Longitude and latitude of each home."""
        return self._places[0]

    @cached_property
    def workplaces(self) -> Floats:
        """Longitude and latitude of each workplace, some 8 km from home at most."""
        return self._places[1]

    @cached_property
    def own_circles(self) -> Floats:
        """Longitude, latitude and radius in metres of each wearer's circles, a wearer a row."""
        return self._places[2]

    @cached_property
    def _places(self) -> tuple[Floats, Floats, Floats]:
        rng = np.random.default_rng([self.seed, 1])
        city = rng.integers(0, _CITIES, self.wearers)
        block = rng.integers(-_HALF_CITY, _HALF_CITY, (self.wearers, 2))
        away = rng.integers(-12, 13, (self.wearers, 2))
        near = rng.integers(2, 5, (self.wearers, self.own, 2)) * rng.choice(
            (-1, 1), (self.wearers, self.own, 2)
        )
        homes = _standing(city, block, 0, rng)
        works = _standing(city, block + away, 0, rng)
        circles = _standing(
            np.repeat(city, self.own), (block[:, None, :] + near).reshape(-1, 2), 1, rng
        )
        radii = np.round(rng.uniform(60.0, 150.0, (self.wearers * self.own, 1)), 1)
        own = np.concatenate([circles, radii], axis=1).reshape(self.wearers, self.own, 3)
        return homes, works, own

    def wearer_id(self, number: int) -> str:
        """Return the id of a wearer."""
        return f"wearer-{number:06d}"

    def device_id(self, number: int) -> str:
        """Return the vendor's id of his device."""
        return f"US{number:08d}"

    def people(self) -> Iterator[tuple[Wearer, Device, Activation]]:
        """Yield each wearer with his device and activation, by the ids that a new store gives."""
        for number in range(self.wearers):
            wearer_id, device_id = self.wearer_id(number), self.device_id(number)
            agency = f"Agency {number % AGENCIES}"
            yield (
                Wearer(
                    wearer_id=wearer_id,
                    name=f"Wearer {number}",
                    timezone=TIMEZONE,
                    agency=agency,
                ),
                Device(vendor=VENDOR, device_id=device_id, model="T1"),
                Activation(
                    activation_id=number + 1,
                    wearer_id=wearer_id,
                    vendor=VENDOR,
                    device_id=device_id,
                    started_at=SINCE,
                ),
            )

    def zones(self) -> Iterator[Zone]:
        """Yield the shared zones, then each wearer's home, circles and, of a worker, workplace."""
        yield from self.shared_zones()
        homes, works, own = self.homes.tolist(), self.workplaces.tolist(), self.own_circles.tolist()
        working = self.works.tolist()
        for number in range(self.wearers):
            yield Zone(f"home-{number:06d}", _home(homes[number]))
            for which, (lon, lat, radius_m) in enumerate(own[number]):
                yield Zone(f"own-{number:06d}-{which}", Circle(lon, lat, radius_m))
            if working[number]:
                yield Zone(f"work-{number:06d}", _home(works[number]))

    def shared_zones(self) -> Iterator[Zone]:
        """Yield the polygons of 5 to 24 corners that all must keep out of."""
        rng = np.random.default_rng([self.seed, 2])
        city = rng.integers(0, _CITIES, self.shared)
        block = rng.integers(-_HALF_CITY, _HALF_CITY, (self.shared, 2))
        middles = _standing(city, block, 1, rng)
        for number, (lon, lat) in enumerate(middles.tolist()):
            yield Zone(f"shared-{number:06d}", _star(lon, lat, rng))

    def group(self) -> ZoneGroup:
        """Return the group of the shared zones."""
        return ZoneGroup(GROUP, tuple(f"shared-{number:06d}" for number in range(self.shared)))

    def orders(self) -> Iterator[Order]:
        """Yield each wearer's order; parameters are those an order has that does not say any."""
        curfew, late_curfew, own, group = (_condition(each) for each in _CONDITIONS)
        works, commutes = self.works.tolist(), self.commutes.tolist()
        for number in range(self.wearers):
            places = (f"home-{number:06d}", f"work-{number:06d}")[: 1 + works[number]]
            circles = tuple(f"own-{number:06d}-{which}" for which in range(self.own))
            at_home = late_curfew if commutes[number] else curfew
            yield Order(
                order_id=f"order-{number:06d}",
                wearer_id=self.wearer_id(number),
                agency=f"Agency {number % AGENCIES}",
                officer=f"Officer {number % OFFICERS}",
                effective_from=SINCE,
                effective_until=None,
                plan=PLAN,
                conditions=(
                    msgspec.structs.replace(at_home, zone_ids=places),
                    msgspec.structs.replace(own, zone_ids=circles),
                    group,
                ),
            )


def _nights(start: str) -> dict[str, Any]:
    weekly = [{"days": "daily", "start": start, "end": "07:00"}]
    return {"id": "home", "kind": "curfew", "zone": "home", "weekly": weekly}


_CONDITIONS: Final[tuple[dict[str, Any], ...]] = (
    _nights("19:00"),
    _nights("22:00"),
    {"id": "own", "kind": "exclusion", "zone": "own"},
    {"id": "all", "kind": "exclusion", "groups": [GROUP]},
)


def _home(at: list[float]) -> Circle:
    return Circle(at[0], at[1], _HOME_RADIUS_M)


def _condition(written: dict[str, Any]) -> OrderCondition:
    return read_condition(written, TIMEZONE)


def _standing(
    city: NDArray[np.int64], block: NDArray[np.int64], colour: int, rng: np.random.Generator
) -> Floats:
    """Return longitude and latitude near the middle of blocks, moved on to one of the colour."""
    towns = np.random.default_rng(_CITIES).uniform((-119.0, 29.0), (-75.0, 46.0), (_CITIES, 2))
    moved = block[:, 0] + (block.sum(axis=1) + colour) % 2
    lat = towns[city, 1] + block[:, 1] * _BLOCK_DEGREES
    squeeze = np.cos(np.radians(towns[city, 1]))
    lon = towns[city, 0] + moved * _BLOCK_DEGREES / squeeze
    jitter = rng.uniform(-3e-4, 3e-4, (len(city), 2))
    return np.round(np.stack([lon, lat], axis=1) + jitter, 6)


def _star(lon: float, lat: float, rng: np.random.Generator) -> Area:
    """Return a star-shaped polygon of 60 to 150 m round a place."""
    corners = int(rng.integers(5, 25))
    angles = 2 * np.pi * np.arange(corners) / corners
    away = rng.uniform(90.0, 150.0) / 111_195.0 * rng.uniform(0.7, 1.0, corners)
    east = lon + away * np.cos(angles) / np.cos(np.radians(lat))
    ring = np.round(np.stack([east, lat + away * np.sin(angles)], axis=1), 7).tolist()
    return Area([[[*ring, ring[0]]]])
