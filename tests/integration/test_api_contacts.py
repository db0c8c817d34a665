"""Contacts and call sheets over HTTP: whom to call, and what is not shown unasked."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from api.services import Services
from engine.core.alert import CollapseKey
from engine.core.condition_json import read_condition
from engine.core.episode import EpisodeKind, Severity
from engine.core.plan import SupervisionPlan
from engine.core.registry import Order, ProtectedPerson, Wearer
from engine.store import Store
from tests.integration.api_kit import NOW, raise_alert, services_on, serving
from tests.store_values import HOUR

HERS = {
    "name": "Jane Roe-Secret",
    "phones": [{"label": "mobile", "number": "+1-555-0177"}],
    "email": "jane.secret@example.org",
    "languages": ["es", "en-GB"],
    "note": "calls herself Jo",
}
ASKED = "include=protected_positions"
KEEP_AWAY = {"id": "c1", "kind": "proximity", "protected_persons": ["p1"], "distance_m": 500}


@pytest.fixture
def services(store: Store) -> Services:
    """Services on a store with w1, who has to keep away from p1, under two orders."""
    with store.write() as transaction:
        registry = transaction.registry
        person = ProtectedPerson(
            person_id="p1", name="Roe-Secret", timezone="UTC", agency="Shelter"
        )
        registry.save_protected_person(msgspec.structs.replace(person, agency="Shelter"))
        registry.save_wearer(Wearer(wearer_id="w1", name="Robin Doe", timezone="Europe/Berlin"))
        for order_id, officer, agency in (("o1", "Ann B.", "County"), ("o2", "lee", "County")):
            registry.save_order(
                Order(
                    order_id=order_id,
                    wearer_id="w1",
                    agency=agency,
                    officer=officer,
                    effective_from=NOW - 100 * HOUR,
                    effective_until=None,
                    plan=SupervisionPlan(),
                    conditions=(read_condition(KEEP_AWAY, "UTC"),) if order_id == "o1" else (),
                )
            )
    return services_on(store)


@pytest.fixture
async def api(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API on these services."""
    async with serving(services) as client:
        yield client


async def called(api: httpx.AsyncClient, alert_id: int, query: str = "") -> list[dict[str, Any]]:
    """Return the calls of a call sheet."""
    reply = await api.get(f"/v1/alerts/{alert_id}/call-sheet?{query}")
    assert reply.status_code == 200, reply.text
    calls: list[dict[str, Any]] = reply.json()["calls"]
    return calls


async def test_a_contact_is_stored_and_read(api: httpx.AsyncClient) -> None:
    """Created first, replaced then, with who wrote it; an officer's name may have any letters."""
    body = {"name": "Kim", "phones": [{"label": "on call", "number": "+1-555-0102"}]}
    path = "/v1/contacts/officer/Officer%20Simões%2FNorth"
    made = await api.put(path, json=body, headers={"Ringfence-Operator": "kim"})
    assert made.status_code == 201
    assert (await api.put(path, json=body | {"note": "nights"})).status_code == 200
    shown = (await api.get(path)).json()
    assert (shown["contact_id"], shown["note"]) == ("Officer Simões/North", "nights")
    assert (made.json()["updated_by"], shown["updated_by"]) == ("local/kim", "local")
    assert shown["phones"] == body["phones"]
    assert shown["withheld"] is False


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("wearer/w9", 404),
        ("protected_person/p9", 404),
        ("officer/nobody", 404),
        ("friend/w1", 422),
    ],
)
async def test_what_is_not_there_is_not_found(
    api: httpx.AsyncClient, path: str, status: int
) -> None:
    """Nobody can be given a number who is not known; an unknown role is refused."""
    assert (await api.get(f"/v1/contacts/{path}")).status_code == status
    if "officer" not in path:
        written = await api.put(f"/v1/contacts/{path}", json={"name": "x"})
        assert written.status_code == status


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "body.name"),
        ({"phones": [{"label": "x", "number": "call me"}]}, "body.phones[0].number"),
        ({"email": "no address"}, "body.email"),
        ({"languages": ["english language"]}, "body.languages[0]"),
        ({"phone": "1"}, "body.phone"),
    ],
)
async def test_what_cannot_be_dialled_is_refused(
    api: httpx.AsyncClient, changed: dict[str, Any], field: str
) -> None:
    """A wrong number is found when it is written, not when it is needed."""
    reply = await api.put("/v1/contacts/wearer/w1", json={"name": "Robin"} | changed)
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["field"] == field


async def test_a_protected_person_is_shown_to_who_asks_and_nobody_else(
    services: Services, api: httpx.AsyncClient
) -> None:
    """No answer has her name, number, address or note without being asked to include it."""
    raise_near(services, 1)
    silent = [
        await api.put("/v1/contacts/protected_person/p1", json=HERS),
        await api.get("/v1/contacts/protected_person/p1"),
        await api.get("/v1/alerts/1/call-sheet"),
        await api.get("/v1/alerts/1"),
    ]
    for reply in silent:
        assert reply.status_code < 300
        for secret in ("Secret", "0177", "jane", "herself", "en-GB"):
            assert secret not in reply.text
    assert silent[1].json()["withheld"] is True
    assert (silent[1].json()["languages"], silent[1].json()["updated_by"]) == ([], None)
    asked = (await api.get(f"/v1/contacts/protected_person/p1?{ASKED}")).json()
    assert (asked["withheld"], asked["name"], asked["phones"]) == (
        False,
        HERS["name"],
        HERS["phones"],
    )
    [first, *_] = await called(api, 1, ASKED)
    assert (first["name"], first["contact"]["email"]) == (HERS["name"], HERS["email"])


def raise_near(services: Services, alert_id: int) -> None:
    """Raise an alert about w1 near p1."""
    key = CollapseKey("w1", "proximity", "c1", "protected/p1")
    raise_alert(services, alert_id, key=key, kind=EpisodeKind.PROXIMITY)


async def test_who_may_be_in_danger_is_called_first(
    services: Services, api: httpx.AsyncClient
) -> None:
    """Near her: she, the officers, the wearer; else the wearer first; the agency is the last."""
    raise_near(services, 1)
    raise_alert(services, 2)
    await api.put("/v1/contacts/wearer/w1", json={"name": "Robin (mother's house)"})
    near, plain = await called(api, 1), await called(api, 2)
    assert [(each["role"], each["contact_id"]) for each in near] == [
        ("protected_person", "p1"),
        ("officer", "Ann B."),
        ("officer", "lee"),
        ("wearer", "w1"),
        ("agency", "County"),
    ]
    assert [each["role"] for each in plain] == ["wearer", "officer", "officer", "agency"]
    assert (near[0]["name"], near[0]["contact"]) == ("", None)
    assert plain[0]["name"] == "Robin (mother's house)"
    assert (plain[1]["name"], plain[1]["contact"]) == ("Ann B.", None)


async def test_of_the_engine_nobody_is_called(services: Services, api: httpx.AsyncClient) -> None:
    """About the engine there is nobody to call; about her device, she and who protects her."""
    about = {"engine": [], "protected/p1": [("protected_person", "p1"), ("agency", "Shelter")]}
    for number, (subject, expected) in enumerate(about.items(), 1):
        key = CollapseKey("", "g", None, None, subject)
        raise_alert(services, number, "", key=key, severity=Severity.SYSTEM, activation_id=0)
        calls = await called(api, number)
        assert [(each["role"], each["contact_id"]) for each in calls] == expected
    assert (await api.get("/v1/alerts/99/call-sheet")).status_code == 404
