"""iCalendar text and what it means."""

import pytest

from zones.ical import read_ical, write_ical
from zones.instant import DAY, HOUR, MINUTE, parse, render
from zones.interval import END, Interval
from zones.schedule import Schedule, Window
from zones.weekly import parse_weekly

BERLIN = "Europe/Berlin"
START = parse("2026-03-01T00:00:00Z")
NIGHT = "DTSTART;TZID=Europe/Berlin:20260327T220000\nDTEND;TZID=Europe/Berlin:20260328T060000"


def calendar(*events: str, head: str = "") -> str:
    """Return iCalendar text of events, each of which gets a UID unless it has one."""
    named = (each if "UID:" in each else f"UID:{i}\n{each}" for i, each in enumerate(events))
    body = "\n".join(f"BEGIN:VEVENT\n{each}\nEND:VEVENT" for each in named)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n{head}\n{body}\nEND:VCALENDAR\n"
    return text.replace("\n\n", "\n").replace("\n", "\r\n")


def spans(text: str, days: int = 60) -> list[str]:
    """Return the windows of iCalendar text in March and April 2026, as UTC."""
    windows = read_ical(text, BERLIN).windows(START, START + days * DAY)
    return [f"{render(each.start)}/{render(each.end)}" for each in windows]


WEEKEND_NIGHTS = [
    "2026-03-27T21:00:00Z/2026-03-28T05:00:00Z",
    "2026-03-28T21:00:00Z/2026-03-29T04:00:00Z",
    "2026-03-29T20:00:00Z/2026-03-30T04:00:00Z",
]

MEANINGS = [
    ("one event", NIGHT, WEEKEND_NIGHTS[:1]),
    ("a rule with a count", f"{NIGHT}\nRRULE:FREQ=DAILY;COUNT=3", WEEKEND_NIGHTS),
    ("a last start in UTC", f"{NIGHT}\nRRULE:FREQ=DAILY;UNTIL=20260329T200000Z", WEEKEND_NIGHTS),
    ("just too early", f"{NIGHT}\nRRULE:FREQ=DAILY;UNTIL=20260329T195959Z", WEEKEND_NIGHTS[:2]),
    ("a last day", f"{NIGHT}\nRRULE:FREQ=DAILY;UNTIL=20260329", WEEKEND_NIGHTS),
    (
        "an exception",
        f"{NIGHT}\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;TZID=Europe/Berlin:20260328T220000",
        [WEEKEND_NIGHTS[0], WEEKEND_NIGHTS[2]],
    ),
    (
        "an exception in UTC",
        f"{NIGHT}\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260329T200000Z",
        WEEKEND_NIGHTS[:2],
    ),
    (
        "an exception by its day",
        f"{NIGHT}\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20260327,20260328",
        WEEKEND_NIGHTS[2:],
    ),
    (
        "added starts",
        f"{NIGHT}\nRDATE;TZID=Europe/Berlin:20260328T220000\nRDATE:20260329T200000Z",
        WEEKEND_NIGHTS,
    ),
    (
        "UTC, by which clocks do not change",
        "DTSTART:20260327T210000Z\nDTEND:20260328T050000Z\nRRULE:FREQ=DAILY;COUNT=3",
        [
            "2026-03-27T21:00:00Z/2026-03-28T05:00:00Z",
            "2026-03-28T21:00:00Z/2026-03-29T05:00:00Z",
            "2026-03-29T21:00:00Z/2026-03-30T05:00:00Z",
        ],
    ),
    (
        "no zone, by the schedule's clocks",
        "DTSTART:20260327T220000\nDTEND:20260328T060000\nRRULE:FREQ=DAILY;COUNT=3",
        WEEKEND_NIGHTS,
    ),
    (
        "a zone by its name elsewhere",
        NIGHT.replace("Europe/Berlin", "W. Europe Standard Time"),
        WEEKEND_NIGHTS[:1],
    ),
    (
        "an end by other clocks",
        "DTSTART;TZID=Europe/Berlin:20260327T220000\nDTEND:20260328T050000Z",
        WEEKEND_NIGHTS[:1],
    ),
    (
        "whole days, of which one is shorter",
        "DTSTART;VALUE=DATE:20260328\nDTEND;VALUE=DATE:20260330",
        ["2026-03-27T23:00:00Z/2026-03-29T22:00:00Z"],
    ),
    (
        "a start that does not exist",
        "DTSTART;TZID=Europe/Berlin:20260329T023000\nDTEND;TZID=Europe/Berlin:20260329T040000",
        ["2026-03-29T01:00:00Z/2026-03-29T02:00:00Z"],
    ),
    (
        "all of it skipped",
        "DTSTART;TZID=Europe/Berlin:20260329T021500\nDTEND;TZID=Europe/Berlin:20260329T024500",
        [],
    ),
    (
        "repeated into hours that do not exist",
        (
            "DTSTART;TZID=Europe/Berlin:20260328T023000\nDTEND;TZID=Europe/Berlin:20260328T040000\n"
            "RRULE:FREQ=DAILY;COUNT=2"
        ),
        ["2026-03-28T01:30:00Z/2026-03-28T03:00:00Z", "2026-03-29T01:00:00Z/2026-03-29T02:00:00Z"],
    ),
]


@pytest.mark.parametrize(("name", "event", "expected"), MEANINGS)
def test_events_mean_their_hours(name: str, event: str, expected: list[str]) -> None:
    """Events and their repetitions are in force at the hours of their clocks."""
    assert spans(calendar(event)) == expected, name


def test_repeated_hours_take_the_first_start_and_the_last_end() -> None:
    """An event within the hour that comes twice starts at its first time and ends at its second."""
    event = "DTSTART;TZID=Europe/Berlin:20261024T021500\nDTEND;TZID=Europe/Berlin:20261024T024500"
    schedule = read_ical(calendar(f"{event}\nRRULE:FREQ=DAILY;COUNT=2"), BERLIN)
    start = parse("2026-10-25T00:15:00Z")
    assert schedule.window_at(start) == Window(start, start + 90 * MINUTE)


REPLACED = [
    (
        "moved",
        f"UID:a\n{NIGHT}\nRRULE:FREQ=DAILY;COUNT=3",
        (
            "UID:a\nRECURRENCE-ID;TZID=Europe/Berlin:20260328T220000\n"
            "DTSTART;TZID=Europe/Berlin:20260328T180000\nDTEND;TZID=Europe/Berlin:20260328T190000"
        ),
        [WEEKEND_NIGHTS[0], "2026-03-28T17:00:00Z/2026-03-28T18:00:00Z", WEEKEND_NIGHTS[2]],
    ),
    (
        "cancelled once",
        f"UID:a\n{NIGHT}\nRRULE:FREQ=DAILY;COUNT=3",
        f"UID:a\nRECURRENCE-ID:20260328T210000Z\nSTATUS:CANCELLED\n{NIGHT}",
        [WEEKEND_NIGHTS[0], WEEKEND_NIGHTS[2]],
    ),
    (
        "a later version",
        f"UID:a\nSEQUENCE:1\n{NIGHT}\nRRULE:FREQ=DAILY;COUNT=3",
        f"UID:a\nSEQUENCE:2\n{NIGHT}",
        WEEKEND_NIGHTS[:1],
    ),
    (
        "one event in UTC, moved",
        "UID:a\nDTSTART:20260327T210000Z\nDTEND:20260328T050000Z",
        "UID:a\nRECURRENCE-ID:20260327T210000Z\nDTSTART:20260401T000000Z\nDTEND:20260401T010000Z",
        ["2026-04-01T00:00:00Z/2026-04-01T01:00:00Z"],
    ),
    (
        "cancelled beside another",
        f"UID:a\nSTATUS:CANCELLED\n{NIGHT}",
        f"UID:b\n{NIGHT}",
        WEEKEND_NIGHTS[:1],
    ),
]


@pytest.mark.parametrize(("name", "first", "second", "expected"), REPLACED)
def test_changed_repetitions_take_the_place_of_others(
    name: str, first: str, second: str, expected: list[str]
) -> None:
    """An event with a RECURRENCE-ID or a higher SEQUENCE replaces the other, in either order."""
    assert spans(calendar(first, second)) == expected, name
    assert spans(calendar(second, first)) == expected, name


def test_passes_and_suspensions_are_events_by_category() -> None:
    """A repeated pass becomes its intervals, and a suspension may be without an end."""
    text = calendar(
        f"{NIGHT}\nRRULE:FREQ=DAILY",
        "CATEGORIES:work,Pass\nDTSTART;TZID=Europe/Berlin:20260328T220000\n"
        "DTEND;TZID=Europe/Berlin:20260328T230000\nRRULE:FREQ=DAILY;COUNT=2",
        "CATEGORIES:SUSPENSION\nDTSTART:20260330T000000Z\nDTEND:99991231T235959Z",
    )
    schedule = read_ical(text, BERLIN)
    assert [render(each.start) for each in schedule.passes] == [
        "2026-03-28T21:00:00Z",
        "2026-03-29T20:00:00Z",
    ]
    assert schedule.suspensions == (Interval(parse("2026-03-30T00:00:00Z"), END),)
    assert spans(text) == [
        "2026-03-27T21:00:00Z/2026-03-28T05:00:00Z",
        "2026-03-28T22:00:00Z/2026-03-29T04:00:00Z",
        "2026-03-29T21:00:00Z/2026-03-30T00:00:00Z",
    ]


def test_properties_of_our_own_are_read() -> None:
    """Places, effective dates and always come from properties of the calendar and its events."""
    head = "X-RINGFENCE-EFFECTIVE-FROM:2026-03-28T00:00:00+01:00"
    event = f"{NIGHT}\nX-RINGFENCE-PLACE:home\nX-RINGFENCE-PLACE;VALUE=TEXT:gran\\, upstairs"
    schedule = read_ical(calendar(event, head=head), BERLIN)
    window = Window(
        parse("2026-03-27T23:00:00Z"), parse("2026-03-28T05:00:00Z"), ("gran, upstairs", "home")
    )
    assert schedule.windows(START, START + 60 * DAY) == (window,)
    assert read_ical(calendar(head="X-RINGFENCE-ALWAYS:TRUE"), BERLIN).always


TIMES = "DTSTART:20260327T210000Z\nDTEND:20260328T050000Z"
REFUSED = [
    ("", r"^iCalendar: the text cannot be read"),
    ("hello", r"^iCalendar: the text cannot be read"),
    ("BEGIN:VEVENT\r\nEND:VEVENT\r\n", r"^iCalendar: VEVENT is not a calendar"),
    (calendar(), r"never in force"),
    (calendar("DTSTART:20260327T210000Z"), r"^event 0 .*DTEND is missing: give it$"),
    (
        calendar("DTSTART:20260327T210000Z\nDURATION:PT8H"),
        r"^event 0 .*DTEND is missing: give it instead of DURATION",
    ),
    (
        calendar("SUMMARY:Curfew\nDTEND:20260327T210000Z"),
        r"^event 0 \(Curfew\): DTSTART is missing",
    ),
    (calendar("DTSTART:2026-03-27\nDTEND:20260328T050000Z"), r"^event 0 .*2026-03-27"),
    (calendar("DTSTART:20260230T210000Z\nDTEND:20260328T050000Z"), r"^event 0 .*20260230"),
    (calendar("DTSTART:20260328T050000\nDTEND:20260327T210000"), r"^event 0 .*is not after start"),
    (
        calendar("DTSTART:20260327T210000Z\nDTEND:20260327T210000Z"),
        r"^event 0 .*is not after start",
    ),
    (calendar("DTSTART;VALUE=DATE:20260327\nDTEND:20260328T050000Z"), r"^event 0 .*two dates"),
    (
        calendar("DTSTART;TZID=Mars/Base:20260327T210000\nDTEND;TZID=Mars/Base:20260328T050000"),
        r"^event 0 .*'Mars/Base' is not an IANA",
    ),
    (
        calendar("DTSTART;TZID=Europe/Berlin:20260327T210000Z\nDTEND:20260328T050000Z"),
        r"^iCalendar: .*has both a TZID and the Z of UTC",
    ),
    (calendar(f"{TIMES}\nRRULE:FREQ=HOURLY"), r"^event 0 .*FREQ 'HOURLY'.*use one of"),
    (calendar(f"{TIMES}\nRRULE:FREQ=DAILY;COUNT=0"), r"^event 0 .*COUNT in .*use 1 to 10000"),
    (calendar(f"{TIMES}\nRRULE:FREQ=DAILY;COUNT=2;UNTIL=20270101"), r"both COUNT and UNTIL"),
    (calendar(f"{TIMES}\nRRULE:FREQ=DAILY;UNTIL=99991231T000000Z"), r"over 100 years"),
    (calendar(f"{TIMES}\nRRULE:FREQ=DAILY;INTERVAL=5000"), r"INTERVAL in .*use 1 to 1461"),
    (calendar(f"{TIMES}\nRRULE:FREQ=DAILY;BYHOUR=1,2"), r"give one value"),
    (calendar(f"{TIMES}\nRRULE:FREQ=DAILY;BYDAY=2MO"), r"BYDAY 2MO .*leave the number out"),
    (calendar(f"{TIMES}\nRRULE:FREQ=WEEKLY;BYMONTHDAY=3"), r"BYMONTHDAY .*not for FREQ=WEEKLY"),
    (calendar(f"{TIMES}\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), r"no such month has"),
    (calendar(f"{TIMES}\nRRULE:FREQ=YEARLY;BYMONTH=13"), r"BYMONTH in .*use 1 to 12"),
    (calendar(f"{TIMES}\nRRULE:FREQ=MONTHLY;BYSETPOS=0;BYDAY=MO"), r"BYSETPOS in .*use 1 to 366"),
    (calendar(f"{TIMES}\nRRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY"), r"RRULE is given more than once"),
    (calendar(f"{TIMES}\nRDATE;VALUE=PERIOD:20260401T000000Z/PT1H"), r"periods are not supported"),
    (calendar(f"{TIMES}\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260327T210000Z"), r"RANGE is not"),
    (calendar(f"{TIMES}\nRECURRENCE-ID;VALUE=DATE:20260327"), r"RECURRENCE-ID .*give a time"),
    (calendar(f"UID:a\n{TIMES}", f"UID:a\n{TIMES}"), r"^event a: it is given twice"),
    (
        calendar(f"{TIMES}\nCATEGORIES:PASS\nRRULE:FREQ=DAILY", TIMES),
        r"PASS must not repeat for ever",
    ),
    (
        calendar(f"{TIMES}\nCATEGORIES:PASS\nRRULE:FREQ=DAILY;COUNT=1001", TIMES),
        r"1001 repetitions",
    ),
    (calendar(TIMES, head="X-RINGFENCE-EFFECTIVE-FROM:soon"), r"^X-RINGFENCE-EFFECTIVE-FROM: "),
    (calendar(TIMES, head="X-RINGFENCE-EFFECTIVE-FROM:2026-01-01T00:00:00"), r"no UTC offset"),
    (calendar(f"{TIMES}\nno line"), r"^event 0 .*: a line cannot be read: .*no line"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_what_cannot_be_followed_is_refused(text: str, message: str) -> None:
    """Text that is wrong or in doubt is an error that names the event, the value and the fix."""
    with pytest.raises(ValueError, match=message):
        read_ical(text, BERLIN)


def test_weekly_windows_are_written_as_weekly_events() -> None:
    """A weekly window is an event that other calendars repeat by the same clocks, and till when."""
    schedule = Schedule(
        BERLIN,
        (parse_weekly("mon-fri", "22:00", "06:00", ["home"]),),
        effective_from=START,
        effective_until=START + 30 * DAY + HOUR,
    )
    text = write_ical(schedule)
    for line in (
        "DTSTART;TZID=Europe/Berlin:20260302T220000",
        "DTEND;TZID=Europe/Berlin:20260303T060000",
        "RRULE:FREQ=WEEKLY;UNTIL=20260331T215959Z;BYDAY=MO,TU,WE,TH,FR",
        "X-RINGFENCE-EFFECTIVE-UNTIL:2026-03-31T01:00:00Z",
    ):
        assert line in text.split("\r\n")
    assert read_ical(text, BERLIN) == schedule


def test_an_edited_weekly_event_is_what_it_says() -> None:
    """A weekly event whose first day was moved starts on that day, like that of any calendar."""
    text = write_ical(Schedule(BERLIN, (parse_weekly("fri", "22:00", "06:00"),)))
    assert read_ical(text, BERLIN).weekly
    moved = text.replace("20000107", "20260327").replace("20000108", "20260328")
    assert not read_ical(moved, BERLIN).weekly
    assert spans(moved, days=30) == WEEKEND_NIGHTS[:1]


def test_fractions_of_a_second_are_not_rounded_away() -> None:
    """A pass that iCalendar cannot express is refused rather than moved."""
    schedule = Schedule(BERLIN, always=True, passes=(Interval(START, START + 1),))
    with pytest.raises(ValueError, match=r"2026-03-01T00:00:00.000001Z has a fraction of a second"):
        write_ical(schedule)
