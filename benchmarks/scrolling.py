"""A person scrolls through the queue in a real Chromium: frames as the browser counts them, memory.

The wheel is turned as a hand does it, down to the end and up again, without a pause. A frame is
what `requestAnimationFrame` sees: where the main thread takes longer than 20 ms for one, there are
fewer than 50 a second. Memory is the JavaScript heap after a forced collection: what is in use.
"""

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import linear_regression

from playwright.async_api import CDPSession, Page, async_playwright

WHEEL_PX = 120
"""A notch of a wheel."""
TURN_S = 0.05
_ROWS = "[role=treegrid] [role=row]"
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_WATCH = """() => {
  window.frames_ms = []; window.watching = false
  let last = performance.now()
  const frame = (now) => {
    if (window.watching) window.frames_ms.push(now - last)
    last = now
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
}"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some seconds of scrolling, and what was in memory after them."""

    at_s: float
    """When it ended, since the first began."""
    frames_ms: tuple[float, ...]
    heap_bytes: int
    nodes: int
    rows: int
    """Rows of the list, however many are drawn."""

    @property
    def per_second(self) -> float:
        """Frames a second."""
        return 1e3 * len(self.frames_ms) / sum(self.frames_ms)


@dataclass(slots=True)
class Scrolled:
    """All stretches."""

    stretches: list[Stretch] = field(default_factory=list)
    busy: float = 0.0
    """Share of its time that the page's main thread worked, by its own processor time: what else
    runs on the machine slows the frames down, but not this."""

    @property
    def frames_ms(self) -> list[float]:
        """Every frame."""
        return [frame for each in self.stretches for frame in each.frames_ms]

    @property
    def per_second(self) -> float:
        """Frames a second, over all."""
        return 1e3 * len(self.frames_ms) / sum(self.frames_ms)

    def growth_bytes_a_minute(self, since_s: float) -> float:
        """Return the slope of the heap after so many seconds."""
        late = [each for each in self.stretches if each.at_s >= since_s]
        if len(late) < 3:
            return 0.0
        return 60 * linear_regression([x.at_s for x in late], [x.heap_bytes for x in late]).slope


def chromium() -> str | None:
    """Return the machine's Chromium, or the one that RINGFENCE_CHROMIUM names."""
    return os.environ.get("RINGFENCE_CHROMIUM") or shutil.which("chromium")


@asynccontextmanager
async def queue_page(url: str, program: str) -> AsyncIterator[Page]:
    """Open the queue as an operator; all alerts are there when the block begins."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        await page.add_init_script("localStorage.setItem('ringfence.operator', 'kim')")
        await page.goto(url)
        await page.wait_for_selector(_ROWS, timeout=60_000)
        yield page
        await browser.close()


async def scrolled(page: Page, seconds: float, every_s: float) -> Scrolled:
    """Scroll for so long; look at frames and memory every so often."""
    session = await page.context.new_cdp_session(page)
    await page.evaluate(_WATCH)
    box = await page.locator("[role=treegrid]").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})
    worked_s = await _worked_s(session)
    result, began, down = Scrolled(), time.monotonic(), True
    while (left := seconds - (time.monotonic() - began)) > 1:
        await page.evaluate("() => { window.frames_ms = []; window.watching = true }")
        down = await _turn(page, min(every_s, left), down=down)
        frames = await page.evaluate("() => { window.watching = false; return window.frames_ms }")
        result.stretches.append(await _stretch(page, session, time.monotonic() - began, frames))
    result.busy = (await _worked_s(session) - worked_s) / (time.monotonic() - began)
    return result


async def _worked_s(session: CDPSession) -> float:
    metrics = (await session.send("Performance.getMetrics"))["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


async def _turn(page: Page, seconds: float, *, down: bool) -> bool:
    """Turn the wheel; return in which direction it goes on."""
    until = time.monotonic() + seconds
    turns = 0
    while time.monotonic() < until:
        await page.mouse.wheel(0, WHEEL_PX if down else -WHEEL_PX)
        await asyncio.sleep(TURN_S)
        turns += 1
        if turns % 40 == 0:
            down = await _onward(page, down=down)
    return down


async def _onward(page: Page, *, down: bool) -> bool:
    """Return whether to go down: the other way at either end."""
    place = "(e) => [e.scrollTop, e.scrollHeight - e.clientHeight - e.scrollTop]"
    above, below = await page.locator("[role=treegrid]").evaluate(place)
    return bool(below > WHEEL_PX) if down else bool(above < WHEEL_PX)


async def _stretch(page: Page, session: CDPSession, at_s: float, frames: list[float]) -> Stretch:
    await session.send("HeapProfiler.collectGarbage")
    heap = await session.send("Runtime.getHeapUsage")
    counters = await session.send("Memory.getDOMCounters")
    rows = await page.locator("[role=treegrid]").get_attribute("aria-rowcount")
    heap_bytes, nodes = round(heap["usedSize"]), int(counters["nodes"])
    return Stretch(at_s, tuple(frames), heap_bytes, nodes, int(rows or 0))
