"""Uploads of a storm are acknowledged when they are stored, and judged behind what is of now."""

import asyncio

import msgspec
import pytest

from engine.core.journal import open_block
from engine.core.raw_message import RawMessage
from engine.proof.check import Outcome
from engine.proof.verification import verify_alert
from engine.service import Service
from engine.sources.memory import MemorySource
from engine.store import Store
from engine.store.page import Page
from simulators.enrolment import enrol
from tests.integration.test_service import (
    CENTRE,
    FAR,
    HOME,
    START,
    Broken,
    StillClock,
    Wearer,
    payload,
    positions,
    running,
    until,
)
from zones.geojson import read_zones
from zones.instant import HOUR, MINUTE, SECOND, render

UPLOADING = 40
EACH = 60
NOW = START + HOUR


def topic(device: int) -> str:
    """Return the topic of a device."""
    return f"ringfence/v1/acme/D{device}/telemetry"


def upload(device: int, place: tuple[float, float] = FAR) -> bytes:
    """Return an hour of a device, a position a minute."""
    stated = [
        {
            "time": render(START + minute * MINUTE),
            "lon": place[0] + minute * 1e-5,
            "lat": place[1],
            "accuracy_m": 8,
            "mechanism": "gnss",
        }
        for minute in range(EACH)
    ]
    return msgspec.json.encode({"device": f"D{device}", "positions": stated})


@pytest.fixture
def crowd(store: Store) -> Store:
    """A store with D1, who reports now, and devices that upload."""
    zones = {"type": "FeatureCollection", "features": [HOME]}
    wearers = [Wearer(f"w{n}", f"n{n}", device_id=f"D{n}") for n in range(1, UPLOADING + 2)]
    with store.write() as transaction:
        enrol(transaction.registry, wearers, zones, START - HOUR)
    return store


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """What is put off is not judged, until this is undone."""
    monkeypatch.setattr("engine.service.QUEUE", 0)
    monkeypatch.setattr("engine.service.LEAST_EVERY_S", 3600.0)
    return monkeypatch


async def storm(source: MemorySource, last: tuple[tuple[str, bytes], ...] = ()) -> None:
    """Deliver all uploads as one batch, and behind them what is given."""
    messages = [(topic(n), upload(n)) for n in range(2, UPLOADING + 2)]
    await asyncio.gather(*(source.submit(*each) for each in (*messages, *last)))


def waiting(store: Store) -> int:
    """Return how many messages are put off."""
    with store.read() as transaction:
        return len(list(transaction.deferred.waiting()))


def journaled(store: Store) -> list[str]:
    """Return the topics of all telemetry in the journal."""
    with store.read() as transaction:
        blocks = transaction.journal.blocks(limit=10_000)
    messages = [each for block in blocks for each in open_block(block)]
    named = [each.topic for each in messages if isinstance(each, RawMessage)]
    return sorted(each for each in named if each.endswith("/telemetry"))


def kinds(store: Store) -> list[tuple[str, str]]:
    """Return wearer and kind of every episode."""
    with store.read() as transaction:
        shown = transaction.episodes.list(Page(limit=1000))
    return [(each.wearer_id, each.episode.kind.value) for each in shown]


async def test_an_alert_of_now_is_raised_before_the_uploads_ahead_of_it_are_judged(
    crowd: Store,
) -> None:
    """When it is committed, all of them wait; then they are judged, each position once."""
    clock, seen = StillClock(), []
    clock.time = NOW
    source = MemorySource(clock.now)
    service = Service(
        crowd, source, clock, lambda _: seen.append((positions(crowd), waiting(crowd)))
    )
    task = asyncio.create_task(service.run())
    await until(lambda: source.connected)
    inside = [
        (topic(1), payload(minute, (CENTRE[0] + minute * 1e-6, CENTRE[1]))) for minute in (58, 59)
    ]
    await storm(source, tuple(inside))
    await until(lambda: service.health().deferred == 0 and waiting(crowd) == 0)
    service.stop()
    await task
    assert seen[0] == (2, UPLOADING)
    assert positions(crowd) == 2 + UPLOADING * EACH
    assert journaled(crowd) == sorted([topic(1), *(topic(n) for n in range(1, UPLOADING + 2))])


async def test_a_restart_judges_what_was_put_off_once(
    crowd: Store, held: pytest.MonkeyPatch
) -> None:
    """Also what was delivered again meanwhile, as by a broker that was not told in time."""
    clock = StillClock()
    clock.time = NOW
    async with running(crowd, clock) as (service, source):
        await storm(source)
        await storm(source)
        assert service.health().deferred == 2 * UPLOADING
        assert service.health().oldest_deferred == NOW
    assert (positions(crowd), waiting(crowd)) == (0, 2 * UPLOADING)
    held.undo()
    async with running(crowd, clock) as (service, _):
        await until(lambda: service.health().deferred == 0)
    assert (positions(crowd), waiting(crowd)) == (UPLOADING * EACH, 0)
    assert journaled(crowd) == sorted(topic(n) for n in range(2, UPLOADING + 2))


async def test_a_transaction_that_fails_loses_nothing_and_judges_nothing_twice(
    crowd: Store,
) -> None:
    """Whether uploads were being put off or judged: they are again."""
    clock, broken = StillClock(), Broken(crowd, 2)
    clock.time = NOW
    async with running(broken, clock) as (service, source):
        await storm(source)
        broken.failures = 2
        await until(lambda: service.health().deferred == 0)
    assert broken.failures == 0
    assert (positions(crowd), waiting(crowd)) == (UPLOADING * EACH, 0)


async def test_who_has_uploads_that_wait_is_not_silent(
    crowd: Store, held: pytest.MonkeyPatch
) -> None:
    """Call-ins are missed by those alone of whom nothing waits; nobody's position is lost."""
    clock = StillClock()
    clock.time = NOW
    async with running(crowd, clock) as (_, source):
        await storm(source)
        clock.time = NOW + 5 * MINUTE + SECOND
        await until(lambda: ("w1", "never_reported") in kinds(crowd))
        assert kinds(crowd) == [("w1", "never_reported")]


async def test_a_message_of_now_takes_what_waits_of_its_device_along(
    crowd: Store, held: pytest.MonkeyPatch
) -> None:
    """It is judged in order, so nothing of it is late."""
    clock = StillClock()
    clock.time = NOW
    async with running(crowd, clock) as (service, source):
        await storm(source)
        body = msgspec.json.decode(payload(60, FAR)) | {"device": "D2"}
        await source.submit(topic(2), msgspec.json.encode(body))
        assert (service.positions, service.late) == (EACH + 1, 0)
        assert waiting(crowd) == UPLOADING - 1


async def test_the_vendor_is_told_of_what_an_upload_that_waited_holds(crowd: Store) -> None:
    """A position that cannot be used is rejected when it is judged, with the payload kept."""
    clock = StillClock()
    clock.time = NOW
    async with running(crowd, clock) as (_, source):
        bad = upload(2).replace(b'"lat":-23.5', b'"lat":-123.5', 1)
        messages = [(topic(2), bad), *((topic(n), upload(n)) for n in range(3, UPLOADING + 2))]
        await asyncio.gather(*(source.submit(*each) for each in messages))
        await until(lambda: bool(source.published))
    with crowd.read() as transaction:
        (kept,) = transaction.rejections.list(Page())
    assert kept.payload == bad
    assert source.published[0][0] == "ringfence/v1/acme/D2/rejections"


async def test_an_alert_judged_by_a_registry_that_moved_meanwhile_is_derived_identically(
    crowd: Store, held: pytest.MonkeyPatch
) -> None:
    """The device changed hands and the zone its place while the upload waited."""
    clock = StillClock()
    clock.time = NOW
    async with running(crowd, clock) as (_, source):
        visit = tuple((topic(n), upload(n, CENTRE)) for n in (1,))
        await storm(source, visit)
        assert positions(crowd) == 0
        moved = HOME | {
            "properties": {"radius_m": 200, "effective_from": render(START + 30 * MINUTE)}
        }
        with crowd.write() as transaction:
            (worn,) = [
                each for each in transaction.registry.activations() if each.device_id == "D1"
            ]
            transaction.registry.end_activation(worn.activation_id, START + 40 * MINUTE, "swap")
            transaction.registry.save_zone(read_zones(moved).zones[0])
    held.undo()
    async with running(crowd, clock) as (service, _):
        await until(lambda: service.health().deferred == 0)
    with crowd.read() as transaction:
        alerts = [each for each in transaction.alerts.list(Page()) if each.wearer_id == "w1"]
    assert {each.kind.value for each in alerts} >= {"exclusion_present_at_start"}
    for each in alerts:
        check = verify_alert(crowd, each.alert_id)
        assert check.outcome is Outcome.IDENTICAL, check.lines()
