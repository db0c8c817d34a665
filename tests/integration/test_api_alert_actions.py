"""What people do to alerts: acknowledge, note, assign and close them, on both stores."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from api.services import Services
from engine.store import Store
from tests.integration.api_kit import NOW, raise_alert, serving
from tests.integration.queue_kit import listed, queue_services
from zones.instant import render


@pytest.fixture
def services(store: Store) -> Services:
    """Services on a store with the wearers w1 (officer kim) and w2 (officer lee)."""
    return queue_services(store)


@pytest.fixture
async def api(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API on these services."""
    async with serving(services) as client:
        yield client


async def test_an_alert_is_acknowledged_noted_and_closed(
    services: Services, api: httpx.AsyncClient
) -> None:
    """Each action moves the alert, is recorded with who, when and what, and is never lost."""
    raise_alert(services, 1)
    taken = (await api.post("/v1/alerts/1/acknowledge", json={"note": "on it"})).json()
    assert (taken["changed"], taken["alert"]["state"]) == (True, "acknowledged")
    assert taken["change"]["note"] == "on it"
    await api.post("/v1/alerts/1/notes", json={"note": "no answer"})
    body = {"code": "violation", "note": " arrested "}
    closed = (await api.post("/v1/alerts/1/close", json=body)).json()
    assert (closed["alert"]["state"], closed["alert"]["close_code"]) == ("closed", "violation")
    assert await listed(api) == []
    await api.post("/v1/alerts/1/notes", json={"note": "appealed"})
    shown = (await api.get("/v1/alerts/1")).json()
    assert [(each["action"], each["note"]) for each in shown["history"]] == [
        ("raised", None),
        ("acknowledged", "on it"),
        ("noted", "no answer"),
        ("closed", "arrested"),
        ("noted", "appealed"),
    ]
    assert {each["at"] for each in shown["history"]} == {render(NOW)}
    assert shown["updated_at"] == render(NOW)


async def test_acknowledging_twice_leaves_one_record_and_no_gap(
    services: Services, api: httpx.AsyncClient
) -> None:
    """The second time changes nothing, says so, and takes no change id."""
    raise_alert(services, 1)
    await api.post("/v1/alerts/1/acknowledge")
    again = await api.post("/v1/alerts/1/acknowledge")
    assert again.status_code == 200
    assert (again.json()["changed"], again.json()["change"]) == (False, None)
    assert again.json()["alert"]["state"] == "acknowledged"
    noted = (await api.post("/v1/alerts/1/notes", json={"note": "x"})).json()
    history = (await api.get("/v1/alerts/1")).json()["history"]
    assert [each["change_id"] for each in history] == [1, 2, noted["change"]["change_id"]]
    assert noted["change"]["change_id"] == 3


@pytest.mark.parametrize(
    ("action", "body"),
    [("acknowledge", None), ("close", {"code": "other", "note": "again"})],
)
async def test_a_closed_alert_refuses_and_says_who_closed_it(
    services: Services, api: httpx.AsyncClient, action: str, body: dict[str, Any] | None
) -> None:
    """The problem names the state, who brought it about and when."""
    raise_alert(services, 1)
    await api.post("/v1/alerts/1/close", json={"code": "resolved", "note": "done"})
    reply = await api.post(f"/v1/alerts/1/{action}", json=body)
    assert reply.status_code == 409
    problem = reply.json()
    assert problem["type"] == "urn:ringfence:problem:alert-state"
    assert (problem["state"], problem["by"], problem["at"]) == ("closed", "local", render(NOW))
    assert "local" in problem["detail"]


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("close", {"code": "other", "note": " \n "}, "body.note"),
        ("close", {"code": "other"}, "body.note"),
        ("close", {"code": "whatever", "note": "x"}, "body.code"),
        ("close", {"note": "x"}, "body.code"),
        ("notes", {"note": " "}, "body.note"),
        ("acknowledge", {"notes": "x"}, "body.notes"),
    ],
)
async def test_closing_and_noting_need_words(
    services: Services, api: httpx.AsyncClient, action: str, body: dict[str, Any], field: str
) -> None:
    """Without code or note nothing happens, and the missing field is named."""
    raise_alert(services, 1)
    reply = await api.post(f"/v1/alerts/1/{action}", json=body)
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["field"] == field
    assert len((await api.get("/v1/alerts/1")).json()["history"]) == 1


async def test_who_acts_is_recorded_by_the_name_in_the_request(
    services: Services, api: httpx.AsyncClient
) -> None:
    """Each step names its operator, the alert who acknowledged it, and in whose hands it is."""
    raise_alert(services, 1)
    raise_alert(services, 2)
    kim, lee = ({"Ringfence-Operator": name} for name in ("kim", "lee@night-1"))
    taken = (await api.post("/v1/alerts/1/acknowledge", headers=kim)).json()
    assert (taken["alert"]["acknowledged_by"], taken["alert"]["assigned_to"]) == (
        "local/kim",
        "kim",
    )
    assert taken["alert"]["acknowledged_at"] == render(NOW)
    given = await api.post(
        "/v1/alerts/1/assign", json={"to": "lee@night-1", "note": "your patch"}, headers=kim
    )
    assert given.json()["change"] | {"change_id": 0, "at_local": ""} == {
        "change_id": 0,
        "alert_id": 1,
        "at": render(NOW),
        "at_local": "",
        "actor": "local/kim",
        "action": "assigned",
        "note": "your patch",
        "episode_id": None,
        "episode_revision": None,
        "before": None,
        "assigned_to": "lee@night-1",
    }
    again = (await api.post("/v1/alerts/1/assign", json={"to": "lee@night-1"}, headers=lee)).json()
    assert again["changed"] is False
    assert await listed(api, "assigned_to=lee@night-1") == [1]
    assert await listed(api, "assigned_to=kim") == []
    assert await listed(api, "assigned_to=") == [2]
    refused = await api.post("/v1/alerts/1/close", json={"code": "other", "note": "x"}, headers=lee)
    assert refused.json()["change"]["actor"] == "local/lee@night-1"
    closed = await api.post("/v1/alerts/1/assign", json={"to": None}, headers=kim)
    assert (closed.status_code, closed.json()["by"]) == (409, "local/lee@night-1")


@pytest.mark.parametrize("name", ["", "kim lee", "k" * 65, "kim/lee", "kïm"])
async def test_a_name_that_is_none_is_refused(
    services: Services, api: httpx.AsyncClient, name: str
) -> None:
    """Nothing is recorded under a name that could be taken for another."""
    raise_alert(services, 1)
    headers = {"Ringfence-Operator": name.encode()}
    reply = await api.post("/v1/alerts/1/notes", json={"note": "x"}, headers=headers)
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["field"] == "header.Ringfence-Operator"


async def test_of_many_who_close_at_once_one_succeeds(
    services: Services, api: httpx.AsyncClient
) -> None:
    """Simultaneous actions follow one another: one closes, the others are told by whom."""
    raise_alert(services, 1)
    body = {"code": "other", "note": "mine"}
    replies = await asyncio.gather(*(api.post("/v1/alerts/1/close", json=body) for _ in range(8)))
    assert sorted(each.status_code for each in replies) == [200] + [409] * 7
    history = (await api.get("/v1/alerts/1")).json()["history"]
    assert [each["action"] for each in history] == ["raised", "closed"]
