"""What people need to edit zones over HTTP: drafts, searches, versions, uses, ends, imports."""

from collections.abc import AsyncIterator
from time import perf_counter
from typing import Any

import httpx
import pytest

from engine.core.registry import Wearer
from engine.store import Store, open_store
from tests.integration.api_kit import NOW, Engine, services_on, serving
from tests.integration.registry_kit import ORDER, pages, prepared, refused
from tests.integration.test_api_findings import codes
from tests.integration.test_dry_run import COMMUTERS
from tests.integration.test_groups_and_classes_api import tell
from tests.integration.test_service import CENTRE, FAR, START, StillClock, enrolled, running
from tests.what_if_kit import filled
from zones.instant import HOUR, MINUTE, render
from zones.zone import Circle, Zone

HERE = (13.405, 52.52)


def circle(radius_m: float = 100, at: tuple[float, float] = HERE, **stated: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a Feature of a circle."""
    return {
        "type": "Feature",
        "properties": {"radius_m": radius_m, **stated},
        "geometry": {"type": "Point", "coordinates": list(at)},
    }


def collection(*features: object) -> dict[str, Any]:
    """Return a FeatureCollection."""
    return {"type": "FeatureCollection", "features": features}


@pytest.fixture
def engine() -> Engine:
    """The clock beside the API."""
    return Engine()


@pytest.fixture
async def api(sqlite_url: str, engine: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API that knows the wearer w1 and the zone HOME."""
    store = open_store(sqlite_url)
    async with prepared(store, engine) as client:
        yield client
    store.close()


async def ids(api: httpx.AsyncClient, query: str) -> list[str]:
    """Return the ids of the zones a query lists."""
    return [each["id"] for page in await pages(api, f"/v1/zones?{query}") for each in page]


async def test_a_draft_has_errors_or_findings_and_is_not_stored(api: httpx.AsyncClient) -> None:
    """While it is drawn, what keeps a zone from being stored is an answer, not a refusal."""
    small = await api.post("/v1/zones/findings", json=circle(5))
    assert codes(small) == [("", "too_small")]
    assert (small.json()["storable"], small.json()["errors"]) == (True, [])
    bow = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
    crossed = circle() | {
        "properties": {"zone_id": "HOME"},
        "geometry": {"type": "Polygon", "coordinates": [bow]},
    }
    reply = await api.post("/v1/zones/findings", json=crossed)
    (error,) = reply.json()["errors"]
    assert (reply.status_code, reply.json()["storable"], codes(reply)) == (200, False, [])
    assert error["field"] == "body"
    assert error["message"].startswith("self-intersection at lon 0.5, lat 0.5")
    refused(await api.post("/v1/zones/findings", content=b"{"), 422, "body")
    assert await ids(api, "limit=9") == ["HOME"]


async def test_a_draft_of_a_zone_in_use_is_held_against_its_users(store: Store) -> None:
    """Drawn over where its users have to be, or not, it is said at each change."""
    now = filled(store, COMMUTERS[:1], 1)
    async with serving(services_on(store, Engine(now=now))) as client:
        for radius_m, found in ((1_100, [("", "overlaps_address")]), (100, [])):
            draft = circle(radius_m, (13.4150, 52.5200), zone_id="KEEP-OUT")
            assert codes(await client.post("/v1/zones/findings", json=draft)) == found
        elsewhere = circle(1_100, (13.4150, 52.5200))
        assert codes(await client.post("/v1/zones/findings", json=elsewhere)) == []


async def test_zones_are_found_by_text_by_wearer_and_by_state(
    api: httpx.AsyncClient, engine: Engine
) -> None:
    """By name or id in whatever case; by whose conditions use them; planned and withdrawn ones."""
    later = render(engine.now + HOUR)
    await api.put("/v1/zones/SCHOOL-1", json=circle(name="Grünau School"))
    await api.put("/v1/zones/PARK", json=circle(name="Park", effective_from=later))
    await api.put("/v1/zones/GONE", json=circle(name="Old school"))
    assert (await api.post("/v1/zones/GONE/withdraw", json={})).status_code == 200
    group = {"zones": ["SCHOOL-1"]}
    assert (await api.put("/v1/zone-groups/SCHOOLS", json=group)).status_code == 201
    assert await ids(api, "q=gRÜNAU") == ["SCHOOL-1"]
    assert await ids(api, "q=ho") == ["HOME", "SCHOOL-1"]
    assert await ids(api, "q=school&bbox=0,0,1,1") == []
    assert await ids(api, "state=planned") == ["PARK"]
    assert await ids(api, "state=withdrawn") == ["GONE"]
    assert await ids(api, f"state=planned&at={later}") == []
    assert await ids(api, "wearer_id=w1") == []
    assert (await api.put("/v1/orders/o1", json=ORDER)).status_code == 201
    assert await ids(api, "wearer_id=w1") == ["HOME"]
    both = {**ORDER["conditions"][0], "groups": ["SCHOOLS"]}
    assert (await api.put("/v1/orders/o1", json=ORDER | {"conditions": [both]})).status_code == 200
    assert await ids(api, "wearer_id=w1") == ["HOME", "SCHOOL-1"]
    engine.now += 2 * HOUR
    assert await ids(api, "q=park") == ["PARK"]


async def test_versions_say_from_when_until_when_and_by_whom(
    api: httpx.AsyncClient, engine: Engine
) -> None:
    """A version holds until the next one by effective date; one replaced at its date never does."""
    moment = render(NOW + HOUR)
    planned = circle(200, effective_from=moment)
    kim = {"ringfence-operator": "kim"}
    await api.put("/v1/zones/HOME?note=Larger%20garden", json=planned, headers=kim)
    await api.put("/v1/zones/HOME", json=circle(300, effective_from=moment))
    await api.put("/v1/zones/HOME", json=circle(150, effective_from=render(NOW)))
    listed = (await api.get("/v1/zones/HOME/versions")).json()["features"]
    told = [
        (each["version"], each["effective_from"], each["effective_until"], each["in_effect"])
        for each in (feature["properties"] for feature in listed)
    ]
    now = render(NOW)
    assert told == [
        (1, None, now, False),
        (2, moment, moment, False),
        (3, moment, None, False),
        (4, now, moment, True),
    ]
    second = listed[1]["properties"]
    assert (second["note"], second["recorded_at"], second["recorded_by"]) == (
        "Larger garden",
        now,
        "local/kim",
    )
    assert listed[2]["properties"]["recorded_by"] == "local"
    refused(await api.get("/v1/zones/NONE/versions"), 404)


async def test_two_people_do_not_overwrite_each_other(api: httpx.AsyncClient) -> None:
    """A change made from a version that is no longer the newest is refused in words."""
    first = await api.put("/v1/zones/HOME?expected_version=1", json=circle(200))
    assert (first.status_code, first.json()["properties"]["version"]) == (200, 2)
    problem = refused(await api.put("/v1/zones/HOME?expected_version=1", json=circle(300)), 409)
    assert problem["type"] == "urn:ringfence:problem:version-conflict"
    assert problem["version"] == 2
    assert problem["detail"].startswith("version 2 of zone 'HOME' was stored at 2026-03-01T21:20")
    assert "by local" in problem["detail"]
    body = {"expected_version": 1}
    refused(await api.post("/v1/zones/HOME/withdraw", json=body), 409)
    refused(await api.put("/v1/zones/HOME?expected_version=0", json=circle(300)), 409)
    refused(await api.put("/v1/zones/NEW?expected_version=1", json=circle(300)), 409)
    new = await api.put("/v1/zones/NEW?expected_version=0", json=circle(300))
    assert new.status_code == 201
    assert (await api.get("/v1/zones/HOME")).json()["properties"]["radius_m"] == 200


async def test_a_withdrawn_zone_counts_no_more_until_it_is_stored_again(
    api: httpx.AsyncClient, engine: Engine
) -> None:
    """It leaves the list of those in effect, keeps its versions, and comes back by a PUT."""
    gone = await api.post("/v1/zones/HOME/withdraw", json={"note": "Moved"})
    assert gone.status_code == 200, gone.text
    assert (gone.json()["properties"]["version"], gone.json()["properties"]["withdrawn"]) == (
        2,
        True,
    )
    refused(await api.get("/v1/zones/HOME"), 404)
    assert await ids(api, "limit=9") == []
    refused(await api.post("/v1/zones/HOME/withdraw", json={}), 409)
    refused(await api.post("/v1/zones/NONE/withdraw", json={}), 404)
    engine.now += HOUR
    back = await api.put("/v1/zones/HOME", json=circle())
    assert back.json()["properties"]["version"] == 3
    assert await ids(api, "limit=9") == ["HOME"]
    listed = (await api.get("/v1/zones/HOME/versions")).json()["features"]
    assert [each["properties"]["withdrawn"] for each in listed] == [False, True, False]
    flagged = circle(withdrawn=True)
    refused(await api.put("/v1/zones/HOME", json=flagged), 422, "body.properties.withdrawn")


async def test_a_zone_that_a_condition_cannot_do_without_is_not_withdrawn(
    api: httpx.AsyncClient,
) -> None:
    """Refused while a condition would be left without a place; not if it has another one."""
    assert (await api.put("/v1/orders/o1", json=ORDER)).status_code == 201
    problem = refused(await api.post("/v1/zones/HOME/withdraw", json={}), 409)
    assert problem["detail"].startswith("condition 'c1' of order 'o1' would be left without")
    assert (await api.put("/v1/zones/GRANNY", json=circle())).status_code == 201
    curfew = {key: value for key, value in ORDER["conditions"][0].items() if key != "zone"}
    both = ORDER | {"conditions": [curfew | {"zones": ["HOME", "GRANNY"]}]}
    assert (await api.put("/v1/orders/o1", json=both)).status_code == 200
    assert (await api.post("/v1/zones/HOME/withdraw", json={})).status_code == 200
    refused(await api.post("/v1/zones/GRANNY/withdraw", json={}), 409)


async def test_an_edit_takes_effect_on_the_next_position(store: Store) -> None:
    """A zone moved away is not judged from then on; drawn round the wearer, it is at once."""
    enrolled(store)
    clock, editing = StillClock(), Engine(now=START + MINUTE)
    away, here = circle(100, FAR), circle(100, CENTRE)
    async with serving(services_on(store, editing)) as api, running(store, clock) as (_, source):
        assert (await api.put("/v1/zones/PARK", json=away)).status_code == 200
        clock.time = START + 3 * MINUTE
        await tell(source, 2, 3)
        assert not (await api.get("/v1/alerts")).json()["items"]
        editing.now = START + 4 * MINUTE
        assert (await api.put("/v1/zones/PARK", json=here)).status_code == 200
        clock.time = START + 6 * MINUTE
        await tell(source, 5, 6)
        (alert,) = (await api.get("/v1/alerts")).json()["items"]
    assert (alert["kind"], alert["zone_id"]) == ("exclusion_present_at_start", "PARK")
    assert alert["started"] == render(editing.now)


async def test_who_uses_a_zone_is_told(api: httpx.AsyncClient) -> None:
    """Conditions that name it, windows, groups and classes; and the beacons that stand in it."""
    assert (await api.get("/v1/zones/HOME/uses")).json() == {
        "zone_id": "HOME",
        "wearers": 0,
        "conditions": 0,
        "uses": [],
        "groups": [],
        "beacons": [],
    }
    curfew = ORDER["conditions"][0]
    window = {"days": "daily", "start": "22:00", "end": "06:00", "places": ["HOME"]}
    others = {"zone": "OTHER", "id": "c2", "kind": "curfew", "weekly": [window]}
    grouped = {"id": "c3", "kind": "exclusion", "groups": ["HOMES"]}
    for path, body in (
        ("zones/OTHER", circle()),
        ("zone-groups/HOMES", {"zones": ["HOME"]}),
        ("wearer-classes/minors", {"timezone": "Europe/Berlin", "conditions": [grouped]}),
        ("orders/o1", ORDER | {"conditions": [curfew, others, grouped], "classes": ["minors"]}),
        ("beacons/acme/HU-7", {"zone_id": "HOME", "lat": HERE[1], "lon": HERE[0]}),
    ):
        assert (reply := await api.put(f"/v1/{path}", json=body)).status_code == 201, reply.text
    found = (await api.get("/v1/zones/HOME/uses")).json()
    assert [(each["condition_id"], each["via"], each["via_id"]) for each in found["uses"]] == [
        ("c1", "zone", None),
        ("c2", "window", None),
        ("c3", "group", "HOMES"),
        ("minors/c3", "class", "minors"),
    ]
    assert (found["wearers"], found["conditions"], found["groups"], found["beacons"]) == (
        1,
        4,
        ["HOMES"],
        ["acme/HU-7"],
    )
    assert found["uses"][0]["wearer_name"] == "Robin Doe"
    assert found["uses"][0]["timezone"] == "Europe/Berlin"
    ended = ORDER | {"effective_until": "2026-03-01T12:00:00Z"}
    assert (await api.put("/v1/orders/o1", json=ended)).status_code == 200
    assert (await api.get("/v1/zones/HOME/uses")).json()["conditions"] == 0
    refused(await api.get("/v1/zones/NONE/uses"), 404)


async def test_an_import_is_looked_at_first_and_stored_whole(api: httpx.AsyncClient) -> None:
    """A check says of each Feature what it would become; the import then does just that."""
    body = collection(
        circle(120, zone_id="SCHOOL-1", name="North"),
        circle(200, zone_id="HOME"),
        circle(5, zone_id="TINY"),
    )
    told = (await api.post("/v1/zones/import?check=true", json=body)).json()
    outcomes = [(each["zone_id"], each["outcome"], each["version"]) for each in told["features"]]
    assert outcomes == [("SCHOOL-1", "new", 1), ("HOME", "changed", 2), ("TINY", "new", 1)]
    assert [each["code"] for each in told["features"][2]["findings"]] == ["too_small"]
    assert told["stored"] is False
    assert await ids(api, "limit=9") == ["HOME"]
    done = await api.post("/v1/zones/import?note=Schools", json=body)
    assert (done.status_code, done.json()) == (200, told | {"stored": True})
    assert await ids(api, "limit=9") == ["HOME", "SCHOOL-1", "TINY"]
    again = (await api.post("/v1/zones/import", json=body)).json()["features"]
    assert [(each["outcome"], each["version"]) for each in again] == [
        ("unchanged", 1),
        ("unchanged", 2),
        ("unchanged", 1),
    ]


async def test_an_import_with_one_wrong_feature_stores_nothing(api: httpx.AsyncClient) -> None:
    """Each wrong Feature is named with its place; the good ones are not stored either."""
    body = collection(
        circle(zone_id="GOOD"), circle(-1, zone_id="BAD"), circle(zone_id="GOOD"), circle(), 7
    )
    problem = refused(await api.post("/v1/zones/import", json=body), 422)
    fields = [each["field"] for each in problem["errors"]]
    assert fields == [
        "body.features[1]",
        "body.features[2].properties.zone_id",
        "body.features[3].properties.zone_id",
        "body.features[4]",
    ]
    told = (await api.post("/v1/zones/import?check=true", json=body)).json()["features"]
    assert [each["outcome"] for each in told] == ["new", "wrong", "wrong", "wrong", "wrong"]
    assert "GOOD" not in await ids(api, "limit=9")
    refused(await api.post("/v1/zones/import", json=circle()), 422, "body")
    refused(await api.post("/v1/zones/import", json=collection()), 422, "body.features")


async def test_drawing_among_ten_thousand_zones_is_answered_at_once(sqlite_url: str) -> None:
    """Findings of a draft, and a search, take well below 100 ms with 10,000 zones stored."""
    store = open_store(sqlite_url)
    with store.write() as transaction:
        transaction.registry.save_wearer(Wearer(wearer_id="w1", name="R", timezone="UTC"))
        for number in range(10_000):
            place = Circle(10 + number % 100 / 50, 50 + number // 100 / 50, 100)
            transaction.registry.save_zone(Zone(f"Z-{number}", place, f"Place {number}"))
    async with serving(services_on(store, Engine())) as client:
        order = ORDER | {"conditions": [{"id": "c1", "kind": "exclusion", "zone": "Z-7"}]}
        assert (await client.put("/v1/orders/o1", json=order)).status_code == 201
        draft = circle(90, zone_id="Z-7")
        assert codes(await client.post("/v1/zones/findings", json=draft)) == []
        took = []
        for attempt in range(9):
            begun = perf_counter()
            draft = circle(80 + attempt, zone_id="Z-7" if attempt % 2 else "NEW")
            assert codes(await client.post("/v1/zones/findings", json=draft)) == []
            took.append(perf_counter() - begun)
        assert sorted(took)[4] < 0.1
        begun = perf_counter()
        assert await ids(client, "q=place%209999") == ["Z-9999"]
        assert perf_counter() - begun < 1.0
    store.close()
