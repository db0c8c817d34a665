"""Attendance: be at a place for a time, in a window; what cannot be known breaks nothing."""

from collections.abc import Iterable, Sequence
from datetime import time

import pytest

from engine.core.episode import Episode
from engine.core.fold import Report
from engine.core.folding import time_of
from engine.core.order import ConditionKind, Parameters, Stay, Supervision
from engine.core.position import Mechanism
from tests.judgement_kit import (
    T0,
    Engine,
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
from zones.instant import SECOND, parse
from zones.interval import Interval
from zones.schedule import Schedule, WeeklyWindow, Window

PLACE = circle("WORK", 0, 100)
START, END = 3600.0, 10_800.0
"""A window of two hours, an hour into the story."""
TOLERANCE = 600.0
DUE, UNTIL = START + TOLERANCE, END - TOLERANCE
HERE, AWAY = 0.0, 900.0


def attend(
    stay: Stay | None = None,
    passes: Iterable[tuple[float, float]] = (),
    parameters: Parameters | None = None,
) -> Supervision:
    """Return an attendance in the window, or in what passes leave of it."""
    hours = Schedule(
        "UTC",
        extra=(Window(at(START), at(END)),),
        passes=tuple(Interval(at(a), at(b)) for a, b in passes),
    )
    rule = condition(
        ConditionKind.ATTENDANCE,
        PLACE,
        schedule=hours,
        stay=stay or Stay(),
        parameters=parameters,
    )
    return supervision(rule)


def minimum(minutes: float) -> Stay:
    """Return a stay of so many minutes at any time."""
    return Stay(minimum_s=60 * minutes)


def track(metres: float, first: float, last: float, step: float = 60.0) -> list[Report]:
    """Return positions at a place, each a little beside the one before, from first to last."""
    count = int((last - first) // step) + 1
    return [position(first + k * step, metres + k % 7) for k in range(count)]


def brief(episode: Episode) -> tuple[str, str]:
    """Return what an episode is in two words."""
    return episode.kind.value, episode.state.value


def test_whoever_is_there_while_presence_is_due_has_attended() -> None:
    """Ten minutes late and leaving ten minutes early is within the tolerance."""
    reports = [
        *track(AWAY, 0, DUE - 60),
        *track(HERE, DUE, UNTIL - 60),
        *track(AWAY, UNTIL, END + 600),
    ]
    assert told(attend(), *reports, until=END + 600) == []


def test_an_arrival_after_the_tolerance_is_late_and_restored() -> None:
    """Elsewhere when presence becomes due, the run begins then, and arrival ends it."""
    reports = [*track(AWAY, 0, DUE + 300), *track(HERE, DUE + 360, END + 60)]
    (late,) = judged(attend(), *reports, until=END + 600)
    assert tell(late)[:4] == (
        "attendance_late",
        "confirmed",
        (DUE, DUE),
        (DUE + 300, DUE + 360),
    )
    assert late.evidence[0].role == "held"
    assert late.evidence[-1].role == "after"
    assert late.presence_s == 0


def test_it_is_late_from_the_moment_it_is_certain() -> None:
    """While he has not come the episode runs, confirmed by the second position elsewhere."""
    reports = track(AWAY, 0, DUE + 120)
    (late,) = judged(attend(), *reports, until=DUE + 120)
    assert brief(late) == ("attendance_late", "confirmed")
    assert late.ended is None
    assert late.confirmed_at == at(DUE + 60)


def test_whoever_never_comes_has_missed_it() -> None:
    """Elsewhere from when presence is due until it no longer is: missed, with the window's ends."""
    (missed,) = judged(attend(), *track(AWAY, 0, END + 600), until=END + 600)
    assert tell(missed)[:4] == ("attendance_missed", "confirmed", (DUE, DUE), (UNTIL, UNTIL))
    assert (missed.window_start, missed.window_end) == (at(START), at(END))


def test_leaving_before_presence_ceases_to_be_due_is_early() -> None:
    """There first and then elsewhere: left early, from between the two positions on."""
    reports = [*track(HERE, START, END - 1800), *track(AWAY, END - 1740, END + 60)]
    (left,) = judged(attend(), *reports, until=END + 60)
    assert tell(left)[:4] == (
        "attendance_left_early",
        "confirmed",
        (END - 1800, END - 1740),
        (UNTIL, UNTIL),
    )
    assert left.presence_s == END - 1800 - START


def test_late_and_left_early_are_two_episodes_of_one_group() -> None:
    """Whoever comes late and leaves early broke it twice, each with bounds of its own."""
    reports = [
        *track(AWAY, 0, DUE + 600),
        *track(HERE, DUE + 660, END - 1800),
        *track(AWAY, END - 1740, END),
    ]
    found = told(attend(), *reports, until=END)
    assert [each[0] for each in found] == ["attendance_late", "attendance_left_early"]


def test_here_before_it_was_due_and_gone_when_it_is_has_left() -> None:
    """Somebody seen there in the tolerance and gone at its end did not come late: he left."""
    reports = [*track(HERE, START, START + 120), *track(AWAY, START + 180, DUE + 180)]
    (left,) = told(attend(), *reports, until=DUE + 180)
    assert left[0] == "attendance_left_early"
    assert left[2] == (DUE, DUE)


@pytest.mark.parametrize(
    "reports",
    [
        [],
        track(AWAY, 0, START - 1200),
        [position(START + 60 * k, 104) for k in range(120)],
    ],
    ids=["silent", "last seen long before", "in doubt all the time"],
)
def test_who_cannot_be_seen_is_unverified_never_missed(reports: Sequence[Report]) -> None:
    """Without positive evidence the window's end leaves an advisory that pages nobody."""
    (found,) = judged(attend(), *reports, until=END + 60)
    assert brief(found) == ("attendance_unverified", "brief")
    assert found.severity.value == "advisory"
    assert tell(found)[2:4] == ((START, START), (END, END))
    assert found.confirmed_at is None


def test_coarse_positions_elsewhere_never_prove_a_miss() -> None:
    """Phone masts that place him elsewhere all day leave a brief episode, and no confirmed one."""
    masts = [position(60 * k, 5000 + k, 700, mechanism=Mechanism.CELL) for k in range(200)]
    found = judged(attend(), *masts, until=END + 60)
    assert [each.state.value for each in found] == ["brief"]


def test_positions_uploaded_later_take_a_miss_back() -> None:
    """Elsewhere before and after, he was reported; what he uploads shows that he was there."""
    engine = Engine(attend())
    engine.take(track(AWAY, DUE - 60, DUE - 60), at(DUE - 60))
    engine.take(track(AWAY, UNTIL - 120, END), at(END))
    assert [brief(each) for each in engine.standing()] == [("attendance_missed", "confirmed")]
    engine.take(track(HERE, DUE - 30, UNTIL - 150), at(END + 60))
    (left,) = engine.standing()
    assert left.kind.value == "attendance_left_early"
    assert left.started.by == at(UNTIL - 120)


def test_an_upload_takes_back_that_it_was_unverified() -> None:
    """What could not be known when the window ended is known later, and was attended."""
    engine = Engine(attend())
    engine.take([position(END + 120, AWAY)], at(END + 120))
    assert [brief(each) for each in engine.standing()] == [("attendance_unverified", "brief")]
    engine.take(track(HERE, START, END), at(END + 180))
    assert engine.standing() == []
    assert [each.episode.state.value for each in engine.archive.everything()] == ["retracted"]


def test_a_pass_cuts_the_window_and_each_part_has_its_tolerance() -> None:
    """With the first half passed, presence is due ten minutes after the pass ends."""
    free = attend(passes=[(START - 60, START + 3600)])
    reports = [*track(AWAY, 0, START + 3600 + 540), *track(HERE, START + 3600 + 600, END)]
    assert told(free, *reports, until=END) == []
    (late,) = told(free, *track(AWAY, 0, START + 3600 + 720), until=START + 3600 + 720)
    assert late[0] == "attendance_late"
    assert late[2] == (START + 3600 + 600, START + 3600 + 600)


def test_what_a_pass_leaves_may_be_too_short_to_ask_for_anything() -> None:
    """Of a quarter of an hour that a pass leaves nothing is due, and nothing is unverified."""
    free = attend(passes=[(START, END - 900)])
    assert told(free, *track(AWAY, 0, END + 60), until=END + 60) == []
    assert told(free, until=END + 60) == []


def test_a_minimum_stay_may_be_had_at_any_time() -> None:
    """Half an hour at the end of two hours is half an hour."""
    reports = [*track(AWAY, 0, END - 1860), *track(HERE, END - 1830, END)]
    assert told(attend(minimum(30)), *reports, until=END + 60) == []


def test_a_minimum_stay_is_missed_once_too_little_of_the_window_is_left() -> None:
    """Elsewhere throughout, it is due from the latest moment at which he could have come."""
    (missed,) = judged(attend(minimum(30)), *track(AWAY, 0, END + 60), until=END + 60)
    latest = END - 1800
    assert tell(missed)[:4] == ("attendance_missed", "confirmed", (latest, latest), (END, END))
    assert estimates(missed) == (latest, END)
    assert missed.presence_s == 0


def test_a_minimum_stay_begun_and_broken_off_is_left_early() -> None:
    """Ten of thirty minutes and then elsewhere: what is missing no longer fits from then on."""
    reports = [
        *track(AWAY, START, START + 600),
        *track(HERE, START + 660, START + 1260),
        *track(AWAY, START + 1320, END),
    ]
    (left,) = judged(attend(minimum(30)), *reports, until=END + 60)
    assert left.kind.value == "attendance_left_early"
    assert left.presence_s == 600
    absent = (600, 60, 600, 60)
    latest = END - 1800 + sum(absent[1::2]) + absent[2]
    assert tell(left)[2] == (latest, latest)


def test_coming_too_late_for_a_minimum_stay_ends_the_episode_and_does_not_undo_it() -> None:
    """Who comes when the stay no longer fits is late; when he leaves again, he left early."""
    reports = [
        *track(AWAY, START, END - 1200),
        *track(HERE, END - 1140, END - 600),
        *track(AWAY, END - 540, END),
    ]
    found = told(attend(minimum(30)), *reports, until=END + 60)
    assert [each[0] for each in found] == ["attendance_late", "attendance_left_early"]
    assert found[0][3] == (END - 1200, END - 1140)
    assert found[1][2] == (END - 600, END - 540)


def test_unknown_time_is_never_absence() -> None:
    """Elsewhere when seen, but unseen for longer than the stay: it may have been then."""
    reports = [*track(AWAY, START, START + 1800), *track(AWAY, START + 4200, END)]
    (found,) = judged(attend(minimum(30)), *reports, until=END + 60)
    assert brief(found) == ("attendance_unverified", "brief")


def test_a_pass_counts_as_attended_and_keeps_what_was_counted() -> None:
    """Forty minutes of a pass in the middle excuse thirty; without it the same day is missed."""
    free = attend(minimum(30), passes=[(START + 1800, START + 4200)])
    assert told(free, *track(AWAY, 0, END + 60), until=END + 60) == []
    shorter = attend(minimum(30), passes=[(START + 1800, START + 2400)])
    found = told(shorter, *track(AWAY, 0, END + 60), until=END + 60)
    assert [each[0] for each in found] == ["attendance_missed"]
    assert found[0][2] == (END - 1200 + 60, END - 1200 + 60)


def test_a_stay_on_both_sides_of_a_pass_is_one() -> None:
    """Twenty minutes before a short pass and twenty after are forty, not twice too few."""
    free = attend(minimum(40), passes=[(START + 1200, START + 1260)])
    reports = [*track(HERE, START, START + 2460), *track(AWAY, START + 2520, END)]
    assert told(free, *reports, until=END + 60) == []


def test_held_time_counts_as_presence_until_it_no_longer_holds() -> None:
    """The last position there counts for five minutes more, no longer."""
    reports = [*track(HERE, START, START + 600), *track(AWAY, START + 3600, END)]
    (left,) = judged(attend(), *reports, until=END)
    assert left.presence_s == 900


def test_a_window_where_clocks_change_keeps_its_wall_times() -> None:
    """In the night that clocks go forward 01:00 to 04:00 lasts two hours, tolerances included."""
    daily = WeeklyWindow(frozenset(range(7)), time(1), time(4))
    hours = Schedule("Europe/Berlin", weekly=(daily,))
    rule = condition(ConditionKind.ATTENDANCE, PLACE, schedule=hours, stay=Stay())
    night = parse("2026-03-28T23:00:00Z")
    offset = (night - T0) / SECOND
    reports = track(AWAY, offset, offset + 12_000)
    (missed,) = judged(supervision(rule, started_at=night), *reports, until=offset + 12_000)
    assert missed.started.by == parse("2026-03-29T00:10:00Z")
    assert missed.ended is not None
    assert missed.ended.by == parse("2026-03-29T01:50:00Z")


@pytest.mark.parametrize("stay", [Stay(), minimum(30)], ids=["whole", "minimum"])
def test_a_restart_in_the_middle_changes_nothing(stay: Stay) -> None:
    """What has been counted survives the checkpoint it is kept in."""
    reports = [
        *track(HERE, START, START + 1500),
        *track(AWAY, START + 1560, END),
    ]
    engine = Engine(attend(stay))
    for first in range(0, len(reports), 10):
        part = reports[first : first + 10]
        engine.take(part, time_of(part[-1]))
        engine.restart()
    engine.take([], at(END + 60))
    whole = judged(attend(stay), *reports, until=END + 60)
    assert engine.standing() == whole
    assert len(whole) == 1
