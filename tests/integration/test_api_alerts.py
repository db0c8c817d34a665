"""The queue of alerts and their proof, on both stores."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from api.services import Services
from engine.core.alert import AlertState
from engine.core.episode import Bound, EpisodeKind, Evidence, Severity
from engine.core.gist import gist_of
from engine.store import Store, open_store
from tests.integration.api_kit import NOW, raise_alert, services_on, serving
from tests.integration.queue_kit import listed, queue_services
from tests.store_values import HOUR, stored_episode
from zones.instant import MINUTE, parse, render
from zones.membership import probability_inside
from zones.wallclock import local


@pytest.fixture
def services(store: Store) -> Services:
    """Services on a store with the wearers w1 (officer kim) and w2 (officer lee)."""
    return queue_services(store)


@pytest.fixture
async def api(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API on these services."""
    async with serving(services) as client:
        yield client


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
