"""A demo for the browser tests: `ringfence demo` as a user starts it, once for all of them."""

from collections.abc import Iterator

import pytest

from tests.acceptance.browser_kit import Demo, chromium_path, running_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A running demo that has raised alerts."""
    chromium_path()
    with running_demo(tmp_path_factory.mktemp("demo") / "state", wearers=12) as running:
        running.wait(lambda: running.items("/v1/alerts", kind="exclusion_entered"), "an alert")
        yield running
