"""Groups of zones and classes of wearers over HTTP, on both stores, and judged by the engine."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from engine.proof.check import Outcome
from engine.proof.verification import verify_alert
from engine.sources.memory import MemorySource
from engine.store import Store
from tests.integration.api_kit import Engine, services_on, serving
from tests.integration.registry_kit import ORDER, pages, prepared, refused
from tests.integration.test_service import (
    CENTRE,
    START,
    TOPIC,
    StillClock,
    enrolled,
    payload,
    running,
)
from zones.instant import MINUTE, render

RULE = {"id": "schools", "kind": "exclusion", "groups": ["SCHOOLS"]}
CLASS: dict[str, Any] = {"name": "Minors", "timezone": "Europe/Berlin", "conditions": [RULE]}


@pytest.fixture
async def api(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API that knows the wearer w1 and the zone HOME, on each kind of store."""
    async with prepared(store, Engine()) as client:
        yield client


async def test_groups_and_classes_have_versions(api: httpx.AsyncClient) -> None:
    """Each change is a further version, what says the same is none, and every version is kept."""
    for path, body, change in (
        ("zone-groups/SCHOOLS", {"zones": ["HOME"]}, {"zones": []}),
        ("wearer-classes/minors", CLASS, CLASS | {"name": "Others"}),
    ):
        first = await api.put(f"/v1/{path}", json=body)
        assert (first.status_code, first.json()["version"]) == (201, 1), first.text
        assert (await api.put(f"/v1/{path}", json=body)).json() == first.json()
        second = await api.put(f"/v1/{path}", json=change)
        assert (second.status_code, second.json()["version"]) == (200, 2)
        assert second.json()["effective_from"] is not None
        assert (await api.get(f"/v1/{path}")).json() == second.json()
        both = [first.json(), second.json()]
        assert (await api.get(f"/v1/{path}/versions")).json() == both
        listed = await pages(api, f"/v1/{path.partition('/')[0]}?limit=1")
        assert listed == [[second.json()]]
        refused(await api.get(f"/v1/{path}-other"), 404)


async def test_what_is_not_stored_cannot_be_named(api: httpx.AsyncClient) -> None:
    """A group of unknown zones, a class of unknown groups, an order of unknown classes: 409."""
    refused(await api.put("/v1/zone-groups/SCHOOLS", json={"zones": ["NONE"]}), 409)
    refused(await api.put("/v1/wearer-classes/minors", json=CLASS), 409)
    refused(await api.put("/v1/orders/o1", json=ORDER | {"classes": ["minors"]}), 409)
    twice = await api.put("/v1/zone-groups/SCHOOLS", json={"zones": ["HOME", "HOME"]})
    refused(twice, 422, "body.zones")
    named = CLASS | {"conditions": [RULE, RULE]}
    refused(await api.put("/v1/wearer-classes/minors", json=named), 422, "body.conditions[1].id")
    assert "groups" in (await api.put("/v1/wearer-classes/minors", json=CLASS)).text


async def test_a_class_is_named_by_one_order_at_a_time(api: httpx.AsyncClient) -> None:
    """A second order of the wearer cannot put him in the same class at the same time."""
    await api.put("/v1/zone-groups/SCHOOLS", json={"zones": ["HOME"]})
    await api.put("/v1/wearer-classes/minors", json=CLASS)
    body = ORDER | {"classes": ["minors"], "conditions": []}
    assert (await api.put("/v1/orders/o1", json=body)).json()["classes"] == ["minors"]
    refused(await api.put("/v1/orders/o2", json=body), 409)


async def test_a_wearer_of_a_class_is_judged_by_it(store: Store) -> None:
    """A class an order names from a past instant on judges the positions since, and says so."""
    enrolled(store)
    clock, since = StillClock(), render(START + MINUTE)
    clock.time = START + 2 * MINUTE
    async with serving(services_on(store)) as api, running(store, clock) as (_, source):
        await api.put("/v1/zone-groups/SCHOOLS", json={"zones": ["PARK"]})
        await api.put("/v1/wearer-classes/minors", json=CLASS)
        await put_order(api, version_from=render(START), conditions=[])
        await tell(source, 1, 2)
        assert not (await api.get("/v1/alerts")).json()["items"]
        await put_order(api, version_from=since, conditions=[], classes=["minors"])
        clock.time = START + 4 * MINUTE
        await tell(source, 3, 4)
        (alert,) = (await api.get("/v1/alerts")).json()["items"]
        detail = (await api.get(f"/v1/alerts/{alert['alert_id']}")).json()
    assert verify_alert(store, alert["alert_id"]).outcome is Outcome.IDENTICAL
    assert alert["condition_id"] == "minors/schools"
    assert alert["started"] == since
    assert detail["conditions"][0]["condition"]["groups"] == ["SCHOOLS"]
    assert detail["episodes"][0]["evidence"][0]["zone_id"] == "PARK"


async def put_order(api: httpx.AsyncClient, **changed: object) -> None:
    """Store the wearer's order with something changed."""
    (order,) = (await api.get("/v1/orders")).json()["items"]
    body = {name: order[name] for name in ORDER} | changed
    reply = await api.put(f"/v1/orders/{order['order_id']}", json=body)
    assert reply.status_code == 200, reply.text


async def tell(source: MemorySource, *minutes: int) -> None:
    """Submit positions in the zone."""
    for minute in minutes:
        await source.submit(TOPIC, payload(minute, (CENTRE[0] + minute * 1e-5, CENTRE[1])))
