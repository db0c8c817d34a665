"""The JSON form of a condition."""

import json
from typing import Any

import pytest

from engine.core.condition_json import ConditionError, read_condition, write_condition
from engine.core.order import ConditionKind, Stay, default_parameters
from zones.instant import parse

CURFEW: dict[str, Any] = {
    "id": "c1",
    "kind": "curfew",
    "zone": "HOME-w1",
    "weekly": [{"days": "daily", "start": "22:00", "end": "06:00"}],
}
ATTENDANCE: dict[str, Any] = {"kind": "attendance"}
ALL_DAY = {"days": "daily", "start": "00:00", "end": "24:00"}
MINUTES = {"start": "2026-03-01T18:00:00Z", "end": "2026-03-01T18:20:00Z"}
SPAN = {"start": "2026-03-01T18:00:00Z", "end": "2026-03-02T06:00:00Z"}
ICAL = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20260302T200000
DTEND;TZID=Europe/Berlin:20260302T220000
RRULE:FREQ=WEEKLY;COUNT=4
END:VEVENT
END:VCALENDAR
"""


def test_a_curfew_is_read_with_its_hours_places_and_defaults() -> None:
    """A curfew of the fewest fields has the documented defaults and its hours by local clocks."""
    condition = read_condition(CURFEW, "Europe/Berlin")
    assert condition.kind is ConditionKind.CURFEW
    assert condition.zone_ids == ("HOME-w1",)
    assert condition.parameters == default_parameters(ConditionKind.CURFEW)
    window = condition.schedule.window_at(parse("2026-01-10T23:00:00Z"))
    assert window is not None
    assert (window.start, window.end) == (
        parse("2026-01-10T21:00:00Z"),
        parse("2026-01-11T05:00:00Z"),
    )


def test_an_attendance_asks_for_the_whole_window_with_ten_minutes_at_each_end() -> None:
    """Unless told otherwise; no other kind of condition has a stay."""
    condition = read_condition(CURFEW | ATTENDANCE, "UTC")
    assert condition.stay == Stay(minimum_s=None, late_after_s=600, early_before_s=600)
    assert read_condition(CURFEW, "UTC").stay is None


def test_a_condition_without_hours_is_always_in_force() -> None:
    """An exclusion without any window holds at all times."""
    condition = read_condition({"id": "x", "kind": "exclusion", "zones": ["A", "B"]}, "UTC")
    assert condition.schedule.always
    assert condition.zone_ids == ("A", "B")


@pytest.mark.parametrize(
    "data",
    [
        CURFEW,
        CURFEW
        | {
            "weekly": [
                {"days": "mon-fri", "start": "22:00", "end": "06:00:30", "places": ["A", "B"]},
                {"days": ["sat", "sun"], "start": "00:00", "end": "24:00"},
            ],
            "passes": [SPAN],
            "suspensions": [SPAN],
            "extra": [SPAN | {"places": ["C"]}, SPAN],
            "effective_from": "2026-01-01T00:00:00.5+01:00",
            "effective_until": "2027-01-01T00:00:00Z",
            "threshold": 3,
            "buffer_m": 25,
            "dwell_s": 30.5,
            "grace_s": 300,
            "confidence": 0.9,
            "version": 7,
            "priority": -3,
        },
        {"id": "c", "kind": "curfew", "zone": "H", "ical": ICAL},
        {"id": "c", "kind": "inclusion", "zones": ["H", "W"], "passes": [SPAN]},
        CURFEW | {"kind": "attendance", "late_after_s": 300, "early_before_s": 0},
        CURFEW | {"kind": "attendance", "minimum_stay_s": 5400},
    ],
    ids=["curfew", "everything", "ical", "always", "attendance", "minimum stay"],
)
def test_what_is_written_reads_back_equal(data: dict[str, Any]) -> None:
    """Writing a condition and reading it again, through JSON text, gives an equal condition."""
    condition = read_condition(data, "Europe/Berlin")
    written = json.loads(json.dumps(write_condition(condition)))
    assert read_condition(written, "Europe/Berlin") == condition
    assert write_condition(read_condition(written, "Europe/Berlin")) == written


@pytest.mark.parametrize(
    ("change", "path", "value", "word"),
    [
        ({"id": " "}, "id", " ", "id"),
        ({"id": 3}, "id", 3, "str"),
        ({"kind": "geofence"}, "kind", "geofence", "Invalid enum value"),
        ({"zone": None}, "zone", None, "zone id"),
        ({"zones": ["A"]}, "zones", ("A",), "not both"),
        ({"zone": None, "zones": ["A", "A"]}, "zones", ("A", "A"), "twice"),
        ({"zone": ""}, "zone", ("",), "empty"),
        ({"weekly": []}, "weekly", None, "hours"),
        (
            {"weekly": [{"days": "daily", "start": "25:00", "end": "06:00"}]},
            "weekly[0].start",
            "25:00",
            "HH:MM",
        ),
        (
            {"weekly": [CURFEW["weekly"][0], {"days": "fryday", "start": "1:00", "end": "06:00"}]},
            "weekly[1].days",
            "fryday",
            "mon-fri",
        ),
        (
            {"weekly": [{"days": "daily", "start": "22:00", "end": 6}]},
            "weekly[0].end",
            6,
            "str",
        ),
        (
            {"weekly": [{"days": "daily", "start": "22:00", "end": "06:00", "places": [""]}]},
            "weekly[0].places",
            ("",),
            "zone ids",
        ),
        (
            {"passes": [SPAN, SPAN | {"start": "2026-03-01T18:00:00"}]},
            "passes[1].start",
            "2026-03-01T18:00:00",
            "offset",
        ),
        (
            {"suspensions": [SPAN | {"end": SPAN["start"]}]},
            "suspensions[0].end",
            SPAN["start"],
            "after",
        ),
        ({"extra": [SPAN | {"end": "soon"}]}, "extra[0].end", "soon", "isoformat"),
        (
            {"effective_from": "9999-12-31T23:59:59-12:00"},
            "effective_from",
            "9999-12-31T23:59:59-12:00",
            "years",
        ),
        (
            {"effective_from": SPAN["end"], "effective_until": SPAN["start"]},
            "effective_until",
            SPAN["start"],
            "later",
        ),
        ({"ical": "hello"}, "ical", "hello", ""),
        ({"threshold": 0}, "threshold", 0, "at least 1"),
        ({"confidence": 95}, "confidence", 95.0, "between 0.5 and 1"),
        ({"buffer_m": float("nan")}, "buffer_m", ..., "from 0"),
        ({"tolerance": 5}, "", None, "tolerance"),
        ({"version": 0}, "version", 0, "1"),
        ({"priority": 1001}, "priority", 1001, "from -1000 to 1000"),
        ({"minimum_stay_s": 60}, "minimum_stay_s", 60.0, "kind 'attendance' only"),
        (ATTENDANCE | {"weekly": []}, "weekly", None, "hours"),
        (ATTENDANCE | {"weekly": [ALL_DAY]}, "weekly", None, "hours"),
        (ATTENDANCE | {"minimum_stay_s": 0}, "minimum_stay_s", 0.0, "above 0"),
        (ATTENDANCE | {"late_after_s": -1}, "late_after_s", -1.0, "from 0"),
        (ATTENDANCE | {"minimum_stay_s": 28801}, "minimum_stay_s", 28801.0, "weekly[0]"),
        (ATTENDANCE | {"late_after_s": 28200}, "weekly[0]", None, "leave nothing"),
        (ATTENDANCE | {"extra": [MINUTES]}, "extra[0]", None, "leave nothing of its 1200 s"),
        (
            ATTENDANCE | {"minimum_stay_s": 60, "early_before_s": 60},
            "early_before_s",
            60.0,
            "leave one out",
        ),
    ],
)
def test_what_is_wrong_is_named_with_place_value_and_fix(
    change: dict[str, Any], path: str, value: object, word: str
) -> None:
    """Every refused condition names the field, its value and what to write instead."""
    with pytest.raises(ConditionError) as caught:
        read_condition(CURFEW | change, "Europe/Berlin")
    assert caught.value.path == path
    assert value is ... or caught.value.value == value
    assert word in caught.value.fix
    assert str(caught.value).startswith(path)


def test_an_unknown_time_zone_is_named() -> None:
    """A time zone that does not exist is an error of the field timezone, with the nearest name."""
    with pytest.raises(ConditionError, match=r"timezone.*Europe/Berlin"):
        read_condition(CURFEW, "Europe/Berln")
