"""The live feed of alert changes, against a real server."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, AsyncExitStack, aclosing, asynccontextmanager

import httpx
import pytest

from api import stream
from api.directory_cache import DirectoryCache
from engine.core.alert import AlertAction, AlertState
from engine.store import Store, Transaction, open_store
from engine.store.protocol import StoreUnavailableError
from tests.integration.api_kit import (
    Engine,
    Event,
    events,
    raise_alert,
    services_on,
    serving,
    store_change,
)
from tests.store_values import alert
from zones.instant import render

STREAM = "/v1/alerts/stream"


@asynccontextmanager
async def listening(
    client: httpx.AsyncClient, after: int | str | None = None
) -> AsyncIterator[AsyncIterator[Event]]:
    """Open the stream, at a place or at the beginning."""
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    async with client.stream("GET", STREAM, headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        async with aclosing(events(response)) as found:
            yield found


async def take(found: AsyncIterator[Event], count: int) -> list[Event]:
    """Return the next events."""
    async with asyncio.timeout(15):
        return [await anext(found) for _ in range(count)]


@pytest.fixture
def no_polling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be found by looking now and then."""
    monkeypatch.setattr(stream, "POLL_S", 3600)


@pytest.mark.usefixtures("no_polling")
async def test_a_stream_begins_with_a_snapshot_and_goes_on_with_changes(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The snapshot holds what is not closed and the change id it is true at; changes follow."""
    monkeypatch.setattr(stream, "_PAGE", 1)
    services = services_on(store)
    raise_alert(services, 1)
    raise_alert(services, 2, state=AlertState.CLOSED)
    last = raise_alert(services, 3, state=AlertState.ACKNOWLEDGED)
    async with serving(services) as client, listening(client) as found:
        [snapshot] = await take(found, 1)
        assert (snapshot.name, snapshot.id) == ("snapshot", last.change_id)
        assert snapshot.data["change_id"] == last.change_id
        assert [each["alert_id"] for each in snapshot.data["alerts"]] == [1, 3]
        reply = await client.post("/v1/alerts/1/acknowledge")
        [told] = await take(found, 1)
        assert (told.name, told.id) == ("acknowledged", last.change_id + 1)
        assert told.data["alert"] == reply.json()["alert"]
        assert told.data["change"] == reply.json()["change"]


@pytest.mark.usefixtures("no_polling")
async def test_a_reconnecting_client_misses_nothing_and_gets_nothing_twice(store: Store) -> None:
    """After Last-Event-ID, or ?after=, exactly the later changes come, in their order."""
    services, others = services_on(store), services_on(store)
    made = [raise_alert(others, number).change_id for number in range(1, 6)]
    async with serving(services) as client:
        async with listening(client, made[1]) as found:
            assert [each.id for each in await take(found, 3)] == made[2:]
        async with client.stream("GET", STREAM, params={"after": made[3]}) as response:
            assert [each.id for each in await take(events(response), 1)] == made[4:]


@pytest.mark.parametrize("place", ["999999", "-3", "abc", "9" * 30])
async def test_an_unknown_place_is_answered_with_reset_and_snapshot(
    store: Store, place: str
) -> None:
    """A Last-Event-ID that never was is said to be unknown, and a snapshot begins anew."""
    services = services_on(store)
    last = raise_alert(services, 1)
    async with serving(services) as client, listening(client, place) as found:
        reset, snapshot = await take(found, 2)
        assert (reset.name, reset.data["reason"]) == ("reset", "unknown")
        assert (snapshot.name, snapshot.id) == ("snapshot", last.change_id)


async def test_a_place_too_long_ago_is_answered_with_reset_and_snapshot(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that is further behind than may be caught up is told so and gets a snapshot."""
    monkeypatch.setattr(stream, "MOST_BEHIND", 3)
    services = services_on(store)
    made = [raise_alert(services, number).change_id for number in range(1, 6)]
    async with serving(services) as client:
        async with listening(client, made[0]) as found:
            reset, snapshot = await take(found, 2)
            assert (reset.data["reason"], snapshot.name) == ("too_old", "snapshot")
        async with listening(client, made[1]) as found:
            assert [each.id for each in await take(found, 3)] == made[2:]


async def test_a_bad_place_in_the_query_is_refused(store: Store) -> None:
    """?after= is written by hand, so what is no change id is an error of the request."""
    async with serving(services_on(store)) as client:
        reply = await client.get(STREAM, params={"after": "abc"})
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["field"] == "query.after"


async def test_between_snapshot_and_stream_nothing_is_lost_under_writes(store: Store) -> None:
    """Clients that connect while changes are being written see each of them exactly once."""
    services = services_on(store)
    total = 60
    writer = threading.Thread(
        target=lambda: [raise_alert(services, number) for number in range(1, total + 1)]
    )

    async def follow(client: httpx.AsyncClient) -> None:
        async with listening(client) as found:
            [snapshot] = await take(found, 1)
            seen = {each["alert_id"] for each in snapshot.data["alerts"]}
            missing = total - len(seen)
            later = [each.data["alert"]["alert_id"] for each in await take(found, missing)]
            assert len(later) == len(set(later))
            assert sorted(seen | set(later)) == list(range(1, total + 1))

    async with serving(services) as client, asyncio.TaskGroup() as tasks:
        writer.start()
        for _ in range(8):
            tasks.create_task(follow(client))
            await asyncio.sleep(0)
    writer.join()


async def test_fifty_clients_wake_on_one_signal_and_share_the_reading(sqlite_url: str) -> None:
    """One change reaches 50 clients, and the store is read far less often than 50 times."""
    store = open_store(sqlite_url)
    services = services_on(store)
    readings = 0
    read = store.read

    def counted() -> AbstractContextManager[Transaction]:
        nonlocal readings
        readings += 1
        return read()

    store.read = counted  # type: ignore[method-assign]
    async with serving(services) as client, AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(listening(client)) for _ in range(50)]
        assert {(await take(each, 1))[0].name for each in opened} == {"snapshot"}
        before = readings
        made = await asyncio.to_thread(raise_alert, services, 1)
        told = [(await take(each, 1))[0] for each in opened]
        assert {each.id for each in told} == {made.change_id}
        assert readings - before < 25
    store.close()


async def test_who_hangs_up_does_not_take_the_shared_reading_along(sqlite_url: str) -> None:
    """When one of two clients that wait for the same reading leaves, the other still gets it."""
    store = open_store(sqlite_url)
    go, read = threading.Event(), store.read

    def held() -> AbstractContextManager[Transaction]:
        go.wait(10)
        return read()

    store.read = held  # type: ignore[method-assign]
    feed = stream.Feed(services_on(store), DirectoryCache())
    leaving, staying = (asyncio.create_task(feed.begin(None)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.wait({leaving})
    go.set()
    assert (await staying).events[0].event == "snapshot"
    store.close()


async def test_changes_of_another_process_arrive_without_a_signal(store_url: str) -> None:
    """A change that nobody announces here is found by polling the store."""
    here, elsewhere = open_store(store_url), open_store(store_url)
    services = services_on(here)
    async with serving(services) as client, listening(client) as found:
        await take(found, 1)
        made = await asyncio.to_thread(raise_alert, services_on(elsewhere), 1)
        [told] = await take(found, 1)
        assert told.id == made.change_id
    here.close()
    elsewhere.close()


async def test_more_changes_than_one_reading_takes_come_in_order(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client far behind catches up in several readings, in order and complete."""
    monkeypatch.setattr(stream, "_BATCH", 5)
    services = services_on(store)
    made = [store_change(services, alert(1), AlertAction.NOTED).change_id for _ in range(23)]
    async with serving(services) as client, listening(client, 0) as found:
        assert [each.id for each in await take(found, 23)] == made


async def test_streams_end_promptly_when_the_server_stops(store: Store) -> None:
    """Closing the signal ends every stream at once, so that the server can stop."""
    services = services_on(store)
    async with serving(services) as client, listening(client) as found:
        await take(found, 1)
        services.changes.close()
        async with asyncio.timeout(2):
            assert [each async for each in found] == []


async def test_an_idle_stream_says_as_of_when_the_picture_is_complete(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While nothing happens the client is told so, with the time and the newest change."""
    monkeypatch.setattr(stream, "ALIVE_S", 0.3)
    engine = Engine()
    services = services_on(store, engine)
    made = await asyncio.to_thread(raise_alert, services, 1)
    async with serving(services) as client, listening(client) as found:
        [_, told] = await take(found, 2)
        assert (told.name, told.id) == ("alive", None)
        assert told.data == {"at": render(engine.now), "change_id": made.change_id}


async def test_who_comes_back_having_missed_nothing_is_told_so_at_once(store: Store) -> None:
    """A client that stands at the newest change hears `alive` without waiting for anything."""
    services = services_on(store)
    made = await asyncio.to_thread(raise_alert, services, 1)
    async with serving(services) as client, listening(client, made.change_id) as found:
        [told] = await asyncio.wait_for(take(found, 1), stream.ALIVE_S / 2)
        assert (told.name, told.data["change_id"]) == ("alive", made.change_id)


async def test_nothing_is_called_complete_while_the_store_is_away(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the store cannot be read, a client hears nothing any more."""
    monkeypatch.setattr(stream, "ALIVE_S", 0.1)
    monkeypatch.setattr(stream, "POLL_S", 0.01)
    services = services_on(store)
    async with serving(services) as client, listening(client) as found:
        await take(found, 2)

        def away() -> AbstractContextManager[Transaction]:
            raise StoreUnavailableError("gone")

        monkeypatch.setattr(store, "read", away)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(take(found, 5), 1)


@pytest.mark.usefixtures("no_polling")
async def test_a_compressed_feed_holds_nothing_back(store: Store) -> None:
    """A picture comes much smaller to whoever takes gzip, and each change after it at once."""
    services = services_on(store)
    for number in range(1, 201):
        raise_alert(services, number)
    async with serving(services) as client, client.stream("GET", STREAM) as response:
        assert response.headers["content-encoding"] == "gzip"
        assert response.headers["vary"] == "Accept-Encoding"
        found = events(response)
        [snapshot] = await take(found, 1)
        assert len(snapshot.data["alerts"]) == 200
        assert response.num_bytes_downloaded < len(json.dumps(snapshot.data)) / 5
        made = await asyncio.to_thread(raise_alert, services, 201)
        assert [each.id for each in await take(found, 1)] == [made.change_id]


async def test_a_client_that_hangs_up_is_forgotten(store: Store) -> None:
    """The number of clients falls back when one leaves."""
    services = services_on(store)
    async with serving(services) as client:
        async with listening(client) as found:
            await take(found, 1)
            assert "ringfence_sse_clients 1.0" in (await client.get("/metrics")).text
        async with asyncio.timeout(10):
            while "ringfence_sse_clients 0.0" not in (await client.get("/metrics")).text:
                await asyncio.sleep(0.01)
