"""The instant of a wall time, in every zone of the database and all of its history."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from zones.instant import DAY, HOUR, SECOND, Instant, from_datetime
from zones.wallclock import end_of, local, start_of, timezone_names

ZONE_NAMES = sorted(timezone_names())
LONGEST_SKIP = 49


def shown(instant: Instant, zone: str) -> datetime:
    """Return what the clocks of a zone show."""
    return local(instant, zone).replace(tzinfo=None)


def a_change(zone: str, year: int, pick: int) -> Instant:
    """Return an instant at which the clocks of a zone change in a year, or its first if none."""
    first = from_datetime(datetime(year, 1, 1, tzinfo=UTC))
    offsets = [local(first + i * DAY, zone).utcoffset() for i in range(366)]
    days = [i for i in range(len(offsets) - 1) if offsets[i] != offsets[i + 1]]
    if not days:
        return first
    day = days[pick % len(days)]
    low, high = first + day * DAY, first + (day + 1) * DAY
    before = local(low, zone).utcoffset()
    while high - low > SECOND:
        middle = (low + high) // 2 // SECOND * SECOND
        low, high = (middle, high) if local(middle, zone).utcoffset() == before else (low, middle)
    return high


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(ZONE_NAMES),
    st.integers(1880, 2040),
    st.integers(0, 3),
    st.integers(-30 * 3600, 30 * 3600),
)
def test_a_start_is_the_first_and_an_end_the_last_instant_of_its_wall_time(
    zone: str, year: int, pick: int, seconds: int
) -> None:
    """Near any change: no earlier instant shows a start's time or more, no later one an end's."""
    change = a_change(zone, year, pick)
    wall = shown(change, zone) + timedelta(seconds=seconds)
    start, end = start_of(wall, zone), end_of(wall, zone)
    around = range(-LONGEST_SKIP * HOUR, LONGEST_SKIP * HOUR, HOUR // 2)
    assert shown(start, zone) >= wall
    assert all(shown(start + step, zone) < wall for step in (-1, *around) if step < 0)
    assert all(shown(end + step, zone) > wall for step in (1, *around) if step > 0)
    if shown(start, zone) == wall:
        assert shown(end, zone) == wall
        assert end >= start
    else:
        assert end == start
