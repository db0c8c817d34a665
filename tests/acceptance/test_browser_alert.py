"""One alert at the desk: from the simulated street to the screen, and handled by keyboard alone."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from playwright.async_api import Locator, expect

from tests.acceptance.browser_kit import (
    OPERATOR,
    PATIENCE_MS,
    Demo,
    Desk,
    chromium,
    desk,
    running_demo,
)
from zones.instant import SECOND, Instant, parse

KINDS = ("exclusion_entered", "inclusion_left", "curfew_left_during", "proximity")
"""What positions alone lead to."""
WITHIN_S = 2.0
SPEED = 40.0
TALL = (1600, 4000)
"""A window that holds every row, so that the virtual list leaves none out."""

WATCH = """
window.firstSeen = {}
new MutationObserver(() => {
  for (const link of document.querySelectorAll("main [role=row] a[href^='/alerts/']"))
    window.firstSeen[link.pathname.split("/").pop()] ??= Date.now()
}).observe(document, { subtree: true, childList: true, attributes: true })
"""


async def arrival(demo: Demo, whole: dict[str, Any]) -> Instant:
    """Return the real instant at which the position came in that confirmed an alert's episode."""
    confirmed_at = whole["episodes"][0]["confirmed_at"]
    since = parse(confirmed_at)
    found = demo.get(f"/v1/wearers/{whole['wearer_id']}/positions", since=confirmed_at, limit="1")
    (position,) = found["features"]
    assert parse(position["properties"]["fix_time"]) == since
    clock = demo.clock()
    received = parse(position["properties"]["received_at"])
    return clock.started + round((received - clock.origin) / clock.speed)


async def newly_raised(at: Desk, demo: Demo) -> dict[str, Any]:
    """Wait for a violation that is raised while the queue is shown; return it whole."""
    known = {each["alert_id"] for each in demo.items("/v1/alerts", limit="200", sort="newest")}
    async with asyncio.timeout(PATIENCE_MS * 4 / 1000):
        while True:
            for each in demo.items("/v1/alerts", limit="200", sort="newest"):
                if each["alert_id"] in known or each["kind"] not in KINDS:
                    continue
                row = row_of(at, each["alert_id"])
                if await row.count() and each["confirmed"]:
                    whole: dict[str, Any] = demo.get(f"/v1/alerts/{each['alert_id']}")
                    return whole
            await asyncio.sleep(0.1)


def row_of(at: Desk, alert_id: int) -> Locator:
    """Return the row of an alert in the queue."""
    return at.page.locator("main [role=row]").filter(
        has=at.page.locator(f'a[href="/alerts/{alert_id}"]')
    )


async def select(at: Desk, alert_id: int) -> None:
    """Go to an alert in the queue by the keys for down and up."""
    keys, row = at.page.keyboard, row_of(at, alert_id)
    await keys.press("Home")
    for _ in range(await at.page.locator("main [role=row]").count() + 5):
        if await row.get_attribute("aria-selected") == "true":
            return
        await keys.press("j")
    await expect(row).to_have_attribute("aria-selected", "true")


async def test_a_violation_reaches_the_queue_and_is_handled_by_keyboard_alone(
    tmp_path: Path,
) -> None:
    """On the screen within 2 s of its position's arrival; opened, taken, noted, closed by keys."""
    async with chromium() as browser, AsyncExitStack() as stack:
        # A demo that has just begun: its scenarios are still to be played.
        demo = stack.enter_context(running_demo(tmp_path / "demo", wearers=5, speed=SPEED))
        at = await stack.enter_async_context(desk(browser, demo.url, operator=None, size=TALL))
        await at.page.add_init_script(WATCH)
        await at.open("/")
        await at.page.keyboard.press("Tab")
        while not await at.page.locator("#operator").evaluate("each => each.matches(':focus')"):
            await at.page.keyboard.press("Tab")
        await at.page.keyboard.type(OPERATOR)
        await at.page.keyboard.press("Enter")
        await at.page.locator('[data-connection="live"]').first.wait_for()

        alert = await newly_raised(at, demo)
        number = alert["alert_id"]
        seen_ms = await at.page.evaluate(f"window.firstSeen[{number}]")
        delay_s = seen_ms / 1000 - (await arrival(demo, alert)) / SECOND
        assert -0.01 < delay_s < WITHIN_S
        print(f"on the screen {delay_s:.2f} s after its position arrived")

        keys = at.page.keyboard
        await select(at, number)
        await keys.press("Enter")
        await at.page.get_by_text(alert["why"]).first.wait_for()
        await keys.press("a")
        await expect(row_of(at, number)).to_contain_text(OPERATOR)
        await keys.press("n")
        await expect(at.page.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
        await keys.type("He says the bus was late.")
        await keys.press("Control+Enter")
        await expect(at.page.get_by_role("dialog")).to_have_count(0)
        await keys.press("c")
        await expect(at.page.get_by_role("dialog").get_by_role("radio").first).to_be_visible()
        await keys.press("Space")
        await keys.press("Tab")
        await keys.type("Seen home by the officer.")
        await keys.press("Control+Enter")
        await expect(at.page.get_by_role("dialog")).to_have_count(0)
        await expect(row_of(at, number)).to_contain_text("Closed")
        await keys.press("Home")  # what one is on stays in sight until one moves on
        await keys.press("End")
        await expect(row_of(at, number)).to_have_count(0)

        await handled(at, demo, number)
        assert at.trouble == []


async def handled(at: Desk, demo: Demo, number: int) -> None:
    """Check that the alert's history, and its page, tell each step and whose it was."""
    closed = demo.get(f"/v1/alerts/{number}")
    assert closed["state"] == "closed"
    steps = [(each["action"], each["actor"]) for each in closed["history"]]
    mine = [action for action, actor in steps if actor == f"local/{OPERATOR}"]
    assert [each for each in mine if each != "assigned"] == ["acknowledged", "noted", "closed"]
    await at.open(f"/alerts/{number}")
    await at.settled()
    page = at.page.locator("main")
    for words in ("He says the bus was late.", "Seen home by the officer.", OPERATOR):
        await expect(page).to_contain_text(words)
