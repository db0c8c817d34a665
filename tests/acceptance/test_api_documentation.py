"""The examples of docs/api.md are true."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import httpx

from engine.store import open_store
from tests.integration.api_kit import PASSWORD
from tests.integration.test_api_telemetry import running

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(block: str) -> list[list[str]]:
    """Return the arguments of each curl command of a block."""
    found: list[list[str]] = []
    for word in shlex.split(block.replace("\\\n", " ")):
        if word == "curl":
            found.append([])
        elif found:
            found[-1].append(word)
    return found


async def run(client: httpx.AsyncClient, arguments: list[str]) -> httpx.Response:
    """Do what curl would do with these arguments."""
    words = iter(arguments)
    method, url, content, auth = "GET", "", None, None
    headers: dict[str, str] = {}
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "--json":
            content, headers["content-type"] = next(words), "application/json"
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-u":
            name, _, password = next(words).partition(":")
            auth = (name, password.replace("$PASSWORD", PASSWORD))
        else:
            url = word.replace("$API", "")
    return await client.request(method, url, content=content, auth=auth, headers=headers)


def holds(shown: Any, real: Any) -> bool:  # noqa: ANN401
    """Whether what is shown is there; further members of objects may be left out."""
    if isinstance(shown, dict):
        return isinstance(real, dict) and all(
            key in real and holds(value, real[key]) for key, value in shown.items()
        )
    if isinstance(shown, list):
        return (
            isinstance(real, list)
            and len(shown) == len(real)
            and all(holds(*pair) for pair in zip(shown, real, strict=True))
        )
    return bool(shown == real)


async def test_every_example_of_the_page_is_true(sqlite_url: str) -> None:
    """Each command, run in the order of the page, gives what the page shows after it."""
    store = open_store(sqlite_url)
    compared = 0
    async with running(store) as (client, _):
        reply: httpx.Response | None = None
        for language, block in BLOCK.findall(PAGE.read_text()):
            if language == "sh":
                for arguments in commands(block):
                    reply = await run(client, arguments)
                    assert reply.status_code < 500, arguments
            else:
                assert reply is not None
                assert holds(json.loads(block), reply.json()), (block, reply.text)
                compared += 1
    assert compared >= 10
    store.close()
