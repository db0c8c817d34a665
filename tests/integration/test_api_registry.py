"""Wearers, devices, activations, orders, zones and schedules over HTTP, on both stores."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from engine.store import Store, open_store
from tests.integration.api_kit import NOW, Engine
from tests.integration.registry_kit import CURFEW, HOME, ORDER, pages, prepared, refused
from zones.instant import DAY, HOUR, render


@pytest.fixture
def engine() -> Engine:
    """The clock beside the API."""
    return Engine()


@pytest.fixture
async def api(store: Store, engine: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API that knows the wearer w1 and the zone HOME, on each kind of store."""
    async with prepared(store, engine) as client:
        yield client


@pytest.fixture
async def sqlite_api(sqlite_url: str, engine: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """The same on SQLite, for what has nothing to do with the store."""
    store = open_store(sqlite_url)
    async with prepared(store, engine) as client:
        yield client
    store.close()


async def test_a_wearer_is_created_replaced_read_and_listed(api: httpx.AsyncClient) -> None:
    """PUT stores the whole wearer: 201 when new, 200 when replaced; GET returns what was put."""
    body = {"name": "Robin", "timezone": "Europe/Paris", "agency": "City"}
    reply = await api.put("/v1/wearers/w1", json=body)
    assert reply.status_code == 200
    assert (await api.get("/v1/wearers/w1")).json() == body | {"wearer_id": "w1"}
    for number in (3, 2):
        await api.put(f"/v1/wearers/w{number}", json=body)
    found = await pages(api, "/v1/wearers?limit=2")
    assert [[each["wearer_id"] for each in page] for page in found] == [["w1", "w2"], ["w3"]]
    refused(await api.get("/v1/wearers/w9"), 404)


@pytest.mark.parametrize(
    ("wearer_id", "change", "field"),
    [
        ("w2", {"timezone": "Europe/Berln"}, "body.timezone"),
        ("w2", {"name": ""}, "body.name"),
        ("w2", {"name": "a\x00b"}, "body.name"),
        ("w2", {"name": 5}, "body.name"),
        ("w2", {"nickname": "Rob"}, "body.nickname"),
        ("w 2", {}, "path.wearer_id"),
        ("w" * 65, {}, "path.wearer_id"),
    ],
)
async def test_a_wearer_that_is_wrong_is_refused_by_field(
    sqlite_api: httpx.AsyncClient, wearer_id: str, change: dict[str, Any], field: str
) -> None:
    """What is wrong with a wearer is named; nothing is stored."""
    body = {"name": "Robin", "timezone": "Europe/Berlin"} | change
    refused(await sqlite_api.put(f"/v1/wearers/{wearer_id}", json=body), 422, field)
    assert len((await sqlite_api.get("/v1/wearers")).json()["items"]) == 1


async def test_a_misspelt_filter_or_a_foreign_cursor_shows_nothing(
    sqlite_api: httpx.AsyncClient,
) -> None:
    """Unknown parameters, and cursors of another list or other filters, are refused."""
    refused(await sqlite_api.get("/v1/orders?oficer=kim"), 422, "query.oficer")
    refused(await sqlite_api.get("/v1/orders?limit=0"), 422, "query.limit")
    refused(await sqlite_api.get("/v1/orders?cursor=abc"), 422, "query.cursor")
    await sqlite_api.put("/v1/wearers/w2", json={"name": "Kit", "timezone": "UTC"})
    cursor = (await sqlite_api.get("/v1/wearers?limit=1")).json()["next_cursor"]
    assert (await sqlite_api.get(f"/v1/wearers?cursor={cursor}")).status_code == 200
    refused(await sqlite_api.get(f"/v1/orders?cursor={cursor}"), 422, "query.cursor")
    refused(await sqlite_api.get(f"/v1/wearers?cursor={cursor}x"), 422, "query.cursor")


async def test_a_device_is_worn_by_one_wearer_at_a_time(
    api: httpx.AsyncClient, engine: Engine
) -> None:
    """An activation begins now or then; a second one of the device conflicts until it ended."""
    await api.put("/v1/devices/acme/A-1", json={"model": "Anklet 4"})
    assert (await api.get("/v1/devices/acme/A-1")).json() == {
        "vendor": "acme",
        "device_id": "A-1",
        "model": "Anklet 4",
    }
    body = {"wearer_id": "w1", "vendor": "acme", "device_id": "A-1"}
    first = (await api.post("/v1/activations", json=body)).json()
    assert (first["started_at"], first["ended_at"]) == (render(NOW), None)
    assert "end that first" in refused(await api.post("/v1/activations", json=body), 409)["detail"]
    engine.now = NOW + HOUR
    url = f"/v1/activations/{first['activation_id']}"
    ended = await api.post(f"{url}/end", json={"reason": "strap worn"})
    assert ended.json() == first | {"ended_at": render(NOW + HOUR)}
    refused(await api.post(f"{url}/end", json={"reason": "again"}), 409)
    assert (await api.get(url)).json() == ended.json()
    second = await api.post("/v1/activations", json=body)
    assert second.status_code == 201
    listed = (await api.get("/v1/activations?active=true&wearer_id=w1")).json()["items"]
    assert listed == [second.json()]
    assert len((await api.get("/v1/activations?device_id=A-1")).json()["items"]) == 2
    refused(await api.post("/v1/activations/999/end", json={"reason": "x"}), 404)
    refused(await api.post("/v1/activations", json=body | {"wearer_id": "w9"}), 409)


async def test_an_activation_shows_the_plans_it_is_judged_by(
    api: httpx.AsyncClient, engine: Engine
) -> None:
    """A changed plan counts from when its order's version does; the one before it stays."""
    await api.put("/v1/devices/acme/A-2", json={})
    order = {
        "wearer_id": "w1",
        "agency": "a",
        "officer": "o",
        "effective_from": render(NOW),
        "plan": {"interval_s": 60, "buffer_s": 240},
    }
    await api.put("/v1/orders/plans", json=order)
    body = {"wearer_id": "w1", "vendor": "acme", "device_id": "A-2"}
    made = (await api.post("/v1/activations", json=body)).json()
    usual = {"since": None, "interval_s": 60.0, "buffer_s": 240.0, "tamper_grace_s": 0.0}
    assert made["plans"] == [usual]
    engine.now = NOW + HOUR
    quick = {"interval_s": 30, "buffer_s": 30, "tamper_grace_s": 90}
    assert (await api.put("/v1/orders/plans", json=order | {"plan": quick})).is_success
    shown = (await api.get(f"/v1/activations/{made['activation_id']}")).json()
    assert shown["plans"] == [usual, quick | {"since": render(NOW + HOUR)}]


async def test_an_order_keeps_every_version_and_counts_real_changes_only(
    api: httpx.AsyncClient, engine: Engine
) -> None:
    """The same order again is no new version; a changed one is, from now or from when it says."""
    first = await api.put("/v1/orders/o1", json=ORDER)
    assert first.status_code == 201
    assert (first.json()["version"], first.json()["version_from"]) == (1, None)
    again = await api.put("/v1/orders/o1", json=ORDER)
    assert (again.status_code, again.json()) == (200, first.json())
    engine.now = NOW + HOUR
    keep_out = {"id": "c2", "kind": "exclusion", "zones": ["HOME"], "threshold": 3}
    body = ORDER | {"conditions": [CURFEW, keep_out]}
    second = (await api.put("/v1/orders/o1", json=body)).json()
    assert (second["version"], second["version_from"]) == (2, render(NOW + HOUR))
    assert [each["version"] for each in second["conditions"]] == [1, 2]
    assert second.pop("findings")
    assert (await api.get("/v1/orders/o1")).json() == second
    versions = (await api.get("/v1/orders/o1/versions")).json()
    before_that = {name: value for name, value in first.json().items() if name != "findings"}
    since, changed = ORDER["effective_from"], render(NOW + HOUR)
    assert versions == [
        before_that | {"holds_from": since, "holds_until": changed},
        second | {"holds_from": changed, "holds_until": None},
    ]
    before = ORDER | {"officer": "lee", "version_from": render(NOW)}
    refused(await api.put("/v1/orders/o1", json=before), 422, "body.version_from")


async def test_hours_stay_by_the_clocks_they_were_ordered_by(api: httpx.AsyncClient) -> None:
    """A wearer's new time zone changes no order; storing the order again does."""
    await api.put("/v1/orders/o1", json=ORDER)
    await api.put("/v1/wearers/w1", json={"name": "Robin Doe", "timezone": "America/New_York"})
    assert (await api.get("/v1/orders/o1")).json()["timezone"] == "Europe/Berlin"
    stored = (await api.put("/v1/orders/o1", json=ORDER)).json()
    assert (stored["version"], stored["timezone"]) == (2, "America/New_York")


async def test_an_order_stays_with_its_wearer(api: httpx.AsyncClient) -> None:
    """The order of another wearer needs an id of its own."""
    await api.put("/v1/orders/o1", json=ORDER)
    await api.put("/v1/wearers/w2", json={"name": "Kit", "timezone": "UTC"})
    refused(await api.put("/v1/orders/o1", json=ORDER | {"wearer_id": "w2"}), 409)


async def test_the_same_order_at_once_is_one_version(api: httpx.AsyncClient) -> None:
    """Simultaneous writes follow one another, each on what the other left."""
    replies = await asyncio.gather(*(api.put("/v1/orders/o1", json=ORDER) for _ in range(12)))
    assert sorted(each.status_code for each in replies) == [200] * 11 + [201]
    assert {each.json()["version"] for each in replies} == {1}


async def test_what_get_returns_of_an_order_can_be_put_again(api: httpx.AsyncClient) -> None:
    """The conditions of a stored order are taken back unchanged, without a new version."""
    calendar = (await api.put("/v1/orders/o1", json=ORDER)).json()
    fields = ("wearer_id", "agency", "officer", "effective_from", "plan", "conditions")
    reply = await api.put("/v1/orders/o1", json={name: calendar[name] for name in fields})
    assert (reply.status_code, reply.json()["version"]) == (200, 1)


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"wearer_id": "w9"}, 409, None),
        ({"conditions": [CURFEW | {"zone": "NOWHERE"}]}, 409, None),
        ({"conditions": [CURFEW, CURFEW]}, 422, "body.conditions[1].id"),
        ({"conditions": [CURFEW | {"weekly": []}]}, 422, "body.conditions[0].weekly"),
        ({"conditions": [CURFEW | {"tolerance": 5}]}, 422, "body.conditions[0].tolerance"),
        ({"conditions": [CURFEW | {"confidence": 0.5}]}, 422, "body.conditions[0].confidence"),
        (
            {
                "conditions": [
                    CURFEW | {"weekly": [{"days": "daily", "start": "25:00", "end": "06:00"}]}
                ]
            },
            422,
            "body.conditions[0].weekly[0].start",
        ),
        ({"effective_until": "2026-02-01T00:00:00Z"}, 422, "body.effective_until"),
        ({"effective_from": "2026-03-01T00:00:00"}, 422, "body.effective_from"),
        ({"effective_from": 1_772_323_200}, 422, "body.effective_from"),
        ({"plan": {"interval_s": 0}}, 422, "body.plan.interval_s"),
        ({"plan": {"interval_s": "NaN"}}, 422, "body.plan.interval_s"),
    ],
)
async def test_an_order_that_is_wrong_is_refused(
    sqlite_api: httpx.AsyncClient, change: dict[str, Any], status: int, field: str | None
) -> None:
    """What is wrong with an order is named by its place in the body; nothing is stored."""
    refused(await sqlite_api.put("/v1/orders/o1", json=ORDER | change), status, field)
    refused(await sqlite_api.get("/v1/orders/o1"), 404)


async def test_a_condition_id_means_one_rule_to_a_wearer_at_a_time(api: httpx.AsyncClient) -> None:
    """A second order at the same time may not use a condition's id; one afterwards may."""
    first = ORDER | {"effective_until": "2026-06-01T00:00:00Z"}
    assert (await api.put("/v1/orders/o1", json=first)).status_code == 201
    assert "c1" in refused(await api.put("/v1/orders/o2", json=ORDER), 409)["detail"]
    later = ORDER | {"effective_from": "2026-06-01T00:00:00Z"}
    assert (await api.put("/v1/orders/o2", json=later)).status_code == 201
    found = (await api.get("/v1/orders?in_force=true&officer=kim")).json()["items"]
    assert [each["order_id"] for each in found] == ["o1"]


async def test_a_changed_zone_is_a_new_version_in_effect_from_now_or_then(
    api: httpx.AsyncClient, engine: Engine
) -> None:
    """Versions are kept; which one holds at an instant follows from their effective dates."""
    larger = HOME | {"properties": {"name": "Home", "radius_m": 150}}
    engine.now = NOW + HOUR
    assert (await api.put("/v1/zones/HOME", json=HOME)).json()["properties"]["version"] == 1
    second = (await api.put("/v1/zones/HOME", json=larger)).json()
    assert second["properties"]["version"] == 2
    assert second["properties"]["effective_from"] == render(NOW + HOUR)
    moment = {"effective_from": render(NOW + DAY), "radius_m": 50}
    third = await api.put("/v1/zones/HOME", json=HOME | {"properties": moment})
    assert (third.status_code, third.json()["properties"]["version"]) == (200, 3)

    async def radius(**query: object) -> float:
        reply = await api.get("/v1/zones/HOME", params=query)  # type: ignore[arg-type]
        found: float = reply.json()["properties"]["radius_m"]
        return found

    assert await radius() == 150
    assert await radius(at=render(NOW)) == 100
    assert await radius(at=render(NOW + DAY)) == 50
    assert await radius(version=1) == 100
    listed = (await api.get("/v1/zones/HOME/versions")).json()["features"]
    assert [each["properties"]["version"] for each in listed] == [1, 2, 3]
    refused(await api.get("/v1/zones/HOME?version=9"), 404)
    refused(await api.get(f"/v1/zones/HOME?version=1&at={render(NOW)}"), 422, "query.at")


async def test_zones_are_listed_as_geojson_by_box(api: httpx.AsyncClient) -> None:
    """A bbox selects the zones it meets, across the antimeridian too."""
    square = [[[179.0, -17.0], [181.0, -17.0], [181.0, -16.0], [179.0, -16.0], [179.0, -17.0]]]
    fiji = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": square}}
    assert (await api.put("/v1/zones/FIJI", json=fiji)).status_code == 201

    async def ids(query: str) -> list[str]:
        return [each["id"] for page in await pages(api, f"/v1/zones?{query}") for each in page]

    assert await ids("limit=1") == ["FIJI", "HOME"]
    assert await ids("bbox=13,52,14,53") == ["HOME"]
    assert await ids("bbox=170,-20,-170,-10") == ["FIJI"]
    assert await ids("bbox=-180,-20,-179.5,-10") == ["FIJI"]
    assert await ids("bbox=14,52,15,53") == []
    refused(await api.get("/v1/zones?bbox=1,2,3"), 422, "query.bbox")
    refused(await api.get("/v1/zones?bbox=1,9,3,2"), 422, "query.bbox")


@pytest.mark.parametrize(
    ("body", "field", "word"),
    [
        (b"hello", "body", "JSON"),
        (b"[" * 100_000, "body", "JSON"),
        (b'{"type": "Polygon"}', "body", "Feature"),
        (b'{"type": "Feature", "geometry": null}', "body", "geometry"),
        (b'{"type": "Feature", "id": "X", "geometry": null}', "body.properties.zone_id", "HOME"),
        (
            b'{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,1]]]}}',
            "body",
            "",
        ),
    ],
)
async def test_a_zone_that_is_wrong_is_refused_with_the_place(
    sqlite_api: httpx.AsyncClient, body: bytes, field: str, word: str
) -> None:
    """What is wrong with a Feature is said with its place; the zone stays as it was."""
    reply = await sqlite_api.put("/v1/zones/HOME", content=body)
    problem = refused(reply, 422, field)
    assert word in problem["errors"][0]["message"]
    assert len((await sqlite_api.get("/v1/zones/HOME/versions")).json()["features"]) == 1


async def test_a_schedule_is_previewed_in_local_time_and_utc(sqlite_api: httpx.AsyncClient) -> None:
    """The night the clocks go forward shows an hour less, stored or not."""
    await sqlite_api.put("/v1/orders/o1", json=ORDER)
    url = "/v1/orders/o1/conditions/c1/schedule"
    asked = "days=2&from=2026-03-28T12:00:00Z"
    stored = (await sqlite_api.get(f"{url}/preview?{asked}")).json()
    unsaved = await sqlite_api.post(
        f"/v1/schedules/preview?{asked}",
        json={"timezone": "Europe/Berlin", "weekly": CURFEW["weekly"]},
    )
    assert unsaved.json() == stored
    night = stored["windows"][0]
    assert (night["start"], night["end"]) == ("2026-03-28T21:00:00Z", "2026-03-29T04:00:00Z")
    assert (night["length_s"], stored["timezone"]) == (7 * 3600, "Europe/Berlin")
    assert "22:00" in night["start_local"]
    assert "shorter" in night["note"]
    refused(await sqlite_api.get("/v1/orders/o1/conditions/c9/schedule/preview"), 404)
    refused(await sqlite_api.get(f"{url}/preview?days=0"), 422, "query.days")
    bad = {"timezone": "Europe/Berlin", "passes": [{"start": "now", "end": "later"}]}
    refused(await sqlite_api.post("/v1/schedules/preview", json=bad), 422, "body.passes[0].start")
    refused(
        await sqlite_api.post("/v1/schedules/preview", json={"timezone": "X"}), 422, "body.timezone"
    )


async def test_a_schedule_is_exported_as_a_calendar_that_reads_back(
    sqlite_api: httpx.AsyncClient,
) -> None:
    """The calendar is iCalendar text with the same windows, for other programs and for us."""
    await sqlite_api.put("/v1/orders/o1", json=ORDER)
    reply = await sqlite_api.get("/v1/orders/o1/conditions/c1/schedule/calendar")
    assert reply.headers["content-type"] == "text/calendar; charset=utf-8"
    body = {"timezone": "Europe/Berlin", "ical": reply.text}
    read = await sqlite_api.post("/v1/schedules/preview?from=2026-03-28T12:00:00Z", json=body)
    stored = await sqlite_api.get(
        "/v1/orders/o1/conditions/c1/schedule/preview?from=2026-03-28T12:00:00Z"
    )
    assert read.json()["windows"] == stored.json()["windows"]
    assert len(read.json()["windows"]) == 14
