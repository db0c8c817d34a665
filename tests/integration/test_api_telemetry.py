"""Telemetry over HTTP: stored before it is acknowledged, by the real engine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import msgspec
import pytest

from api.services import BusyError, Services
from engine.clock import SystemClock
from engine.service import Service
from engine.sources.memory import MemorySource
from engine.store import Store, open_store
from tests.integration.api_kit import PASSWORD, Engine, services_on, serving
from tests.store_values import put_on
from zones.instant import DAY, render

URL = "/v1/telemetry"
AUTH = ("acme", PASSWORD)


def message(device: str, number: int = 0) -> dict[str, Any]:
    """Return a message with one position, `number` minutes ago."""
    at = render(SystemClock().now() - number * 60_000_000)
    place = {"time": at, "lat": 52.52, "lon": round(13.4 + number / 1e5, 5), "accuracy_m": 8}
    return {"device": device, "seq": 1000 - number, "positions": [place]}


@asynccontextmanager
async def running(store: Store) -> AsyncIterator[tuple[httpx.AsyncClient, Service]]:
    """Serve an API with the real engine behind it."""
    clock = SystemClock()
    source = MemorySource(clock.now)
    services = replace(services_on(store), now=clock.now, submit=source.submit)
    service = Service(store, source, clock, services.changes.notify)
    judging = asyncio.create_task(service.run())
    while not source.connected:
        await asyncio.sleep(0.005)
        assert not judging.done()
    async with serving(services) as client:
        yield client, service
    service.stop()
    await judging


async def test_202_means_stored(store: Store) -> None:
    """When the response comes, the positions can be read, as GeoJSON, by fix time."""
    with store.write() as transaction:
        put_on(transaction, "w1", "A-1", SystemClock().now() - DAY)
    async with running(store) as (client, _):
        body = [message("A-1", number) for number in (3, 2, 1)]
        reply = await client.post(URL, json=body, auth=AUTH)
        assert (reply.status_code, reply.json()) == (202, {"messages": 3, "devices": 1})
        shown = (await client.get("/v1/wearers/w1/positions")).json()
        assert shown["type"] == "FeatureCollection"
        lons = [each["geometry"]["coordinates"][0] for each in shown["features"]]
        assert lons == [13.40003, 13.40002, 13.40001]
        first = shown["features"][0]["properties"]
        assert (first["accuracy_m"], first["mechanism"], first["quarantine"]) == (8.0, "gnss", None)
        pages = (await client.get("/v1/wearers/w1/positions?limit=2")).json()
        rest = (await client.get(pages["next"])).json()
        assert pages["features"] + rest["features"] == shown["features"]
        track = (await client.get("/v1/wearers/w1/positions?format=track")).json()
        [line] = track["features"]
        assert line["geometry"]["type"] == "LineString"
        assert [each[0] for each in line["geometry"]["coordinates"]] == lons
        times = [each["properties"]["fix_time"] for each in shown["features"]]
        assert line["properties"]["times"] == times
        assert (await client.get("/v1/wearers/w9/positions")).status_code == 404
        bad = "since=2026-03-02T00:00:00Z&until=2026-03-01T00:00:00Z"
        assert (await client.get(f"/v1/wearers/w1/positions?{bad}")).status_code == 422


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"not json", "bad_json"),
        (b'{"seq": 1}', "wrong_type"),
        (b"[]", "wrong_type"),
        (b"\xff\xfe", "bad_json"),
        (msgspec.json.encode(message("A-9")), "unknown_device"),
        (b'{"device": "a/b"}', "device_mismatch"),
        (b'{"device": "A-1", "positions": [{"time": "x", "lat": 1, "lon": 1}]}', "bad_time"),
    ],
)
async def test_what_cannot_be_used_is_kept_with_a_reason(
    sqlite_url: str, body: bytes, reason: str
) -> None:
    """Bad telemetry is answered with 202 too, for it is stored: as a rejection, whole."""
    store = open_store(sqlite_url)
    with store.write() as transaction:
        put_on(transaction, "w1", "A-1", SystemClock().now() - DAY)
    async with running(store) as (client, _):
        assert (await client.post(URL, content=body, auth=AUTH)).status_code == 202
        listed = (await client.get("/v1/rejections")).json()["items"]
        assert reason in {each["reason"] for each in listed}
        assert all(each["payload_bytes"] == len(body) for each in listed)
        text = body.decode(errors="replace")
        assert listed[0]["payload"] == (text if listed[0]["encoding"] == "text" else "//4=")
    store.close()


async def test_a_body_that_says_it_is_too_large_is_not_waited_for(sqlite_url: str) -> None:
    """A stated size beyond the limit is refused before a single byte of the body has come."""
    store = open_store(sqlite_url)
    async with serving(services_on(store)) as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        writer.write(
            b"PUT /v1/wearers/w1 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000000\r\n\r\n"
        )
        assert b" 413 " in await asyncio.wait_for(reader.readline(), 10)
        writer.close()
    store.close()


async def test_an_array_of_several_devices_is_taken_apart(sqlite_url: str) -> None:
    """Each device's messages go in on its own topic, with the sender's own bytes."""
    store = open_store(sqlite_url)
    engine = Engine()
    async with serving(services_on(store, engine)) as client:
        body = b'[{"device": "B", "seq":1}, {"device":"A"},{"device": "B"}, {"x": 1}]'
        reply = await client.post(URL, content=body, auth=AUTH)
        assert reply.json() == {"messages": 4, "devices": 3}
        too_many = b"[" + b",".join([b"{}"] * 1001) + b"]"
        assert (await client.post(URL, content=too_many, auth=AUTH)).status_code == 422
    assert engine.taken == [
        ("ringfence/v1/acme/B/telemetry", b'[{"device": "B", "seq":1},{"device": "B"}]'),
        ("ringfence/v1/acme/A/telemetry", b'[{"device":"A"}]'),
        ("ringfence/v1/acme/device.not.stated/telemetry", b'[{"x": 1}]'),
    ]
    store.close()


@pytest.mark.parametrize(
    "auth", [None, ("acme", "wrong"), ("nobody", PASSWORD), ("nobody", ""), ("acme", "")]
)
async def test_only_a_vendor_with_its_password_may_send(
    sqlite_url: str, auth: tuple[str, str] | None
) -> None:
    """Without right credentials nothing is taken, and the challenge says which are asked for."""
    store = open_store(sqlite_url)
    engine = Engine()
    async with serving(services_on(store, engine)) as client:
        reply = await client.post(URL, content=b"{}", auth=auth)
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"].startswith("Basic ")
    assert engine.taken == []
    store.close()


async def test_a_busy_engine_is_told_apart_from_a_stored_message(sqlite_url: str) -> None:
    """503 with Retry-After: nothing was taken for stored that is not."""
    store = open_store(sqlite_url)

    async def busy(topic: str, payload: bytes) -> None:
        raise BusyError("full")

    for submit in (busy, None):
        services: Services = replace(services_on(store), submit=submit)
        async with serving(services) as client:
            reply = await client.post(URL, content=b'{"device":"A"}', auth=AUTH)
        assert reply.status_code == 503
        assert int(reply.headers["retry-after"]) > 0
    store.close()


async def test_202_waits_for_the_commit(sqlite_url: str) -> None:
    """As long as the engine has not committed, no response is sent."""
    store = open_store(sqlite_url)
    committed, handed = asyncio.Event(), asyncio.Event()

    async def submit(topic: str, payload: bytes) -> None:
        handed.set()
        await committed.wait()

    async with serving(replace(services_on(store), submit=submit)) as client:
        sending = asyncio.create_task(client.post(URL, content=b'{"device":"A"}', auth=AUTH))
        await asyncio.wait_for(handed.wait(), 10)
        await client.get("/healthz")  # a whole request later it is still waiting
        assert not sending.done()
        committed.set()
        assert (await sending).status_code == 202
    store.close()


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_beyond_a_mebibyte_is_refused_while_it_arrives(
    sqlite_url: str, chunked: bool
) -> None:
    """Whether its size is stated or not, a larger body is 413 and never reaches the engine."""
    store = open_store(sqlite_url)
    engine = Engine()

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 65_536

    async with serving(services_on(store, engine)) as client:
        content = chunks() if chunked else b" " * (20 * 65_536)
        reply = await client.post(URL, content=content, auth=AUTH)
        assert reply.status_code == 413
        assert reply.headers["content-type"] == "application/problem+json"
        fits = b'{"device":"A"}' + b" " * (1024 * 1024 - 14)
        assert (await client.post(URL, content=fits, auth=AUTH)).status_code == 202
    assert len(engine.taken) == 1
    store.close()
