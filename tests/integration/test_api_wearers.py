"""One wearer now, day by day, and what became of the conditions, over HTTP, on both stores."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import Any

import httpx
import msgspec
import pytest

from engine.caseload import Caseload
from engine.core.call_in import CallIn
from engine.ruling import Ruling
from engine.sources.source import Delivery
from engine.store import Store
from tests.integration.api_kit import Engine, services_on, serving
from zones.instant import HOUR, MINUTE, SECOND, Instant, parse, render

MIDNIGHT = parse("2026-02-28T23:00:00Z")
"""Start of 1 March in Berlin."""
NOW = MIDNIGHT + 21 * HOUR
HOME, WORK = (52.52, 13.40), (52.52, 13.46)
"""4 km apart."""
NIGHT = [{"days": "daily", "start": "22:00", "end": "06:00"}]


class Desk:
    """An API and an engine on one store, at a time that stands still."""

    def __init__(self, store: Store, client: httpx.AsyncClient, beside: Engine) -> None:
        self.store = store
        self.client = client
        self.beside = beside

    async def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        """Return what is answered to a request that is well."""
        reply = await self.client.get(path)
        assert reply.status_code == 200, reply.text
        return reply.json()

    async def put(self, path: str, body: dict[str, Any]) -> None:
        """Store something."""
        reply = await self.client.put(path, json=body)
        assert reply.status_code < 300, reply.text

    def judge(self, positions: Iterable[dict[str, Any]], now: Instant, **more: object) -> None:
        """Let the engine take positions of A-1 as of a time, and let time pass up to it."""
        caseload = Caseload()
        with self.store.read() as transaction:
            caseload.load(transaction)
        every, topic = [*positions], "ringfence/v1/acme/A-1/telemetry"
        messages = [
            {
                "device": "A-1",
                "sent_at": render(now),
                "positions": every[first : first + 600],
                **more,
            }
            for first in range(0, max(1, len(every)), 600)
        ]
        with self.store.write() as transaction:
            ruling = Ruling(caseload, transaction, now)
            ruling.take(
                [Delivery(topic, msgspec.json.encode(each), now, None) for each in messages]
            )


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[Desk]:
    """A desk at which w1, with curfew at home and a zone to keep out of, is known."""
    beside = Engine(now=NOW)
    services = replace(services_on(store, beside), call_in=lambda _: CallIn(NOW - 30 * SECOND, NOW))
    async with serving(services) as client:
        made = Desk(store, client, beside)
        await made.put(
            "/v1/wearers/w1", {"name": "Robin Doe", "timezone": "Europe/Berlin", "agency": "County"}
        )
        await made.put("/v1/wearers/w2", {"name": "Kit Poe", "timezone": "UTC"})
        await made.put("/v1/devices/acme/A-1", {"model": "Anklet 4"})
        worn = {"wearer_id": "w1", "vendor": "acme", "device_id": "A-1"}
        reply = await client.post(
            "/v1/activations", json=worn | {"started_at": render(MIDNIGHT - 5 * HOUR)}
        )
        assert reply.status_code == 201
        for zone_id, (lat, lon) in (("HOME", HOME), ("SCHOOL", (52.52, 13.43))):
            geometry = {"type": "Point", "coordinates": [lon, lat]}
            properties = {"name": zone_id.capitalize(), "radius_m": 100}
            feature = {"type": "Feature", "properties": properties, "geometry": geometry}
            await made.put(f"/v1/zones/{zone_id}", feature)
        conditions = [
            {"id": "night", "kind": "curfew", "zone": "HOME", "weekly": NIGHT},
            {"id": "school", "kind": "exclusion", "zone": "SCHOOL"},
        ]
        order = {
            "wearer_id": "w1",
            "agency": "County",
            "officer": "kim",
            "effective_from": "2026-02-01T00:00:00Z",
            "plan": {"interval_s": 60, "buffer_s": 240},
            "conditions": conditions,
        }
        await made.put("/v1/orders/o1", order)
        yield made


def at(place: tuple[float, float], start: float, end: float) -> list[dict[str, Any]]:
    """Return a position a minute, from and until hours into the day, that jitters by metres."""
    lat, lon = place
    times = range(round(start * 60), round(end * 60))
    return [
        {
            "time": render(MIDNIGHT + minute * MINUTE),
            "lat": lat + (minute * 7 % 11 - 5) * 1e-6,
            "lon": lon + (minute * 5 % 7 - 3) * 1e-6,
            "accuracy_m": 8,
            "speed_mps": 0.2,
        }
        for minute in times
    ]


def a_day() -> list[dict[str, Any]]:
    """Return a day: out for an hour of the night, at work, silent for two hours, home again."""
    return [
        *at(HOME, -1, 2),
        *at(WORK, 2.5, 3.5),
        *at(HOME, 4, 8),
        *at(WORK, 9, 13),
        *at(WORK, 15, 17),
        *at(HOME, 18, 21),
    ]


async def test_a_day_is_summed_up_in_stops_gaps_and_episodes(desk: Desk) -> None:
    """Where, from when to when by local clocks, what is not known, and what was broken."""
    desk.judge(a_day(), NOW, battery_pct=74, seq=1)
    day = await desk.get("/v1/wearers/w1/days/2026-03-01")
    assert (day["start"], day["end"]) == (render(MIDNIGHT), render(MIDNIGHT + 24 * HOUR))
    stops = [
        (each["start_local"][11:16], each["end_local"][11:16], each["place"])
        for each in day["stops"]
    ]
    assert stops == [
        ("00:00", "01:59", "Home"),
        ("02:30", "03:29", ""),
        ("04:00", "07:59", "Home"),
        ("09:00", "12:59", ""),
        ("15:00", "16:59", ""),
        ("18:00", "20:59", "Home"),
    ]
    assert [each["before_day"] for each in day["stops"]] == [True, *[False] * 5]
    assert [each["lasts"] for each in day["stops"]] == [*[False] * 5, True]
    gaps = [
        (each["start_local"][11:16], each["end_local"][11:16], each["reason"])
        for each in day["gaps"]
    ]
    assert ("12:59", "15:00", "silence") in gaps
    assert len(gaps) == 5
    assert len(day["positions"]["t_s"]) == 60 * (2 + 1 + 4 + 4 + 2 + 3)
    assert day["positions"]["t_s"][:2] == [0.0, 60.0]
    assert [each["kind"] for each in day["episodes"]] == ["curfew_left_during"]
    assert day["episodes"][0]["alert_id"] == 1
    windows = [(each["condition_id"], each["start"], each["end"]) for each in day["windows"]]
    assert ("night", render(MIDNIGHT), render(MIDNIGHT + 6 * HOUR)) in windows
    assert ("night", render(MIDNIGHT + 22 * HOUR), render(MIDNIGHT + 24 * HOUR)) in windows
    roles = {each["feature"]["id"]: each["role"] for each in day["zones"]}
    assert roles == {"HOME": "be_in", "SCHOOL": "keep_out"}
    assert day["complete"]


async def test_days_of_changed_clocks_and_other_days(desk: Desk) -> None:
    """23 and 25 hours are days too; a day without anything is a gap, the future is nothing."""
    spring = await desk.get("/v1/wearers/w1/days/2026-03-29")
    assert (spring["length_s"], spring["stops"], spring["gaps"]) == (23 * 3600, [], [])
    autumn = await desk.get("/v1/wearers/w1/days/2025-10-26")
    assert autumn["length_s"] == 25 * 3600
    assert [each["reason"] for each in autumn["gaps"]] == ["not_worn"]
    await desk.put("/v1/wearers/w2", {"name": "Kit", "timezone": "Pacific/Apia"})
    reply = await desk.client.get("/v1/wearers/w2/days/2011-12-30")
    assert reply.status_code == 422
    assert "skipped" in reply.text
    for path in ("days/2026-03-01", "status", "compliance"):
        assert (await desk.client.get(f"/v1/wearers/w9/{path}")).status_code == 404
    for path in (
        "days/1899-01-01",
        "days/x",
        "days/0",
        "days/2026-02-30",
        "compliance?from=2199-12-31",
        "compliance?days=32",
    ):
        assert (await desk.client.get(f"/v1/wearers/w1/{path}")).status_code == 422


async def test_compliance_adds_up_to_the_hours(desk: Desk) -> None:
    """Kept, broken, unknown and permitted are the time in force; silence is never a violation."""
    desk.judge(a_day(), NOW)
    found = await desk.get("/v1/wearers/w1/compliance?from=2026-02-28&days=3")
    assert [each["date"] for each in found["days"]] == ["2026-02-28", "2026-03-01", "2026-03-02"]
    by_id = {each["condition_id"]: each for each in found["days"][1]["conditions"]}
    night, school = by_id["night"], by_id["school"]
    assert night["in_force_s"] == 6 * 3600
    assert school["in_force_s"] == 21 * 3600
    for each in by_id.values():
        parts = [each[f"{name}_s"] for name in ("kept", "broken", "unknown", "permitted")]
        assert sum(parts) == each["in_force_s"]
        lengths = [parse(span["end"]) - parse(span["start"]) for span in each["spans"]]
        assert sum(lengths) == each["in_force_s"] * SECOND
    # Silence of half an hour on either side, less the five minutes for which a position holds.
    assert night["broken_s"] == pytest.approx(3600 + 4 * 60, abs=2)
    assert night["unknown_s"] == pytest.approx(2 * (31 - 5) * 60, abs=62)
    assert night["episodes"] == [1]
    assert school["broken_s"] == 0
    assert found["days"][2] == {
        "date": "2026-03-02",
        "start": render(MIDNIGHT + 24 * HOUR),
        "end": render(MIDNIGHT + 48 * HOUR),
        "conditions": [],
        "episodes": [],
    }


async def test_status_says_where_how_sure_and_how_each_condition_stands(desk: Desk) -> None:
    """At home at 21:00, with the night's curfew still to come."""
    desk.judge(a_day(), NOW, battery_pct=74, charging=False, seq=1)
    status = await desk.get("/v1/wearers/w1/status")
    position = status["last_position"]
    assert (position["age_s"], position["holds"]) == (60.0, True)
    [home] = [each for each in position["places"] if each["role"] == "be_in"]
    assert (home["name"], home["membership"]) == ("Home", "inside")
    assert home["distance_m"] == pytest.approx(100, abs=1)
    by_id = {each["condition_id"]: each for each in status["conditions"]}
    assert (by_id["school"]["state"], by_id["school"]["why"]) == ("kept", "Clear of every zone")
    assert by_id["night"]["state"] == "not_in_force"
    assert by_id["night"]["why"].startswith("Next from Sun 2026-03-01 22:00:00 CET")
    assert status["next_windows"][0]["start"] == render(MIDNIGHT + 22 * HOUR)
    assert status["next_windows"][0]["end_local"] == "2026-03-02T06:00:00+01:00"
    device = status["device"]
    assert (device["model"], device["battery_pct"], device["charging"]) == ("Anklet 4", 74.0, False)
    assert (status["last_call_in"], status["call_in_due"]) == (
        render(NOW - 30 * SECOND),
        render(NOW),
    )
    assert (status["officer"], status["orders"], status["state"]) == ("kim", ["o1"], "kept")
    assert [each["kind"] for each in status["open_alerts"]] == ["curfew_left_during"]


async def test_what_is_broken_is_so_until_nobody_knows(desk: Desk) -> None:
    """Out in the night: broken while a position holds, then unknown; the episode runs on."""
    desk.judge([*at(HOME, 21, 22.5), *at(WORK, 23, 23.5)], MIDNIGHT + round(23.5 * HOUR))
    desk.beside.now = MIDNIGHT + round(23.5 * HOUR)
    status = await desk.get("/v1/wearers/w1/status")
    night = status["conditions"][0]
    assert (night["condition_id"], night["state"], night["in_force"]) == ("night", "broken", True)
    assert "HOME" in night["why"]
    assert night["since_local"] == "2026-03-01T22:00:00+01:00"
    assert night["episode_id"] == status["episodes"][0]["episode_id"]
    assert status["state"] == "broken"
    listed = await desk.get("/v1/wearers")
    assert [(each["wearer_id"], each["state"]) for each in listed["items"]] == [
        ("w1", "broken"),
        ("w2", "not_worn"),
    ]
    desk.beside.now += 10 * MINUTE
    desk.judge([], desk.beside.now)
    status = await desk.get("/v1/wearers/w1/status")
    assert status["conditions"][0]["state"] == "unknown"
    assert status["conditions"][0]["why"].startswith("Not known to go on")
    assert status["state"] == "unknown"
    assert status["last_position"]["holds"] is False


async def test_a_pass_permits(desk: Desk) -> None:
    """A curfew that a pass takes out is permitted, not broken, and says until when."""
    order = (await desk.get("/v1/orders/o1")) | {}
    night, school = order["conditions"]
    passes = [{"start": "2026-03-01T22:00:00+01:00", "end": "2026-03-02T02:00:00+01:00"}]
    body = {key: order[key] for key in ("wearer_id", "agency", "officer", "effective_from", "plan")}
    await desk.put("/v1/orders/o1", body | {"conditions": [night | {"passes": passes}, school]})
    desk.beside.now = MIDNIGHT + 23 * HOUR
    desk.judge(at(WORK, 21, 23), desk.beside.now)
    status = await desk.get("/v1/wearers/w1/status")
    [told] = [each for each in status["conditions"] if each["condition_id"] == "night"]
    assert told["state"] == "permitted"
    assert told["why"] == "A pass until Mon 2026-03-02 02:00:00 CET"
    day = (await desk.get("/v1/wearers/w1/compliance?days=1"))["days"][0]
    [told] = [each for each in day["conditions"] if each["condition_id"] == "night"]
    assert told["permitted_s"] == 3600


async def test_wearers_are_found_by_name_id_and_device(desk: Desk) -> None:
    """Whatever of it is known; the list says what matters of each now."""
    desk.judge(at(HOME, 20, 21), NOW, battery_pct=74, seq=1)

    async def found(query: str) -> list[str]:
        listed = await desk.get(f"/v1/wearers?{query}")
        return [each["wearer_id"] for each in listed["items"]]

    assert await found("q=robin") == ["w1"]
    assert await found("q=W2") == ["w2"]
    assert await found("q=a-1") == ["w1"]
    assert await found("q=nobody") == []
    assert await found("officer=kim") == ["w1"]
    assert await found("agency=County") == ["w1"]
    assert await found("officer=nobody") == []
    assert await found("worn=true") == ["w1"]
    assert await found("worn=false") == ["w2"]
    robin = (await desk.get("/v1/wearers?limit=1"))["items"][0]
    assert robin["battery_pct"] == 74.0
    assert robin["last_heard"] == render(NOW - 30 * SECOND)
    assert robin["last_position_at"] == render(NOW - MINUTE)
    assert (robin["state"], robin["officers"], robin["device_id"]) == ("kept", ["kim"], "A-1")
    assert robin["open_alerts"]["total"] == 0


async def test_who_wears_nothing_is_unknown_where_an_order_is_in_force(desk: Desk) -> None:
    """After the device is taken off nothing is kept, and nothing broken."""
    desk.judge(at(HOME, 20, 20.4), NOW)
    ended = {"reason": "repair", "ended_at": render(NOW - 30 * MINUTE)}
    assert (await desk.client.post("/v1/activations/1/end", json=ended)).status_code == 200
    status = await desk.get("/v1/wearers/w1/status")
    assert status["state"] == "not_worn"
    assert status["device"]["until"] == render(NOW - 30 * MINUTE)
    school = status["conditions"][0]
    assert (school["state"], school["why"]) == ("unknown", "No device is worn")
    day = await desk.get("/v1/wearers/w1/days/2026-03-01")
    assert day["gaps"][-1]["reason"] == "not_worn"
    listed = (await desk.get("/v1/wearers?q=w1"))["items"][0]
    assert (listed["state"], listed["device_id"]) == ("not_worn", None)
    assert listed["last_position_at"] == render(MIDNIGHT + 20 * HOUR + 23 * MINUTE)
