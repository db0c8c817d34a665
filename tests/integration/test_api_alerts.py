"""The queue of alerts, their proof, and what people do to them, on both stores."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from api.services import Services
from engine.core.alert import AlertState
from engine.core.condition_json import read_condition
from engine.core.episode import Bound, EpisodeKind, Evidence, Severity
from engine.core.gist import gist_of
from engine.core.plan import SupervisionPlan
from engine.core.registry import Order, Wearer
from engine.store import Store, open_store
from tests.integration.api_kit import NOW, raise_alert, services_on, serving
from tests.store_values import HOUR, stored_episode
from zones.geojson import read_zones
from zones.instant import MINUTE, parse, render
from zones.membership import probability_inside
from zones.wallclock import local

CURFEW = {
    "id": "c1",
    "kind": "curfew",
    "zone": "z1",
    "weekly": [{"days": "daily", "start": "22:00", "end": "06:00"}],
    "confidence": 0.9,
}


@pytest.fixture
def services(store: Store) -> Services:
    """Services on a store with the wearers w1 (officer kim) and w2 (officer lee)."""
    point = {"type": "Point", "coordinates": [0, 0]}
    feature = {"type": "Feature", "properties": {"zone_id": "z1", "radius_m": 50}}
    with store.write() as transaction:
        transaction.registry.save_zone(read_zones(feature | {"geometry": point}).zones[0])
        for wearer_id, officer, agency in (("w1", "kim", "County"), ("w2", "lee", "City")):
            transaction.registry.save_wearer(
                Wearer(wearer_id=wearer_id, name=f"Name {wearer_id}", timezone="Europe/Berlin")
            )
            transaction.registry.save_order(
                Order(
                    order_id=f"o-{wearer_id}",
                    wearer_id=wearer_id,
                    agency=agency,
                    officer=officer,
                    effective_from=NOW - 100 * HOUR,
                    effective_until=None,
                    plan=SupervisionPlan(),
                    conditions=(read_condition(CURFEW, "Europe/Berlin"),),
                )
            )
    return services_on(store)


@pytest.fixture
async def api(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API on these services."""
    async with serving(services) as client:
        yield client


async def listed(api: httpx.AsyncClient, query: str = "") -> list[int]:
    """Return the ids of all alerts a query lists, page by page of two."""
    found: list[int] = []
    url: str | None = f"/v1/alerts?limit=2&{query}"
    while url:
        reply = await api.get(url)
        assert reply.status_code == 200, reply.text
        found += [each["alert_id"] for each in reply.json()["items"]]
        url = reply.json()["next"]
    return found


async def items(api: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Return everything in the queue."""
    found: list[dict[str, Any]] = (await api.get("/v1/alerts")).json()["items"]
    return found


def local_clock(instant: int) -> str:
    """Return an instant by the clocks of Berlin, to the minute."""
    return f"{local(instant, 'Europe/Berlin'):%H:%M}"


async def test_the_queue_shows_what_is_not_closed_open_ones_oldest_first(
    services: Services, api: httpx.AsyncClient
) -> None:
    """By default nothing that waits is hidden, and what waits longest comes first."""
    raise_alert(services, 5)
    raise_alert(services, 2, state=AlertState.ACKNOWLEDGED)
    raise_alert(services, 1, severity=Severity.ADVISORY, kind=EpisodeKind.BUFFER_ENTERED)
    raise_alert(services, 4, "w2")
    raise_alert(services, 3, state=AlertState.CLOSED)
    assert await listed(api) == [1, 4, 5, 2]
    assert await listed(api, "sort=newest") == [5, 4, 1, 2]
    assert await listed(api, "sort=severity") == [4, 5, 1, 2]
    assert await listed(api, "state=closed&state=acknowledged") == [2, 3]
    assert await listed(api, "severity=critical&wearer_id=w1") == [5, 2]
    assert await listed(api, "kind=buffer_entered") == [1]
    assert await listed(api, "officer=lee") == [4]
    assert await listed(api, "agency=County&state=open") == [1, 5]


async def test_a_page_goes_on_where_it_was_while_the_queue_changes(
    services: Services, api: httpx.AsyncClient
) -> None:
    """The next page neither skips nor repeats an alert when others come in between."""
    for number in (2, 4, 6):
        raise_alert(services, number)
    first = (await api.get("/v1/alerts?limit=2")).json()
    raise_alert(services, 1)
    raise_alert(services, 5)
    second = (await api.get(first["next"])).json()
    assert [each["alert_id"] for each in first["items"]] == [2, 4]
    assert [each["alert_id"] for each in second["items"]] == [5, 6]
    assert second["next_cursor"] is None
    for other in ("sort=newest", "wearer_id=w1", "state=closed"):
        foreign = await api.get(f"/v1/alerts?cursor={first['next_cursor']}&{other}")
        assert foreign.status_code == 422


@pytest.mark.parametrize("query", ["state=opened", "sort=worst", "officers=kim", "limit=9999"])
async def test_a_wrong_filter_is_refused(sqlite_url: str, query: str) -> None:
    """A filter that means nothing never shows everything."""
    store = open_store(sqlite_url)
    async with serving(services_on(store)) as client:
        reply = await client.get(f"/v1/alerts?{query}")
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["field"].startswith(f"query.{query.partition('=')[0]}")
    store.close()


async def test_one_alert_shows_its_proof(services: Services, api: httpx.AsyncClient) -> None:
    """Distance, accuracy, sigma, probability, verdict, window and versions are all there."""
    fix_time = parse("2026-03-01T21:15:00Z")
    witness = Evidence(
        fix_time=fix_time,
        seq=7,
        digest=b"0123456789abcdef",
        lat=0.0,
        lon=0.001,
        accuracy_m=15.15,
        zone_id="z1",
        zone_version=1,
        signed_distance_m=-13.0,
        probability_inside=probability_inside(-13.0, 15.15),
        role="violation",
    )
    window = (parse("2026-03-01T21:00:00Z"), parse("2026-03-02T05:00:00Z"))
    happened = stored_episode(
        301,
        kind=EpisodeKind.CURFEW_LEFT_DURING,
        started=Bound(fix_time - MINUTE, fix_time, fix_time - MINUTE // 2),
        window_start=window[0],
        window_end=window[1],
        evidence=(witness,),
    )
    with services.store.write() as transaction:
        transaction.episodes.save([happened])
    raise_alert(services, 42, episode_ids=(301,), started=fix_time - MINUTE // 2)
    await api.post("/v1/alerts/42/notes", json={"note": "seen"})
    shown = (await api.get("/v1/alerts/42")).json()
    assert shown["started_local"] == "2026-03-01T22:14:30+01:00"
    assert (shown["wearer_name"], shown["timezone"]) == ("Name w1", "Europe/Berlin")
    [evidence] = shown["episodes"][0]["evidence"]
    assert (evidence["signed_distance_m"], evidence["accuracy_m"]) == (-13.0, 15.15)
    assert evidence["sigma_m"] == pytest.approx(10.0)
    assert evidence["probability_inside"] == pytest.approx(0.0968, abs=1e-4)
    assert evidence["membership"] == "outside"  # with the condition's 0.9; uncertain with 0.95
    assert (evidence["zone_id"], evidence["zone_version"]) == ("z1", 1)
    assert shown["episodes"][0]["window"] == {
        "start": "2026-03-01T21:00:00Z",
        "end": "2026-03-02T05:00:00Z",
        "start_local": "2026-03-01T22:00:00+01:00",
        "end_local": "2026-03-02T06:00:00+01:00",
        "timezone": "Europe/Berlin",
    }
    [pinned] = shown["conditions"]
    assert (pinned["order_id"], pinned["order_version"], pinned["officer"]) == ("o-w1", 1, "kim")
    assert pinned["condition"]["confidence"] == 0.9
    assert [(each["action"], each["actor"]) for each in shown["history"]] == [
        ("raised", "engine"),
        ("noted", "local"),
    ]


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


async def test_by_when_an_alert_is_to_be_acknowledged(
    services: Services, api: httpx.AsyncClient
) -> None:
    """The time allowed counts from the page, of what was known late from when it was raised."""
    due, late = NOW + 10 * MINUTE, NOW - 3 * HOUR
    raise_alert(services, 1, severity=Severity.CRITICAL, page_due_at=due)
    raise_alert(services, 2, severity=Severity.SERIOUS, page_due_at=late)
    raise_alert(services, 3, severity=Severity.ADVISORY, kind=EpisodeKind.BUFFER_ENTERED)
    raise_alert(services, 4, severity=Severity.SERIOUS, page_due_at=None)
    shown = {each["alert_id"]: each["respond_by"] for each in await items(api)}
    assert shown == {
        1: render(due + 5 * MINUTE),
        2: render(NOW + 2 + 15 * MINUTE),
        3: None,
        4: None,
    }


async def test_alerts_say_who_is_responsible_and_why(
    services: Services, api: httpx.AsyncClient
) -> None:
    """Officers and agencies are those of the orders in force; the sentence names the place."""
    started = Bound(NOW - 11 * MINUTE, NOW - 10 * MINUTE, NOW - 10 * MINUTE)
    with services.store.write() as transaction:
        order = transaction.registry.orders()[0]
        former = msgspec.structs.replace(order, order_id="o-past", effective_until=NOW - HOUR)
        transaction.registry.save_order(msgspec.structs.replace(former, officer="gone"))
        transaction.episodes.save([stored_episode(1, started=started)])
    raise_alert(services, 1)
    raise_alert(services, 2, gist=gist_of(stored_episode(9, started=started).episode))
    raise_alert(services, 3, "w9")
    one, two, nobody = await items(api)
    assert (one["officers"], one["agencies"]) == (["kim"], ["County"])
    assert (nobody["officers"], nobody["agencies"]) == ([], [])
    assert one["why"] == two["why"] == f"Inside z1 since {local_clock(NOW - 10 * MINUTE)}"
    detail = (await api.get("/v1/alerts/2")).json()
    assert detail["why"] == two["why"]


@pytest.mark.parametrize("path", ["", "/acknowledge", "/close", "/notes", "/assign"])
async def test_an_alert_that_is_not_there_is_not_found(api: httpx.AsyncClient, path: str) -> None:
    """Reading or handling an unknown alert is 404."""
    bodies = {"/close": {"code": "other", "note": "x"}, "/assign": {"to": "kim"}}
    body = bodies.get(path, {"note": "x"})
    reply = await (api.post(f"/v1/alerts/9{path}", json=body) if path else api.get("/v1/alerts/9"))
    assert reply.status_code == 404


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


async def test_an_amended_episode_shows_what_was_shown_before(
    services: Services, api: httpx.AsyncClient
) -> None:
    """Every revision of an episode stays readable, newest first in the list."""
    with services.store.write() as transaction:
        transaction.episodes.save([stored_episode(1), stored_episode(2, wearer_id="w2")])
        transaction.episodes.save([stored_episode(1, revision=2, ended=Bound(NOW, NOW, NOW))])
    one = (await api.get("/v1/episodes/1")).json()
    assert (one["revision"], one["ended"]["by"]) == (2, render(NOW))
    assert [(each["revision"], each["ended"]) for each in one["revisions"]] == [
        (1, None),
        (2, one["ended"]),
    ]
    assert (await api.get("/v1/episodes/9")).status_code == 404


async def test_episodes_are_listed_by_start_and_filtered(
    services: Services, api: httpx.AsyncClient
) -> None:
    """Newest start first, page by page; filters narrow the list."""
    kinds = [EpisodeKind.EXCLUSION_ENTERED, EpisodeKind.JAMMING, EpisodeKind.LOCATION_LOST]
    with services.store.write() as transaction:
        for number, kind in enumerate(kinds, start=1):
            at = NOW + number * MINUTE
            made = stored_episode(number, kind=kind, started=Bound(None, at, at))
            transaction.episodes.save([made])
    found: list[int] = []
    url: str | None = "/v1/episodes?limit=2"
    while url:
        page = (await api.get(url)).json()
        found += [each["episode_id"] for each in page["items"]]
        url = page["next"]
    assert found == [3, 2, 1]
    some = (await api.get("/v1/episodes?kind=jamming&kind=location_lost&wearer_id=w1")).json()
    assert [each["episode_id"] for each in some["items"]] == [3, 2]
    assert (await api.get("/v1/episodes?state=retracted")).json()["items"] == []
    assert (await api.get("/v1/episodes?states=retracted")).status_code == 422
