"""How long the store's room lasts, and when somebody is told."""

import pytest

from engine.clock import ScaledClock
from engine.core.capacity import (
    GREATEST_ID,
    Headroom,
    Measure,
    StoreSize,
    capacity_signal,
    headroom,
)
from engine.core.self_watch import Level
from engine.survey import Survey
from tests.store_values import T0
from zones.instant import DAY, HOUR, MINUTE

GB = 10**9


def size(used_gb: float, free_gb: float | None = 100, **ids: int) -> StoreSize:
    """Return a store that takes and has so much."""
    free = None if free_gb is None else round(free_gb * GB)
    return StoreSize(used_bytes=round(used_gb * GB), free_bytes=free, ids=ids, since=T0)


def test_the_rate_is_that_of_the_whole_age_or_of_the_last_day() -> None:
    """The greater of the two counts: what grows faster now is not hidden by quiet years."""
    now = T0 + 100 * DAY
    slow = headroom([Measure(now, size(50))], 100 * DAY)
    assert (slow.bytes_a_day, slow.disk_days) == (0.5 * GB, 200)
    measures = [Measure(now - 12 * HOUR, size(45)), Measure(now, size(50))]
    fast = headroom(measures, 100 * DAY)
    assert (fast.bytes_a_day, fast.disk_days) == (10 * GB, 10)


@pytest.mark.parametrize("age", [None, HOUR - 1])
def test_without_an_hour_of_history_nothing_is_forecast(age: int | None) -> None:
    """A rate over minutes says nothing."""
    measures = [Measure(T0, size(1)), Measure(T0 + 59 * MINUTE, size(50))]
    assert headroom(measures, age) == Headroom(
        bytes_a_day=None, disk_days=None, id_days=None, fullest_ids=""
    )


def test_a_store_that_does_not_grow_lasts() -> None:
    """No growth is no forecast, not a division by nothing."""
    measures = [Measure(T0, size(5)), Measure(T0 + 2 * HOUR, size(5))]
    assert headroom(measures, None).disk_days is None


def test_ids_are_measured_against_what_json_keeps_exact() -> None:
    """The kind that runs out first counts; at a table's 32 bits nobody would have looked."""
    ids = {"position": GREATEST_ID - 3 * 10**9, "alert": 5}
    room = headroom([Measure(T0, size(1, **ids))], DAY)
    assert room.fullest_ids == "position"
    assert room.id_days == pytest.approx(3 * 10**9 / ids["position"])
    signal = capacity_signal(size(1, **ids), room, 14)
    assert (signal.level, signal.detail) == (Level.HOLDS, "the ids of position run out in 0.0 days")


@pytest.mark.parametrize(
    ("free_gb", "days", "level"),
    [
        (50, None, Level.BETWEEN),
        (0.19, None, Level.HOLDS),
        (50, 13.9, Level.HOLDS),
        (50, 14, Level.BETWEEN),
        (50, 20.9, Level.BETWEEN),
        (50, 21, Level.CLEAR),
    ],
)
def test_scarce_is_below_the_days_and_over_at_half_more(
    free_gb: float, days: float | None, level: Level
) -> None:
    """It opens below the threshold, ends well above it, and very little room needs no rate."""
    room = Headroom(bytes_a_day=GB, disk_days=days, id_days=None, fullest_ids="")
    assert capacity_signal(size(1, free_gb), room, 14).level is level


def test_it_says_how_much_is_left_and_how_fast_it_goes() -> None:
    """A person reads days, room and rate."""
    room = Headroom(bytes_a_day=1.5 * GB, disk_days=2.7, id_days=1e6, fullest_ids="position")
    assert capacity_signal(size(1, 4.1), room, 14).detail == (
        "the disk of the store is full in 2.7 days: 4.1 GB are left, it grows by 1.5 GB a day"
    )


def test_a_limit_stands_for_the_disk_and_a_simulated_day_is_no_day() -> None:
    """A server's disk cannot be seen: what it may take can be said. Disks fill in real time."""
    clock = ScaledClock(T0 + 60 * DAY, 60.0, 0)
    clock.now = lambda: T0 + 60 * DAY  # type: ignore[method-assign]
    survey = Survey(None, clock, 14, limit_bytes=3 * GB)  # type: ignore[arg-type]
    survey.take(size(1, None))
    found = survey.capacity()
    assert found is not None
    assert (found.size.free_bytes, found.room.bytes_a_day) == (2 * GB, GB)
    (signal,) = survey.signals(T0)
    assert signal.level is Level.HOLDS
