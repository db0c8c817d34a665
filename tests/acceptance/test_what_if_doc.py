"""The examples of docs/what-if.md are true, and its tables name every finding there is."""

import asyncio
import json
import re
from pathlib import Path

from engine.store import open_store
from tests.acceptance.test_api_documentation import BLOCK, commands, holds, run
from tests.integration.registry_kit import CURFEW, HOME, ORDER
from tests.integration.test_api_telemetry import running

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "what-if.md"
LINTERS = (
    "zones/zone_lint.py",
    "zones/schedule_lint.py",
    "zones/schedule_lint_clock.py",
    "engine/core/condition_lint.py",
    "engine/core/zone_surroundings.py",
    "engine/core/zone_use.py",
)
CODE = re.compile(r'(?:Finding\(\s*"([a-z_]+)"|"(window_[a-z]+)")')


async def test_every_request_of_the_page_is_answered_as_shown(sqlite_url: str) -> None:
    """Each command, run in the order of the page, gives what the page shows after it."""
    store = open_store(sqlite_url)
    compared = 0
    async with running(store) as (client, _):
        for path, body in (
            ("wearers/w1", {"name": "Robin", "timezone": "Europe/Berlin"}),
            ("devices/acme/A-1", {}),
            ("zones/HOME-w1", HOME),
            ("orders/o1", ORDER | {"conditions": [CURFEW | {"zone": "HOME-w1"}]}),
        ):
            assert (await client.put(f"/v1/{path}", json=body)).status_code == 201
        worn = {"wearer_id": "w1", "vendor": "acme", "device_id": "A-1"}
        worn |= {"started_at": "2026-01-01T00:00:00Z"}
        assert (await client.post("/v1/activations", json=worn)).status_code == 201
        reply = None
        for language, block in BLOCK.findall(PAGE.read_text()):
            if language == "sh":
                [arguments] = commands(block)
                async with asyncio.timeout(200):
                    reply = await run(client, arguments)
                    while "wait_s" in block and reply.json()["state"] in ("waiting", "running"):
                        reply = await run(client, arguments)
            else:
                assert reply is not None
                assert holds(json.loads(block), reply.json()), (block, reply.text)
                compared += 1
    assert compared == 2
    store.close()


def test_the_tables_name_every_finding() -> None:
    """No linter says what the page does not explain, and the page explains nothing that is gone."""
    made = {
        one or other for file in LINTERS for one, other in CODE.findall((ROOT / file).read_text())
    }
    told = {
        code
        for line in PAGE.read_text().splitlines()
        if re.match(r"^\| `[a-z_`, ]+` \| (error|warning|note)", line)
        for code in re.findall(r"`([a-z_]+)`", line.split("|")[1])
    }
    assert told == made
