"""Protected persons over HTTP: registered and watched over, and nowhere is said where they are."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from engine.sources.source import Delivery
from engine.store import Store, open_store
from tests.integration.api_kit import events, services_on, serving
from tests.integration.test_proximity_engine import HERS, VENDOR, at, fix, play, register, story
from tests.judgement_kit import ORIGIN, lon

PERSON = {"name": "Jane Roe", "timezone": "Europe/Berlin", "agency": "north"}
HIDDEN = "protected_positions"


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    """A fresh store on SQLite."""
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


async def ok(response: httpx.Response) -> Any:  # noqa: ANN401 - JSON
    """Return the body of an answer that is well."""
    assert response.is_success, response.text
    return response.json()


async def test_a_protected_person_is_registered_with_a_device_and_named_by_an_order(
    store: Store,
) -> None:
    """Everything a proximity condition needs can be said over HTTP, and is given back."""
    async with serving(services_on(store)) as client:
        first = await client.put("/v1/protected-persons/p1", json=PERSON)
        again = await client.put("/v1/protected-persons/p1", json=PERSON)
        assert (first.status_code, again.status_code) == (201, 200)
        plan = {"interval_s": 60, "buffer_s": 240, "tamper_grace_s": 0}
        assert await ok(again) == {"person_id": "p1", **PERSON, "plan": again.json()["plan"]}
        assert again.json()["plan"].items() <= plan.items()
        listed = await ok(await client.get("/v1/protected-persons"))
        assert [each["person_id"] for each in listed["items"]] == ["p1"]
        await ok(await client.put("/v1/wearers/w1", json={"name": "R", "timezone": "UTC"}))
        await ok(await client.put("/v1/devices/acme/B-1", json={}))
        worn = {"vendor": "acme", "device_id": "B-1", "started_at": "2026-03-01T10:00:00Z"}
        made = await ok(
            await client.post("/v1/activations", json={**worn, "protected_person_id": "p1"})
        )
        assert (made["wearer_id"], made["protected_person_id"]) == (None, "p1")
        hers = await ok(await client.get("/v1/activations?protected_person_id=p1"))
        his = await ok(await client.get("/v1/activations?wearer_id=p1"))
        assert (len(hers["items"]), len(his["items"])) == (1, 0)
        order = {
            "wearer_id": "w1",
            "agency": "north",
            "officer": "kim",
            "effective_from": "2026-03-01T00:00:00Z",
            "conditions": [
                {
                    "id": "away",
                    "kind": "proximity",
                    "protected_person": "p1",
                    "distance_m": 300,
                    "buffer_m": 200,
                }
            ],
        }
        stored = await ok(await client.put("/v1/orders/o1", json=order))
        (condition,) = stored["conditions"]
        assert (condition["protected_person"], condition["distance_m"]) == ("p1", 300)
        assert condition["pairing_age_s"] == 180


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "proximity", "distance_m": 300}, "protected_persons"),
        ({"kind": "proximity", "protected_person": "p1"}, "distance_m"),
        ({"kind": "proximity", "protected_person": "p1", "distance_m": 3, "zone": "Z"}, "zone"),
        ({"kind": "exclusion", "zone": "Z", "distance_m": 300}, "distance_m"),
        (
            {"kind": "proximity", "protected_persons": ["p1", "p1"], "distance_m": 3},
            "protected_persons",
        ),
    ],
)
async def test_a_proximity_condition_that_means_nothing_is_refused(
    sqlite_store: Store, body: dict[str, Any], field: str
) -> None:
    """The answer names the field."""
    async with serving(services_on(sqlite_store)) as client:
        await client.put("/v1/wearers/w1", json={"name": "R", "timezone": "UTC"})
        order = {
            "wearer_id": "w1",
            "agency": "n",
            "officer": "k",
            "effective_from": "2026-03-01T00:00:00Z",
            "conditions": [{"id": "away", **body}],
        }
        refused = await client.put("/v1/orders/o1", json=order)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"] == f"body.conditions[0].{field}"


async def test_an_activation_is_of_exactly_one_person(sqlite_store: Store) -> None:
    """Neither nobody nor two carry a device."""
    worn = {"vendor": "acme", "device_id": "B-1"}
    async with serving(services_on(sqlite_store)) as client:
        for persons in ({}, {"wearer_id": "w1", "protected_person_id": "p1"}):
            refused = await client.post("/v1/activations", json={**worn, **persons})
            assert refused.status_code == 422
            assert "one of the two" in refused.text


def lived_through(store: Store) -> None:
    """Store an approach, its retraction in part, a rejection of her device's and its silence."""
    with store.write() as tx:
        register(tx)
    engine = play(store, story())
    engine.take([fix(HERS, 299, 3.3), fix(HERS, 301, 3.4)], at(1400))
    bad = json.loads(fix(HERS, 1330, 4.0).payload)
    bad["positions"][0]["lon"] = "east"
    topic = f"ringfence/v1/{VENDOR}/{HERS}/telemetry"
    engine.take([Delivery(topic, json.dumps(bad).encode(), at(1400), None)], at(1400))
    engine.tick(at(4000))


def hers(text: str) -> list[str]:
    """Return what an answer says of her that it must not: places, digests and the name."""
    places = [repr(lon(k * 0.3)) for k in range(1, 30)] + [repr(lon(3.3)), repr(lon(3.4))]
    return [each for each in [*places, "Jane Roe"] if each in text]


READS = (
    "/v1/alerts?state=open&state=acknowledged&state=closed",
    "/v1/episodes",
    "/v1/wearers",
    "/v1/wearers/w1/positions?since=2026-06-01T12:00:00Z&until=2026-06-01T14:00:00Z",
    "/v1/activations",
    "/v1/devices",
    "/v1/orders",
    "/v1/rejections",
)


async def test_no_answer_says_where_she_is_unless_asked_to(sqlite_store: Store) -> None:
    """Lists, details, histories and the live feed: neither coordinates nor digests nor name."""
    lived_through(sqlite_store)
    async with serving(services_on(sqlite_store)) as client:
        for path in READS:
            body = await ok(await client.get(path))
            assert hers(json.dumps(body)) == [], path
        alerts = (await ok(await client.get("/v1/alerts")))["items"]
        assert {each["kind"] for each in alerts} >= {"proximity", "missed_call_in"}
        revealed = 0
        for kind, key in (("alerts", "alert_id"), ("episodes", "episode_id")):
            for each in (await ok(await client.get(f"/v1/{kind}")))["items"]:
                path = f"/v1/{kind}/{each[key]}"
                assert hers(json.dumps(await ok(await client.get(path)))) == [], path
                shown = await ok(await client.get(f"{path}?include={HIDDEN}"))
                revealed += bool(hers(json.dumps(shown)))
        assert revealed >= 2
        assert (await client.get("/v1/wearers/p1/positions")).status_code == 404
        async with client.stream("GET", "/v1/alerts/stream") as response:
            async for event in events(response):
                assert hers(json.dumps(event.data)) == []
                break
        async with client.stream("GET", "/v1/alerts/stream?after=0") as response:
            async for event in events(response):
                assert hers(json.dumps(event.data)) == []
                if event.data["change"]["change_id"] == len(alerts):
                    break


async def test_the_proof_has_the_distance_and_its_arithmetic(sqlite_store: Store) -> None:
    """Distance, accuracies, ages, sigma and probability are there; the place only if asked for."""
    lived_through(sqlite_store)
    async with serving(services_on(sqlite_store)) as client:
        alerts = (await ok(await client.get("/v1/alerts?kind=proximity")))["items"]
        path = f"/v1/alerts/{alerts[0]['alert_id']}"
        detail = await ok(await client.get(path))
        proof = next(
            each for each in detail["episodes"][0]["evidence"] if each["role"] == "violation"
        )
        other = proof["counterpart"]
        assert other["protected_person_id"] == "p1"
        assert 0 < other["distance_m"] < other["keep_m"] == 300
        assert (other["lat"], other["lon"], other["digest"]) == (None, None, None)
        assert proof["zone_id"] == "protected/p1"
        assert proof["membership"] == "inside"
        assert "m from protected person p1, of whom 300 m are to be kept" in proof["in_words"]
        open_ = await ok(await client.get(f"{path}?include={HIDDEN}"))
        shown = next(e for e in open_["episodes"][0]["evidence"] if e["role"] == "violation")
        assert shown["counterpart"]["lat"] == ORIGIN[1]
        assert shown["counterpart"]["digest"]
        assert (await client.get(f"{path}?include=everything")).status_code == 422


async def test_a_rejected_payload_of_hers_is_withheld(sqlite_store: Store) -> None:
    """Its reason is shown, what it held is not, unless asked for."""
    lived_through(sqlite_store)
    async with serving(services_on(sqlite_store)) as client:
        (rejection,) = (await ok(await client.get("/v1/rejections")))["items"]
        assert (rejection["encoding"], rejection["payload"]) == ("withheld", "")
        assert rejection["payload_bytes"] > 0
        (rejection,) = (await ok(await client.get(f"/v1/rejections?include={HIDDEN}")))["items"]
        assert rejection["encoding"] == "text"
        assert HERS in rejection["payload"]


async def test_who_is_near_a_place_is_found_and_she_only_if_asked_for(sqlite_store: Store) -> None:
    """An incident at her door: he is listed, she is not; asked for, both are, nearest first."""
    with sqlite_store.write() as tx:
        register(tx)
    engine = play(sqlite_store, [each for each in story() if each.received_at <= at(530)])
    live = engine.caseload.live
    services = replace(services_on(sqlite_store), near=live.near, now=lambda: at(540))
    async with serving(services) as client:
        path = f"/v1/positions/near?lat={ORIGIN[1]}&lon={lon(0)}&radius_m=400"
        (him,) = (await ok(await client.get(path)))["items"]
        assert (him["wearer_id"], him["protected_person_id"]) == ("w1", None)
        assert 0 < him["distance_m"] < 400
        both = (await ok(await client.get(f"{path}&include={HIDDEN}")))["items"]
        assert [each["protected_person_id"] for each in both] == ["p1", None]
        assert (await ok(await client.get(f"{path}&max_age_s=1")))["items"] == []
    async with serving(replace(services, near=None)) as client:
        assert (await client.get(path)).status_code == 503
