"""Where conditions overlap: the higher one says where to be, and where one may be."""

from dataclasses import replace as replaced
from datetime import time

import pytest
from msgspec.structs import replace

from engine.core.fold import Report
from engine.core.order import Condition, ConditionKind, Stay, Supervision
from engine.core.supervision_change import changed_from
from engine.core.words import in_words
from tests.judgement_kit import (
    ALWAYS,
    Told,
    at,
    circle,
    condition,
    estimates,
    judged,
    position,
    supervision,
    tell,
    told,
)
from zones.instant import DAY, SECOND
from zones.interval import END, Interval
from zones.remainder import Remainder
from zones.schedule import Schedule, WeeklyWindow, Window

CITY = circle("CITY", 0, 5000)
COURT = circle("COURT", 1000, 100)
HOME = circle("HOME", 8000, 100)
HEARING = (3600.0, 7200.0)
THERE, NEARBY, HOUSE = 1000.0, 1400.0, 8000.0


def hours(first: float, last: float, *passes: tuple[float, float]) -> Schedule:
    """Return hours from second to second of the story, less passes."""
    free = tuple(Interval(at(a), at(b)) for a, b in passes)
    return Schedule("UTC", extra=(Window(at(first), at(last)),), passes=free)


def hearing(*passes: tuple[float, float], priority: int = 1) -> Condition:
    """Return the duty to be at court for an hour."""
    return condition(
        ConditionKind.ATTENDANCE,
        COURT,
        condition_id="court",
        schedule=hours(*HEARING, *passes),
        stay=Stay(),
        priority=priority,
    )


def keep_out(priority: int = 0) -> Condition:
    """Return the ban from the city, in which the court is."""
    return condition(ConditionKind.EXCLUSION, CITY, condition_id="ban", priority=priority)


def curfew(first: float = 0, last: float = 20_000, priority: int = 0) -> Condition:
    """Return the duty to be home."""
    return condition(
        ConditionKind.CURFEW,
        HOME,
        condition_id="home",
        schedule=hours(first, last),
        priority=priority,
    )


def track(metres: float, first: float, last: float) -> list[Report]:
    """Return a position a minute at a place, each a little beside the one before."""
    count = int((last - first) // 60) + 1
    return [position(first + 60 * k, metres + k % 5) for k in range(count)]


def at_court(judged_by: Supervision, *reports: Report, until: float) -> list[Told]:
    """Return what the ban leads to, of all that is told."""
    found = judged(judged_by, *reports, until=until)
    return [tell(each) for each in found if each.condition_id == "ban"]


def test_at_court_in_its_hours_the_ban_from_the_city_does_not_hold() -> None:
    """Taken to court and back, with only the court's hours spent in the city: nothing."""
    reports = track(THERE, HEARING[0], HEARING[1] - 60)
    assert at_court(supervision(keep_out(), hearing()), *reports, until=HEARING[1] - 60) == []


@pytest.mark.parametrize("priority", [0, -1])
def test_without_a_higher_priority_the_ban_holds_at_court_too(priority: int) -> None:
    """A condition of the same priority, or a lower one, permits nothing."""
    rules = supervision(keep_out(), hearing(priority=priority))
    reports = track(THERE, HEARING[0], HEARING[0] + 300)
    (found,) = at_court(rules, *reports, until=HEARING[0] + 300)
    assert found[0] == "exclusion_present_at_start"


def test_leaving_the_court_inside_the_city_breaks_the_ban() -> None:
    """The episode begins where the path left the court, between the two positions."""
    reports = [*track(THERE, HEARING[0], HEARING[0] + 600), *track(NEARBY, 4260, 4560)]
    found = judged(supervision(keep_out(), hearing()), *reports, until=4560)
    (out,) = [each for each in found if each.condition_id == "ban"]
    assert tell(out)[:3] == ("exclusion_entered", "confirmed", (4200, 4260))
    assert estimates(out)[0] == pytest.approx(4200 + 60 * 100 / 400, abs=1)
    before = out.evidence[0]
    assert (before.role, before.permitted_by) == ("before", "court")
    assert "condition court has the wearer be there" in in_words(before, 0.95)
    assert out.evidence[1].permitted_by is None


def test_going_back_to_court_ends_it_at_its_door() -> None:
    """What ended the episode is a position in the city that the court's hours permit."""
    reports = [*track(NEARBY, HEARING[0], HEARING[0] + 300), *track(THERE, 3960, 4200)]
    found = judged(supervision(keep_out(), hearing()), *reports, until=4200)
    (out,) = [each for each in found if each.condition_id == "ban"]
    assert tell(out)[3] == (3900, 3960)
    assert estimates(out)[1] == pytest.approx(3900 + 60 * 300 / 400, abs=1)
    assert (out.evidence[-1].role, out.evidence[-1].permitted_by) == ("after", "court")


def test_when_the_hearing_is_over_the_ban_begins_around_him() -> None:
    """Still at court when its hours end he is in the city, exactly from then on."""
    reports = track(THERE, HEARING[0], HEARING[1] + 240)
    (found,) = at_court(supervision(keep_out(), hearing()), *reports, until=HEARING[1] + 240)
    assert found[:3] == (
        "exclusion_present_at_start",
        "confirmed",
        (HEARING[1], HEARING[1]),
    )


def test_last_seen_at_court_the_ban_begins_no_earlier_than_its_hours_end() -> None:
    """Unseen when they end, and seen in the city later: not before the end of the hours."""
    reports = [*track(THERE, HEARING[0], HEARING[1] - 600), *track(THERE, 9000, 9240)]
    (found,) = at_court(supervision(keep_out(), hearing()), *reports, until=9240)
    assert found[0] == "exclusion_present_at_start"
    assert found[2] == (HEARING[1], 9000)


def test_when_the_hearing_begins_what_ran_at_court_ends() -> None:
    """Too early at court he is in the city; from the first second of its hours he is not."""
    reports = track(THERE, HEARING[0] - 300, HEARING[0] + 300)
    (found,) = at_court(supervision(keep_out(), hearing()), *reports, until=HEARING[0] + 300)
    assert found[3] == (HEARING[0], HEARING[0])


def test_unsure_whether_at_court_is_unsure_of_the_ban() -> None:
    """At the court's door nothing begins, and what began does not end."""
    reports = track(1105, HEARING[0], HEARING[0] + 600)
    assert at_court(supervision(keep_out(), hearing()), *reports, until=4200) == []
    reports = [*track(NEARBY, HEARING[0], HEARING[0] + 300), *track(1105, 3960, 4200)]
    (found,) = at_court(supervision(keep_out(), hearing()), *reports, until=4200)
    assert found[3] is None


def test_a_pass_from_the_hearing_lifts_its_permission() -> None:
    """Excused from court for half an hour, he has no business there meanwhile."""
    rules = supervision(keep_out(), hearing((4800, 6600)))
    reports = track(THERE, HEARING[0], HEARING[1] - 60)
    (found,) = at_court(rules, *reports, until=HEARING[1] - 60)
    assert found[2:4] == ((4800, 4800), (6600, 6600))


def test_while_a_higher_duty_is_in_force_the_lower_one_is_not() -> None:
    """At court in the curfew's hours breaks no curfew; before and after it does, to the second."""
    rules = supervision(curfew(), hearing())
    reports = [
        *track(HOUSE, 0, 1200),
        *track(THERE, 2400, HEARING[1] + 240),
    ]
    found = judged(rules, *reports, until=HEARING[1] + 240)
    home = [tell(each) for each in found if each.condition_id == "home"]
    assert [each[0] for each in home] == ["curfew_out_at_end", "curfew_absent_at_start"]
    assert home[0][3] == (HEARING[0], HEARING[0])
    assert home[1][2] == (HEARING[1], HEARING[1])
    assert found[0].window_end == at(HEARING[0])


def test_of_equal_priority_both_hold() -> None:
    """Two duties of one priority contradict each other; both are judged."""
    rules = supervision(curfew(priority=1), hearing())
    found = judged(rules, *track(THERE, HEARING[0], HEARING[0] + 600), until=HEARING[0] + 600)
    assert [each.condition_id for each in found] == ["home"]


def test_equals_stand_beside_each_other_whatever_else_there_is() -> None:
    """Of two duties above a ban neither comes before the other; both come before the ban."""
    home, court, ban = supervision(curfew(priority=1), hearing(), keep_out()).conditions
    assert (home.above, court.above) == ((), ())
    assert [each.condition_id for each in ban.above] == ["home", "court"]


def test_a_pass_from_the_higher_duty_puts_the_lower_one_in_force() -> None:
    """Excused from court for half an hour, he has to be home for it."""
    rules = supervision(curfew(), hearing((4800, 6600)))
    reports = track(THERE, HEARING[0], HEARING[1] - 60)
    found = [
        tell(each)
        for each in judged(rules, *reports, until=HEARING[1] - 60)
        if each.condition_id == "home"
    ]
    assert [each[2:4] for each in found] == [((4800, 4800), (6600, 6600))]


def test_the_highest_duty_cuts_what_the_middle_one_permits() -> None:
    """While he must be home, his work inside the city is not permitted."""
    work = replace(hearing(), condition_id="work", priority=1)
    rules = supervision(keep_out(), work, curfew(5000, 6000, priority=2))
    reports = track(THERE, HEARING[0], HEARING[1] - 60)
    (found,) = at_court(rules, *reports, until=HEARING[1] - 60)
    assert found[2:4] == ((5000, 5000), (6000, 6000))


def test_a_minimum_stay_excuses_what_a_higher_duty_takes() -> None:
    """Half of the window at court is no absence from work."""
    work = condition(
        ConditionKind.ATTENDANCE,
        HOME,
        condition_id="work",
        schedule=hours(0, 10_800),
        stay=Stay(minimum_s=5400),
    )
    reports = track(THERE, 0, 10_800)
    alone = told(supervision(work), *reports, until=10_900)
    assert [each[0] for each in alone] == ["attendance_missed"]
    found = judged(supervision(work, hearing()), *reports, until=10_900)
    assert [each.kind.value for each in found if each.condition_id == "work"] == [
        "attendance_missed"
    ]
    longer = replace(hearing(), schedule=hours(1800, 9000))
    found = judged(supervision(work, longer), *reports, until=10_900)
    assert [each for each in found if each.condition_id == "work"] == []


def test_a_duty_at_no_zone_comes_before_nothing() -> None:
    """A condition none of whose zones exist leaves the others as they are."""
    nowhere = replace(hearing(), zones=replaced(hearing().zones, histories=()))
    assert supervision(curfew(), nowhere).conditions[0].above == ()


def test_what_is_left_of_hours_is_split_like_by_passes() -> None:
    """Always less every night is every day, each a window of its own."""
    nights = Schedule("UTC", weekly=(WeeklyWindow(frozenset(range(7)), time(22), time(6)),))
    left = Remainder(ALWAYS, (nights,))
    noon = at(0)
    day = Window(noon - 6 * 3600 * SECOND, noon + 10 * 3600 * SECOND)
    assert left.window_at(noon) == day
    assert left.window_at(day.start) == left.window_at(day.end - 1) == day
    assert left.window_at(day.end) is None
    assert left.next_change(noon) == day.end
    assert left.in_force(noon, noon + DAY) == (
        Interval(noon, day.end),
        Interval(day.start + DAY, noon + DAY),
    )


def test_hours_that_nothing_has_cut_yet_begin_where_they_begin() -> None:
    """Before the first of the others there is nothing to look back for."""
    left = Remainder(ALWAYS, (hours(*HEARING),))
    window = left.window_at(at(0))
    assert window is not None
    assert window.start < at(-1e9)
    assert window.end == at(HEARING[0])
    after = left.window_at(at(1e9))
    assert after is not None
    assert (after.start, after.end) == (at(HEARING[1]), END)


def test_a_higher_duty_that_changes_is_noticed_from_where_it_does() -> None:
    """From when on a hearing is there, moved or gone what is below it is judged again."""
    alone, with_court = supervision(curfew()), supervision(curfew(), _from(hearing(), 3000))
    assert changed_from(alone, with_court) == at(3000)
    assert changed_from(with_court, alone) == at(3000)
    until = replace(hearing(), schedule=replaced(hearing().schedule, effective_until=at(5000)))
    ended = supervision(curfew(), _from(until, 3000))
    assert changed_from(with_court, ended) == at(5000) - 600 * SECOND
    assert changed_from(with_court, supervision(curfew(), _from(hearing(), 3000))) == END


def test_a_lower_attendance_has_to_know_before_it_is_cut() -> None:
    """Its window ends earlier now, so leaving early begins earlier too."""
    work = replace(hearing(priority=0), condition_id="work")
    before = supervision(work)
    after = supervision(work, _from(curfew(priority=1), 5000))
    assert changed_from(before, after) == at(5000) - 600 * SECOND


def _from(rule: Condition, second: float) -> Condition:
    return replace(rule, schedule=replaced(rule.schedule, effective_from=at(second)))
