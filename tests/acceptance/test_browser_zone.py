"""A zone drawn with the mouse in a real browser judges the next position."""

import re
from pathlib import Path

from playwright.async_api import Page, expect

from tests.acceptance.browser_kit import chromium, desk
from tests.integration.self_kit import NEAR, eventually, running_engine

KIND = "exclusion_present_at_start"
"""He was there when the zone came to be there."""


async def draw_wider(page: Page) -> None:
    """Draw a circle round the middle of the map that nearly fills it, zoomed out once."""
    await page.get_by_role("button", name="Zoom out").click()
    await page.get_by_role("button", name="Clear").click()
    await page.get_by_role("button", name="Draw a circle").click()
    canvas = await page.locator(".maplibregl-canvas").bounding_box()
    assert canvas is not None
    x, y = canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2
    radius = 0.45 * min(canvas["width"], canvas["height"])
    await page.mouse.move(x, y)
    await page.mouse.click(x, y)
    await page.mouse.move(x + radius, y, steps=8)
    await page.mouse.click(x + radius, y)


async def test_a_zone_drawn_with_the_mouse_takes_effect_on_the_next_position(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Beside the zone as it was, he is in it by his next position after it was drawn wider."""
    async with (
        running_engine(sqlite_url, tmp_path) as engine,
        chromium() as browser,
        desk(browser, engine.url) as at,
    ):
        await engine.at(NEAR)
        await at.open("/zones/PARK?edit")
        await at.settled()
        await draw_wider(at.page)
        drawn = at.page.get_by_label("Radius, metres")
        await expect(drawn).to_have_value(re.compile(r"^[3-9]\d\d"))
        await at.page.get_by_role("button", name="Save …").click()
        await at.page.get_by_role("button", name="Save", exact=True).click()

        async def stored() -> bool:
            versions = await engine.api.get("/v1/zones/PARK")
            return bool(versions.json()["properties"]["radius_m"] > 250)

        await eventually(stored, "the zone as drawn")
        assert await engine.items("/v1/episodes", wearer_id="w1") == []

        await engine.at(NEAR)
        (episode,) = await eventually(
            lambda: engine.items("/v1/episodes", wearer_id="w1"), "an episode"
        )
        assert episode["zone_id"] == "PARK"
        await engine.at(NEAR)
        alert = await engine.alert(KIND)
        await at.open("/")
        await at.page.locator(f'main a[href="/alerts/{alert["alert_id"]}"]').first.wait_for()
        assert at.trouble == []
