"""The base map's file: a range of it, whether it changed, and nothing else of the disk."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from api.base_map import BaseMap
from engine.store import open_store
from tests.integration.api_kit import services_on, serving
from tests.unit.test_base_map import pmtiles_header

BODY = pmtiles_header((-46.7, -23.6, -46.5, -23.4)) + bytes(range(256)) * 8


@pytest.fixture
async def api(sqlite_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API with a PMTiles file."""
    (tmp_path / "secret.txt").write_text("secret")
    file = tmp_path / "county.pmtiles"
    file.write_bytes(BODY)
    store = open_store(sqlite_url)
    base_map = BaseMap("pmtiles", "/base-map/map.pmtiles", file, "© our county")
    async with serving(replace(services_on(store), base_map=base_map)) as client:
        yield client
    store.close()


async def test_the_map_and_its_file_are_found(api: httpx.AsyncClient) -> None:
    """What is set is said with the bounds and zooms of the file, and the file is there whole."""
    said = (await api.get("/v1/base-map")).json()
    assert said["bounds"] == pytest.approx([-46.7, -23.6, -46.5, -23.4])
    assert (said["kind"], said["min_zoom"], said["max_zoom"]) == ("pmtiles", 2, 14)
    assert (said["attribution"], said["problem"]) == ("© our county", None)
    whole = await api.get(said["url"])
    assert (whole.status_code, whole.content) == (200, BODY)
    assert whole.headers["content-type"] == "application/vnd.pmtiles"
    assert whole.headers["cache-control"] == "private, no-cache"


async def test_a_range_is_served(api: httpx.AsyncClient) -> None:
    """A reader of PMTiles gets the bytes it asks for and no more; beyond the end is refused."""
    path = "/base-map/map.pmtiles"
    part = await api.get(path, headers={"range": "bytes=127-382"})
    assert (part.status_code, part.content) == (206, bytes(range(256)))
    assert part.headers["content-range"] == f"bytes 127-382/{len(BODY)}"
    beyond = await api.get(path, headers={"range": f"bytes={len(BODY)}-"})
    assert beyond.status_code == 416


async def test_an_unchanged_file_is_not_sent_again(api: httpx.AsyncClient, tmp_path: Path) -> None:
    """Its ETag stands for as long as the file does."""
    path = "/base-map/map.pmtiles"
    tag = (await api.get(path)).headers["etag"]
    known = await api.get(path, headers={"if-none-match": tag})
    assert (known.status_code, known.content) == (304, b"")
    (tmp_path / "county.pmtiles").write_bytes(BODY + b"more")
    assert (await api.get(path, headers={"if-none-match": tag})).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/base-map/secret.txt",
        "/base-map/county.pmtiles",
        "/base-map/map.geojson",
        "/base-map/..%2Fsecret.txt",
        "/base-map/%2Fetc%2Fpasswd",
        "/base-map/",
        "/base-map/map.pmtiles/x",
    ],
)
async def test_nothing_else_is_within_reach(api: httpx.AsyncClient, path: str) -> None:
    """Only the one file that is set has an address."""
    reply = await api.get(path)
    assert reply.status_code == 404
    assert "secret" not in reply.text or "secret" in path


async def test_a_file_that_is_away_is_said_to_be(api: httpx.AsyncClient, tmp_path: Path) -> None:
    """The engine goes on without; the map says what is wrong and tells no path."""
    (tmp_path / "county.pmtiles").unlink()
    said = await api.get("/v1/base-map")
    assert "cannot be read" in said.json()["problem"]
    assert str(tmp_path) not in said.text
    assert (await api.get("/base-map/map.pmtiles")).status_code == 404


async def test_the_console_may_load_from_the_tile_server_and_nowhere_else(sqlite_url: str) -> None:
    """The policy of its pages names the origin of the tiles that are set, and no other."""
    store = open_store(sqlite_url)
    for base_map, elsewhere in (
        (BaseMap(), set[str]()),
        (BaseMap("raster", "…", origins=("https://tiles.example",)), {"https://tiles.example"}),
    ):
        async with serving(replace(services_on(store), base_map=base_map)) as client:
            policy = (await client.get("/")).headers["content-security-policy"]
        assert {each for each in policy.replace(";", "").split() if "://" in each} == elsewhere
    store.close()
