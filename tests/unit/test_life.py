"""Lives and paths: continuous, no faster than allowed, at home when the day begins and ends."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from simulators.city import City
from simulators.life import Habits, Life
from simulators.path import PathBuilder, TruePath
from simulators.plane import Plane
from simulators.streets import MAIN_LIMIT_MPS, WALK_MPS
from zones.instant import HOUR, MINUTE, SECOND, to_datetime

CITY = City.generate(3)
MONDAY = date(2026, 3, 9)
PLANE = Plane(-46.6, -23.5)


def _days(life: Life, days: int = 7) -> list[TruePath]:
    return [life.day(MONDAY + timedelta(days=k)) for k in range(days)]


@pytest.mark.parametrize("number", range(12))
def test_days_join_without_a_gap_at_home(number: int) -> None:
    """Each day runs from 04:00 to 04:00 local time, from home to home."""
    life = Life.make(CITY, 5, number, Habits(drives=number % 2 == 0, late_night=0.5))
    for path in _days(life):
        for instant, k in ((path.start, 0), (path.end, -1)):
            local = to_datetime(instant).astimezone(ZoneInfo(CITY.timezone))
            assert (local.hour, local.minute) == (4, 0)
            assert (path.east_m[k], path.north_m[k]) == (life.home.east_m, life.home.north_m)
            assert path.indoors[k]
        assert path.end - path.start == 24 * HOUR


@pytest.mark.parametrize(("drives", "limit_mps"), [(True, MAIN_LIMIT_MPS), (False, 1.3 * WALK_MPS)])
def test_nobody_exceeds_the_speed_limit(drives: bool, limit_mps: float) -> None:
    """Drivers keep below 60 km/h and walkers below a brisk pace, and both do move."""
    fastest = []
    for number in range(12):
        for path in _days(Life.make(CITY, 5, number, Habits(drives=drives)), 3):
            legs_m = np.hypot(np.diff(path.east_m), np.diff(path.north_m))
            fastest.append(float((legs_m / (np.diff(path.times) / SECOND)).max()))
    assert max(fastest) <= limit_mps * 1.001
    assert min(fastest) > 0.9
    assert (max(fastest) > 5) == drives


def test_a_drive_stops_on_the_way() -> None:
    """Between leaving and arriving a driver stands still at least once."""
    path = Life.make(CITY, 5, 1, Habits(drives=True)).day(MONDAY)
    outdoors = path.sample(np.arange(path.start, path.end, SECOND))
    moving = outdoors.speed_mps[~outdoors.indoors]
    assert 0 < np.mean(moving == 0) < 0.6


def test_people_work_on_working_days_only() -> None:
    """At eleven on a Monday the wearer is at work, indoors; on a Sunday he is not."""
    life = Life.make(CITY, 5, 2, Habits(drives=True))
    for path, works in ((life.day(MONDAY), True), (life.day(MONDAY + timedelta(days=6)), False)):
        noon = path.at(path.start + 7 * HOUR)
        away = np.hypot(*(np.subtract(PLANE.metres(noon.lon, noon.lat), _at(life))))
        assert (away < 1) == works


def test_late_nights_are_late_and_others_are_not() -> None:
    """With late nights the wearer is out at 23:30 on some days, without on none."""
    for late, expected in ((1.0, True), (0.0, False)):
        habits = Habits(drives=True, late_night=late, evening_out=1.0)
        out = []
        for number in range(6):
            life = Life.make(CITY, 5, number, habits)
            home = (life.home.lon, life.home.lat)
            for path in _days(life, 4):
                at = path.at(path.start + 19 * HOUR + 30 * MINUTE)
                out.append((at.lon, at.lat) != pytest.approx(home, abs=1e-6))
        assert any(out) == expected


def test_strays_go_where_they_must_not() -> None:
    """A wearer who always strays is at the forbidden place once a day."""
    school = CITY.of_kind("school")[0]
    base = Life.make(CITY, 5, 4, Habits(stray=1.0))
    life = Life(CITY, 5, 4, base.home, base.work, base.haunts, base.habits, school)
    for path in _days(life, 3):
        away = np.hypot(path.east_m - school.east_m, path.north_m - school.north_m)
        assert away.min() == 0


def test_the_seed_decides_a_life() -> None:
    """The same seed, wearer and day give the same path; another wearer has another."""
    one, again, other = (Life.make(CITY, 5, k).day(MONDAY) for k in (0, 0, 1))
    assert np.array_equal(one.times, again.times)
    assert np.array_equal(one.east_m, again.east_m)
    assert not np.array_equal(one.times, other.times)


def test_a_path_is_where_it_was_built() -> None:
    """Position, speed, heading, indoors and canyon are those of the leg under way."""
    path = (
        PathBuilder(PLANE, 0, (0.0, 0.0), indoors=True, canyon=0.5)
        .stay(60)
        .outdoors(canyon=0.2)
        .go((0.0, -100.0), 2.0)
        .go((30.0, -100.0), 1.0)
        .build()
    )
    inside, south, east, after = (path.at(s * SECOND) for s in (30, 85, 125, 500))
    assert (inside.speed_mps, inside.indoors, inside.canyon) == (0.0, True, 0.5)
    assert (south.speed_mps, south.heading_deg, south.indoors) == (2.0, 180.0, False)
    assert south.canyon == 0.2
    assert PLANE.metres(south.lon, south.lat) == pytest.approx((0.0, -50.0), abs=1e-3)
    assert (east.speed_mps, east.heading_deg) == pytest.approx((1.0, 90.0))
    assert PLANE.metres(east.lon, east.lat) == pytest.approx((15.0, -100.0), abs=1e-3)
    assert after.speed_mps == 0.0
    assert PLANE.metres(after.lon, after.lat) == pytest.approx((30.0, -100.0), abs=1e-3)


def test_before_its_start_a_path_stands_still() -> None:
    """An instant before the first vertex gives its place, at rest."""
    path = PathBuilder(PLANE, 0, (5.0, 5.0)).go((50.0, 5.0), 1.0).build()
    early = path.at(-HOUR)
    assert early.speed_mps == 0.0
    assert PLANE.metres(early.lon, early.lat) == pytest.approx((5.0, 5.0), abs=1e-3)


def test_waiting_for_what_has_passed_changes_nothing() -> None:
    """Staying until an earlier instant takes no time."""
    builder = PathBuilder(PLANE, HOUR, (0.0, 0.0)).stay_until(0)
    assert builder.now == HOUR


def test_bad_paths_are_refused() -> None:
    """A speed of 0, and times that do not increase, are errors that name the field."""
    with pytest.raises(ValueError, match="speed_mps is 0"):
        PathBuilder(PLANE, 0, (0.0, 0.0)).go((1.0, 1.0), 0)
    column, flags = np.zeros(2), np.zeros(2, dtype=np.bool_)
    with pytest.raises(ValueError, match="times do not increase"):
        TruePath(PLANE, np.zeros(2, dtype=np.int64), column, column, flags, column)
    with pytest.raises(ValueError, match="lengths"):
        TruePath(PLANE, np.arange(3), column, column, flags, column)


def _at(life: Life) -> tuple[float, float]:
    return life.work.east_m, life.work.north_m
