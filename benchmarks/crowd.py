"""A crowd: very many wearers, each with a home and a curfew from 19:00 to 07:00; some of them out.

Homes lie a street apart on a grid. All devices report at the same second, which is worse than life.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from engine.core.compile import Registry, registry_of, supervision_of
from engine.core.condition_json import read_condition
from engine.core.order import Activation, Supervision
from engine.core.plan import SupervisionPlan
from engine.core.position import Mechanism, Position, content_digest
from engine.core.registry import Order, Wearer
from engine.sources import source
from engine.store.registry_part import RegistryPart
from simulators.enrolment import enrol
from simulators.geojson import collection, feature
from zones.geojson import read_zones
from zones.instant import DAY, SECOND, Instant, parse, render

EVENING: Final = parse("2025-03-11T19:00:00Z")
"""When every curfew opens."""
MORNING: Final = parse("2025-03-12T07:00:00Z")
"""When every curfew ends."""
SINCE: Final = EVENING - DAY
INTERVAL_S: Final = 60
BUFFER_S: Final = 240
OUT_SHARE: Final = 20
"""One in so many is out."""
VENDOR: Final = "simtag"


@dataclass(frozen=True)
class Member:
    """One of the crowd; see `simulators.enrolment.Enrollable`."""

    number: int
    vendor: str = VENDOR
    timezone: str = "UTC"
    interval_s: int = INTERVAL_S
    buffer_s: int = BUFFER_S

    @property
    def wearer_id(self) -> str:
        """Id of the wearer."""
        return f"crowd-{self.number:06d}"

    @property
    def name(self) -> str:
        """Name to show."""
        return f"Wearer {self.number}"

    @property
    def device_id(self) -> str:
        """The vendor's id for the device."""
        return f"CR{self.number:06d}"

    @property
    def home(self) -> tuple[float, float]:
        """Longitude and latitude of the home."""
        return 5.0 + self.number % 500 * 0.002, 45.0 + self.number // 500 * 0.002

    @property
    def conditions(self) -> list[dict[str, Any]]:
        """A curfew at home."""
        nights = [{"days": "daily", "start": "19:00", "end": "07:00"}]
        return [{"id": "home", "kind": "curfew", "zone": self.zone["id"], "weekly": nights}]

    @cached_property
    def zone(self) -> dict[str, Any]:
        """The home as a Feature."""
        point = {"type": "Point", "coordinates": list(self.home)}
        return feature(f"HOME-{self.wearer_id}", self.name, point, radius_m=60.0)

    def position(self, at: Instant, *, out: bool) -> Position:
        """Return a position at home or 700 m from it."""
        lon, lat = self.home
        lat += 0.0065 * out
        digest = content_digest(at, 1, lat, lon, 10.0, Mechanism.GNSS)
        return Position(
            activation_id=self.number + 1,
            fix_time=at,
            received_at=at,
            seq=1,
            digest=digest,
            lat=lat,
            lon=lon,
            accuracy_m=10.0,
        )

    def delivery(self, at: Instant, *, out: bool, seq: int) -> source.Delivery:
        """Return the same as it comes over the wire; each time a little elsewhere."""
        lon, lat = self.home
        place = {"lat": lat + 0.0065 * out, "lon": lon + seq * 1e-6, "accuracy_m": 10.0}
        said = {"device": self.device_id, "seq": seq, "sent_at": render(at)}
        payload = json.dumps({**said, "positions": [{"time": render(at), **place}]})
        topic = f"ringfence/v1/{VENDOR}/{self.device_id}/telemetry"
        return source.Delivery(topic, payload.encode(), at + SECOND, None)


def enrolled(registry: RegistryPart, crowd: Sequence[Member]) -> None:
    """Register a crowd in a store."""
    enrol(registry, crowd, collection([each.zone for each in crowd]), SINCE)


def supervised(count: int) -> Iterator[tuple[Member, Supervision]]:
    """Yield a crowd and what each is judged by, as if they had been loaded from a store."""
    for number in range(count):
        member = Member(number)
        yield member, supervision_of(_registry(member), _activation(member))


def _activation(member: Member) -> Activation:
    return Activation(
        activation_id=member.number + 1,
        wearer_id=member.wearer_id,
        vendor=member.vendor,
        device_id=member.device_id,
        started_at=SINCE,
    )


def _registry(member: Member) -> Registry:
    wearer = Wearer(wearer_id=member.wearer_id, name=member.name, timezone=member.timezone)
    order = Order(
        order_id=f"order-{member.wearer_id}",
        wearer_id=member.wearer_id,
        agency="",
        officer="",
        effective_from=SINCE,
        effective_until=None,
        plan=SupervisionPlan(INTERVAL_S, BUFFER_S),
        conditions=tuple(read_condition(each, member.timezone) for each in member.conditions),
    )
    zones = read_zones(collection([member.zone])).zones
    return registry_of(1, [wearer], [_activation(member)], [order], zones)
