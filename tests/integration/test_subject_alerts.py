"""What is not well with the engine, a vendor or a device is an alert like any other."""

import httpx
import pytest

from engine.caseload import Caseload
from engine.core.amend import EpisodeChange
from engine.core.episode import Bound, EpisodeKind, Severity, StoredEpisode
from engine.core.subject import (
    ENGINE,
    about_device,
    about_vendor,
    ended,
    going_on,
    instant_bound,
    opened,
)
from engine.ruling import Ruling
from engine.store import Store
from engine.store.page import Page
from tests.integration.api_kit import NOW, events, services_on, serving
from zones.instant import MINUTE

BEGAN = Bound(NOW - 2 * MINUTE, NOW - MINUTE, NOW - MINUTE)
BACKLOG = EpisodeKind.BACKLOG


def note(store: Store, *changes: EpisodeChange, now: int = NOW) -> list[StoredEpisode]:
    """Do as the service does."""
    with store.write() as transaction:
        return Ruling(Caseload(), transaction, now).note(changes)


def test_it_is_raised_repeated_and_restored_by_subject(store: Store) -> None:
    """Episodes of one kind about one subject are one alert, about another subject another one."""
    (first,) = note(store, opened(BACKLOG, ENGINE, BEGAN, "1,240 messages wait"))
    (first,) = note(store, going_on(first, "2,000 messages wait"))
    note(store, ended(first, instant_bound(NOW)))
    note(store, opened(BACKLOG, ENGINE, instant_bound(NOW)))
    note(store, opened(BACKLOG, about_vendor("acme"), instant_bound(NOW)))
    note(store, opened(EpisodeKind.COVERAGE_GAP, ENGINE, BEGAN, ended=instant_bound(NOW)))
    with store.read() as tx:
        alerts = tx.alerts.list(Page())
        about_engine = tx.alerts.list(Page(), subject=ENGINE)
        history = [each.action for each in tx.alerts.history(1)]
        told = [each.alert_id for each in tx.alerts.outbox_after(0)]
        (kept,) = tx.episodes.get([1])
    assert [(each.subject, each.kind, each.count) for each in alerts] == [
        ("engine", "backlog", 2),
        ("vendor/acme", "backlog", 1),
        ("engine", "coverage_gap", 1),
    ]
    assert [each.restored for each in alerts] == [False, False, True]
    assert {each.severity for each in alerts} == {Severity.SYSTEM}
    assert {(each.wearer_id, each.activation_id) for each in alerts} == {("", 0)}
    assert list(about_engine) == [alerts[0], alerts[2]]
    assert history == ["raised", "restored", "repeated"]
    assert told == [1, 1, 1, 2, 3, 3]
    assert (kept.episode.detail, kept.revision) == ("2,000 messages wait", 1)


def test_an_episode_about_nothing_is_refused() -> None:
    """What is about no wearer has to say what it is about."""
    with pytest.raises(ValueError, match="subject is empty"):
        opened(BACKLOG, "", BEGAN)


async def test_the_api_says_what_it_is_about(store: Store) -> None:
    """Queue, filter, detail, episodes and live feed show it: no wearer, and a subject."""
    device = about_device("acme", "X1")
    note(store, opened(BACKLOG, device, BEGAN, "7 wait"))
    note(store, opened(BACKLOG, ENGINE, BEGAN))
    services = services_on(store)
    async with serving(services) as client:
        alerts = await _items(client, "/v1/alerts", device)
        assert [(each["subject"], each["wearer_id"]) for each in alerts] == [(device, None)]
        assert (alerts[0]["activation_id"], alerts[0]["timezone"]) == (None, "UTC")
        shown = (await client.get("/v1/alerts/1")).raise_for_status().json()
        assert shown["episodes"][0]["detail"] == "7 wait"
        assert shown["conditions"] == []
        (episode,) = await _items(client, "/v1/episodes", device)
        assert (episode["subject"], episode["wearer_id"], episode["severity"]) == (
            device,
            None,
            "system",
        )
        assert [each["subject"] for each in await _items(client, "/v1/alerts", ENGINE)] == [ENGINE]
        async with client.stream("GET", "/v1/alerts/stream") as response:
            snapshot = await anext(events(response))
        assert [each["subject"] for each in snapshot.data["alerts"]] == [device, ENGINE]
        closed = await client.post("/v1/alerts/1/acknowledge")
        assert closed.json()["alert"]["state"] == "acknowledged"


async def _items(client: httpx.AsyncClient, path: str, subject: str) -> list[dict[str, object]]:
    answer = await client.get(path, params={"subject": subject})
    items: list[dict[str, object]] = answer.raise_for_status().json()["items"]
    return items
