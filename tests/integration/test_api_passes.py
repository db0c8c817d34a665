"""Passes over HTTP: granted, taken back, recorded; and orders that nobody overwrites unseen."""

from collections.abc import AsyncIterator

import httpx
import pytest

from engine.store import Store
from tests.integration import registry_kit
from tests.integration.api_kit import NOW, Engine, services_on, serving
from zones.instant import DAY, HOUR, Instant, render

ORDER = registry_kit.ORDER | {"effective_from": "2026-02-01T00:00:00Z"}
PASSES = "/v1/orders/o1/conditions/c1/passes"
KIM = {"Ringfence-Operator": "kim"}
WEEKDAYS = {"days": "mon-fri", "start": "22:00", "end": "06:00"}


@pytest.fixture
def engine() -> Engine:
    """The clock beside the API."""
    return Engine()


@pytest.fixture
async def api(store: Store, engine: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API that knows the order o1 of the wearer w1, on each kind of store."""
    async with serving(services_on(store, engine)) as client:
        await client.put("/v1/wearers/w1", json={"name": "Robin", "timezone": "Europe/Berlin"})
        await client.put("/v1/zones/HOME", json=registry_kit.HOME)
        await client.put("/v1/orders/o1", json=ORDER)
        yield client


def leave(start: Instant, end: Instant, **more: object) -> dict[str, object]:
    """Return the body that asks for a pass."""
    return {"start": render(start), "end": render(end), "reason": "night shift", **more}


async def test_a_pass_is_the_next_version_with_who_and_why(api: httpx.AsyncClient) -> None:
    """A granted pass is in the order, in the list and in the preview, with who granted it."""
    body = leave(NOW + 2 * HOUR, NOW + 4 * HOUR)
    reply = await api.post(PASSES, json=body, headers=KIM)
    assert reply.status_code == 201
    said = reply.json()
    assert (said["changed"], said["order_version"], said["judged_anew_from"]) == (True, 2, None)
    assert [each["code"] for each in said["findings"]] == ["window_stretched"]
    (found,) = (await api.get(PASSES)).json()
    assert reply.json()["passes"] == [found]
    assert (found["granted_by"], found["reason"], found["version"]) == (
        "local/kim",
        "night shift",
        2,
    )
    assert found["start_local"] == "2026-03-02T00:20:00+01:00"
    first, second = (await api.get("/v1/orders/o1/versions")).json()
    assert (first["holds_from"], first["holds_until"]) == (ORDER["effective_from"], render(NOW))
    assert (second["holds_from"], second["holds_until"]) == (render(NOW), None)
    assert (second["recorded_by"], second["recorded_at"], second["reason"]) == (
        "local/kim",
        render(NOW),
        "night shift",
    )
    windows = (await api.get("/v1/orders/o1/conditions/c1/schedule/preview?days=1")).json()
    assert windows["windows"][0]["end"] == render(NOW + 2 * HOUR)
    again = await api.post(PASSES, json=body)
    assert (again.json()["changed"], again.json()["order_version"]) == (False, 2)


async def test_a_pass_for_the_past_says_from_when_it_is_judged_anew(
    api: httpx.AsyncClient, engine: Engine
) -> None:
    """Also after a pass for later was granted: each version holds in its own time."""
    await api.post(PASSES, json=leave(NOW + DAY, NOW + 2 * DAY))
    engine.now = NOW + HOUR
    reply = (await api.post(PASSES, json=leave(NOW - DAY, NOW - DAY + HOUR))).json()
    assert (reply["order_version"], reply["judged_anew_from"]) == (4, render(NOW - DAY))
    versions = (await api.get("/v1/orders/o1/versions")).json()
    assert [each["holds_from"] for each in versions] == [
        ORDER["effective_from"],
        None,
        render(NOW - DAY),
        render(NOW),
    ]
    assert [each["until"] for each in reply["passes"]] == [
        render(NOW - DAY + HOUR),
        render(NOW + 2 * DAY),
    ]


async def test_a_pass_is_taken_back_from_now_or_from_its_start(
    api: httpx.AsyncClient, engine: Engine
) -> None:
    """What has passed stays authorised unless it is taken back from the start."""
    body = leave(NOW - HOUR, NOW + 5 * HOUR)
    await api.post(PASSES, json=body)
    engine.now = NOW + HOUR
    reply = await api.post(f"{PASSES}/revoke", json=body | {"reason": "called off"}, headers=KIM)
    (found,) = reply.json()["passes"]
    assert (found["end"], found["until"]) == (render(NOW + 5 * HOUR), render(NOW + HOUR))
    assert (found["revoked_by"], found["revoked_reason"]) == ("local/kim", "called off")
    assert reply.json()["judged_anew_from"] is None
    gone = await api.post(f"{PASSES}/revoke", json=body)
    assert gone.status_code == 404
    rest = leave(NOW - HOUR, NOW + HOUR) | {"from": render(NOW - HOUR)}
    reply = await api.post(f"{PASSES}/revoke", json=rest)
    assert reply.json()["judged_anew_from"] == render(NOW - HOUR)
    assert [each["until"] for each in reply.json()["passes"]] == [None]


@pytest.mark.parametrize(
    ("path", "change", "status", "field"),
    [
        ("/v1/orders/o9/conditions/c1/passes", {}, 404, None),
        ("/v1/orders/o1/conditions/c9/passes", {}, 404, None),
        (PASSES, {"end": render(NOW)}, 422, "body.end"),
        (PASSES, {"reason": " "}, 422, "body.reason"),
        (f"{PASSES}/revoke", {"from": render(NOW + 9 * DAY)}, 422, "body.from"),
        (f"{PASSES}/revoke", {}, 404, None),
    ],
)
async def test_what_is_no_pass_is_refused_in_words(
    api: httpx.AsyncClient, path: str, change: dict[str, str], status: int, field: str | None
) -> None:
    """A refusal names the field, or what there is none of."""
    reply = await api.post(path, json=leave(NOW + HOUR, NOW + 2 * HOUR) | change)
    assert reply.status_code == status
    assert [each["field"] for each in reply.json().get("errors", [])] == ([field] if field else [])
    assert len((await api.get("/v1/orders/o1/versions")).json()) == 1


async def test_nobody_overwrites_what_he_has_not_seen(api: httpx.AsyncClient) -> None:
    """An expected version that is not the newest is a conflict, told with who and why."""
    await api.post(PASSES, json=leave(NOW + HOUR, NOW + 2 * HOUR), headers=KIM)
    body = ORDER | {"officer": "lee", "expected_version": 1}
    reply = await api.put("/v1/orders/o1", json=body)
    assert (reply.status_code, reply.json()["version"]) == (409, 2)
    assert reply.json()["type"] == "urn:ringfence:problem:order-version"
    assert "version 2 by now, by local/kim" in reply.json()["detail"]
    assert "night shift" in reply.json()["detail"]
    late = leave(NOW + HOUR, NOW + 3 * HOUR, expected_version=1)
    assert (await api.post(PASSES, json=late)).status_code == 409
    assert (await api.put("/v1/orders/o2", json=body)).status_code == 409
    body = ORDER | {"officer": "lee", "expected_version": 2, "reason": "moved to another desk"}
    stored = (await api.put("/v1/orders/o1", json=body, headers=KIM)).json()
    assert (stored["version"], stored["recorded_by"]) == (3, "local/kim")
    assert stored["reason"] == "moved to another desk"


async def test_a_version_dated_ahead_is_replaced_only_if_that_is_meant(
    api: httpx.AsyncClient,
) -> None:
    """A version from now on does not silently undo one that takes effect later."""
    summer = ORDER | {"version_from": render(NOW + 90 * DAY), "conditions": []}
    await api.put("/v1/orders/o1", json=summer)
    now = ORDER | {"conditions": [registry_kit.CURFEW | {"weekly": [WEEKDAYS]}]}
    refused = await api.put("/v1/orders/o1", json=now)
    assert refused.status_code == 422
    assert "replaces_later" in refused.json()["errors"][0]["message"]
    stored = await api.put("/v1/orders/o1", json=now | {"replaces_later": True})
    assert stored.json()["version"] == 3
    versions = (await api.get("/v1/orders/o1/versions")).json()
    assert [each["holds_from"] is None for each in versions] == [False, True, False]
