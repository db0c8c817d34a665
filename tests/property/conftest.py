"""What several property tests stand on."""

import shutil
from collections.abc import Iterator

import pytest

from tests.stored_kit import Stored


@pytest.fixture(scope="module")
def stored(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stored]:
    """An engine on a store, which serves all histories."""
    path = tmp_path_factory.mktemp("stored") / "ringfence.db"
    shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
    played = Stored(f"sqlite:///{path}")
    yield played
    played.close()
