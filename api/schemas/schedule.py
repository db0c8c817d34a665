"""Previews of schedules on the wire."""

from pydantic import Field

from api.schemas.fields import InstantIn, InstantOut, LocalTime, Wire
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


class Preview(Wire):
    """What a schedule means in the days asked for."""

    timezone: str = Field(description="IANA zone of the clocks.", examples=["Europe/Berlin"])
    start: InstantOut = Field(description="First instant asked for (UTC).")
    until: InstantOut = Field(description="Instant up to which was asked (UTC, exclusive).")
    windows: list[PreviewRow] = Field(description="The windows, in order.")
    findings: list[FindingOut] = Field(
        description="What in the schedule is likely not what was meant, worst first."
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
