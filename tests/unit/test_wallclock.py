"""Wall times that exist once, twice or never."""

from datetime import datetime

import pytest

from zones.wallclock import end_of, local, start_of, timezone, timezone_database, timezone_names

CASES = [
    # zone, wall time, as a start, as an end
    ("Europe/Berlin", "2026-01-10 22:00", "2026-01-10T22:00:00+01:00", "2026-01-10T22:00:00+01:00"),
    ("Europe/Berlin", "2026-03-29 01:59", "2026-03-29T01:59:00+01:00", "2026-03-29T01:59:00+01:00"),
    ("Europe/Berlin", "2026-03-29 02:00", "2026-03-29T03:00:00+02:00", "2026-03-29T03:00:00+02:00"),
    ("Europe/Berlin", "2026-03-29 02:30", "2026-03-29T03:00:00+02:00", "2026-03-29T03:00:00+02:00"),
    ("Europe/Berlin", "2026-03-29 03:00", "2026-03-29T03:00:00+02:00", "2026-03-29T03:00:00+02:00"),
    ("Europe/Berlin", "2026-10-25 02:00", "2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"),
    ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"),
    ("Europe/Berlin", "2026-10-25 03:00", "2026-10-25T03:00:00+01:00", "2026-10-25T03:00:00+01:00"),
    # half an hour
    (
        "Australia/Lord_Howe",
        "2026-10-04 02:15",
        "2026-10-04T02:30:00+11:00",
        "2026-10-04T02:30:00+11:00",
    ),
    (
        "Australia/Lord_Howe",
        "2026-04-05 01:45",
        "2026-04-05T01:45:00+11:00",
        "2026-04-05T01:45:00+10:30",
    ),
    # a day that never was
    ("Pacific/Apia", "2011-12-30 00:00", "2011-12-31T00:00:00+14:00", "2011-12-31T00:00:00+14:00"),
    ("Pacific/Apia", "2011-12-30 22:00", "2011-12-31T00:00:00+14:00", "2011-12-31T00:00:00+14:00"),
    # a midnight that never was, and one that came twice
    (
        "America/Sao_Paulo",
        "2018-11-04 00:00",
        "2018-11-04T01:00:00-02:00",
        "2018-11-04T01:00:00-02:00",
    ),
    (
        "America/Sao_Paulo",
        "2018-02-17 23:30",
        "2018-02-17T23:30:00-02:00",
        "2018-02-17T23:30:00-03:00",
    ),
    (
        "America/Sao_Paulo",
        "2018-02-18 00:00",
        "2018-02-18T00:00:00-03:00",
        "2018-02-18T00:00:00-03:00",
    ),
    # a day that came twice
    (
        "America/Juneau",
        "1867-10-19 12:00",
        "1867-10-19T12:00:00+15:02:19",
        "1867-10-19T12:00:00-08:57:41",
    ),
    # a change of zone without daylight saving, and a quarter of an hour
    (
        "Asia/Pyongyang",
        "2018-05-04 23:45",
        "2018-05-05T00:00:00+09:00",
        "2018-05-05T00:00:00+09:00",
    ),
    (
        "Pacific/Chatham",
        "2026-04-05 03:00",
        "2026-04-05T03:00:00+13:45",
        "2026-04-05T03:00:00+12:45",
    ),
    (
        "Africa/Casablanca",
        "2026-02-15 02:30",
        "2026-02-15T02:30:00+01:00",
        "2026-02-15T02:30:00+00:00",
    ),
    ("Asia/Tehran", "2021-03-22 00:30", "2021-03-22T01:00:00+04:30", "2021-03-22T01:00:00+04:30"),
]


@pytest.mark.parametrize(("zone", "wall", "start", "end"), CASES)
def test_wall_times_mean_the_instants_of_the_design(
    zone: str, wall: str, start: str, end: str
) -> None:
    """A skipped time is the first instant after the gap; a repeated start is first, an end last."""
    asked = datetime.fromisoformat(wall)
    assert local(start_of(asked, zone), zone).isoformat() == start
    assert local(end_of(asked, zone), zone).isoformat() == end


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("europe/berlin", "did you mean 'Europe/Berlin'?"),
        ("Europe/Berln", "did you mean 'Europe/Berlin'?"),
        ("../zones", "use one like 'Europe/Berlin'"),
        ("", "use one like 'Europe/Berlin'"),
    ],
)
def test_an_unknown_zone_is_named_with_a_fix(name: str, fix: str) -> None:
    """An unknown time zone is an error that names it and the likely one."""
    with pytest.raises(ValueError, match="is not an IANA time zone") as error:
        timezone(name)
    assert repr(name) in str(error.value)
    assert fix in str(error.value)


def test_zones_come_from_the_package() -> None:
    """The zones are those of the installed database, whose release has a name."""
    assert {"Europe/Berlin", "Pacific/Apia", "UTC"} <= timezone_names()
    assert timezone_database()[:2] == "20"
    assert timezone("Europe/Berlin") is timezone("Europe/Berlin")
