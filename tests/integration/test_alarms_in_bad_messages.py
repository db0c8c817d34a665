"""An alarm is never filtered: whatever is wrong with its message, it becomes an alert."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from engine.core.decode import decode
from engine.core.rejection import Reason
from engine.sources.source import Delivery
from engine.store import Store, migrate, open_store
from engine.store.page import Page
from simulators import scenarios
from simulators.enrolment import enrol
from simulators.scenario import ScenarioWearer
from tests.scenario_engine import Engine
from zones.instant import DAY, HOUR, MINUTE, render

SCENARIO = scenarios.all()["quiet-day"]()
WEARER: ScenarioWearer = SCENARIO.wearers[0]
NOW = SCENARIO.start + HOUR
TOPIC = WEARER.deliveries[0].topic
DEVICE = WEARER.device_id
SOS = {"type": "sos", "state": "start", "time": render(NOW)}
TAMPER = {"type": "strap_tamper", "state": "start", "time": render(NOW)}


@pytest.fixture(name="enrolled", scope="module")
def _enrolled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("enrolled") / "ringfence.db"
    migrate(f"sqlite:///{path}")
    store = open_store(f"sqlite:///{path}")
    with store.write() as transaction:
        enrol(transaction.registry, SCENARIO.wearers, SCENARIO.zones, SCENARIO.start)
    store.close()
    return path


@pytest.fixture(name="engine")
def _engine(enrolled: Path, tmp_path: Path) -> Iterator[Engine]:
    path = copy(enrolled, tmp_path)
    store = open_store(f"sqlite:///{path}")
    yield Engine(store, SCENARIO.start)
    store.close()


def fix(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 - the values of a JSON object
    """Return a good position at the wearer's home, with changes."""
    plane = WEARER.true_path.plane
    return {"time": render(NOW), "lat": plane.lat, "lon": plane.lon, "accuracy_m": 8} | changed


def message(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 - the values of a JSON object
    """Return a good message with two alarms, with changes."""
    whole = {"device": DEVICE, "seq": 7, "sent_at": render(NOW), "positions": [fix()]}
    return whole | {"events": [SOS, TAMPER]} | changed


def text(**changed: Any) -> bytes:  # noqa: ANN401 - the values of a JSON object
    """Return such a message as it is sent."""
    return json.dumps(message(**changed)).encode()


BAD = {
    "nothing wrong": text(),
    "seq is text": text(seq="seven"),
    "seq is negative": text(seq=-1),
    "sent_at is no time": text(sent_at="noon"),
    "sent_at is a day ahead": text(sent_at=render(NOW + DAY)),
    "battery out of range": text(battery_pct=180),
    "charging is text": text(charging="yes"),
    "an unknown field": text(mood=[{"a": 1}]),
    "device left out": json.dumps({k: v for k, v in message().items() if k != "device"}).encode(),
    "no positions": text(positions=[]),
    "positions are null": text(positions=None),
    "positions are text": text(positions="here"),
    "positions are an object": text(positions={"lat": 1}),
    "a position is a number": text(positions=[5]),
    "latitude out of range": text(positions=[fix(lat=95)]),
    "longitude is text": text(positions=[fix(lon="13.4")]),
    "position without a time": text(positions=[{"lat": 1, "lon": 2}]),
    "position with a time without offset": text(positions=[fix(time="2026-03-01T12:00:00")]),
    "unknown mechanism": text(positions=[fix(mechanism="sonar")]),
    "latitude is NaN": text(positions=[fix(lat=float("nan"))]),
    "accuracy is infinite": text(positions=[fix(accuracy_m=float("inf"))]),
    "a position of the future": text(positions=[fix(time=render(NOW + DAY))]),
    "a position from before the activation": text(positions=[fix(time=render(NOW - 9 * DAY))]),
    "a position nobody could reach": text(positions=[fix(), fix(lat=60.0, time=render(NOW + 1))]),
    "contradicting positions": text(positions=[fix(), fix(accuracy_m=9)]),
    "too many positions": text(positions=[fix()] * 1001),
    "in range of an unknown beacon": text(in_range=[{"beacon": "B", "time": render(NOW)}]),
    "in range is text": text(in_range="home"),
    "events without a time": text(events=[{"type": "sos"}, {"type": "strap_tamper"}]),
    "events with an impossible time": text(
        events=[{**SOS, "time": "25:00"}, {**TAMPER, "time": 1772398800}]
    ),
    "events of the future": text(
        events=[{**each, "time": render(NOW + DAY)} for each in (SOS, TAMPER)]
    ),
    "events two years old": text(
        events=[{**each, "time": render(NOW - 731 * DAY)} for each in (SOS, TAMPER)]
    ),
    "events with an unknown state": text(events=[{**SOS, "state": "?"}, {**TAMPER, "state": 3}]),
    "events with unknown fields": text(events=[{**SOS, "level": 9}, {**TAMPER, "x": None}]),
    "events about no beacon": text(events=[{**SOS, "beacon": 5}, {**TAMPER, "beacon": ""}]),
    "beside bad events": text(events=[SOS, 7, None, {"type": 3}, {}, "sos", TAMPER]),
    "in an array beside bad messages": json.dumps([message(), 7, None, {"device": 4}]).encode(),
    "in the bad message of an array": json.dumps(
        [message(events=[]), message(seq="x", positions="?")]
    ).encode(),
    "beside a message of another device": json.dumps(
        [message(device="somebody-else"), message()]
    ).encode(),
    "a byte order mark": b"\xef\xbb\xbf" + text(),
    "a byte that is no UTF-8": text(note="\x00").replace(b"\\u0000", b"\xff"),
    "events twice, the last counts": text().replace(b'"events"', b'"events": 5, "events"'),
}


@pytest.mark.parametrize("payload", BAD.values(), ids=BAD.keys())
def test_an_alarm_in_a_bad_message_is_an_alert(engine: Engine, payload: bytes) -> None:
    """Whatever is wrong with the message beside it, an sos and a cut strap each raise an alert."""
    engine.take([Delivery(TOPIC, payload, NOW, None)], NOW)
    engine.take([Delivery(TOPIC, payload, NOW + MINUTE, None)], NOW + MINUTE)
    kinds = _alarms(engine.store)
    assert kinds == ["sos", "strap_tamper"]


def _alarms(store: Store) -> list[str]:
    with store.read() as transaction:
        alerts = transaction.alerts.list(Page(limit=100))
    wanted = (each for each in alerts if each.kind in ("sos", "strap_tamper"))
    return sorted(each.kind.value for each in wanted if each.wearer_id == WEARER.wearer_id)


LOST = {
    "cut off": (text()[:-3], Reason.BAD_JSON),
    "another device": (text(device="somebody-else"), Reason.DEVICE_MISMATCH),
    "too many events": (text(events=[SOS] * 10_001), Reason.OVERSIZED),
}


@pytest.mark.parametrize(("payload", "reason"), LOST.values(), ids=LOST.keys())
def test_what_does_cost_an_alarm_is_kept_with_a_reason(
    engine: Engine, payload: bytes, reason: Reason
) -> None:
    """Where an alarm cannot be read, or whom it is about is in doubt, the payload is kept."""
    engine.take([Delivery(TOPIC, payload, NOW, None)], NOW)
    assert _alarms(engine.store) == []
    with engine.store.read() as transaction:
        (kept,) = transaction.rejections.list(Page(limit=10))
    assert (kept.reason, kept.payload) == (reason, payload)


def test_mending_a_payload_takes_no_longer_than_it_is_long() -> None:
    """A payload of quotes that never close is refused in a time proportional to its length."""
    hostile = b'{"a": NaN, "' + b'\\"' * 400_000
    started = time.monotonic()
    decoded = decode(TOPIC, hostile)
    assert [each.reason for each in decoded.rejections] == [Reason.BAD_JSON]
    assert time.monotonic() - started < 10
