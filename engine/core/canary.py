"""The canary: a synthetic wearer whose position goes the whole way, so that the way is known good.

It is at one place outside of its own zone and one inside, by turns; being inside breaks the one
condition of its order at once. So every message of it that is received, decoded, attributed, judged
and stored shows: an episode begins or ends at exactly the time of its position. It makes no alerts,
is in no list and no count, and its vendor is reserved.
"""

from typing import Final

import msgspec

from engine.core.condition_json import read_condition
from engine.core.episode import StoredEpisode
from engine.core.order import Activation
from engine.core.plan import SupervisionPlan
from engine.core.registry import Device, Order, Wearer
from engine.core.topic import telemetry_topic
from zones.circle import Circle
from zones.instant import SECOND, Instant, render
from zones.zone import Zone

CANARY: Final = "ringfence-canary"
"""Its vendor, and every id of it; nobody else's."""

TOPIC: Final = telemetry_topic(CANARY, CANARY)

_LAT: Final = 0.0
_LON_INSIDE: Final = 0.0
_LON_OUTSIDE: Final = 0.0006
"""67 m from the centre: sure to be outside, and near enough to be walked in a second."""

_RADIUS_M: Final = 30.0
_ACCURACY_M: Final = 5.0

WEARER: Final = Wearer(wearer_id=CANARY, name="Canary", timezone="UTC")
DEVICE: Final = Device(vendor=CANARY, device_id=CANARY)
ZONE: Final = Zone(zone_id=CANARY, name="Canary", shape=Circle(_LON_INSIDE, _LAT, _RADIUS_M))


def activation(started_at: Instant) -> Activation:
    """Return the activation of the canary, from an instant on."""
    return Activation(
        activation_id=0,
        wearer_id=CANARY,
        vendor=CANARY,
        device_id=CANARY,
        started_at=started_at,
        ended_at=None,
    )


def order(effective_from: Instant, interval_s: float) -> Order:
    """Return the order of a canary that is heard every `interval_s` seconds of the clock."""
    condition = {
        "id": CANARY,
        "kind": "exclusion",
        "zone": CANARY,
        "threshold": 1,
        "dwell_s": 0,
        "shared_error_m": 0,
    }
    return Order(
        order_id=CANARY,
        wearer_id=CANARY,
        agency="",
        officer="",
        effective_from=effective_from,
        effective_until=None,
        plan=SupervisionPlan(interval_s, 4 * interval_s),
        conditions=(read_condition(condition, "UTC"),),
    )


def payload(at: Instant, *, inside: bool) -> bytes:
    """Return a message that says where the canary is at an instant, by wire contract v1."""
    position = {
        "time": render(at),
        "lat": _LAT,
        "lon": _LON_INSIDE if inside else _LON_OUTSIDE,
        "accuracy_m": _ACCURACY_M,
    }
    message = {"device": CANARY, "seq": at // SECOND, "positions": [position]}
    return msgspec.json.encode(message)


def is_inside(newest: StoredEpisode | None) -> bool:
    """Tell where the canary is by its newest episode."""
    return newest is not None and newest.episode.ended is None


def came_out(newest: StoredEpisode | None, at: Instant, *, inside: bool) -> bool:
    """Tell whether the message of an instant has come out: an episode that begins or ends then."""
    if newest is None or is_inside(newest) != inside:
        return False
    bound = newest.episode.started if inside else newest.episode.ended
    return bound is not None and bound.by == at
