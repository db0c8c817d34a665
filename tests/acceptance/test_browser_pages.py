"""Every page of the console in a real browser: accessible, quiet, at home, and light to load."""

import gzip
from typing import Any
from urllib.parse import urlsplit

from api.console_files import CONSOLE
from tests.acceptance.browser_kit import (
    NARROW,
    WIDE,
    Demo,
    Desk,
    Scheme,
    addresses,
    chromium,
    desk,
)

AXE = CONSOLE.parent / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FIRST_LOAD_BYTES = 350_000
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
SETTINGS = [(scheme, size) for scheme in SCHEMES for size in (WIDE, NARROW)]


async def findings(at: Desk, script: str) -> list[str]:
    """Return what axe finds on the page as it is shown now."""
    await at.page.evaluate(f"{script}; undefined")
    found: dict[str, Any] = await at.page.evaluate(
        "rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })", RULES
    )
    return [
        f"{each['id']}: {each['help']}: {node['target']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


async def test_axe_finds_nothing_on_any_page_light_and_dark_wide_and_narrow(demo: Demo) -> None:
    """No page breaks a rule of WCAG 2.2 AA that a program can check, nor is it wider than it is."""
    script = AXE.read_text()
    wrong = []
    async with chromium() as browser, desk(browser, demo.url) as at:
        for path in addresses(demo).values():
            await at.open(path)
            await at.settled()
            for scheme, (width, height) in SETTINGS:
                await at.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                await at.page.set_viewport_size({"width": width, "height": height})
                await at.settled()
                where = f"{path} {scheme} {width}px"
                wrong += [f"{where}: {each}" for each in await findings(at, script)]
                overflow = await at.page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                if overflow > 0:
                    wrong.append(f"{where}: {overflow} px wider than the window")
    assert wrong == []


async def test_no_page_asks_elsewhere_breaks_the_policy_or_complains(demo: Demo) -> None:
    """Nothing is asked of another machine, nothing is refused, and no script fails or warns."""
    async with chromium() as browser, desk(browser, demo.url) as at:
        for path in [*addresses(demo).values(), "/settings/no-such-page"]:
            await at.open(path)
            await at.settled()
    assert at.trouble == []
    assert len(at.asked) > 20


async def test_the_first_load_is_light_and_brings_no_map(demo: Demo) -> None:
    """The queue comes with less than 350 kB, compressed, and without the map library."""
    async with chromium() as browser, desk(browser, demo.url) as at:
        await at.open("/")
        await at.settled()
        own = {urlsplit(each).path for each in at.asked if "/assets/" in each}
        first = {f"/{path.relative_to(CONSOLE)}": path for path in (CONSOLE / "assets").iterdir()}
        sizes = {path: len(gzip.compress(first[path].read_bytes())) for path in own}
        assert [path for path in own if "maplibre" in path] == []
        total = sum(sizes.values()) + len(gzip.compress((CONSOLE / "index.html").read_bytes()))
        assert 10_000 < total < FIRST_LOAD_BYTES, sizes
        await at.open(addresses(demo)["/alerts/:alertId"])
        await at.settled()
        later = {urlsplit(each).path for each in at.asked if "maplibre" in each}
        assert later, "the alert's map never asked for the library: the test looks for nothing"
