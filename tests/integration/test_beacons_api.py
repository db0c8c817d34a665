"""Beacons over HTTP, on both stores, and judged by the engine."""

from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest

from engine.proof.check import Outcome
from engine.proof.verification import verify_alert
from engine.store import Store
from tests.integration.api_kit import Engine, services_on, serving
from tests.integration.registry_kit import pages, prepared, refused
from tests.integration.test_service import (
    FAR,
    START,
    TOPIC,
    StillClock,
    enrolled,
    payload,
    running,
)
from zones.instant import MINUTE, render

UNIT = {"zone_id": "HOME", "lat": 52.52, "lon": 13.405, "wearer_id": "w1"}


@pytest.fixture
async def api(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API that knows the wearer w1 and the zone HOME, on each kind of store."""
    async with prepared(store, Engine()) as client:
        yield client


async def test_a_beacon_has_versions(api: httpx.AsyncClient) -> None:
    """Each change is a further version, what says the same is none, and all are kept."""
    first = await api.put("/v1/beacons/acme/HU-7", json=UNIT)
    assert (first.status_code, first.json()["range_m"]) == (201, 50.0), first.text
    assert (await api.put("/v1/beacons/acme/HU-7", json=UNIT)).json() == first.json()
    away = await api.put("/v1/beacons/acme/HU-7", json=UNIT | {"zone_id": None})
    assert (away.status_code, away.json()["version"]) == (200, 2)
    both = [first.json(), away.json()]
    assert (await api.get("/v1/beacons/acme/HU-7/versions")).json() == both
    await api.put("/v1/beacons/other/B-1", json=UNIT | {"wearer_id": None})
    found = await pages(api, "/v1/beacons?limit=1")
    assert [[each["beacon_id"] for each in page] for page in found] == [["HU-7"], ["B-1"]]
    mine = (await api.get("/v1/beacons?wearer_id=w1")).json()["items"]
    assert [each["beacon_id"] for each in mine] == ["HU-7"]


async def test_a_beacon_stands_in_what_is_stored(api: httpx.AsyncClient) -> None:
    """A beacon in an unknown zone or of an unknown wearer is a conflict, a wide range wrong."""
    refused(await api.put("/v1/beacons/acme/HU-7", json=UNIT | {"zone_id": "NONE"}), 409)
    refused(await api.put("/v1/beacons/acme/HU-7", json=UNIT | {"wearer_id": "w9"}), 409)
    wide = await api.put("/v1/beacons/acme/HU-7", json=UNIT | {"range_m": 500})
    refused(wide, 422, "body.range_m")
    refused(await api.get("/v1/beacons/acme/HU-7"), 404)


async def test_in_range_of_a_home_unit_is_home(store: Store) -> None:
    """Out of an inclusion zone, a wearer comes back by the range of the unit in it, and says so."""
    enrolled(store)
    clock = StillClock()
    clock.time = START + MINUTE
    async with serving(services_on(store)) as api, running(store, clock) as (_, source):
        await api.put(
            "/v1/beacons/acme/HU-7", json=UNIT | {"zone_id": "PARK", "lat": -23.5, "lon": -46.6}
        )
        (order,) = (await api.get("/v1/orders")).json()["items"]
        names = ("wearer_id", "agency", "officer", "effective_from")
        stay = {"id": "stay", "kind": "inclusion", "zone": "PARK"}
        body = {name: order[name] for name in names} | {"conditions": [stay]}
        body["version_from"] = render(START)
        assert (await api.put(f"/v1/orders/{order['order_id']}", json=body)).status_code == 200
        clock.time = START + 9 * MINUTE
        for minute in range(1, 6):
            await source.submit(TOPIC, payload(minute, (FAR[0] + minute * 1e-5, FAR[1])))
        at = render(START + 6 * MINUTE)
        message = {"device": "D1", "seq": 60, "in_range": [{"time": at, "beacon": "HU-7"}]}
        await source.submit(TOPIC, msgspec.json.encode(message))
        moved = {"type": "beacon_moved", "state": "start", "time": render(START + 7 * MINUTE)}
        unit = {"device": "HU-7", "events": [moved]}
        await source.submit(TOPIC.replace("D1", "HU-7"), msgspec.json.encode(unit))
        message["in_range"] = [{"time": render(START + 8 * MINUTE), "beacon": "HU-7"}]
        await source.submit(TOPIC, msgspec.json.encode(message | {"seq": 61}))
        alerts = (await api.get("/v1/alerts?sort=newest")).json()["items"]
        left = next(each for each in alerts if each["kind"] == "inclusion_left")
        detail = (await api.get(f"/v1/alerts/{left['alert_id']}")).json()
        url = f"/v1/wearers/w1/positions?since={render(START)}&until={render(START + 20 * MINUTE)}"
        shown = [each["properties"] for each in (await api.get(url)).json()["features"]]
    assert left["restored"]
    for each in alerts:
        check = verify_alert(store, each["alert_id"])
        assert check.outcome is Outcome.IDENTICAL, check
    assert detail["episodes"][0]["evidence"][-1]["beacon_id"] == "HU-7"
    assert detail["episodes"][0]["evidence"][-1]["membership"] == "inside"
    assert "beacon_moved" in {each["kind"] for each in alerts}
    assert [(each["beacon_id"], each["quarantine"]) for each in shown[-2:]] == [
        ("HU-7", None),
        ("HU-7", "beacon_moved"),
    ]
