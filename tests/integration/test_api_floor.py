"""The floor: how the engine is and what lies open, cheap, and also while the store is away."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from api.floor import Floor
from engine.canary import LATENCY_BUCKETS_S, CanaryStatus
from engine.core.ailment import Ailment
from engine.core.alert import AlertState
from engine.core.episode import Bound, EpisodeKind, Severity, StoredEpisode
from engine.core.histogram import Histogram
from engine.core.self_watch import Key
from engine.core.subject import ENGINE, opened
from engine.store import Store, open_store
from engine.watch import Alarm, SelfStatus
from tests.integration.api_kit import NOW, Engine, services_on, serving
from tests.integration.test_service import FAR, START, TOPIC, StillClock, enrolled, payload, running
from tests.integration.test_service import until as held
from tests.store_values import alert
from zones.instant import DAY, HOUR, MINUTE, SECOND


@pytest.fixture
def engine() -> Engine:
    """The engine beside the API."""
    return Engine()


@pytest.fixture
async def api(store: Store, engine: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API on a store, with a canary that is well and one alarm."""
    canary = CanaryStatus(
        out_at=NOW - MINUTE, sent=3, took=SECOND // 4, latencies=Histogram(LATENCY_BUCKETS_S)
    )
    alarm = Alarm(Key(EpisodeKind.BACKLOG, ENGINE), NOW - HOUR, "1,240 messages wait")
    status = SelfStatus(running=(alarm,), canary=canary)
    services = replace(services_on(store, engine), status=lambda: status)
    async with serving(services) as client:
        yield client


async def floor(client: httpx.AsyncClient) -> Any:  # noqa: ANN401 - JSON
    """Return the floor."""
    answer = await client.get("/v1/floor")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_open_alerts_stand_by_age_and_severity(store: Store, api: httpx.AsyncClient) -> None:
    """Every age has a row, what is closed is in none, and the oldest that is open is named."""
    raised = [
        alert(1, raised_at=NOW - SECOND, severity=Severity.CRITICAL),
        alert(2, raised_at=NOW - 16 * MINUTE, severity=Severity.SERIOUS),
        alert(3, raised_at=NOW - 9 * HOUR, severity=Severity.CRITICAL),
        alert(4, raised_at=NOW - 30 * HOUR, state=AlertState.ACKNOWLEDGED),
        alert(5, raised_at=NOW - 30 * HOUR, state=AlertState.CLOSED),
    ]
    with store.write() as transaction:
        transaction.alerts.save(raised)
    said = (await floor(api))["alerts"]
    ages = {(each["from_s"], each["until_s"]): each for each in said["by_age"]}
    assert list(ages) == [(0, 300), (300, 900), (900, 3600), (3600, 28800), (28800, None)]
    assert ages[0, 300]["critical"] == {"open": 1, "acknowledged": 0}
    assert ages[900, 3600]["serious"] == {"open": 1, "acknowledged": 0}
    assert ages[28800, None][raised[3].severity.value]["acknowledged"] == 1
    assert ages[28800, None]["critical"]["open"] == 1
    total = sum(
        each[severity][state]
        for each in said["by_age"]
        for severity in ("critical", "serious", "advisory", "system")
        for state in ("open", "acknowledged")
    )
    assert total == 4
    assert said["oldest_open"]["alert_id"] == 3


async def test_gaps_of_a_day_are_shown(store: Store, api: httpx.AsyncClient) -> None:
    """A gap that ended within 24 hours, or lasts, is there with its reason; an older one is not."""

    def gap(since: int, until: int | None) -> Any:  # noqa: ANN401 - an episode
        end = None if until is None else Bound(until, until, until)
        change = opened(EpisodeKind.COVERAGE_GAP, ENGINE, Bound(since, since, since), "away", end)
        return change.episode

    found = [
        gap(NOW - 3 * DAY, NOW - 2 * DAY),
        gap(NOW - 2 * DAY, NOW - DAY + 1),
        gap(NOW - 9, None),
    ]
    with store.write() as transaction:
        rows = [
            StoredEpisode(episode_id=number, revision=1, wearer_id="", updated_at=NOW, episode=each)
            for number, each in enumerate(found, start=1)
        ]
        transaction.episodes.save(rows)
    said = (await floor(api))["coverage_gaps"]
    assert [(each["episode_id"], each["until"] is None) for each in said] == [(3, True), (2, False)]
    assert said[0]["detail"] == "away"


async def test_what_is_not_well_says_since_when(api: httpx.AsyncClient, engine: Engine) -> None:
    """The checks are those of /readyz; alarms that run and the canary are there."""
    engine.health = msgspec.structs.replace(
        engine.health, connected=False, disconnected_since=NOW - 5 * MINUTE, backlog=14
    )
    said = await floor(api)
    checks = {each["name"]: each for each in said["checks"]}
    assert said["ready"] is False
    assert (checks["source"]["ok"], checks["source"]["since"]) == (False, "2026-03-01T21:15:00Z")
    assert (checks["store"]["ok"], checks["engine"]["ok"]) == (True, True)
    ready = (await api.get("/readyz")).json()
    assert [each["since"] for each in ready["checks"]] == [
        each["since"] for each in checks.values()
    ]
    assert [(each["kind"], each["since"]) for each in said["alarms"]] == [
        ("backlog", "2026-03-01T20:20:00Z")
    ]
    assert said["canary"] == {
        "state": "out",
        "out_at": "2026-03-01T21:19:00Z",
        "round_trip_s": 0.25,
        "lost_since": None,
        "detail": "",
    }
    assert said["backlog"]["messages"] == 14


async def test_a_lost_canary_is_not_one_that_could_not_be_sent(sqlite_url: str) -> None:
    """Lost, unpublished, waiting and off are told apart; only the first is an ailment."""
    store = open_store(sqlite_url)
    latencies = Histogram(LATENCY_BUCKETS_S)
    lost = CanaryStatus(lost_since=NOW - MINUTE, latencies=latencies)
    ailment = Ailment("canary", NOW - MINUTE, "the canary does not come out")
    for status, state, ready in (
        (SelfStatus(), "off", True),
        (SelfStatus(canary=CanaryStatus(latencies=latencies)), "waiting", True),
        (SelfStatus(canary=lost, canary_ailment=ailment), "lost", False),
        (SelfStatus(canary=msgspec.structs.replace(lost, unpublished="no")), "unpublished", True),
    ):
        services = replace(services_on(store), status=lambda status=status: status)
        found = Floor().at(services)
        assert (found.canary.state, found.ready) == (state, ready)
    store.close()


async def test_without_its_store_the_floor_still_answers(tmp_path: Path) -> None:
    """200 with what is known, the store named as what is not well, and no path of the machine."""
    store = open_store(f"sqlite:///{tmp_path}/nowhere.db")
    async with serving(services_on(store)) as client:
        answer = await client.get("/v1/floor")
    said = answer.json()
    assert (answer.status_code, said["ready"]) == (200, False)
    assert [each["name"] for each in said["checks"] if not each["ok"]] == ["store"]
    assert (said["alerts"], said["coverage_gaps"]) == (None, None)


class Stuck:
    """A store that does not answer until it is let."""

    def __init__(self, store: Store) -> None:
        """Stand before a store."""
        self._store = store
        self.asked = threading.Event()
        self.let = threading.Event()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the store has
        """Return what the store has."""
        return getattr(self._store, name)

    def check(self) -> None:
        """Answer once let."""
        self.asked.set()
        assert self.let.wait(20)
        self._store.check()


@contextmanager
def stuck(url: str) -> Iterator[Stuck]:
    """Yield a store that does not answer, until the block ends."""
    store = open_store(url)
    made = Stuck(store)
    try:
        yield made
    finally:
        made.let.set()
        store.close()


async def test_a_store_that_does_not_answer_holds_up_one_request(sqlite_url: str) -> None:
    """While one waits for the store, another is answered without it and told so."""
    with stuck(sqlite_url) as store:
        services, kept = services_on(store), Floor()
        first = asyncio.create_task(asyncio.to_thread(kept.at, services))
        await asyncio.to_thread(store.asked.wait, 20)
        second = await asyncio.to_thread(kept.at, services)
        assert (second.ready, second.checks[0].name, second.alerts) == (False, "store", None)
        assert not first.done()
        store.let.set()
        assert (await first).ready


async def test_it_is_made_once_a_second(sqlite_url: str) -> None:
    """However many ask at once, the store is asked once."""
    store, asked = open_store(sqlite_url), 0

    class Counting(Stuck):
        def check(self) -> None:
            nonlocal asked
            asked += 1

    services, kept = services_on(Counting(store)), Floor()
    found = await asyncio.gather(*(asyncio.to_thread(kept.at, services) for _ in range(30)))
    assert len({id(each) for each in found}) <= 2
    assert asked <= 2
    store.close()


async def test_the_engine_counts_what_it_takes(sqlite_url: str) -> None:
    """Positions, delays and vendors are counted; a silent device is named with since and due."""
    store = open_store(sqlite_url)
    enrolled(store)
    clock = StillClock()
    async with running(store, clock) as (service, source):
        for minute in (1, 2, 3):
            clock.time = START + minute * MINUTE + 2 * SECOND
            await source.submit(TOPIC, payload(minute, FAR))
        await source.submit(TOPIC, payload(2.5, FAR))
        clock.time = START + 4 * MINUTE
        services = replace(services_on(store), floor=service.floor, now=clock.now)
        said = Floor().at(services)
        assert said.ingest.per_minute[-4:] == [0, 1, 1, 2]
        assert said.delay.device_to_decision.messages == 3
        assert said.delay.device_to_decision.p99_s == pytest.approx(2, rel=0.05)
        assert said.delay.uploaded_late == 1
        assert said.silent.devices == 0
        assert [(each.vendor, each.silent_since) for each in said.vendors] == [("acme", None)]
        clock.time = START + 9 * MINUTE
        await held(lambda: service.floor(clock.now(), 5).silent.devices == 1)
        (silent,) = Floor().at(services).silent.longest
        assert (silent.wearer_id, silent.wearer_name, silent.device_id) == ("w1", "Ana", "D1")
        assert silent.since == START + 3 * MINUTE + 2 * SECOND
        assert silent.due == silent.since + 5 * MINUTE
        await source.submit(TOPIC, payload(9, FAR))
        assert Floor().at(services).silent.devices == 0
    store.close()
