"""Many times are read as each is."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from engine.core.many_instants import instants_of
from zones.instant import from_datetime

ZONES = st.sampled_from((UTC, timezone(timedelta(hours=-5)), timezone(timedelta(minutes=345))))
TIMES = st.datetimes(datetime(1969, 1, 1), datetime(2199, 12, 31), timezones=ZONES)  # noqa: DTZ001
WHOLE = TIMES.map(lambda time: time.replace(microsecond=0))
BROKEN = TIMES.map(lambda time: time.replace(microsecond=time.microsecond or 1))


@given(times=st.one_of(*(st.lists(each, max_size=40) for each in (TIMES, WHOLE, BROKEN))))
def test_many_times_are_read_as_each_is(times: list[datetime]) -> None:
    """Whatever fractions of seconds and offsets they have."""
    assert instants_of(times).tolist() == [from_datetime(time) for time in times]
