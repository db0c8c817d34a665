"""Passes on the wire: granted and taken back one at a time."""

from typing import Annotated

from pydantic import Field, StringConstraints

from api.schemas.fields import (
    MAX_ID,
    UNCOERCED,
    Id,
    InstantIn,
    InstantOut,
    LocalTime,
    Wire,
)
from api.schemas.finding import FindingOut

Reason = Annotated[
    str, StringConstraints(max_length=10_000, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")
]
"""Why; not blank."""


class PassIn(Wire):
    """An authorised absence: the condition is not in force from start up to end."""

    start: InstantIn = Field(
        description="First instant (RFC 3339); in the past, what followed is judged anew.",
        examples=["2026-03-07T18:00:00Z"],
    )
    end: InstantIn = Field(
        description="End (RFC 3339, exclusive), after the start.", examples=["2026-03-08T06:00:00Z"]
    )
    reason: Reason = Field(description="Why it is granted.", examples=["night shift"])
    expected_version: Annotated[int, Field(ge=1, le=MAX_ID), UNCOERCED] | None = Field(
        default=None,
        description="Newest version of the order that is known: 409 if there is a newer one. Left "
        "out: not checked.",
        examples=[None],
    )


class PassRevokedIn(PassIn):
    """A pass that is taken back, named by its start and end."""

    start: InstantIn = Field(
        description="Start of the pass (RFC 3339).", examples=["2026-03-07T18:00:00Z"]
    )
    end: InstantIn = Field(
        description="End of the pass (RFC 3339).", examples=["2026-03-08T06:00:00Z"]
    )
    reason: Reason = Field(description="Why it is taken back.", examples=["shift called off"])
    from_: InstantIn | None = Field(
        default=None,
        alias="from",
        description="From when on it no longer holds (RFC 3339); now if left out. At or before its "
        "start: as if it had never been granted.",
        examples=["2026-03-07T20:00:00Z"],
    )


class PassOut(Wire):
    """A pass that was ever granted."""

    start: InstantOut = Field(description="Start (UTC).", examples=["2026-03-07T18:00:00Z"])
    end: InstantOut = Field(
        description="End as it was granted (UTC, exclusive).", examples=["2026-03-08T06:00:00Z"]
    )
    start_local: LocalTime = Field(
        description="Start by the condition's clocks.", examples=["2026-03-07T19:00:00+01:00"]
    )
    end_local: LocalTime = Field(
        description="End by the condition's clocks.", examples=["2026-03-08T07:00:00+01:00"]
    )
    until: InstantOut | None = Field(
        description="Until when it counts (UTC): its end, or when it was taken back; null: it "
        "never counted, it was taken back from its start.",
        examples=["2026-03-08T06:00:00Z"],
    )
    version: Id = Field(description="Version of the order that brought it.", examples=[2])
    granted_at: InstantOut | None = Field(
        description="When it was granted (UTC); null: not known.", examples=["2026-03-05T09:00:00Z"]
    )
    granted_by: str = Field(description="Who granted it, as claimed.", examples=["local/kim"])
    reason: str = Field(description="Why.", examples=["night shift"])
    revoked_at: InstantOut | None = Field(
        description="When it was taken back (UTC); null: it was not.", examples=[None]
    )
    revoked_by: str | None = Field(
        description="Who took it back; null: nobody did.", examples=[None]
    )
    revoked_reason: str | None = Field(description="Why it was taken back.", examples=[None])


class PassChanged(Wire):
    """What became of a pass."""

    changed: bool = Field(
        description="false: it was so already, and nothing was stored.", examples=[True]
    )
    order_version: Id = Field(description="Newest version of the order.", examples=[2])
    judged_anew_from: InstantOut | None = Field(
        description="From when on the past is judged anew (UTC); null: nothing in the past "
        "changes.",
        examples=[None],
    )
    passes: list[PassOut] = Field(description="Every pass of the condition, by its start.")
    findings: list[FindingOut] = Field(
        description="What in the condition is likely not what was meant, worst first."
    )
