"""The console as the API serves it."""

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from api import problems
from api.allow import methods_of
from api.console_files import SECTIONS, console_router, policy
from engine.store import open_store
from tests.integration.api_kit import services_on, serving

ROUTES = Path(__file__).parents[2] / "api/console/src/routing/routes.ts"


def console_in(folder: Path) -> httpx.AsyncClient:
    """Return a client of the console whose files are in a folder."""
    app = FastAPI()
    router = console_router(folder, ("https://tiles.example",))
    app.include_router(router)
    app.state.methods = methods_of(router.routes)
    problems.install(app)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """Return a folder with a built page and one file that it loads."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>Ringfence</title>")
    (tmp_path / "assets/app-1234.js").write_text("1")
    (tmp_path / "secret.txt").write_text("no")
    return tmp_path


def test_every_page_of_the_console_has_an_address_that_is_served() -> None:
    """The first parts of the addresses in the console's routes are those the API serves."""
    patterns = re.findall(r'pattern: "/([a-z-]*)', ROUTES.read_text())
    assert {each for each in patterns if each} <= set(SECTIONS)
    assert len(patterns) > 2


async def test_a_deep_link_gets_the_page_and_its_files_are_kept(built: Path) -> None:
    """Any address below a page's first part is the page; files with a hash are kept for good."""
    async with console_in(built) as client:
        for path in ("/", "/alerts/12", "/wearers/w%2F1/days/2026-03-01", "/floor"):
            answer = await client.get(path)
            assert answer.status_code == 200
            assert answer.text == "<title>Ringfence</title>"
            assert "immutable" not in answer.headers.get("cache-control", "")
        asset = await client.get("/assets/app-1234.js")
        assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert asset.headers["content-type"].startswith("text/javascript")


async def test_only_what_was_built_is_served(built: Path) -> None:
    """Nothing beside the built files can be asked for, whatever the path looks like."""
    async with console_in(built) as client:
        for path in (
            "/assets/../secret.txt",
            "/assets/..%2Fsecret.txt",
            "/assets/none.js",
            "/nope",
        ):
            assert (await client.get(path)).status_code == 404


async def test_the_policy_lets_nothing_inline_run_and_only_the_base_map_load(built: Path) -> None:
    """The policy allows no inline script or style, and tiles only from where the base map is."""
    async with console_in(built) as client:
        told = (await client.get("/")).headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in told.split("; "))
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert rules["connect-src"] == "'self' https://tiles.example"
    assert "unsafe" not in told
    assert "https:" not in policy()


async def test_without_a_build_the_page_says_what_to_do(tmp_path: Path) -> None:
    """A console that has not been built is 503 with the command, and the API works."""
    async with console_in(tmp_path) as client:
        answer = await client.get("/")
    assert answer.status_code == 503
    assert "make console" in answer.text


async def test_the_api_serves_the_console_beside_itself(sqlite_url: str) -> None:
    """`/` is the console, and an unknown path is still a problem document."""
    store = open_store(sqlite_url)
    async with serving(services_on(store)) as client:
        page = await client.get("/")
        assert page.headers["content-type"].startswith("text/html")
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert (await client.get("/nowhere")).headers["content-type"] == "application/problem+json"
        assert (await client.post("/")).headers["allow"] == "GET, HEAD"
    store.close()
