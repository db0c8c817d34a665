"""Delivery gone wrong: doubled, shuffled, misdated and broken messages must change nothing."""

from typing import Final

import numpy as np

from simulators import faults
from simulators.device import Delivery, Sending
from simulators.scenario import Scenario
from simulators.scenarios.exclusion import CENTRE, visit
from simulators.scenarios.stage import WALK_MPS, Stage, exclusion
from zones.instant import MINUTE, Instant, seconds

POISON: Final = (
    b"",
    b"\xff\xfe\x00 not text",
    b"not json",
    b'{"device":',
    b"[" * 5_000 + b"]" * 5_000,
    b"42",
    b'{"device":"%s","seq":"seven","sent_at":"%s","positions":[]}',
    b'{"device":"%s","seq":9001,"sent_at":"%s","positions":[{"time":"%s","lat":NaN,"lon":1}]}',
    b'{"device":"%s","seq":9002,"sent_at":"%s","positions":[{"time":"%s","lat":91,"lon":181}]}',
    b'{"device":"%s","seq":9003,"sent_at":"%s","positions":[{"time":"yesterday","lat":1,"lon":1}]}',
    b'{"device":"%s","seq":9004,"sent_at":"%s","positions":[{"time":"%s","lon":1}]}',
    b'{"device":"somebody-else","seq":9005,"sent_at":"%s","positions":[]}',
)
"""Payloads no engine may accept; `%s` stands for the device or a time."""


def doubled_and_shuffled(start: Instant) -> Scenario:
    """Every message twice, out of order: one alert."""
    stage = Stage(
        "delivery-doubled-and-shuffled",
        "The network doubles and shuffles his messages; he enters the zone once.",
        start,
    )
    zone = stage.circle("SHUFFLE-PARK", *CENTRE, 150)
    path = stage.path().stay(240)
    entered, left = visit(path, 420)
    rng = np.random.default_rng(41)

    def shuffle(sendings: list[Sending]) -> list[Sending]:
        last = stage.end - seconds(200)
        early = [sending for sending in sendings if sending.at < last]
        late = [sending for sending in sendings if sending.at >= last]
        doubled = faults.duplicate(early, 0.8, rng, late_s=90)
        return [*faults.reorder(doubled, 5, rng), *late]

    stage.wear("delivery-shuffled", path, [exclusion(zone)], sendings=shuffle)
    stage.expect(
        "delivery-shuffled", "exclusion_entered", entered, left, zone=zone, condition="keep-out"
    )
    return stage.build()


def skewed_clock(start: Instant) -> Scenario:
    """A clock eight minutes ahead dates his way home into the curfew: quarantined, nothing."""
    stage = Stage(
        "delivery-skewed-clock",
        "His device's clock runs 8 min ahead as he walks home, minutes before his curfew.",
        start,
    )
    home = stage.home("CLOCK-HOME")
    path = stage.path((300, 0), indoors=False).stay_until(stage.at(8)).go((0, 0), WALK_MPS)

    def skew(sendings: list[Sending]) -> list[Sending]:
        return faults.skew_clock(sendings, stage.at(6), stage.at(9), 8 * MINUTE)

    curfew = stage.curfew(home, 13, 35)
    stage.wear("delivery-clock", path.indoors(), [curfew], sendings=skew)
    return stage.expect("delivery-clock", "clock_skew", stage.at(6), stage.at(9)).build()


def poison(start: Instant) -> Scenario:
    """Broken payloads between good ones: rejected, and nothing lost."""
    stage = Stage(
        "delivery-poison",
        "Between broken payloads the good ones still tell that she entered the zone.",
        start,
    )
    zone = stage.circle("POISON-PARK", *CENTRE, 150)
    path = stage.path().stay(240)
    entered, left = visit(path, 300)

    def spoil(deliveries: tuple[Delivery, ...]) -> tuple[Delivery, ...]:
        bad = [_bad(deliveries[4 + 5 * k], payload) for k, payload in enumerate(POISON)]
        return tuple(sorted([*deliveries, *bad], key=lambda delivery: delivery.at))

    stage.wear("delivery-poison", path, [exclusion(zone)], deliveries=spoil)
    stage.expect(
        "delivery-poison", "exclusion_entered", entered, left, zone=zone, condition="keep-out"
    )
    return stage.build(rejections=len(POISON))


def _bad(good: Delivery, payload: bytes) -> Delivery:
    """Return a broken payload on the topic of a good one, 5 s later."""
    device = good.topic.split("/")[3].encode()
    at = b"2026-03-10T21:05:00Z"
    for value in (device, at, at) if b'"device":"%s"' in payload else (at,):
        payload = payload.replace(b"%s", value, 1)
    return Delivery(good.at + seconds(5), good.topic, payload)


SCENARIOS = {
    "delivery-doubled-and-shuffled": doubled_and_shuffled,
    "delivery-skewed-clock": skewed_clock,
    "delivery-poison": poison,
}
