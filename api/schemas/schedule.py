"""Previews of schedules on the wire."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.condition import (
    PLACES,
    TIME_OF_DAY,
    ExtraIn,
    ScheduleFields,
    ScheduleIn,
    SpanIn,
    ZoneId,
)
from api.schemas.fields import InstantIn, InstantOut, LocalTime, Text, Wire
from api.schemas.finding import FindingOut


class PreviewQuery(Wire):
    """Which days."""

    days: int = Field(default=14, ge=1, le=366, description="How many times 24 hours.")
    from_: InstantIn | None = Field(
        default=None, alias="from", description="First instant (RFC 3339); now if left out."
    )


class PreviewRow(Wire):
    """One window: in force from start up to, but not including, end."""

    start: InstantOut | None = Field(
        description="Start (UTC); null: no beginning.", examples=["2026-03-07T21:00:00Z"]
    )
    end: InstantOut | None = Field(
        description="End (UTC); null: no end.", examples=["2026-03-08T05:00:00Z"]
    )
    start_local: str = Field(
        description="Start by local clocks, in words.", examples=["2026-03-07 22:00:00+01:00 CET"]
    )
    end_local: str = Field(
        description="End by local clocks, in words.", examples=["2026-03-08 06:00:00+01:00 CET"]
    )
    length_s: float | None = Field(
        description="Real length in seconds; null without both ends.", examples=[28800]
    )
    places: list[str] = Field(
        description="Zone ids at which the condition is met; empty: the condition's own.",
        examples=[["HOME-w1"]],
    )
    note: str = Field(
        description="What a change of the clocks did to it, in words; empty on ordinary days.",
        examples=[""],
    )


class ClockChangeOut(Wire):
    """When the clocks are moved."""

    at: InstantOut = Field(description="When (UTC).", examples=["2026-03-29T01:00:00Z"])
    before_local: LocalTime = Field(
        description="What the clocks would have shown.", examples=["2026-03-29T02:00:00+01:00"]
    )
    after_local: LocalTime = Field(
        description="What they show.", examples=["2026-03-29T03:00:00+02:00"]
    )
    shift_s: float = Field(
        description="Seconds by which they go forward: the day is that much shorter; back if "
        "negative.",
        examples=[3600],
    )


class Preview(Wire):
    """What a schedule means in the days asked for."""

    timezone: str = Field(description="IANA zone of the clocks.", examples=["Europe/Berlin"])
    start: InstantOut = Field(description="First instant asked for (UTC).")
    until: InstantOut = Field(description="Instant up to which was asked (UTC, exclusive).")
    windows: list[PreviewRow] = Field(description="The windows, in order.")
    findings: list[FindingOut] = Field(
        description="What in the schedule is likely not what was meant, worst first."
    )
    next_clock_change: ClockChangeOut | None = Field(
        description="The next change of the clocks after the first instant; null: none within 400 "
        "days."
    )


class WindowOut(Wire):
    """The window of a schedule something belongs to, in UTC and by the wearer's clocks."""

    start: InstantOut | None = Field(
        description="Start (UTC); null: no beginning.", examples=["2026-03-07T21:00:00Z"]
    )
    end: InstantOut | None = Field(
        description="End (UTC, exclusive); null: no end.", examples=["2026-03-08T05:00:00Z"]
    )
    start_local: LocalTime | None = Field(
        description="Start by the wearer's clocks.", examples=["2026-03-07T22:00:00+01:00"]
    )
    end_local: LocalTime | None = Field(
        description="End by the wearer's clocks.", examples=["2026-03-08T06:00:00+01:00"]
    )
    timezone: str = Field(description="IANA zone of the clocks.", examples=["Europe/Berlin"])


class HolidayIn(Wire):
    """A day with other hours."""

    day: date = Field(description="By the schedule's calendar.", examples=["2026-05-01"])
    name: Text = Field(default="", description="What day it is.", examples=["Labour Day"])


class InsteadIn(Wire):
    """Hours of a holiday."""

    start: str = Field(pattern=TIME_OF_DAY, description="Local time HH:MM.", examples=["20:00"])
    end: str = Field(
        pattern=TIME_OF_DAY,
        description="Local time HH:MM; on the next day if it is not after the start.",
        examples=["08:00"],
    )
    places: list[ZoneId] = Field(default=[], max_length=50, description=PLACES)


class HolidaysIn(Wire):
    """Holidays, by date or from a calendar, and the hours they have."""

    schedule: ScheduleIn = Field(description="The schedule they are for.")
    days: list[HolidayIn] = Field(default=[], max_length=366, description="By date.")
    calendar: Annotated[str, Field(max_length=500_000)] | None = Field(
        default=None, description="iCalendar text (RFC 5545): its all-day events."
    )
    from_: date | None = Field(
        default=None, alias="from", description="First day of the calendar; today if left out."
    )
    until: date | None = Field(
        default=None, description="Day before which the calendar is read; a year on if left out."
    )
    as_weekday: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] | None = Field(
        default=None,
        description="They have the weekly hours of this day. With neither this nor `hours`, none.",
        examples=["sun"],
    )
    hours: list[InsteadIn] = Field(default=[], max_length=20, description="They have these hours.")


class HolidayOut(Wire):
    """A holiday that was found."""

    day: str = Field(description="By the schedule's calendar.", examples=["2026-05-01"])
    name: str = Field(description="What day it is.", examples=["Labour Day"])


class HolidaysOut(Wire):
    """What holidays add to a schedule; nothing is stored."""

    days: list[HolidayOut] = Field(description="The holidays, by date.")
    suspensions: list[SpanIn] = Field(description="Usual windows that fall away.")
    extra: list[ExtraIn] = Field(description="Windows instead of them.")
    schedule: ScheduleFields = Field(description="The schedule with all of it, to be stored.")
