"""The stage scenarios are played on: a plot of ground, a clock in minutes, wearers and zones.

Rule: every scenario lasts `LENGTH_MIN` minutes from the same start, has a plot of its own around
one of the simulated town's homes, which is the plane's origin, and its own wearers, devices and
zones, so that all scenarios can be played together in one engine. Noise is seeded by the wearer's
id alone: another start instant moves a scenario in time and changes nothing else.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final
from zlib import crc32
from zoneinfo import ZoneInfo

import numpy as np

from engine.core.beacon import Beacon
from simulators.city import City
from simulators.device import Delivery, Sending, deliver, report
from simulators.fix import Fix
from simulators.geojson import circle, collection, feature, polygon_ring
from simulators.names import person
from simulators.noise import NoiseModel
from simulators.path import PathBuilder
from simulators.plane import Plane
from simulators.scenario import EpisodeState, ExpectedAlert, Scenario, ScenarioWearer
from zones.instant import MINUTE, Instant, render, seconds, to_datetime

TOWN_SEED: Final = 7
LENGTH_MIN: Final = 45
HOME_RADIUS_M: Final = 60.0
WALK_MPS: Final = 1.5
INTERVAL_S: Final = 30
BUFFER_S: Final = 210

Corners = Sequence[tuple[float, float]]
FixEdit = Callable[[list[Fix]], list[Fix]]
SendingEdit = Callable[[list[Sending]], list[Sending]]
DeliveryEdit = Callable[[tuple[Delivery, ...]], tuple[Delivery, ...]]


@lru_cache(maxsize=1)
def town() -> City:
    """Return the town the scenarios take place in."""
    return City.generate(TOWN_SEED)


def vendor_of(wearer_id: str) -> str:
    """Return the vendor of a wearer's devices."""
    return ("simtag", "tracelet")[crc32(wearer_id.encode()) % 2]


class Stage:
    """One scenario in the making."""

    def __init__(
        self,
        name: str,
        story: str,
        start: Instant,
        *,
        plane: Plane | None = None,
        timezone: str = "America/Sao_Paulo",
        needs: Sequence[str] = (),
    ) -> None:
        if start % MINUTE:
            raise ValueError(f"start is {render(start)}: give a whole minute, windows begin on one")
        homes = town().of_kind("home")
        home = homes[crc32(name.encode()) % len(homes)]
        self.name, self.start = name, start
        self.plane = plane or Plane(home.lon, home.lat)
        self.timezone = timezone
        self.end = self.at(LENGTH_MIN)
        self._story = story
        self._needs = frozenset(needs)
        self._zones: list[dict[str, Any]] = []
        self._wearers: list[ScenarioWearer] = []
        self._expected: list[ExpectedAlert] = []
        self._beacons: list[Beacon] = []

    def at(self, minute: float) -> Instant:
        """Return the instant so many minutes after the start."""
        return self.start + round(minute * MINUTE)

    def clock(self, minute: int) -> str:
        """Return the local time, `HH:MM`, so many minutes after the start."""
        return to_datetime(self.at(minute)).astimezone(ZoneInfo(self.timezone)).strftime("%H:%M")

    def circle(self, zone_id: str, east_m: float, north_m: float, radius_m: float) -> str:
        """Add a circle and return its id."""
        geometry = circle(self.plane, east_m, north_m)
        self._zones.append(feature(zone_id, zone_id, geometry, radius_m=radius_m))
        return zone_id

    def beacon(self, beacon_id: str, zone: str, wearer_id: str) -> str:
        """Put a wearer's home unit at the origin, in a zone, and return its id."""
        lon, lat = self.plane.point(0.0, 0.0)
        unit = Beacon(
            vendor=vendor_of(wearer_id),
            beacon_id=beacon_id,
            zone_id=zone,
            lat=lat,
            lon=lon,
            wearer_id=wearer_id,
        )
        self._beacons.append(unit)
        return beacon_id

    def home(self, zone_id: str) -> str:
        """Add the home: a circle of 60 m around the origin."""
        return self.circle(zone_id, 0.0, 0.0, HOME_RADIUS_M)

    def polygon(self, zone_id: str, *rings: Corners) -> str:
        """Add a polygon (outer ring, then holes; metres) and return its id."""
        return self.multipolygon(zone_id, [rings])

    def multipolygon(self, zone_id: str, polygons: Sequence[Sequence[Corners]]) -> str:
        """Add a multipolygon, or a polygon if there is one only, and return its id."""
        written = [[polygon_ring(self.plane, ring) for ring in rings] for rings in polygons]
        several = len(written) > 1
        geometry = {
            "type": "MultiPolygon" if several else "Polygon",
            "coordinates": written if several else written[0],
        }
        self._zones.append(feature(zone_id, zone_id, geometry))
        return zone_id

    def curfew(
        self, zone: str, first: int, last: int, passes: Sequence[tuple[int, int]] = ()
    ) -> dict[str, Any]:
        """Return a curfew from minute `first` to minute `last`, less passes in minutes."""
        window = {"days": "daily", "start": self.clock(first), "end": self.clock(last)}
        condition = {"id": "curfew", "kind": "curfew", "zone": zone, "weekly": [window]}
        allowed = [{"start": render(self.at(a)), "end": render(self.at(b))} for a, b in passes]
        return {**condition, "threshold": 2, **({"passes": allowed} if allowed else {})}

    def path(self, at: tuple[float, float] = (0.0, 0.0), *, indoors: bool = True) -> PathBuilder:
        """Return a path that begins with the scenario, at home unless told otherwise."""
        return PathBuilder(self.plane, self.start, at, indoors=indoors, canyon=0.15)

    def call_ins(self, wearer_id: str) -> list[Instant]:
        """Return the instants at which a wearer's device measures: every 30 s, out of step."""
        phase = seconds(1 + crc32(wearer_id.encode()) % 80 / 10)
        count = (LENGTH_MIN * 60 - 10) // INTERVAL_S + 1
        return [self.start + phase + seconds(INTERVAL_S * k) for k in range(count)]

    def wear(
        self,
        wearer_id: str,
        path: PathBuilder,
        conditions: list[dict[str, Any]],
        *,
        fixes: FixEdit | None = None,
        sendings: SendingEdit | None = None,
        deliveries: DeliveryEdit | None = None,
        protected: bool = False,
    ) -> "Stage":
        """Add a wearer with his path and order; the edits are what goes wrong, in that order."""
        rng = np.random.default_rng([crc32(wearer_id.encode()), 11])
        true_path = path.stay_until(self.end + MINUTE).build()
        call_ins = self.call_ins(wearer_id)
        measured = NoiseModel(network_only=0.0).measure(true_path, call_ins, rng)
        device = f"SIM-{wearer_id}"
        sent = report(device, call_ins, fixes(measured) if fixes else measured, rng)
        vendor = vendor_of(wearer_id)
        published = deliver(sendings(sent) if sendings else sent, vendor)
        self._wearers.append(
            ScenarioWearer(
                wearer_id=wearer_id,
                name=person(crc32(wearer_id.encode()) % 400),
                vendor=vendor,
                device_id=device,
                timezone=self.timezone,
                interval_s=INTERVAL_S,
                buffer_s=BUFFER_S,
                conditions=conditions,
                true_path=true_path,
                deliveries=deliveries(published) if deliveries else published,
                protected=protected,
            )
        )
        return self

    def protect(
        self,
        person_id: str,
        path: PathBuilder,
        *,
        fixes: FixEdit | None = None,
        sendings: SendingEdit | None = None,
    ) -> "Stage":
        """Add a protected person, who carries a device like a wearer's."""
        return self.wear(person_id, path, [], fixes=fixes, sendings=sendings, protected=True)

    def expect(
        self,
        wearer_id: str,
        kind: str,
        started: Instant,
        ended: Instant | None = None,
        *,
        zone: str | None = None,
        condition: str | None = None,
        state: EpisodeState | None = None,
        started_by: Instant | None = None,
        slack_s: float = 45.0,
    ) -> "Stage":
        """Expect an alert whose episode starts and ends within `slack_s` of the given instants.

        `started_by` widens the start to an interval: from `started` to then.
        """
        slack = seconds(slack_s)
        last_start = started if started_by is None else started_by
        self._expected.append(
            ExpectedAlert(
                wearer_id,
                kind,
                zone,
                condition,
                state or ("open" if ended is None else "confirmed"),
                started - slack,
                last_start + slack,
                None if ended is None else ended - slack,
                None if ended is None else ended + slack,
            )
        )
        return self

    def build(self, rejections: int = 0) -> Scenario:
        """Return the scenario."""
        return Scenario(
            self.name,
            self._story,
            self.start,
            self.end,
            collection(self._zones),
            tuple(self._wearers),
            tuple(self._expected),
            self._needs,
            rejections,
            tuple(self._beacons),
        )


def exclusion(zone: str, condition_id: str = "keep-out", **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - the values of a JSON object
    """Return an exclusion condition in JSON form."""
    return {"id": condition_id, "kind": "exclusion", "zone": zone, "threshold": 2, **parameters}


def inclusion(zone: str, condition_id: str = "stay-in", **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - the values of a JSON object
    """Return an inclusion condition in JSON form."""
    return {"id": condition_id, "kind": "inclusion", "zone": zone, "threshold": 2, **parameters}
