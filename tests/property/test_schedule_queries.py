"""What a schedule answers, whatever is asked and in whatever order."""

from datetime import datetime, time, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from zones.instant import DAY, HOUR, Instant, parse
from zones.interval import BEGINNING, END, Interval, normalize, subtract
from zones.schedule import Recurrence, Schedule, WeeklyWindow, Window

START = parse("2026-03-20T00:00:00Z")
SPAN = 40 * DAY
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Gaza", "UTC")
RULES = (
    "",
    "FREQ=DAILY;COUNT=12",
    "FREQ=WEEKLY;BYDAY=MO,FR",
    "FREQ=DAILY;INTERVAL=3;UNTIL=20260420T000000",
    "FREQ=DAILY",
    "FREQ=MONTHLY;BYDAY=-1SU",
)

day_sets = st.frozensets(st.integers(0, 6), min_size=1)
times = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30)))
places = st.sampled_from([(), ("a",), ("b",), ("a", "b")])
instants = st.integers(0, SPAN // (15 * HOUR // 60)).map(lambda i: START + i * (15 * HOUR // 60))
lengths = st.sampled_from((HOUR, 8 * HOUR, DAY, 3 * DAY, 20 * DAY))
intervals = st.builds(lambda start, length: Interval(start, start + length), instants, lengths)
extras = st.builds(lambda span, where: Window(span.start, span.end, where), intervals, places)


@st.composite
def recurrences(draw: st.DrawFn) -> Recurrence:
    """Return a recurrence that starts at about the time of the span."""
    day = datetime(2026, 3, 20) + timedelta(days=draw(st.integers(-60, 30)))  # noqa: DTZ001
    start = datetime.combine(day, draw(times))
    end = start + timedelta(hours=draw(st.sampled_from((1, 8, 24, 30))))
    zone, rule = draw(st.sampled_from(ZONES)), draw(st.sampled_from(RULES))
    return Recurrence(zone, start, end, rule, places=draw(places))


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Return any schedule whose finite parts lie in the span."""
    always = draw(st.sampled_from((False, False, False, True)))
    weekly = st.builds(WeeklyWindow, day_sets, times, times, places)
    limits = sorted(draw(st.lists(instants, min_size=2, max_size=2, unique=True)))
    kept = draw(st.tuples(st.booleans(), st.booleans()))
    if always:
        windows: dict[str, object] = {"always": True}
    else:
        windows = {
            "weekly": tuple(draw(st.lists(weekly, max_size=2))),
            "extra": tuple(draw(st.lists(extras, max_size=2))),
            "recurrences": tuple(draw(st.lists(recurrences(), max_size=2))),
        }
        if not any(windows.values()):
            windows["extra"] = (draw(extras),)
    return Schedule(
        timezone=draw(st.sampled_from(ZONES)),
        passes=tuple(draw(st.lists(intervals, max_size=3))),
        suspensions=tuple(draw(st.lists(intervals, max_size=1))),
        effective_from=limits[0] if kept[0] else None,
        effective_until=limits[1] if kept[1] else None,
        **windows,  # type: ignore[arg-type]
    )


def edges(windows: tuple[Window, ...]) -> list[Instant]:
    """Return the starts and ends of windows, in order."""
    return sorted({edge for each in windows for edge in (each.start, each.end)})


@settings(max_examples=150, deadline=None)
@given(schedules(), instants, lengths)
def test_a_window_is_the_same_whatever_was_asked(
    schedule: Schedule, start: Instant, length: int
) -> None:
    """The windows of a range are those of a wider range that intersect it, start and end alike."""
    wide = schedule.windows(START - 100 * DAY, START + SPAN + 100 * DAY)
    expected = tuple(each for each in wide if each.end > start and each.start < start + length)
    assert schedule.windows(start, start + length) == expected


@settings(max_examples=150, deadline=None)
@given(schedules(), st.lists(instants, min_size=1, max_size=8))
def test_near_answers_are_those_of_the_windows(schedule: Schedule, asked: list[Instant]) -> None:
    """The window at an instant and the next change are what the windows of two years say."""
    windows = schedule.windows(START - 400 * DAY, START + 800 * DAY)
    changes = edges(windows)
    for instant in asked:
        at = next((each for each in windows if each.start <= instant < each.end), None)
        assert schedule.window_at(instant) == at
        assert schedule.window_at(instant) is schedule.window_at(instant)
        following = (each for each in changes if each > instant and each not in (BEGINNING, END))
        assert schedule.next_change(instant) == next(following, None)
        on_the_edge = schedule.next_change(instant)
        if on_the_edge is not None:
            later = (each for each in changes if each > on_the_edge and each != END)
            if on_the_edge < START + 700 * DAY:
                assert schedule.next_change(on_the_edge) == next(later, None)


@settings(max_examples=100, deadline=None)
@given(schedules())
def test_passes_suspensions_and_dates_only_take_away(schedule: Schedule) -> None:
    """Windows are those of the schedule without passes, suspensions and dates, less these."""
    bare = Schedule(
        schedule.timezone,
        weekly=schedule.weekly,
        extra=schedule.extra,
        recurrences=schedule.recurrences,
        always=schedule.always,
    )
    start = BEGINNING if schedule.effective_from is None else schedule.effective_from
    end = END if schedule.effective_until is None else schedule.effective_until
    outside = [Interval(*each) for each in ((BEGINNING, start), (end, END)) if each[0] < each[1]]
    holes = normalize((*schedule.passes, *schedule.suspensions, *outside))
    expected = [
        Window(part.start, part.end, each.places)
        for each in bare.windows(START - 60 * DAY, START + SPAN + 60 * DAY)
        for part in subtract((Interval(each.start, each.end),), holes)
    ]
    found = schedule.windows(START - 60 * DAY, START + SPAN + 60 * DAY)
    near = (START - 50 * DAY, START + SPAN + 50 * DAY)
    assert [each for each in found if near[0] < each.end and each.start < near[1]] == [
        each for each in expected if near[0] < each.end and each.start < near[1]
    ]


@settings(max_examples=100, deadline=None)
@given(schedules())
def test_windows_are_in_order_and_apart(schedule: Schedule) -> None:
    """Windows do not overlap, and those that touch differ in their places."""
    for left, right in pairwise(schedule.windows(START - 10 * DAY, START + SPAN + 10 * DAY)):
        assert left.end <= right.start
        assert left.end < right.start or left.places != right.places
