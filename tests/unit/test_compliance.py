"""What became of a condition in a stretch of time, in seconds."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import msgspec
import pytest

from engine.core.compliance import ConditionAccount, accounts, seconds_of
from engine.core.fold import Fold, Report, begin
from engine.core.gauge import IndexGauge
from engine.core.order import Condition, ConditionKind, Stay, Supervision
from engine.core.position import Position
from engine.core.replay import index_of
from engine.core.standing import Course, follow
from tests.judgement_kit import ALWAYS, T0, at, circle, condition, position, supervision
from zones.instant import HOUR
from zones.interval import Interval
from zones.local_day import local_day
from zones.schedule import Schedule
from zones.window import Window

HOME = circle("HOME", 0, 100)
SCHOOL = circle("SCHOOL", 1000, 100)
COURT = circle("COURT", 1000, 40)
STRETCH = Interval(T0, at(3600))


def account(
    judged_by: Supervision, *reports: Report, stretch: Interval = STRETCH
) -> ConditionAccount:
    """Return what became of the first condition."""
    return accounts(judged_by, [walked(judged_by, reports, stretch)], stretch)[0]


def walked(
    judged_by: Supervision, reports: Sequence[Report], stretch: Interval
) -> tuple[Supervision, Course]:
    """Return a supervision with what walking its fold over a stretch shows."""
    fold = Fold(judged_by, IndexGauge(index_of([judged_by])))
    course = follow(fold, begin(judged_by), reports, stretch.start, stretch.end)
    return judged_by, course


def told(found: ConditionAccount) -> tuple[float, float, float, float]:
    """Return the seconds kept, broken, unknown and permitted."""
    kept, broken, unknown, permitted = map(
        seconds_of, (found.kept, found.broken, found.unknown, found.permitted)
    )
    return kept, broken, unknown, permitted


def there(metres: float, start: int, end: int, accuracy_m: float = 10.0) -> list[Position]:
    """Return a position a minute at one place, from and until seconds into the story."""
    return [
        position(second, metres + second / 1000, accuracy_m) for second in range(start, end + 1, 60)
    ]


def curfew(schedule: Schedule = ALWAYS) -> Condition:
    """Return a curfew at home."""
    return condition(ConditionKind.CURFEW, HOME, schedule=schedule)


def test_time_at_home_is_kept_and_time_out_is_broken_between_best_estimates() -> None:
    """The crossing lies where the straight path meets the boundary, not at the next position."""
    reports = [*there(0, 0, 1200), *there(900, 1260, 2400), *there(0, 2460, 3600)]
    kept, broken, unknown, permitted = told(account(supervision(curfew()), *reports))
    assert (unknown, permitted) == (0, 0)
    assert kept + broken == 3600
    assert 1200 < broken < 1260
    # Both crossings lie 100 m from the middle on a path of 900 m that takes 60 s.
    assert broken == pytest.approx(1260 - 2 * 60 / 9, abs=1)


def test_silence_is_unknown_and_never_broken() -> None:
    """An open episode goes on in silence, but nobody knows that the wearer is still out."""
    reports = [*there(900, 0, 600), *there(0, 3000, 3600)]
    kept, broken, unknown, _ = told(account(supervision(curfew()), *reports))
    assert kept == 600
    assert broken == pytest.approx(900, abs=1)
    assert unknown == pytest.approx(2100, abs=1)


def test_evidence_that_was_never_enough_is_unknown() -> None:
    """One stray position confirms nothing: a brief episode is doubt, neither broken nor kept."""
    reports = [*there(0, 0, 600), position(660, 900), *there(0, 720, 3600)]
    kept, broken, unknown, _ = told(account(supervision(curfew()), *reports))
    assert broken == 0
    assert unknown == 60
    assert kept == 3540


def test_positions_that_cannot_tell_are_unknown() -> None:
    """At the boundary, or with an accuracy of 600 m, a position shows nothing."""
    reports = [*there(0, 0, 540), *there(0, 600, 1740, accuracy_m=600), *there(0, 1800, 3600)]
    kept, broken, unknown, _ = told(account(supervision(curfew()), *reports))
    assert (kept, broken, unknown) == (2400, 0, 1200)


def test_a_pass_is_permitted_and_a_suspension_is_not_in_force() -> None:
    """Both take time out of the hours; only a pass is time in which they would have held."""
    passed = Schedule("UTC", always=True, passes=(Interval(at(600), at(1200)),))
    suspended = Schedule("UTC", always=True, suspensions=(Interval(at(600), at(1200)),))
    reports = [*there(0, 0, 540), *there(900, 600, 1140), *there(0, 1200, 3600)]
    assert told(account(supervision(curfew(passed)), *reports)) == (3000, 0, 0, 600)
    assert told(account(supervision(curfew(suspended)), *reports)) == (3000, 0, 0, 0)


def test_what_a_higher_condition_takes_is_permitted() -> None:
    """A hearing cuts the curfew, and permits the court inside a zone to keep out of."""
    hours = Schedule("UTC", extra=(Window(at(600), at(1200)),))
    court = condition(ConditionKind.CURFEW, COURT, condition_id="h", schedule=hours, priority=1)
    keep_out = condition(ConditionKind.EXCLUSION, SCHOOL, condition_id="x")
    reports = [*there(0, 0, 540), *there(1000, 600, 1140), *there(0, 1200, 3600)]
    judged_by = supervision(curfew(), court, keep_out)
    found = accounts(judged_by, [walked(judged_by, reports, STRETCH)], STRETCH)
    by_id = {each.condition_id: told(each) for each in found}
    assert by_id == {"c": (3000, 0, 0, 600), "h": (600, 0, 0, 0), "x": (3000, 0, 0, 600)}


def test_without_a_device_an_order_in_force_is_unknown() -> None:
    """Between two devices nobody knows; nothing of it is kept, and nothing broken."""
    ordered = supervision(curfew())
    first = msgspec.structs.replace(
        ordered,
        conditions=(curfew(replace(ALWAYS, effective_until=at(1200))),),
    )
    found = accounts(ordered, [walked(first, there(0, 0, 1140), STRETCH)], STRETCH)
    assert told(found[0]) == (1200, 0, 2400, 0)


def test_two_devices_at_once_tell_the_worse() -> None:
    """What one device shows broken is broken; what one shows kept is not unknown."""
    judged_by = supervision(curfew())
    out = walked(judged_by, there(900, 0, 1200), STRETCH)
    home = walked(judged_by, there(0, 0, 3600), STRETCH)
    found = accounts(judged_by, [out, home], STRETCH)
    broken = 1200 + 300
    assert told(found[0]) == pytest.approx((3600 - broken, broken, 0, 0), abs=1)


def test_elsewhere_while_no_presence_is_due_keeps_an_attendance() -> None:
    """Late after ten minutes means that for ten minutes nothing is broken."""
    hours = Schedule("UTC", extra=(Window(at(600), at(3000)),))
    course = condition(ConditionKind.ATTENDANCE, HOME, schedule=hours, stay=Stay())
    reports = [*there(900, 0, 1740), *there(0, 1800, 3600)]
    kept, broken, unknown, permitted = told(account(supervision(course), *reports))
    assert (unknown, permitted) == (0, 0)
    assert kept + broken == 2400
    assert 540 <= broken <= 600


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 7, 1), 24)],
)
def test_days_are_as_long_as_clocks_make_them(day: date, hours: int) -> None:
    """A condition that is always in force is so for 23, 24 or 25 hours."""
    span = local_day(day, "Europe/Berlin")
    assert span is not None
    assert span.end - span.start == hours * HOUR
    judged_by = supervision(curfew(), started_at=span.start)
    found = account(judged_by, stretch=span)
    assert found.in_force_s == hours * 3600
    assert told(found) == (0, 0, hours * 3600, 0)


def test_a_day_that_clocks_skipped_is_none() -> None:
    """Samoa had no 30 December 2011."""
    assert local_day(date(2011, 12, 30), "Pacific/Apia") is None
