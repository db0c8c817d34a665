"""A repetition rule is the value of an RRULE (RFC 5545, 3.3.10), with UNTIL as a wall time.

Only rules that mean one thing and are cheap to follow are accepted: parts and values that RFC 5545
allows for the frequency (the library that follows rules overlooks some), daily or longer, one time
of day, an interval of at most four years, and either endless or over within 100 years.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Any, Final

from icalendar import vRecur

_LONGEST_INTERVALS: Final = {"DAILY": 1461, "WEEKLY": 208, "MONTHLY": 48, "YEARLY": 4}
_MOST_REPETITIONS: Final = 10_000
_LONGEST_RUN: Final = timedelta(days=36_525)

_SINGLE_PARTS: Final = (
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "WKST",
    "BYHOUR",
    "BYMINUTE",
    "BYSECOND",
)
_DAY_PARTS: Final = {"BYWEEKNO": 53, "BYYEARDAY": 366, "BYMONTHDAY": 31, "BYSETPOS": 366}
"""Parts that number days or weeks, negative from the end, and the largest number."""

_PARTS: Final = (*_SINGLE_PARTS, "BYMONTH", "BYDAY", *_DAY_PARTS)
_FREQUENCIES_OF: Final = {
    "BYWEEKNO": ("YEARLY",),
    "BYYEARDAY": ("YEARLY",),
    "BYMONTHDAY": ("DAILY", "MONTHLY", "YEARLY"),
}
_NUMBERED_DAYS: Final = {"DAILY": 0, "WEEKLY": 0, "MONTHLY": 5, "YEARLY": 53}
"""The largest number before a day in BYDAY, as in 2MO; 0 where there must be none."""


def check_rule(text: str, start: datetime) -> str:
    """Return the one spelling of a rule that can be followed from a start (wall time).

    Raises:
        ValueError: naming the part, its value and the fix.
    """
    _check_parts(text)
    try:
        rule = vRecur.from_ical(text)
    except ValueError as error:
        raise ValueError(f"RRULE: {text!r} cannot be read: {error}") from None
    _check_numbers(rule, text)
    _check_days(rule, text)
    if "UNTIL" in rule:
        _check_until(rule, text, start)
        rule["UNTIL"] = [until_of(rule)]
    return rule_text(rule)


def repeats_weekly(rule: vRecur) -> bool:
    """Return whether a rule gives the same days every week, for as long as it lasts."""
    frequency, interval = str(rule["FREQ"][0]), rule.get("INTERVAL", [1])[0]
    others = {"BYMONTH", *_DAY_PARTS} & set(rule)
    return frequency in {"DAILY", "WEEKLY"} and interval == 1 and not others


def rule_text(rule: vRecur) -> str:
    """Return a rule as the value of an RRULE."""
    spell: Any = rule.to_ical
    return str(spell().decode())


def until_of(rule: vRecur) -> datetime:
    """Return the UNTIL of a rule that has one; a date means all of that day.

    Raises:
        ValueError: it is neither a date nor a time with a date.
    """
    until: Any = rule["UNTIL"][0]
    if isinstance(until, datetime):
        return until
    if not isinstance(until, date):
        raise ValueError(f"RRULE: UNTIL {until} is not a date: give one")  # noqa: TRY004
    return datetime(until.year, until.month, until.day, 23, 59, 59)  # noqa: DTZ001 - a wall time


def _check_parts(text: str) -> None:
    names = []
    for part in text.split(";"):
        name, _, value = part.partition("=")
        names.append(name.upper())
        if names[-1] not in _PARTS or not value:
            raise ValueError(
                f"RRULE: {part!r} in {text!r}: use NAME=VALUE with one of {', '.join(_PARTS)}"
            )
        if names[-1] in _SINGLE_PARTS and "," in value:
            raise ValueError(f"RRULE: {part!r} in {text!r}: give one value, or an event for each")
    if len(set(names)) < len(names):
        raise ValueError(f"RRULE: {text!r} has a part twice: keep one")


def _check_numbers(rule: vRecur, text: str) -> None:
    frequency = str(rule.get("FREQ", [""])[0])
    if frequency not in _LONGEST_INTERVALS:
        names = ", ".join(_LONGEST_INTERVALS)
        raise ValueError(f"RRULE: FREQ {frequency!r} in {text!r}: use one of {names}")
    most_of = {
        "INTERVAL": _LONGEST_INTERVALS[frequency],
        "COUNT": _MOST_REPETITIONS,
        "BYMONTH": 12,
    }
    for name, most in most_of.items():
        if not all(1 <= int(value) <= most for value in rule.get(name, [])):
            raise ValueError(f"RRULE: {name} in {text!r}: use 1 to {most}")
    for name, most in (("BYHOUR", 23), ("BYMINUTE", 59), ("BYSECOND", 59)):
        if not all(0 <= value <= most for value in rule.get(name, [])):
            raise ValueError(f"RRULE: {name} in {text!r}: use 0 to {most}")


def _check_days(rule: vRecur, text: str) -> None:
    frequency = str(rule["FREQ"][0])
    for name, most in _DAY_PARTS.items():
        if name in rule and frequency not in _FREQUENCIES_OF.get(name, _LONGEST_INTERVALS):
            raise ValueError(f"RRULE: {name} in {text!r} is not for FREQ={frequency}: leave it out")
        if not all(1 <= abs(value) <= most for value in rule.get(name, [])):
            raise ValueError(f"RRULE: {name} in {text!r}: use 1 to {most}, or -1 to -{most}")
    most = _NUMBERED_DAYS[frequency]
    for day in rule.get("BYDAY", []):
        number = str(day)[:-2]
        if number and not 1 <= abs(int(number)) <= most:
            fix = f"use 1 to {most} before the day" if most else "leave the number out"
            raise ValueError(f"RRULE: BYDAY {day} in {text!r}, with FREQ={frequency}: {fix}")
    months = [int(each) for each in rule.get("BYMONTH", range(1, 13))]
    days = rule.get("BYMONTHDAY", [1])
    if all(abs(day) > monthrange(2024, month)[1] for month in months for day in days):
        raise ValueError(f"RRULE: {text!r} names a day that no such month has: correct BYMONTHDAY")


def _check_until(rule: vRecur, text: str, start: datetime) -> None:
    if "COUNT" in rule:
        raise ValueError(f"RRULE: {text!r} has both COUNT and UNTIL: leave one out")
    until = until_of(rule)
    if until.tzinfo is not None:
        raise ValueError(f"RRULE: UNTIL in {text!r} has an offset: give the wall time of the zone")
    if until - start > _LONGEST_RUN:
        raise ValueError(
            f"RRULE: UNTIL in {text!r} is over 100 years after the start: leave it out for no end"
        )
