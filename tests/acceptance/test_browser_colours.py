"""Light or dark may be changed at any moment, also while a map is being drawn."""

import json

from tests.acceptance.browser_kit import Demo, Desk, chromium, desk

ROUNDS = 3
SLOWER = 6
"""How much slower the browser is made: between two frames more happens."""
FLIPS = 25
"""Changes of colour while one alert's map is made."""


async def flip(at: Desk, times: int) -> None:
    """Change the colours again and again, a frame or two after each other."""
    for turn in range(times):
        scheme = "dark" if turn % 2 else "light"
        await at.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")


async def test_a_page_outlives_that_its_colours_change_while_its_map_is_drawn(demo: Demo) -> None:
    """Alerts opened while the colours change are shown whole, and no script fails."""
    alerts = [each["alert_id"] for each in demo.items("/v1/alerts", kind="exclusion_entered")]
    async with chromium() as browser, desk(browser, demo.url) as at:
        slow = await at.page.context.new_cdp_session(at.page)
        await slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        await at.open("/")
        for turn in range(ROUNDS):
            path = f"/?alert={alerts[turn % len(alerts)]}"
            await at.page.evaluate(f"history.pushState(null, '', {json.dumps(path)})")
            await at.page.evaluate("dispatchEvent(new PopStateEvent('popstate'))")
            await flip(at, FLIPS)
            await at.settled()
            assert at.trouble == []
            await at.page.locator("article.alert h1").wait_for()
            await at.page.evaluate("history.pushState(null, '', '/')")
            await at.page.evaluate("dispatchEvent(new PopStateEvent('popstate'))")
            await at.page.locator("article.alert").wait_for(state="detached")
