"""The console in a real browser when the connection, or the whole engine, goes and comes back."""

import time
from pathlib import Path

from playwright.async_api import expect

from tests.acceptance.browser_kit import Desk, chromium, desk
from tests.integration.mqtt_kit import Cable
from tests.integration.self_kit import Engine, running_engine

AT_ONCE_S = 2.0


async def shown(at: Desk) -> list[int]:
    """Return the alerts in the queue, as often as they stand there."""
    links = at.page.locator('main a[href^="/alerts/"]')
    found = await links.evaluate_all("links => links.map((each) => each.pathname)")
    return sorted(int(each.rpartition("/")[2]) for each in found)


async def open_alerts(engine: Engine) -> list[int]:
    """Return the alerts that the API says are open."""
    return sorted(each["alert_id"] for each in await engine.items("/v1/alerts"))


async def row(at: Desk, alert_id: int) -> None:
    """Wait until an alert stands in the queue; what is collapsed under its wearer is unfolded."""
    link = at.page.locator(f'main a[href="/alerts/{alert_id}"]').first
    folded = at.page.locator("main button.more").filter(has_text="+").first
    await link.or_(folded).first.wait_for()
    if await folded.count():
        await folded.click()
    await link.wait_for()


async def lost(at: Desk) -> None:
    """Wait until the console says that it is cut off and how old the picture is, which counts on.

    It must say so at once.
    """
    began = time.monotonic()
    await at.page.locator('[data-connection="lost"]').first.wait_for()
    assert time.monotonic() - began < AT_ONCE_S
    banner = at.page.get_by_role("status").filter(has_text="Connection lost")
    await expect(banner).to_contain_text("ago")
    said = await banner.inner_text()
    await expect(banner).not_to_have_text(said)


async def live(at: Desk) -> None:
    """Wait until the console says that it is live again, and no longer that it was not."""
    await at.page.locator('[data-connection="live"]').first.wait_for()
    await expect(at.page.get_by_text("Connection lost")).to_have_count(0)


async def test_a_cut_cable_and_a_killed_engine_leave_nothing_missing_and_nothing_twice(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Cut off, the console says so at once and how old it is; back, it shows what the API says."""
    async with (
        running_engine(sqlite_url, tmp_path) as engine,
        Cable(engine.url) as cable,
        chromium() as browser,
        desk(browser, cable.url) as at,
    ):
        await at.open("/")
        await live(at)
        await engine.told("sos")
        await row(at, (await engine.alert("sos"))["alert_id"])

        cable.take_away()
        await lost(at)
        await engine.told("strap_tamper")
        missed = (await engine.alert("strap_tamper"))["alert_id"]
        assert missed not in await shown(at)
        await cable.lay()
        await row(at, missed)
        await live(at)
        assert await shown(at) == await open_alerts(engine)

        await engine.process.kill()
        await lost(at)
        await engine.told("case_tamper")
        await engine.process.start()
        await engine.process.ready(engine.url)
        await row(at, (await engine.alert("case_tamper"))["alert_id"])
        await live(at)
        assert await shown(at) == await open_alerts(engine)
        assert len(await shown(at)) >= 3
