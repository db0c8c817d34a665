"""A device that reports while nobody wears it is an alert about the device."""

import json

import pytest

from engine.core.episode import EpisodeKind, Severity
from engine.core.order import Activation
from engine.core.registry import Device
from engine.sources.source import Delivery
from engine.store import Store
from engine.store.page import Page
from simulators import scenarios
from simulators.enrolment import enrol
from tests.scenario_engine import Engine
from zones.instant import HOUR, MINUTE, Instant, render

SCENARIO = scenarios.all()["quiet-day"]()
WEARER = SCENARIO.wearers[0]
START = SCENARIO.start
KIND = EpisodeKind.POSITION_WITHOUT_ACTIVATION


@pytest.fixture(name="engine")
def _engine(store: Store) -> Engine:
    with store.write() as transaction:
        enrol(transaction.registry, [WEARER], SCENARIO.zones, START, START + HOUR)
        transaction.registry.save_device(Device(vendor="acme", device_id="SPARE"))
    return Engine(store, START)


def report(engine: Engine, vendor: str, device: str, at: Instant) -> None:
    """Deliver a position that a device has just measured."""
    plane = WEARER.true_path.plane
    position = {"time": render(at), "lat": plane.lat, "lon": plane.lon, "accuracy_m": 8}
    payload = json.dumps({"device": device, "positions": [position]}).encode()
    topic = f"ringfence/v1/{vendor}/{device}/telemetry"
    engine.take([Delivery(topic, payload, at, None)], at)


def shown(engine: Engine, subject: str) -> list[tuple[Instant, Instant | None]]:
    """Return since when and until when a device reported without a wearer."""
    with engine.store.read() as transaction:
        found = transaction.episodes.list(Page(), subject=subject, kinds=[KIND])
        alerts = transaction.alerts.list(Page(), subject=subject)
    assert {alert.severity for alert in alerts} <= {Severity.SERIOUS}
    assert sum(alert.count for alert in alerts) == len(found)
    spans = [(each.episode.started.by, each.episode.ended) for each in found]
    return [(start, None if end is None else end.by) for start, end in spans]


def test_a_device_that_was_never_put_on_anyone(engine: Engine) -> None:
    """It is one episode, however often it reports, until it is on someone and reports."""
    for minute in (1, 2, 3):
        report(engine, "acme", "SPARE", START + minute * MINUTE)
    assert shown(engine, "device/acme/SPARE") == [(START + MINUTE, None)]
    with engine.store.write() as transaction:
        transaction.registry.add_activation(
            Activation(
                activation_id=0,
                wearer_id=WEARER.wearer_id,
                vendor="acme",
                device_id="SPARE",
                started_at=START + 10 * MINUTE,
            )
        )
    report(engine, "acme", "SPARE", START + 11 * MINUTE)
    assert shown(engine, "device/acme/SPARE") == [(START + MINUTE, START + 11 * MINUTE)]


def test_a_device_that_was_taken_off(engine: Engine) -> None:
    """Positions measured after it came off are nobody's; those before are the wearer's."""
    subject = f"device/{WEARER.vendor}/{WEARER.device_id}"
    report(engine, WEARER.vendor, WEARER.device_id, START + MINUTE)
    assert shown(engine, subject) == []
    report(engine, WEARER.vendor, WEARER.device_id, START + HOUR)
    report(engine, WEARER.vendor, WEARER.device_id, START + HOUR + MINUTE)
    assert shown(engine, subject) == [(START + HOUR, None)]
    with engine.store.read() as transaction:
        assert transaction.episodes.list(Page(), wearer_id=WEARER.wearer_id) == []


def test_a_device_nobody_registered_is_a_rejection_only(engine: Engine) -> None:
    """What is not registered is no device of ours: it is rejected, and kept."""
    report(engine, "acme", "UNKNOWN", START + MINUTE)
    assert shown(engine, "device/acme/UNKNOWN") == []
