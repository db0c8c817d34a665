"""An API with a wearer and a zone in its registry, and how its answers are read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from engine.store import Store
from tests.integration.api_kit import Engine, services_on, serving

HOME = {
    "type": "Feature",
    "properties": {"name": "Home", "radius_m": 100},
    "geometry": {"type": "Point", "coordinates": [13.405, 52.52]},
}
CURFEW = {
    "id": "c1",
    "kind": "curfew",
    "zone": "HOME",
    "weekly": [{"days": "daily", "start": "22:00", "end": "06:00"}],
}
ORDER: dict[str, Any] = {
    "wearer_id": "w1",
    "agency": "County",
    "officer": "kim",
    "effective_from": "2026-03-01T00:00:00Z",
    "conditions": [CURFEW],
}


@asynccontextmanager
async def prepared(store: Store, engine: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """Serve an API that knows the wearer w1 and the zone HOME."""
    async with serving(services_on(store, engine)) as client:
        wearer = {"name": "Robin Doe", "timezone": "Europe/Berlin", "agency": "County"}
        assert (await client.put("/v1/wearers/w1", json=wearer)).status_code == 201
        assert (await client.put("/v1/zones/HOME", json=HOME)).status_code == 201
        yield client


async def pages(client: httpx.AsyncClient, url: str) -> list[list[Any]]:
    """Return the items of every page, following `next`."""
    found = []
    next_: str | None = url
    while next_:
        reply = await client.get(next_)
        assert reply.status_code == 200, reply.text
        found.append(reply.json().get("items", reply.json().get("features")))
        next_ = reply.json()["next"]
    return found


def refused(reply: httpx.Response, status: int, field: str | None = None) -> dict[str, Any]:
    """Check that a reply is a problem document, and return it."""
    problem: dict[str, Any] = reply.json()
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["type"].startswith("urn:ringfence:problem:")
    assert field is None or field in [each["field"] for each in problem["errors"]]
    return problem
