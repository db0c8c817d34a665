"""Dry runs over HTTP: asked, judged in a process of their own, answered; nothing is written."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from api import dry_runs
from engine.dry_run import Plan
from engine.store import Store, open_store
from tests.integration.api_kit import Engine, services_on, serving
from tests.integration.registry_kit import refused
from tests.integration.test_dry_run import COMMUTERS, DAYS, WIDE, content
from tests.what_if_kit import filled
from zones.instant import MINUTE

URL = "/v1/dry-runs"
CHANGE = {"days": DAYS, "zones": [WIDE]}


@pytest.fixture
async def api(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API on a store with three days of two commuters."""
    now = filled(store, COMMUTERS[:2], DAYS, every=2 * MINUTE)
    async with serving(services_on(store, Engine(now=now))) as client:
        yield client


@pytest.fixture
async def small(sqlite_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """The same with one commuter and a day, on SQLite, for what has nothing to do with the data."""
    opened = open_store(sqlite_url)
    now = filled(opened, COMMUTERS[:1], 1, every=2 * MINUTE)
    async with serving(services_on(opened, Engine(now=now))) as client:
        yield client
    opened.close()


async def answered(client: httpx.AsyncClient, body: dict[str, Any]) -> Any:  # noqa: ANN401
    """Ask, wait, and return the dry run."""
    reply = await client.post(URL, json=body)
    assert reply.status_code == 202, reply.text
    assert reply.headers["location"] == f"{URL}/{reply.json()['dry_run_id']}"
    return await finished(client, reply)


async def finished(client: httpx.AsyncClient, reply: httpx.Response) -> Any:  # noqa: ANN401
    """Return a dry run once it is over."""
    async with asyncio.timeout(120):
        while True:
            found = (await client.get(reply.headers["location"] + "?wait_s=10")).json()
            if found["state"] not in ("waiting", "running"):
                return found


async def test_a_change_is_judged_and_nothing_is_written(
    api: httpx.AsyncClient, store: Store
) -> None:
    """The answer says who would have had which alerts; the store stays as it was, row by row."""
    before = content(store.url)
    found = await answered(api, CHANGE)
    assert (found["state"], found["problem"]) == ("done", None)
    assert found["wearer_ids"] == ["w1", "w2"]
    answer = found["answer"]
    assert answer["sentence"] == (
        "This change would have added 12 alerts for 2 wearers in the last 3 days."
    )
    assert answer["totals"]["added"]["critical"] == 12
    assert [each["positions"] for each in answer["wearers"]] == [DAYS * 24 * 30] * 2
    assert {each["effect"] for each in answer["wearers"][0]["alerts"]} == {"added"}
    assert content(store.url) == before


async def test_orders_conditions_and_parameters_can_be_proposed(small: httpx.AsyncClient) -> None:
    """Each in the form in which it is stored; an order as it is concerns nobody."""
    order = (await small.get("/v1/orders/order-w1")).json()
    known = {"timezone", "version", "recorded_at", "recorded_by", "wearer_name"}
    order = {name: value for name, value in order.items() if name not in known}
    reply = await small.post(URL, json={"orders": [order]})
    assert reply.json()["wearer_ids"] == []
    noon = {"days": "daily", "start": "12:00", "end": "14:00"}
    [curfew] = [each for each in order["conditions"] if each["id"] == "curfew"]
    proposed = {"order_id": "order-w1", "condition": curfew | {"weekly": [noon]}}
    ring = {"condition_id": "keep-out", "buffer_m": 250, "order_id": "order-w1"}
    body = {"days": 1, "conditions": [proposed], "parameters": [ring], "wearer_ids": ["w1"]}
    found = await answered(small, body)
    [wearer] = found["answer"]["wearers"]
    kinds = [each["after"]["kind"] for each in wearer["alerts"]]
    assert sorted(kinds) == ["buffer_entered", "buffer_entered", "curfew_out_entire"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"zones": [WIDE], "days": 91}, "body.days"),
        ({"zones": [WIDE], "wearer_ids": ["nobody"]}, "body.wearer_ids[0]"),
        ({"zones": [{"type": "Feature"}]}, "body.zones[0]"),
        (
            {"parameters": [{"condition_id": "no", "buffer_m": 1}]},
            "body.parameters[0].condition_id",
        ),
        ({"parameters": [{"condition_id": "keep-out"}]}, "body.parameters[0]"),
        ({"parametres": []}, "body.parametres"),
    ],
)
async def test_a_question_that_is_wrong_is_refused_by_field(
    small: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    """422 with the field; no job is begun."""
    refused(await small.post(URL, json=body), 422, field)
    refused(await small.get(f"{URL}/1"), 404)


async def test_a_dry_run_can_be_given_up(small: httpx.AsyncClient) -> None:
    """One that runs and one that waits end at once, without an answer; the next is judged."""
    body = CHANGE | {"days": 1}
    running, waiting, last = [await small.post(URL, json=body) for _ in range(3)]
    for each in (waiting, running):
        found = (await small.delete(each.headers["location"])).json()
        assert (found["state"], found["answer"]) == ("cancelled", None)
        assert (await finished(small, each))["state"] == "cancelled"
    over = await finished(small, last)
    assert (over["state"], over["wearers_done"]) == ("done", 1)
    again = (await small.delete(last.headers["location"])).json()
    assert again["state"] == "done"
    refused(await small.delete(f"{URL}/99"), 404)


async def test_only_so_many_may_wait(
    small: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A further question is refused until one is answered."""
    monkeypatch.setattr(dry_runs, "MOST_UNFINISHED", 1)
    body = CHANGE | {"days": 1}
    first = await small.post(URL, json=body)
    assert first.status_code == 202
    late = await small.post(URL, json=body)
    assert refused(late, 429)["type"].endswith(":too-many")
    assert late.headers["retry-after"]
    assert (await finished(small, first))["state"] == "done"
    assert (await small.post(URL, json=body)).status_code == 202


async def test_a_server_that_stops_waits_for_no_dry_run(sqlite_url: str) -> None:
    """What waits is dropped, and the child that judges is ended."""
    jobs = dry_runs.DryRuns(sqlite_url)
    taken = [jobs.ask({}, Plan(since=0, until=1, cases=(), not_concerned=()), 1) for _ in range(3)]
    await asyncio.to_thread(jobs.close)
    assert [each.state for each in taken] == ["failed", "waiting", "waiting"]
    with pytest.raises(dry_runs.TooManyError):
        jobs.ask({}, taken[0].plan, 1)
