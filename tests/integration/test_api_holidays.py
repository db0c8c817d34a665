"""Holidays over HTTP: by date or from a calendar, with which hours; and the next clock change."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from engine.store import open_store
from tests.integration.api_kit import Engine, services_on, serving
from tests.integration.registry_kit import refused

URL = "/v1/schedules/holidays"
NIGHT = {"days": "daily", "start": "22:00", "end": "06:00"}
SUNDAY = {"days": "sun", "start": "20:00", "end": "08:00"}
SCHEDULE: dict[str, Any] = {"timezone": "Europe/Berlin", "weekly": [NIGHT]}
MAY_DAY = {"day": "2026-05-01", "name": "Labour Day"}
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//y//EN
BEGIN:VEVENT
UID:1
SUMMARY:Labour Day
DTSTART;VALUE=DATE:20200501
RRULE:FREQ=YEARLY
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
async def api(sqlite_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API on an empty store, in March 2026."""
    store = open_store(sqlite_url)
    async with serving(services_on(store, Engine())) as client:
        yield client
    store.close()


@pytest.mark.parametrize("asked", [{"days": [MAY_DAY]}, {"calendar": CALENDAR}])
async def test_a_holiday_suspends_the_night_that_begins_on_it(
    api: httpx.AsyncClient, asked: dict[str, Any]
) -> None:
    """By date or from a calendar; what comes back can be previewed and stored."""
    found = (await api.post(URL, json={"schedule": SCHEDULE, **asked})).json()
    assert found["days"] == [MAY_DAY]
    assert found["suspensions"] == [
        {"start": "2026-05-01T20:00:00Z", "end": "2026-05-02T04:00:00Z"}
    ]
    assert found["extra"] == []
    draft = found["schedule"] | {"timezone": "Europe/Berlin"}
    days = "from=2026-05-01T12:00:00Z&days=1"
    preview = (await api.post(f"/v1/schedules/preview?{days}", json=draft)).json()
    assert preview["windows"] == []


async def test_a_holiday_has_the_hours_of_a_sunday(api: httpx.AsyncClient) -> None:
    """The longer hours of a Sunday hold on a Friday: nothing is suspended, one window is added."""
    schedule = SCHEDULE | {"weekly": [NIGHT, SUNDAY]}
    body = {"schedule": schedule, "days": [MAY_DAY], "as_weekday": "sun"}
    found = (await api.post(URL, json=body)).json()
    assert found["suspensions"] == []
    assert [each["start"] for each in found["extra"]] == ["2026-05-01T18:00:00Z"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"calendar": "no calendar"}, "body.calendar"),
        ({"days": [{"day": "2026-02-30"}]}, "body.days[0].day"),
        ({"days": [{"day": "1066-10-14"}]}, "body.days[0].day"),
        ({"as_weekday": "sun", "hours": [{"start": "20:00", "end": "08:00"}]}, "body.hours"),
        ({"schedule": SCHEDULE | {"timezone": "Europe/Berln"}}, "body.schedule.timezone"),
    ],
)
async def test_what_is_wrong_with_holidays_is_named(
    api: httpx.AsyncClient, change: dict[str, Any], field: str
) -> None:
    """422 with the field."""
    body = {"schedule": SCHEDULE, "days": [MAY_DAY]} | change
    refused(await api.post(URL, json=body), 422, field)


async def test_a_preview_names_the_next_clock_change(api: httpx.AsyncClient) -> None:
    """From the first day asked for; none where clocks stand."""
    asked = "/v1/schedules/preview?from=2026-03-01T00:00:00Z&days=7"
    found = (await api.post(asked, json=SCHEDULE)).json()["next_clock_change"]
    assert found == {
        "at": "2026-03-29T01:00:00Z",
        "before_local": "2026-03-29T02:00:00+01:00",
        "after_local": "2026-03-29T03:00:00+02:00",
        "shift_s": 3600.0,
    }
    utc = (await api.post(asked, json=SCHEDULE | {"timezone": "UTC"})).json()
    assert utc["next_clock_change"] is None
