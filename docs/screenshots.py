"""Pictures of every page of the console, from a demo that runs: `make screenshots`.

Each page is taken light, dark and as narrow as a telephone, into `docs/screenshots/`; the page on
the console shows them. The demo is seeded and has played its scenarios by then; what the clocks
show differs from run to run.
"""

import asyncio
import re
import shutil
import tempfile
import time
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Final

import httpx
from PIL import Image

from tests.acceptance.browser_kit import (
    NARROW,
    OPERATOR,
    Demo,
    Scheme,
    addresses,
    chromium,
    desk,
    running_demo,
)

FOLDER: Final = Path(__file__).parent / "screenshots"
WEARERS: Final = 60
SPEED: Final = 60.0
PLAYED_S: Final = 50.0
"""Real seconds after which every scenario has been played."""
MOST_BYTES: Final = 150_000
WIDE: Final = (1280, 800)
LOOKS: Final[tuple[tuple[str, Scheme, tuple[int, int]], ...]] = (
    ("light", "light", WIDE),
    ("dark", "dark", WIDE),
    ("narrow", "light", NARROW),
)


def name_of(pattern: str) -> str:
    """Return the name of a page's pictures: `queue`, `alerts-one`, `zones`."""
    return re.sub(r"[^a-z]+", "-", re.sub(r"[/=]:\w+", "-one", pattern)).strip("-") or "queue"


def handle(demo: Demo, shown: str) -> None:
    """Do something with alerts, the one at a path among them, as people at a desk would."""
    with httpx.Client(base_url=demo.url, headers={"Ringfence-Operator": OPERATOR}) as api:
        worst = demo.items("/v1/alerts", limit="8")
        for path in (shown, *(f"/alerts/{each['alert_id']}" for each in worst[5:])):
            api.post(f"/v1{path}/acknowledge", json={"note": "Calling him now."}).raise_for_status()
        note = {"note": "No answer at first; he says he took the wrong bus and turns round."}
        api.post(f"/v1{shown}/notes", json=note).raise_for_status()


async def take(demo: Demo, pages: dict[str, str]) -> None:
    """Take every picture of pages, by their patterns."""
    async with chromium() as browser:
        for label, scheme, size in LOOKS:
            async with desk(browser, demo.url, scheme=scheme, size=size) as at:
                for pattern, path in pages.items():
                    await at.open(path)
                    await at.settled()
                    await at.page.wait_for_timeout(300)  # what fades in has done so
                    png = await at.page.screenshot()
                    keep(FOLDER / f"{name_of(pattern)}-{label}.png", png)


def keep(path: Path, png: bytes) -> None:
    """Write a picture; one that is large, in 256 colours."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    picture.save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        picture.quantize(256, method=Image.Quantize.FASTOCTREE).save(path, optimize=True)
    print(f"{path.name} {path.stat().st_size / 1000:.0f} kB")


def gallery(names: Iterable[str]) -> str:
    """Return the page that shows all pictures."""
    parts = ["# The console in pictures", "`make screenshots` takes them anew, from a demo."]
    for name in names:
        parts.append(f"## {name}")
        parts += [f"![{name}, {label}]({name}-{label}.png)" for label, *_ in LOOKS]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Play a demo and take the pictures."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_demo(Path(folder) / "demo", WEARERS, SPEED) as demo,
    ):
        time.sleep(PLAYED_S)
        pages = addresses(demo)
        handle(demo, pages["/alerts/:alertId"])
        asyncio.run(take(demo, pages))
    (FOLDER / "README.md").write_text(gallery(map(name_of, pages)))


if __name__ == "__main__":
    main()
