"""What the browser tests share: a real Chromium, a desk in it, and what must never happen there.

The browser is the machine's own (Debian's `chromium`, or the program named by
`RINGFENCE_CHROMIUM`): the `playwright` package drives it and brings none. Without one the tests are
skipped; with `CI` set they fail.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

import httpx
import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    async_playwright,
    expect,
)

from api.console_files import CONSOLE
from engine.clock import ScaledClock
from simulators.scenarios import DEFAULT_START
from tests.integration.mqtt_kit import free_port
from zones.instant import parse

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATIENCE_MS = 30_000
READY_S = 120.0
VARIANTS = ("/?alert=:alertId", "/zones/:zoneId?edit")
"""Pages that are shown otherwise by their query."""
ROUTES = CONSOLE.parent / "src/routing/routes.ts"
WIDE = (1440, 900)
NARROW = (390, 844)
OPERATOR = "kim"

Scheme = Literal["light", "dark"]

RENDERER = "GL Driver Message"
"""What a renderer without a graphics card says of itself."""

VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`)
})
"""


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that runs."""

    url: str
    folder: Path
    speed: float

    def wait(
        self, holds: Callable[[], object], what: str, running: subprocess.Popen[bytes] | None = None
    ) -> None:
        """Wait until something holds of the demo; fail if it ends, or not in time."""
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            assert running is None or running.poll() is None, "the demo ended by itself"
            with suppress(httpx.TransportError):
                if holds():
                    return
            time.sleep(0.05)
        raise AssertionError(f"waited {READY_S} s in vain: {what}")

    def get(self, path: str, **filters: str) -> Any:  # noqa: ANN401 - JSON
        """Return what the API answers."""
        answer = httpx.get(f"{self.url}{path}", params=filters, timeout=30).raise_for_status()
        return answer.json()

    def items(self, path: str, **filters: str) -> list[dict[str, Any]]:
        """Return the first page of a list."""
        found: list[dict[str, Any]] = self.get(path, **filters)["items"]
        return found

    def clock(self) -> ScaledClock:
        """Return the city's clock, which is the engine's too."""
        started = parse((self.folder / "clock").read_text())
        return ScaledClock(DEFAULT_START, self.speed, started)


@dataclass(eq=False, slots=True)
class Desk:
    """One page of the console, and everything that went wrong on it."""

    page: Page
    url: str
    trouble: list[str] = field(default_factory=list)
    """Errors of the console, scripts that failed, refused by the policy, requests to elsewhere."""
    asked: list[str] = field(default_factory=list)
    """Every address that was asked for."""

    async def open(self, path: str) -> None:
        """Show a page of the console, and wait for its heading."""
        await self.page.goto(f"{self.url}{path}")
        await self.page.locator("main h1").first.wait_for(state="attached")

    async def settled(self) -> None:
        """Wait until nothing is being loaded, and every map is drawn."""
        await expect(self.page.locator("[data-loading]")).to_have_count(0, timeout=PATIENCE_MS)


@contextmanager
def running_demo(folder: Path, wearers: int, speed: float = 60.0) -> Iterator[Demo]:
    """Run `ringfence demo` as a user starts it; begin as soon as its API is ready."""
    port = str(free_port())
    command = [sys.executable, "-m", "engine", "demo", "--json", "--wearers", str(wearers)]
    command += ["--port", port, "--state-dir", str(folder), "--speed", str(speed)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    made = Demo(f"http://127.0.0.1:{port}", folder, speed)
    try:
        made.wait(lambda: httpx.get(f"{made.url}/readyz").is_success, "ready", running)
        yield made
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(timeout=60)


def addresses(demo: Demo) -> dict[str, str]:
    """Return an address of every page, of things that are there, by the page's pattern."""
    alert = demo.items("/v1/alerts", kind="exclusion_entered")[0]
    order, curfew = next(
        (each, condition)
        for each in demo.items("/v1/orders", limit="200")
        for condition in each["conditions"]
        if condition["kind"] == "curfew"
    )
    values = {
        "alertId": str(alert["alert_id"]),
        "wearerId": _worn(demo) or alert["wearer_id"],
        "zoneId": alert["zone_id"],
        "orderId": order["order_id"],
        "conditionId": curfew["id"],
        "date": alert["raised_at"][:10],
    }
    patterns = re.findall(r'pattern: "([^"]+)"', ROUTES.read_text())
    assert "/" in patterns
    return {pattern: _filled(pattern, values) for pattern in (*patterns, *VARIANTS)}


def _worn(demo: Demo) -> str | None:
    """Return somebody who wears a device now and keeps to what binds him."""
    for each in demo.items("/v1/wearers", limit="200")[::-1]:
        status = demo.get(f"/v1/wearers/{each['wearer_id']}/status")
        if any(condition["state"] == "kept" for condition in status["conditions"]):
            return str(each["wearer_id"])
    return None


def _filled(pattern: str, values: dict[str, str]) -> str:
    filled = pattern
    for name in re.findall(r":(\w+)", pattern):
        assert name in values, f"{pattern}: say here what to put for :{name}"
        filled = filled.replace(f":{name}", quote(values[name], safe=""))
    return filled


def chromium_path() -> str:
    """Return the browser to test with.

    Where there is none the test is skipped; in CI it fails.
    """
    given = os.environ.get("RINGFENCE_CHROMIUM")
    found = given or next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is not None:
        return found
    reason = "there is no Chromium on the PATH: install one (Debian: apt-get install chromium)"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Run a browser until the block ends."""
    path = chromium_path()
    assert (CONSOLE / "index.html").exists(), "the console is not built: run `make console`"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        await browser.close()


@asynccontextmanager
async def desk(
    browser: Browser,
    url: str,
    *,
    scheme: Scheme = "light",
    size: tuple[int, int] = WIDE,
    operator: str | None = OPERATOR,
    bypass_csp: bool = False,
) -> AsyncIterator[Desk]:
    """Open a window of the console in a browser profile of its own."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        reduced_motion="reduce",
        bypass_csp=bypass_csp,
        timezone_id="Europe/London",
    )
    context.set_default_timeout(PATIENCE_MS)
    await _prepare(context, operator)
    made = Desk(await context.new_page(), url)
    _watch(made)
    yield made
    await context.close()


async def _prepare(context: BrowserContext, operator: str | None) -> None:
    await context.add_init_script(VIOLATIONS)
    if operator is not None:
        await context.add_init_script(f'localStorage.setItem("ringfence.operator", "{operator}")')


def _watch(made: Desk) -> None:
    host = urlsplit(made.url).netloc

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and RENDERER not in message.text:
            made.trouble.append(f"{message.type}: {message.text}")

    def asked(request: Request) -> None:
        made.asked.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme not in ("blob", "data") and parts.netloc != host:
            made.trouble.append(f"asked elsewhere: {request.url}")

    def answered(response: Response) -> None:
        if response.status >= 400:
            made.trouble.append(f"{response.status}: {response.url}")

    made.page.on("console", said)
    made.page.on("pageerror", lambda error: made.trouble.append(f"failed: {error}"))
    made.page.on("request", asked)
    made.page.on("response", answered)
