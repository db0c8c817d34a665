"""Findings of the linters over HTTP: told, and never a reason to refuse."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from engine.store import Store, open_store
from tests.integration.api_kit import Engine, services_on, serving
from tests.integration.registry_kit import ORDER, prepared
from tests.integration.test_dry_run import COMMUTERS
from tests.what_if_kit import filled

FORGOTTEN = {"weekly": [{"days": "mon-sat", "start": "22:00", "end": "06:00"}]}


@pytest.fixture
async def api(sqlite_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API that knows the wearer w1 and the zone HOME."""
    store = open_store(sqlite_url)
    async with prepared(store, Engine()) as client:
        yield client
    store.close()


def codes(reply: httpx.Response) -> list[tuple[str, str]]:
    """Return where and what the findings of an answer are."""
    assert reply.status_code in (200, 201), reply.text
    found: list[dict[str, Any]] = reply.json()["findings"]
    return [(each["path"], each["code"]) for each in found]


async def test_a_previewed_schedule_has_findings(api: httpx.AsyncClient) -> None:
    """A forgotten day is found before anything is stored."""
    reply = await api.post("/v1/schedules/preview", json=FORGOTTEN | {"timezone": "Asia/Tokyo"})
    assert codes(reply) == [("weekly[0]", "day_forgotten")]
    assert reply.json()["findings"][0]["details"] == [{"day": "sun"}]


async def test_an_order_is_stored_with_findings_for_each_condition(api: httpx.AsyncClient) -> None:
    """The findings name the condition, worst first; the order is stored all the same."""
    curfew = ORDER["conditions"][0]
    never = {
        "id": "c2",
        "effective_from": "2026-03-02T08:00:00Z",
        "effective_until": "2026-03-02T12:00:00Z",
    }
    body = ORDER | {"conditions": [curfew | FORGOTTEN, curfew | never]}
    reply = await api.put("/v1/orders/o1", json=body)
    found = codes(reply)
    assert found[:2] == [
        ("conditions[1]", "never_in_force"),
        ("conditions[0].weekly[0]", "day_forgotten"),
    ]
    stored = (await api.get("/v1/orders/o1")).json()
    assert [each["id"] for each in stored["conditions"]] == ["c1", "c2"]
    preview = await api.get("/v1/orders/o1/conditions/c1/schedule/preview")
    assert ("weekly[0]", "day_forgotten") in codes(preview)


async def test_a_zone_is_stored_with_findings(api: httpx.AsyncClient) -> None:
    """A zone in which nobody can be surely inside is stored, and said to be one."""
    small = {
        "type": "Feature",
        "properties": {"radius_m": 5},
        "geometry": {"type": "Point", "coordinates": [13.405, 52.52]},
    }
    first = await api.put("/v1/zones/SMALL", json=small)
    assert first.status_code == 201
    assert codes(first) == [("", "too_small")]
    assert codes(await api.put("/v1/zones/SMALL", json=small)) == [("", "too_small")]
    assert codes(await api.get("/v1/zones/SMALL/findings")) == [("", "too_small")]
    assert "findings" not in (await api.get("/v1/zones/SMALL")).json()
    assert (await api.get("/v1/zones/NONE/findings")).status_code == 404


async def test_a_zone_is_held_against_positions_and_orders(store: Store) -> None:
    """Of commuters who drive to work through it, and who live in it; or with axes exchanged."""
    now = filled(store, COMMUTERS[:1], 3)
    async with serving(services_on(store, Engine(now=now))) as client:
        lon, lat, radius_m = 13.4150, 52.5200, 1_100
        wide = {
            "type": "Feature",
            "properties": {"radius_m": radius_m},
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
        }
        assert codes(await client.get("/v1/zones/KEEP-OUT/findings")) == []
        stored = await client.put("/v1/zones/KEEP-OUT", json=wide)
        assert codes(stored) == [("", "overlaps_address")]
        swapped = {**wide, "geometry": {"type": "Point", "coordinates": [lat, lon]}}
        assert codes(await client.put("/v1/zones/NEW", json=swapped)) == [
            ("", "coordinates_swapped")
        ]
