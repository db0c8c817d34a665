"""Findings of the linters over HTTP: told, and never a reason to refuse."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from engine.store import open_store
from tests.integration.api_kit import Engine
from tests.integration.test_api_registry import ORDER, prepared

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
