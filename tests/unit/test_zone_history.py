"""Which version of a zone holds when."""

from dataclasses import replace

import pytest

from zones.history import ZoneHistory
from zones.interval import BEGINNING, END, Interval
from zones.zone import Circle, Zone, ZoneError

HERE = Circle(0.0, 0.0, 100.0)


def version(number: int, effective_from: int | None, zone_id: str = "z") -> Zone:
    """Make a version of a zone."""
    return Zone(zone_id, HERE, version=number, effective_from=effective_from)


def test_the_latest_in_effect_holds() -> None:
    """A version holds from its own instant up to, but not at, that of the next."""
    history = ZoneHistory((version(3, 200), version(2, 100)))
    held = [history.at(instant) for instant in (99, 100, 199, 200, 10**18)]
    assert [zone and zone.version for zone in held] == [None, 2, 2, 3, 3]


def test_a_version_without_a_date_always_was() -> None:
    """A version without effective_from holds before every other."""
    history = ZoneHistory((version(2, -5), version(1, None)))
    assert [zone.version for zone in history.versions] == [1, 2]
    first = history.at(-(10**17))
    assert first is not None
    assert first.version == 1
    assert history.zone_id == "z"


def test_what_changes_is_told() -> None:
    """The instants at which what is in effect changes are those of versions and withdrawals."""
    versions = (version(1, None), version(2, 100), version(3, 200))
    assert ZoneHistory(versions).changes == (100, 200)
    spans = (Interval(BEGINNING, 50), Interval(150, 200), Interval(300, END))
    assert ZoneHistory(versions, spans).changes == (50, 100, 150, 200, 300)


def test_a_withdrawn_zone_has_no_version_in_effect() -> None:
    """While a zone is withdrawn no version holds, and after that the one of then does."""
    history = ZoneHistory((version(1, None), version(2, 100)), (Interval(90, 110),))
    held = [history.at(instant) for instant in (89, 90, 109, 110)]
    assert [zone and zone.version for zone in held] == [1, None, None, 2]


def test_a_version_may_withdraw_the_zone() -> None:
    """From the effect of such a version none holds, until that of the next one."""
    gone = replace(version(2, 100), withdrawn=True)
    history = ZoneHistory((version(1, None), gone, version(3, 200)))
    held = [history.at(instant) for instant in (99, 100, 199, 200)]
    assert [zone and zone.version for zone in held] == [1, None, None, 3]
    assert history.changes == (100, 200)


@pytest.mark.parametrize(
    ("versions", "message"),
    [
        ((), "at least one version"),
        ((version(1, 1), version(2, 2, "y")), "of one zone, not of y, z"),
        ((version(1, 1), version(1, 2)), "two versions share one version"),
        ((version(1, 5), version(2, 5)), "two versions share one effective_from"),
        ((version(1, None), version(2, None)), "share one effective_from"),
    ],
)
def test_a_history_that_cannot_be(versions: tuple[Zone, ...], message: str) -> None:
    """Versions that contradict each other make no history."""
    with pytest.raises(ZoneError, match=message):
        ZoneHistory(versions)
