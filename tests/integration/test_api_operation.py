"""How the API says how it is, and how it refuses: problem documents, guards, metrics."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest

from api.app import create_app
from engine.store import Store, open_store
from tests.integration.api_kit import NOW, Engine, raise_alert, services_on, serving
from zones.instant import SECOND, render


@pytest.fixture
def engine() -> Engine:
    """The engine beside the API."""
    return Engine()


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Store:
    """A fresh store in a file."""
    return open_store(sqlite_url)


@pytest.fixture
async def api(sqlite_store: Store, engine: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API on that store."""
    async with serving(services_on(sqlite_store, engine)) as client:
        yield client
    sqlite_store.close()


async def test_everything_well_is_ready(store: Store) -> None:
    """With a current store and a running, connected engine /readyz is 200 and says why."""
    async with serving(services_on(store)) as client:
        assert (await client.get("/healthz")).json() == {"status": "alive"}
        reply = await client.get("/readyz")
        assert reply.status_code == 200
        assert {each["name"]: each["ok"] for each in reply.json()["checks"]} == {
            "store": True,
            "engine": True,
            "source": True,
        }


@pytest.mark.parametrize(
    ("change", "bad", "word"),
    [
        ({"running": False, "detail": "disk full"}, "engine", "disk full"),
        ({"connected": False}, "source", "not connected"),
    ],
)
async def test_what_is_not_well_is_named(
    api: httpx.AsyncClient, engine: Engine, change: dict[str, object], bad: str, word: str
) -> None:
    """503 with each check, its state and its words; the process itself stays alive."""
    engine.health = msgspec.structs.replace(engine.health, **change)
    reply = await api.get("/readyz")
    assert reply.status_code == 503
    assert reply.headers["content-type"] == "application/problem+json"
    checks = {each["name"]: each for each in reply.json()["checks"]}
    assert [name for name, each in checks.items() if not each["ok"]] == [bad]
    assert word in checks[bad]["detail"]
    assert (await api.get("/healthz")).status_code == 200


async def test_a_store_that_is_away_is_503_not_500(tmp_path: Path) -> None:
    """Without its store the API refuses with Retry-After, tells no internals, and is not ready."""
    store = open_store(f"sqlite:///{tmp_path}/nowhere.db")
    async with serving(services_on(store)) as client:
        for path in ("/v1/alerts", "/v1/alerts/stream", "/v1/wearers/w1"):
            reply = await client.get(path)
            assert (reply.status_code, int(reply.headers["retry-after"]) > 0) == (503, True)
            assert str(tmp_path) not in reply.text
        checks = (await client.get("/readyz")).json()["checks"]
        assert [each["ok"] for each in checks] == [False, True, True]
        assert "ringfence_store_up 0.0" in (await client.get("/metrics")).text


async def test_metrics_count_requests_by_route_and_show_the_engine(
    api: httpx.AsyncClient, sqlite_store: Store, engine: Engine
) -> None:
    """Requests are counted by template and status; queue, engine and commits are there."""
    raise_alert(services_on(sqlite_store), 1)
    engine.health = msgspec.structs.replace(
        engine.health, positions=70_000, rejections=3, backlog=12, last_commit_at=NOW - 5 * SECOND
    )
    for number in (1, 2):
        await api.get(f"/v1/alerts/{number}")
    await api.get("/nowhere")
    lines = (await api.get("/metrics")).text.splitlines()
    one = 'method="GET",route="/v1/alerts/{alert_id}"'
    for line in (
        f'ringfence_http_requests_total{{{one},status="200"}} 1.0',
        f'ringfence_http_requests_total{{{one},status="404"}} 1.0',
        'ringfence_http_requests_total{method="GET",route="none",status="404"} 1.0',
        f"ringfence_http_request_seconds_count{{{one}}} 2.0",
        'ringfence_alerts{state="open"} 1.0',
        "ringfence_positions_stored_total 70000.0",
        "ringfence_payloads_rejected_total 3.0",
        "ringfence_engine_backlog 12.0",
        "ringfence_last_commit_age_seconds 5.0",
        "ringfence_engine_running 1.0",
        "ringfence_source_connected 1.0",
        "ringfence_store_up 1.0",
    ):
        assert line in lines


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/v1/nothing", 404, "not-found"),
        ("GET", "/v1/wearers/", 404, "not-found"),
        ("DELETE", "/v1/wearers", 405, "method-not-allowed"),
        ("GET", "/v1/alerts/0", 422, "invalid"),
        ("GET", f"/v1/alerts/{2**53}", 422, "invalid"),
        ("GET", "/v1/alerts/one", 422, "invalid"),
    ],
)
async def test_every_refusal_is_a_problem_document(
    api: httpx.AsyncClient, method: str, path: str, status: int, kind: str
) -> None:
    """Unknown routes, wrong methods and wrong ids are RFC 9457 documents like all else."""
    reply = await api.request(method, path)
    assert reply.headers["content-type"] == "application/problem+json"
    problem = reply.json()
    assert (reply.status_code, problem["status"]) == (status, status)
    assert problem["type"] == f"urn:ringfence:problem:{kind}"
    assert problem["detail"]
    assert ("allow" in reply.headers) == (status == 405)


async def test_allow_names_every_method_of_a_path(api: httpx.AsyncClient) -> None:
    """A 405 says all that the path takes, whichever route stands for it."""
    for path, methods in (("/v1/wearers", "GET"), ("/v1/wearers/w1", "GET, PUT")):
        reply = await api.delete(path)
        assert (reply.status_code, reply.headers["allow"]) == (405, methods)


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"{", "application/json", 422),
        (b'{"name": NaN, "timezone": "UTC"}', "application/json", 422),
        (b"\xff", "application/json", 400),
        (b"[" * 200_000, "application/json", 400),
        (b'{"name": "\\ud800", "timezone": "UTC"}', "application/json", 422),
        (b'{"name": "x", "timezone": "UTC"}', "text/plain", 422),
        (b"", "application/json", 422),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(
    api: httpx.AsyncClient, content: bytes, content_type: str, status: int
) -> None:
    """Broken JSON, other encodings and other media types never are a fault of the server."""
    headers = {"content-type": content_type}
    reply = await api.put("/v1/wearers/w1", content=content, headers=headers)
    assert (reply.status_code, reply.json()["status"]) == (status, status)


async def test_a_fault_tells_nothing_of_its_inside(sqlite_store: Store) -> None:
    """An unexpected error is a 500 problem without its message, type or place."""
    services = services_on(sqlite_store)
    app = create_app(services)

    def secret(self: object) -> None:
        raise RuntimeError("password=hunter2")

    app.add_api_route("/fault", secret)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        reply = await client.get("/fault?self=1")
    assert (reply.status_code, reply.json()["type"]) == (500, "urn:ringfence:problem:internal")
    assert "hunter2" not in reply.text
    assert "RuntimeError" not in reply.text
    sqlite_store.close()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:8000", 200),
        ("127.8.9.1", 200),
        ("localhost:8000", 200),
        ("LOCALHOST", 200),
        ("[::1]:8000", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example", 421),
        ("10.0.0.1", 421),
        ("[::2]", 421),
        ("user@127.0.0.1", 200),
        ("127.0.0.1@evil.example", 421),
        ("[", 421),
        ("", 421),
    ],
)
async def test_a_foreign_host_header_is_refused(
    api: httpx.AsyncClient, host: str, status: int
) -> None:
    """A page that points its own name at this machine reaches nothing (DNS rebinding)."""
    reply = await api.get("/healthz", headers={"host": host})
    assert reply.status_code == status


async def test_a_configured_name_is_accepted(sqlite_store: Store) -> None:
    """A name that was configured is as good as a loopback one."""
    app = create_app(services_on(sqlite_store), names=["Desk.Example"])
    transport = httpx.ASGITransport(app)
    for name, status in (("desk.example", 200), ("other.example", 421)):
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{name}") as client:
            assert (await client.get("/healthz")).status_code == status
    sqlite_store.close()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 404),
        ({"origin": "http://127.0.0.1:5173"}, 404),
        ({"sec-fetch-site": "same-origin"}, 404),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
    ],
)
async def test_a_foreign_page_changes_nothing(
    api: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    """A request that a page from elsewhere makes a browser send is refused."""
    assert (await api.post("/v1/alerts/1/acknowledge", headers=headers)).status_code == status
    assert (await api.get("/v1/alerts", headers=headers)).status_code == 200


async def test_answers_are_kept_by_nobody(api: httpx.AsyncClient) -> None:
    """No answer, be it a refusal, is stored by a browser or a proxy on the way."""
    for path in ("/v1/alerts", "/v1/alerts/9", "/nowhere"):
        headers = (await api.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
    for path in ("/docs", "/redoc"):  # their scripts come from elsewhere
        assert (await api.get(path)).status_code == 404


async def test_the_documentation_is_served(api: httpx.AsyncClient) -> None:
    """The OpenAPI document names every operation once, with words and its refusals."""
    document = (await api.get("/openapi.json")).json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    ids = [each["operationId"] for each in operations]
    assert len(ids) == len(set(ids)) > 25
    assert all(each["summary"] and each["tags"] for each in operations)
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for each in operations:
        for status, response in each["responses"].items():
            if status >= "400":
                assert list(response["content"]) == ["application/problem+json"]


async def test_every_field_of_the_wire_is_described(api: httpx.AsyncClient) -> None:
    """Nobody has to guess what a field means or which unit it has."""
    document = (await api.get("/openapi.json")).json()
    bare = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        for field, about in schema.get("properties", {}).items()
        if not about.get("description")
    ]
    parameters = [
        f"{path} {each['name']}"
        for path, item in document["paths"].items()
        for operation in item.values()
        for each in operation.get("parameters", ())
        if not each.get("description")
    ]
    assert bare + parameters == []


async def test_the_clock_is_the_engines(api: httpx.AsyncClient, engine: Engine) -> None:
    """A screen is told the engine's time and how fast it runs, not the machine's."""
    engine.now = NOW + 5 * SECOND
    assert (await api.get("/v1/clock")).json() == {"now": render(engine.now), "speed": 1.0}
