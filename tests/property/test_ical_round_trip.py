"""iCalendar text out and in again, and text that is damaged."""

from datetime import datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from zones.ical import read_ical, write_ical
from zones.instant import DAY, HOUR, SECOND, parse
from zones.interval import BEGINNING, END, Interval
from zones.schedule import Recurrence, Schedule, WeeklyWindow, Window

START = parse("2026-01-01T00:00:00Z")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC")
RULES = (
    "",
    "FREQ=DAILY;COUNT=12",
    "FREQ=WEEKLY;BYDAY=MO,FR;WKST=SU",
    "FREQ=DAILY;INTERVAL=3;UNTIL=20261031T023000",
    "FREQ=MONTHLY;BYDAY=-1SU",
    "FREQ=WEEKLY;UNTIL=20260420",
)

day_sets = st.frozensets(st.integers(0, 6), min_size=1)
times = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30)), st.sampled_from((0, 59)))
places = st.sampled_from([(), ("a",), ("home, upstairs; left", "b\\c")])
instants = st.integers(0, 365 * DAY // SECOND).map(lambda i: START + i * SECOND)
lengths = st.sampled_from((HOUR, DAY, 20 * DAY))
intervals = st.builds(lambda start, length: Interval(start, start + length), instants, lengths)
open_ended = st.builds(Interval, instants, st.just(END)) | st.just(Interval(BEGINNING, START))
extras = st.builds(lambda span, where: Window(span.start, span.end, where), intervals, places)
walls = st.builds(
    lambda days, at: datetime.combine(datetime(2026, 1, 1) + timedelta(days=days), at),  # noqa: DTZ001
    st.integers(-30, 330),
    times,
)


@st.composite
def recurrences(draw: st.DrawFn) -> Recurrence:
    """Return a recurrence with added and excepted starts."""
    start = draw(walls)
    end = start + draw(st.sampled_from((timedelta(hours=1), timedelta(hours=30))))
    excepted = (*draw(st.lists(walls, max_size=2)), start + timedelta(days=draw(st.integers(0, 9))))
    added = tuple(draw(st.lists(walls, max_size=2)))
    zone, rule = draw(st.sampled_from(ZONES)), draw(st.sampled_from(RULES))
    return Recurrence(zone, start, end, rule, added, excepted, draw(places))


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Return any schedule that is in force at some time."""
    weekly = st.builds(WeeklyWindow, day_sets, times, times, places)
    limits = sorted(draw(st.lists(instants, min_size=2, max_size=2, unique=True)))
    always = draw(st.sampled_from((False, False, True)))
    return Schedule(
        draw(st.sampled_from(ZONES)),
        weekly=() if always else tuple(draw(st.lists(weekly, min_size=1, max_size=2))),
        extra=() if always else tuple(draw(st.lists(extras, max_size=2))),
        recurrences=() if always else tuple(draw(st.lists(recurrences(), max_size=2))),
        passes=tuple(draw(st.lists(intervals, max_size=2))),
        suspensions=tuple(draw(st.lists(intervals | open_ended, max_size=1))),
        effective_from=limits[0] if draw(st.booleans()) else None,
        effective_until=limits[1] if draw(st.booleans()) else None,
        always=always,
    )


@settings(max_examples=120, deadline=None)
@given(schedules())
def test_a_schedule_survives_icalendar(schedule: Schedule) -> None:
    """What was written is read back with the same windows for over a year, and writes the same."""
    text = write_ical(schedule)
    found = read_ical(text, schedule.timezone)
    span = (START - 60 * DAY, START + 460 * DAY)
    assert found.windows(*span) == schedule.windows(*span)
    assert read_ical(write_ical(found), schedule.timezone) == found
    one_time_in_utc = (each.timezone == "UTC" and not each.rule for each in schedule.recurrences)
    assert found == schedule or any(one_time_in_utc)


@settings(max_examples=100, deadline=None)
@given(recurrences())
def test_a_recurrence_survives_icalendar_unchanged(recurrence: Recurrence) -> None:
    """A recurrence is read back equal, not just with equal windows."""
    schedule = Schedule("Asia/Tokyo", recurrences=(recurrence,))
    assert read_ical(write_ical(schedule), "Asia/Tokyo") == schedule


TEXT = write_ical(
    Schedule(
        "Europe/Berlin",
        weekly=(WeeklyWindow(frozenset((0, 4)), time(22), time(6), ("home",)),),
        recurrences=(
            Recurrence(
                "America/New_York",
                datetime(2026, 3, 1, 2, 30),  # noqa: DTZ001
                datetime(2026, 3, 1, 4),  # noqa: DTZ001
                "FREQ=WEEKLY;UNTIL=20260601T000000",
                (datetime(2026, 3, 27),),  # noqa: DTZ001
                (datetime(2026, 3, 8, 2, 30),),  # noqa: DTZ001
            ),
        ),
        passes=(Interval(START, START + HOUR),),
        effective_until=START + 300 * DAY,
    )
)
LINES = TEXT.split("\r\n")
PIECES = (
    *LINES,
    "DURATION:PT8H",
    "RRULE:FREQ=SECONDLY",
    "RRULE:FREQ=DAILY;COUNT=0",
    "DTSTART:20260229T000000",
    "DTSTART;VALUE=DATE:20260301",
    "DTEND;TZID=Nowhere:20260301T000000",
    "RECURRENCE-ID;RANGE=THISANDFUTURE:20260301T000000Z",
    "RDATE;VALUE=PERIOD:20260301T000000Z/PT1H",
    "EXDATE:",
    "SEQUENCE:x",
    "STATUS:CANCELLED",
    "CATEGORIES:SUSPENSION,PASS",
    "\x00;=:",
    "é" * 80,
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(LINES) - 1), st.integers(0, 2), st.sampled_from(PIECES), st.text()
        ),
        min_size=1,
        max_size=4,
    )
)
def test_damaged_text_is_refused_in_words(edits: list[tuple[int, int, str, str]]) -> None:
    """Damaged text gives a schedule or a ValueError with a reason, and nothing else."""
    lines = list(LINES)
    for place, length, line, noise in edits:
        lines[place : place + length] = [line, *([noise] if noise else [])]
    try:
        schedule = read_ical("\r\n".join(lines), "Europe/Berlin")
    except ValueError as error:
        assert str(error)  # noqa: PT017 - not every edit does damage
    else:
        schedule.next_change(START)
