"""What the engine took lately: rates by the minute, delays to 5 %, what was uploaded late apart."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.sketch import LEAST, MOST, counted, quantile
from engine.recent import SLOT, WINDOW, Recent, Taken
from zones.instant import HOUR, MINUTE, SECOND, Duration, Instant

START = 1_000_000 * HOUR
durations = st.integers(LEAST, MOST)


@given(st.lists(durations, min_size=1, max_size=300), st.sampled_from([0.0, 0.5, 0.9, 0.99, 1.0]))
def test_a_quantile_is_right_to_five_percent(each: list[Duration], share: float) -> None:
    """It is within 5 % of the duration that so great a share of all does not exceed."""
    found = quantile(counted(each), share)
    exact = sorted(each)[max(1, int(np.ceil(share * len(each)))) - 1]
    assert found == pytest.approx(exact, rel=0.05, abs=LEAST)


@given(st.lists(durations), st.lists(durations))
def test_sketches_add_up(one: list[Duration], other: list[Duration]) -> None:
    """The sum of two sketches is the sketch of both."""
    assert (counted(one) + counted(other) == counted([*one, *other])).all()


def test_what_is_out_of_range_counts_at_its_end() -> None:
    """A clock that is ahead, and a week, are counted as the least and the most; nothing is None."""
    assert quantile(counted([]), 0.5) is None
    assert quantile(counted([-5 * SECOND, 0]), 0.5) == LEAST
    assert quantile(counted([200 * HOUR]), 0.5) == pytest.approx(MOST, rel=0.05)


def steady(recent: Recent, since: Instant, until: Instant, each_second: int = 10) -> None:
    """Add a batch a second, of so many positions with one message each."""
    for at in range(since, until, SECOND):
        taken = Taken.of([(at - 2 * SECOND, at - SECOND // 10, False, False)] * each_second)
        recent.add(at, each_second, taken, {"acme": each_second}, START)


def test_minutes_before_the_start_are_not_known() -> None:
    """Of an hour, the minutes before the process began are None, those without messages are 0."""
    recent = Recent(START + 30 * SECOND)
    steady(recent, START + 30 * SECOND, START + 2 * MINUTE)
    found = recent.numbers(START + 4 * MINUTE + SECOND)
    assert (found.since, found.per_minute_until) == (START + 30 * SECOND, START + 4 * MINUTE)
    assert len(found.per_minute) == 60
    assert found.per_minute[-4:] == (300, 600, 0, 0)
    assert set(found.per_minute[:-4]) == {None}


def test_an_hour_is_kept_and_no_more() -> None:
    """Every minute of the last hour is there; what came two hours ago is not counted again."""
    recent = Recent(START)
    steady(recent, START, START + 61 * MINUTE, each_second=1)
    assert recent.numbers(START + 61 * MINUTE).per_minute == (60,) * 60
    later = recent.numbers(START + 4 * HOUR)
    assert (later.per_minute, later.positions_per_s) == ((0,) * 60, 0)
    assert later.decided == (None, None, 0)


def test_rates_are_those_of_the_last_minute() -> None:
    """Positions and messages a second, also when less than a minute has been counted."""
    recent = Recent(START)
    steady(recent, START, START + 15 * SECOND)
    assert recent.numbers(START + 15 * SECOND).positions_per_s == pytest.approx(10, rel=0.1)
    steady(recent, START + 15 * SECOND, START + 3 * MINUTE)
    steady(recent, START + 3 * MINUTE, START + 4 * MINUTE, each_second=40)
    found = recent.numbers(START + 4 * MINUTE)
    assert (found.positions_per_s, found.messages_per_s) == (40, 40)
    assert found.vendors_per_s == {"acme": pytest.approx(17.5, rel=0.05)}


def test_delays_are_of_the_last_five_minutes() -> None:
    """From the device and from the receipt to the commit; what was slow before is forgotten."""
    recent = Recent(START)
    recent.add(START, 1, Taken.of([(START - HOUR, START, False, False)]), {"acme": 1}, None)
    assert recent.numbers(START).decided.p99 == pytest.approx(HOUR, rel=0.05)
    steady(recent, START + SECOND, START + WINDOW + 2 * SLOT)
    found = recent.numbers(START + WINDOW + 2 * SLOT)
    assert found.decided.p99 == pytest.approx(2 * SECOND, rel=0.05)
    assert found.committed.p50 == pytest.approx(SECOND // 10, rel=0.05)


@pytest.mark.parametrize(
    ("taken", "listening_since", "late"),
    [
        ((START - HOUR, START, False, True), START - 2 * HOUR, True),
        ((START - HOUR, START, False, True), START - MINUTE, False),
        ((START - HOUR, START, False, True), None, False),
        ((START - HOUR, START, False, False), START - 2 * HOUR, False),
        ((START - SECOND, START, True, False), None, True),
    ],
)
def test_what_devices_kept_is_counted_apart(
    taken: tuple[Instant, Instant, bool, bool], listening_since: Instant | None, late: bool
) -> None:
    """Late is what came out of order, or overdue while we listened; the rest is our delay."""
    recent = Recent(START - HOUR)
    recent.add(START, 1, Taken.of([taken]), {"acme": 1}, listening_since)
    found = recent.numbers(START)
    assert (found.late, found.decided.messages) == ((1, 0) if late else (0, 1))


def test_a_clock_that_goes_back_loses_nothing() -> None:
    """Batches of an earlier time are counted where the newest one was."""
    recent = Recent(START)
    instants: Sequence[Instant] = (START + 2 * MINUTE, START + MINUTE, START + 2 * MINUTE)
    for at in instants:
        recent.add(at, 5, Taken.of([]), {"acme": 1}, None)
    assert recent.numbers(START + 3 * MINUTE).per_minute[-1] == 15
