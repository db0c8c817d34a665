"""Positions and tracks of a wearer over HTTP, on both stores."""

from collections.abc import AsyncIterator

import httpx
import pytest

from engine.core.position import Mechanism, Quarantine
from engine.store import Store
from tests.integration.api_kit import NOW, Engine, services_on, serving
from tests.store_values import position, put_on, store_positions
from zones.instant import DAY, HOUR, MINUTE, render

URL = "/v1/wearers/w1/positions"


@pytest.fixture
def engine() -> Engine:
    """The clock beside the API."""
    return Engine()


@pytest.fixture
def worn(store: Store) -> int:
    """Id of the activation of w1, who lives in London."""
    with store.write() as transaction:
        return put_on(transaction, "w1", "A-1", NOW - 10 * DAY).activation_id


@pytest.fixture
async def api(store: Store, engine: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API on that store."""
    async with serving(services_on(store, engine)) as client:
        yield client


async def test_a_position_is_shown_with_all_that_is_known_of_it(
    store: Store, worn: int, api: httpx.AsyncClient
) -> None:
    """Where, when by both clocks, how exact, how it came, and why it was not judged."""
    summer = NOW + 120 * DAY
    shown = position(
        worn,
        summer,
        7,
        received_at=summer + 2 * HOUR,
        mechanism=Mechanism.WIFI,
        accuracy_assumed=True,
        speed_mps=1.5,
        late=True,
        quarantine=Quarantine.IMPLAUSIBLE,
    )
    with store.write() as transaction:
        [stored] = store_positions(transaction, [shown])
    span = {"since": render(summer), "until": render(summer + 1)}
    [feature] = (await api.get(URL, params=span)).json()["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [-0.1, 51.5]}
    assert feature["properties"] == {
        "position_id": stored.position_id,
        "activation_id": worn,
        "fix_time": render(summer),
        "fix_time_local": "2026-06-29T22:20:00+01:00",
        "received_at": render(summer + 2 * HOUR),
        "seq": 7,
        "accuracy_m": 8.0,
        "accuracy_assumed": True,
        "mechanism": "wifi",
        "satellites": None,
        "hdop": None,
        "speed_mps": 1.5,
        "heading_deg": None,
        "altitude_m": None,
        "late": True,
        "quarantine": "implausible",
        "beacon_id": None,
        "beacon_zone_id": None,
        "block_id": 1,
        "message_index": 0,
    }
    none = {"since": render(summer + 1), "until": render(summer + DAY)}
    assert (await api.get(URL, params=none)).json()["features"] == []


async def test_pages_without_a_span_stay_in_the_span_of_the_first(
    store: Store, worn: int, engine: Engine, api: httpx.AsyncClient
) -> None:
    """The last 24 hours are those before the first request, however long the reading takes."""
    times = [NOW - DAY + number * MINUTE for number in range(4)]
    with store.write() as transaction:
        store_positions(transaction, [position(worn, at) for at in times])
    found: list[str] = []
    url: str | None = f"{URL}?limit=1"
    while url:
        page = (await api.get(url)).json()
        found += [each["properties"]["fix_time"] for each in page["features"]]
        url = page["next"]
        engine.now += HOUR
    assert found == [render(at) for at in times]


async def test_a_track_joins_what_was_judged_and_is_cut_at_the_antimeridian(
    store: Store, worn: int, api: httpx.AsyncClient
) -> None:
    """Quarantined positions are no part of the line; RFC 7946 wants it cut at 180 degrees."""
    lons = [179.7, 179.8, 0.0, 179.9, -179.9, -179.8, 179.9]
    rows = [
        position(
            worn,
            NOW - HOUR + number * MINUTE,
            lon=lon,
            quarantine=None if lon else Quarantine.IMPLAUSIBLE,
        )
        for number, lon in enumerate(lons)
    ]
    with store.write() as transaction:
        store_positions(transaction, rows)
    lines = (await api.get(f"{URL}?format=track")).json()["features"]
    drawn = [[lon for lon, _ in each["geometry"]["coordinates"]] for each in lines]
    assert drawn == [[179.7, 179.8, 179.9], [-179.9, -179.8]]
    assert lines[1]["properties"] == {
        "wearer_id": "w1",
        "times": [render(rows[4].fix_time), render(rows[5].fix_time)],
    }
