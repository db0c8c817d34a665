"""The service's loop: stored before acknowledged, nothing lost, nothing twice, on both stores."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec.structs import replace

from engine.core.episode import Episode, EpisodeKind
from engine.core.plan import SupervisionPlan
from engine.service import Service
from engine.sources.memory import MemorySource
from engine.store import Store
from engine.store.page import Page
from engine.store.protocol import StoreUnavailableError, Transaction
from simulators.enrolment import enrol
from zones.geojson import read_zones
from zones.instant import MINUTE, SECOND, Instant, parse, render

START = parse("2026-03-10T21:00:00Z")
TOPIC = "ringfence/v1/acme/D1/telemetry"
HOME = {
    "type": "Feature",
    "id": "PARK",
    "properties": {"radius_m": 150},
    "geometry": {"type": "Point", "coordinates": [-46.6, -23.5]},
}
CENTRE = (-46.6, -23.5)
FAR = (-46.58, -23.5)


class StillClock:
    """A clock that is told the time."""

    speed = 1.0

    def __init__(self) -> None:
        self.time = START

    def now(self) -> Instant:
        return self.time


@dataclass(frozen=True)
class Wearer:
    """One wearer who must keep out of the park."""

    wearer_id: str = "w1"
    name: str = "Ana"
    vendor: str = "acme"
    device_id: str = "D1"
    timezone: str = "America/Sao_Paulo"
    interval_s: int = 60
    buffer_s: int = 240
    protected: bool = False

    @property
    def conditions(self) -> list[dict[str, Any]]:
        return [{"id": "keep-out", "kind": "exclusion", "zone": "PARK"}]


def payload(minute: float, place: tuple[float, float], **more: Any) -> bytes:  # noqa: ANN401
    """Return a message with one position."""
    at = render(START + round(minute * MINUTE))
    position = {"time": at, "lon": place[0], "lat": place[1], "accuracy_m": 8}
    message = {"device": "D1", "positions": [position]} | more
    return msgspec.json.encode(message)


def enrolled(store: Store) -> None:
    """Register the wearer."""
    zones = {"type": "FeatureCollection", "features": [HOME]}
    with store.write() as transaction:
        enrol(transaction.registry, [Wearer()], zones, START)


@asynccontextmanager
async def running(store: Store, clock: StillClock) -> AsyncIterator[tuple[Service, MemorySource]]:
    """Run a service on an intake in memory until the block ends."""
    source = MemorySource(clock.now)
    service = Service(store, source, clock)
    task = asyncio.create_task(service.run())
    await until(lambda: source.connected and service.health().listening_since is not None)
    try:
        yield service, source
    finally:
        service.stop()
        await task


async def until(holds: Callable[[], bool], timeout_s: float = 20.0) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(timeout_s):
        while not holds():
            await asyncio.sleep(0.01)


def positions(store: Store) -> int:
    """Return how many positions are stored."""
    with store.read() as transaction:
        return transaction.positions.count()


async def test_acknowledged_means_stored(store: Store) -> None:
    """When a submission returns, its position is in the store and in the journal."""
    enrolled(store)
    clock = StillClock()
    async with running(store, clock) as (_, source):
        clock.time = START + MINUTE
        await source.submit(TOPIC, payload(1, FAR))
        with store.read() as transaction:
            assert transaction.positions.count() == 1
            head = transaction.journal.head()
    assert head is not None
    assert head[0] == 2  # after the block of the enrolment


async def test_two_positions_in_the_zone_raise_one_alert(store: Store) -> None:
    """An entry is confirmed by the second position inside and is one alert."""
    enrolled(store)
    clock = StillClock()
    clock.time = START + 10 * MINUTE
    async with running(store, clock) as (_, source):
        for minute, place in enumerate((FAR, CENTRE, CENTRE)):
            nudged = (place[0] + minute * 1e-5, place[1])
            await source.submit(TOPIC, payload(minute + 1, nudged))
    with store.read() as transaction:
        (alert,) = transaction.alerts.list(Page())
        history = transaction.alerts.history(alert.alert_id)
    assert (alert.kind, alert.count, alert.confirmed) == ("exclusion_entered", 1, True)
    assert [change.action for change in history] == ["raised"]


async def test_a_message_delivered_twice_changes_nothing(store: Store) -> None:
    """A redelivered message is stored once, in the table and in the journal."""
    enrolled(store)
    clock = StillClock()
    clock.time = START + 10 * MINUTE
    async with running(store, clock) as (_, source):
        for _ in range(3):
            await source.submit(TOPIC, payload(1, FAR))
    with store.read() as transaction:
        assert transaction.positions.count() == 1
        _, *telemetry = transaction.journal.blocks()
    assert [block.messages for block in telemetry] == [1]


async def test_a_bad_message_is_kept_and_its_vendor_told(store: Store) -> None:
    """A payload that is not taken is stored whole with its reason, which is published."""
    enrolled(store)
    async with running(store, StillClock()) as (_, source):
        await source.submit(TOPIC, b'{"device":"D1","positions":[{"lat":91}]}')
        await until(lambda: bool(source.published))
    with store.read() as transaction:
        kept = transaction.rejections.list(Page())
    topic, told = source.published[0]
    assert topic == "ringfence/v1/acme/D1/rejections"
    assert {each.payload for each in kept} == {b'{"device":"D1","positions":[{"lat":91}]}'}
    assert msgspec.json.decode(told)["reason"] == kept[-1].reason


async def test_a_zone_takes_effect_on_the_next_position(store: Store) -> None:
    """A zone moved by somebody else's transaction is judged by from the next position on."""
    enrolled(store)
    clock = StillClock()
    clock.time = START + 2 * MINUTE
    async with running(store, clock) as (_, source):
        await source.submit(TOPIC, payload(1, FAR))
        moved = HOME | {"geometry": {"type": "Point", "coordinates": list(FAR)}}
        moved["properties"] = {"radius_m": 150, "effective_from": render(clock.time)}
        with store.write() as transaction:
            transaction.registry.save_zone(read_zones(moved).zones[0])
        clock.time = START + 5 * MINUTE
        for minute in (3, 4):
            await source.submit(TOPIC, payload(minute, (FAR[0] + minute * 1e-5, FAR[1])))
    with store.read() as transaction:
        (shown,) = transaction.episodes.list(Page())
    assert shown.episode.kind == "exclusion_present_at_start"
    assert shown.episode.started.by == START + 2 * MINUTE


async def test_a_restart_goes_on_where_it_was(store: Store) -> None:
    """Split by a restart, a visit to the zone is still one episode with both positions."""
    enrolled(store)
    clock = StillClock()
    clock.time = START + 90 * MINUTE
    for minutes in ((1, 65), (70, 80)):
        async with running(store, clock) as (_, source):
            for minute in minutes:
                inside = minute in (65, 70)
                place = CENTRE if inside else FAR
                nudged = (place[0] + minute * 1e-5, place[1])
                await source.submit(TOPIC, payload(minute, nudged))
    with store.read() as transaction:
        (shown,) = transaction.episodes.list(Page())
    assert (shown.episode.state, shown.episode.positions) == ("confirmed", 2)
    assert shown.episode.ended is not None


async def test_a_late_position_is_judged_where_it_belongs(store: Store) -> None:
    """Positions delivered newest first lead to the episodes of delivery in order, marked late."""
    enrolled(store)
    clock = StillClock()
    clock.time = START + 200 * MINUTE
    async with running(store, clock) as (service, source):
        for minute in (120, 100, 80, 70, 65, 1):
            inside = minute in (65, 70, 80)
            place = CENTRE if inside else FAR
            nudged = (place[0] + minute * 1e-5, place[1])
            await source.submit(TOPIC, payload(minute, nudged))
        assert service.late == 5
    with store.read() as transaction:
        shown = [
            each for each in transaction.episodes.list(Page()) if each.episode.state != "retracted"
        ]
    (stored,) = shown
    assert stored.episode.positions == 3
    assert stored.episode.started.by == START + 65 * MINUTE


async def test_a_slow_store_loses_nothing(store: Store) -> None:
    """While the store cannot be used the batch waits, and is stored once it can."""
    enrolled(store)
    clock = StillClock()
    clock.time = START + 10 * MINUTE
    broken = Broken(store, failures=3)
    async with running(broken, clock) as (_, source):  # type: ignore[arg-type]
        await source.submit(TOPIC, payload(1, FAR))
        assert positions(store) == 1
    assert broken.failures == 0


class Broken:
    """A store whose first writing transactions fail at their commit."""

    def __init__(self, store: Store, failures: int) -> None:
        self._store = store
        self.failures = failures

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._store, name)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with self._store.write() as transaction:
            yield transaction
            if self.failures:
                self.failures -= 1
                raise StoreUnavailableError("the disk is full")


async def test_silence_is_noticed_and_ends_with_the_next_message(store: Store) -> None:
    """A device not heard for interval and buffer has missed its call-in until it is heard."""
    enrolled(store)
    clock = StillClock()
    clock.time = START + MINUTE
    async with running(store, clock) as (_, source):
        await source.submit(TOPIC, payload(1, FAR))
        clock.time = START + 6 * MINUTE + SECOND
        await until(lambda: len(kinds(store)) == 1)
        assert kinds(store) == [("missed_call_in", False)]
        clock.time = START + 8 * MINUTE
        await source.submit(TOPIC, payload(8, FAR))
    assert kinds(store) == [("missed_call_in", True)]


async def test_a_device_that_never_reports_is_noticed(store: Store) -> None:
    """Nothing received since it was put on is a kind of its own; the first message ends it."""
    enrolled(store)
    clock = StillClock()
    async with running(store, clock) as (_, source):
        clock.time = START + 5 * MINUTE + SECOND
        await until(lambda: len(kinds(store)) == 1)
        assert kinds(store) == [("never_reported", False)]
        clock.time = START + 6 * MINUTE
        await source.submit(TOPIC, payload(6, FAR))
        assert kinds(store) == [("never_reported", True)]
        clock.time = START + 11 * MINUTE + SECOND
        await until(lambda: len(kinds(store)) == 2)
    assert sorted(kinds(store)) == [("missed_call_in", False), ("never_reported", True)]


async def test_who_has_reported_before_a_restart_has_reported(store: Store) -> None:
    """After a restart a silent device has missed its call-in, not never reported."""
    enrolled(store)
    clock = StillClock()
    async with running(store, clock) as (_, source):
        clock.time = START + MINUTE
        await source.submit(TOPIC, payload(1, FAR))
    async with running(store, clock):
        clock.time = START + 10 * MINUTE
        await until(lambda: len(kinds(store)) == 1)
    assert kinds(store) == [("missed_call_in", False)]


async def test_a_quicker_plan_shortens_the_silence_that_is_awaited(store: Store) -> None:
    """A plan that asks for more makes the call-in due sooner, from when it takes effect."""
    enrolled(store)
    clock = StillClock()
    async with running(store, clock) as (_, source):
        clock.time = START + MINUTE
        await source.submit(TOPIC, payload(1, FAR))
        with store.write() as transaction:
            (order,) = transaction.registry.orders()
            quick = SupervisionPlan(15.0, 15.0)
            changed = replace(order, plan=quick, version=2, version_from=START + 2 * MINUTE)
            transaction.registry.save_order(changed)
        clock.time = START + 2 * MINUTE + 31 * SECOND
        await until(lambda: len(kinds(store)) == 1)
    assert kinds(store) == [("missed_call_in", False)]


async def test_silence_is_noticed_though_the_store_fails(store: Store) -> None:
    """A missed call-in whose transaction failed is noted by a later one."""
    enrolled(store)
    clock, broken = StillClock(), Broken(store, 0)
    clock.time = START + MINUTE
    async with running(broken, clock) as (_, source):
        await source.submit(TOPIC, payload(1, FAR))
        broken.failures = 2
        clock.time = START + 6 * MINUTE + SECOND
        await until(lambda: len(kinds(store)) == 1)
    assert kinds(store) == [("missed_call_in", False)]
    assert broken.failures == 0


async def test_time_that_passes_while_the_store_fails_is_judged(store: Store) -> None:
    """A visit is unconfirmed once its last position is too old, though a transaction failed."""
    enrolled(store)
    clock, broken = StillClock(), Broken(store, 0)
    clock.time = START + 2 * MINUTE
    async with running(broken, clock) as (_, source):
        for minute, east in ((1, 0.0), (2, 1e-5)):
            await source.submit(TOPIC, payload(minute, (CENTRE[0] + east, CENTRE[1])))
        broken.failures = 2
        clock.time = START + 7 * MINUTE + SECOND
        await until(lambda: visit(store).unconfirmed_since is not None)
    assert broken.failures == 0


async def test_a_zone_edited_while_the_store_fails_is_judged(store: Store) -> None:
    """A zone that was elsewhere all along is judged by, though the first transaction failed."""
    enrolled(store)
    clock, broken = StillClock(), Broken(store, 0)
    clock.time = START + 2 * MINUTE
    async with running(broken, clock) as (_, source):
        for minute, east in ((1, 0.0), (2, 1e-5)):
            await source.submit(TOPIC, payload(minute, (FAR[0] + east, FAR[1])))
        broken.failures = 2
        moved = HOME | {"geometry": {"type": "Point", "coordinates": list(FAR)}}
        moved["properties"] = {"radius_m": 150, "effective_from": render(START + SECOND)}
        with store.write() as transaction:
            transaction.registry.save_zone(read_zones(moved).zones[0])
        await until(lambda: len(kinds(store)) == 1)
    assert visit(store).state == "confirmed"
    assert broken.failures == 0


def visit(store: Store) -> Episode:
    """Return the visit to the zone."""
    with store.read() as transaction:
        shown = transaction.episodes.list(Page(), kinds=[EpisodeKind.EXCLUSION_PRESENT_AT_START])
    return shown[0].episode


def kinds(store: Store) -> list[tuple[str, bool]]:
    """Return kind and whether it ended of every episode."""
    with store.read() as transaction:
        shown = transaction.episodes.list(Page())
    return [(each.episode.kind.value, each.episode.ended is not None) for each in shown]
