"""When a canary has come out."""

import pytest

from engine.core.canary import came_out
from engine.core.episode import Bound
from tests.store_values import T0, stored_episode

ENDED = Bound(T0, T0 + 10, T0 + 5)


@pytest.mark.parametrize(
    ("ended", "at", "inside", "out"),
    [
        (None, T0, True, True),
        (None, T0 + 1, True, False),
        (None, T0, False, False),
        (ENDED, T0 + 10, False, True),
        (ENDED, T0 + 9, False, False),
        (ENDED, T0, True, False),
    ],
)
def test_it_is_out_when_its_episode_begins_or_ends_at_its_very_time(
    ended: Bound | None,
    at: int,
    inside: bool,
    out: bool,
) -> None:
    """An older result, or the opposite one, is not the result of this message."""
    assert came_out(stored_episode(1, ended=ended), at, inside=inside) is out
    assert not came_out(None, at, inside=inside)
