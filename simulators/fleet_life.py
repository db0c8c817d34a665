"""A fleet of wearers with lives, orders and truth, as streams that need no memory to speak of.

    for delivery in merged(live_fleet(city, 100, seed=1, start=start, days=2)):
        ...

Rule: every wearer's days are made one at a time, when they are asked for; the same arguments give
the same deliveries however often they are asked. Their orders are those of `simulators/orders.py`.
What they truly broke is recorded: `FleetWearer.truth`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from heapq import merge
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from simulators.city import City
from simulators.device import CallIn, Delivery, Event, Message, Sending
from simulators.geojson import collection
from simulators.life import DAY_BEGINS_HOUR, Life
from simulators.names import person
from simulators.noise import NoiseModel
from simulators.orders import draw_order
from simulators.path import TruePath
from simulators.truth import TrueViolation, violations
from simulators.uplink import EVERYDAY, FaultRates, Uplink
from zones.instant import DAY, HOUR, SECOND, Instant, seconds, to_datetime

VENDORS: Final = ("simtag", "tracelet", "wardlink")


@dataclass(frozen=True, slots=True)
class FleetWearer:
    """A wearer of a live fleet: like a `ScenarioWearer`, but endless.

    `deliveries` may be iterated any number of times, each time anew; `zones` are the Features that
    `conditions` name.
    """

    wearer_id: str
    name: str
    vendor: str
    device_id: str
    timezone: str
    interval_s: int
    buffer_s: int
    conditions: list[dict[str, Any]]
    zones: tuple[dict[str, Any], ...]
    life: Life
    start: Instant
    end: Instant
    rates: FaultRates = EVERYDAY

    @property
    def max_age_s(self) -> int:
        """Return how long the last position holds, seconds."""
        return self.interval_s + self.buffer_s

    @property
    def deliveries(self) -> Iterator[Delivery]:
        """Return the publishes from `start` to `end` in order of arrival, made as they are read."""
        rng = np.random.default_rng([self.life.seed, self.life.number, 5])
        model = NoiseModel.for_device(rng)
        uplink = Uplink(self.vendor, self.rates, rng)
        calls = CallIn(self.device_id, rng, self.start)
        phase = seconds(round(float(rng.uniform(0, self.interval_s)), 1))
        for path in self.paths():
            calls.charged(path.start, float(rng.uniform(85, 100)))
            first, last = max(path.start, self.start), min(path.end, self.end)
            due = range(first + phase, last, self.interval_s * SECOND)
            for instant, fix in zip(due, model.stream(path, due, rng), strict=True):
                sending = self._tampered(calls.sending(instant, fix), rng)
                yield from uplink.send(sending, self.interval_s)
        yield from uplink.finish()

    def paths(self) -> Iterator[TruePath]:
        """Yield the true path of each day, from the day that holds `start`."""
        for day in self._days():
            yield self.life.day(day)

    def truth(self) -> Iterator[TrueViolation]:
        """Yield what the wearer truly broke between `start` and `end`, cut to them."""
        zones = {zone["id"]: zone for zone in self.zones}
        for path in self.paths():
            for each in violations(self.wearer_id, path, self.conditions, zones, self.timezone):
                start, end = max(each.start, self.start), min(each.end, self.end)
                if start < end:
                    yield replace(each, start=start, end=end)

    def _days(self) -> Iterator[date]:
        zone, shift = ZoneInfo(self.timezone), DAY_BEGINS_HOUR * HOUR
        day = to_datetime(self.start - shift).astimezone(zone).date()
        last = to_datetime(self.end - shift - 1).astimezone(zone).date()
        while day <= last:
            yield day
            day += timedelta(days=1)

    def _tampered(self, sending: Sending, rng: np.random.Generator) -> Sending:
        """Add, rarely, a strap alarm that lasts a moment."""
        if rng.random() >= self.rates.tampers_per_day * self.interval_s * SECOND / DAY:
            return sending
        (message,) = sending.messages
        ends = message.sent_at - SECOND
        events = (
            Event("strap_tamper", "start", ends - 20 * SECOND),
            Event("strap_tamper", "end", ends),
        )
        told: Message = replace(message, events=events)
        return replace(sending, messages=(told,))


def live_fleet(
    city: City,
    wearers: int,
    seed: int,
    start: Instant,
    days: float,
    *,
    interval_s: int = 60,
    buffer_s: int = 240,
    rates: FaultRates = EVERYDAY,
) -> Iterator[FleetWearer]:
    """Yield wearers with lives in a town, from `start` for so many days.

    Raises:
        ValueError: `wearers` or `days` is not above 0.
    """
    if wearers <= 0 or days <= 0:
        raise ValueError(f"wearers is {wearers} and days is {days}: give numbers above 0")
    for number in range(wearers):
        life, conditions, zones = draw_order(city, seed, number)
        wearer_id = f"fleet-{number + 1:05d}"
        yield FleetWearer(
            wearer_id=wearer_id,
            name=person(number),
            vendor=VENDORS[number % len(VENDORS)],
            device_id=f"FL{seed:03d}{number + 1:06d}",
            timezone=city.timezone,
            interval_s=interval_s,
            buffer_s=buffer_s,
            conditions=conditions,
            zones=zones,
            life=life,
            start=start,
            end=start + round(days * DAY),
            rates=rates,
        )


def merged(wearers: Iterable[FleetWearer]) -> Iterator[Delivery]:
    """Return the deliveries of all wearers in order of arrival."""
    return merge(*(each.deliveries for each in wearers), key=lambda delivery: delivery.at)


def zones_of(wearers: Iterable[FleetWearer]) -> dict[str, Any]:
    """Return the zones of all wearers, each once, as a FeatureCollection."""
    features = {zone["id"]: zone for wearer in wearers for zone in wearer.zones}
    return collection(list(features.values()))
