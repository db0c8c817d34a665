"""A demo for the browser tests: `ringfence demo` as a user starts it, once for all of them."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.acceptance.browser_kit import Demo, chromium_path
from tests.integration.mqtt_kit import free_port

READY_S = 120.0
WEARERS = "12"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A running demo that has raised alerts."""
    chromium_path()
    folder, port = tmp_path_factory.mktemp("demo") / "state", str(free_port())
    command = [sys.executable, "-m", "engine", "demo", "--json", "--wearers", WEARERS]
    running = subprocess.Popen(
        [*command, "--port", port, "--state-dir", str(folder)], stdout=subprocess.DEVNULL
    )
    made = Demo(f"http://127.0.0.1:{port}", folder)
    try:
        _until_it_says_something(made, running)
        yield made
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(timeout=60)


def _until_it_says_something(demo: Demo, running: subprocess.Popen[Any]) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        assert running.poll() is None, f"the demo ended with {running.returncode}"
        try:
            if demo.items("/v1/alerts", kind="exclusion_entered"):
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"no alert in {READY_S} s")
