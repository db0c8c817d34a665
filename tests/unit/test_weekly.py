"""Weekly windows and the texts they are written as."""

from datetime import UTC, time
from typing import Any

import pytest

from zones.instant import parse
from zones.weekly import WeeklyWindow, parse_days, parse_time, parse_weekly, weekly_occurrences

DAILY = frozenset(range(7))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("daily", DAILY),
        ("weekdays", {0, 1, 2, 3, 4}),
        ("weekends", {5, 6}),
        ("mon,wed,fri", {0, 2, 4}),
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("fri-mon", {4, 5, 6, 0}),
        ("tue-tue", {1}),
        (" Mon , SUNDAY ", {0, 6}),
        ("weekends,wed", {2, 5, 6}),
        (["mon", "weekends"], {0, 5, 6}),
        (["mon-wed"], {0, 1, 2}),
    ],
)
def test_days_are_read(text: str | list[str], days: set[int]) -> None:
    """Names, groups, ranges (also across Sunday) and lists of them mean their days."""
    assert parse_days(text) == days


@pytest.mark.parametrize(
    "text", ["", ",", "mon,", "monn", "mon-", "-fri", "mon-xyz", "1", "mon fri", [], ["mon", 3]]
)
def test_days_that_are_none_are_refused(text: str | list[str]) -> None:
    """A text that is not days is an error with the field, the value and the fix."""
    with pytest.raises(ValueError, match=r"^days: .*use 'daily'"):
        parse_days(text)


@pytest.mark.parametrize(
    ("text", "is_end", "value"),
    [
        ("22:00", False, time(22)),
        ("22:00:30", False, time(22, 0, 30)),
        ("00:00", False, time(0)),
        ("23:59:59", True, time(23, 59, 59)),
        ("24:00", True, time(0)),
        ("24:00:00", True, time(0)),
    ],
)
def test_times_are_read(text: str, is_end: bool, value: time) -> None:
    """Times have minutes and maybe seconds, and an end may be midnight as 24:00."""
    assert parse_time(text, is_end=is_end) == value


@pytest.mark.parametrize(
    ("text", "is_end", "field"),
    [
        ("24:00", False, "start"),
        ("24:01", True, "end"),
        ("22", False, "start"),
        ("9:00", False, "start"),
        ("22:60", True, "end"),
        ("22:00:60", True, "end"),
        ("22:00 ", True, "end"),
        ("22:00Z", True, "end"),
        ("٢٢:٠٠", True, "end"),
        (2200, False, "start"),
    ],
)
def test_times_that_are_none_are_refused(text: str, is_end: bool, field: str) -> None:
    """A text that is not a time of day is an error with the field, the value and the fix."""
    with pytest.raises(ValueError, match=f"^{field}: .*use HH:MM") as error:
        parse_time(text, is_end=is_end)
    assert repr(text) in str(error.value)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"days": frozenset()}, r"^days: \[\].*add the days"),
        ({"days": frozenset({7})}, r"^days: \[7\]"),
        ({"start": time(22, tzinfo=UTC)}, "^start: .*has an offset"),
        ({"end": time(6, tzinfo=UTC)}, "^end: .*has an offset"),
        ({"places": ("",)}, "^places: .*zone ids"),
        ({"places": "home"}, "^places: 'home'"),
    ],
)
def test_a_weekly_window_is_valid_once_built(fields: dict[str, Any], message: str) -> None:
    """Fields that mean nothing are refused, naming the field and the value."""
    valid: dict[str, Any] = {"days": DAILY, "start": time(22), "end": time(6)}
    with pytest.raises(ValueError, match=message):
        WeeklyWindow(**valid | fields)


def test_equal_places_compare_equal() -> None:
    """Places are a set: order and repetition do not make another window."""
    one = parse_weekly("daily", "22:00", "06:00", ["b", "a", "b"])
    assert one == WeeklyWindow(DAILY, time(22), time(6), ("a", "b"))


ST_JOHNS = "America/St_Johns"
"""At 00:01 on Sunday 7 November 2010 its clocks went back to 23:01 on Saturday."""


@pytest.mark.parametrize(
    ("days", "start", "end", "asked"),
    [
        ("fri", "23:40", "23:30", "2010-11-07T00:00:30-02:30"),
        ("sun", "00:00", "00:30", "2010-11-06T23:30:00-03:30"),
    ],
)
def test_clocks_that_go_back_over_midnight_hide_no_window(
    days: str, start: str, end: str, asked: str
) -> None:
    """A window of two days before, or of the day after, by the clock can be in force."""
    window, instant = parse_weekly(days, start, end), parse(asked)
    (found,) = weekly_occurrences(window, ST_JOHNS, instant, instant)
    assert found.start < instant < found.end
