"""Orders on the wire."""

from typing import Annotated

from pydantic import Field, StrictBool

from api.schemas.condition import ConditionIn, ConditionOut
from api.schemas.fields import (
    MAX_ID,
    UNCOERCED,
    Id,
    InstantIn,
    InstantOut,
    Name,
    NoteText,
    Number,
    Text,
    Wire,
)
from api.schemas.finding import FindingOut
from api.schemas.page import PageQuery


class Plan(Wire):
    """How often a device is to report, and how long its last word holds."""

    interval_s: Number = Field(
        default=60, gt=0, le=604_800, description="Seconds between reports.", examples=[60]
    )
    buffer_s: Number = Field(
        default=240,
        ge=0,
        le=604_800,
        description="Seconds a report may be late. After interval and buffer, membership is "
        "unknown and the call-in is missed.",
        examples=[240],
    )
    tamper_grace_s: Number = Field(
        default=0,
        ge=0,
        le=86_400,
        description="Seconds by which the page of a single tamper waits. It is recorded and shown "
        "at once all the same, and three brief ones within 24 h page at once.",
        examples=[0],
    )


class OrderIn(Wire):
    """The legal instrument, as it is to be stored. Storing it again makes its next version."""

    wearer_id: Name = Field(description="Whom it binds.", examples=["w1"])
    agency: Text = Field(description="Organisation that supervises.", examples=["County Probation"])
    officer: Text = Field(description="Responsible officer.", examples=["officer.kim"])
    effective_from: InstantIn = Field(
        description="From when on it binds (RFC 3339).", examples=["2026-03-01T00:00:00Z"]
    )
    effective_until: InstantIn | None = Field(
        default=None,
        description="Until when it binds (RFC 3339, exclusive); null: no end.",
        examples=["2026-09-01T00:00:00Z"],
    )
    plan: Plan = Field(default=Plan(), description="How often the device is to report.")
    conditions: list[ConditionIn] = Field(
        default=[], max_length=100, description="The rules, ids unique in the order."
    )
    classes: list[Name] = Field(
        default=[],
        max_length=100,
        description="Classes it puts the wearer in: their conditions bind too.",
        examples=[[]],
    )
    version_from: InstantIn | None = Field(
        default=None,
        description="From when on this version replaces the one before (RFC 3339); now if left "
        "out. Of no meaning for the first version. In the past, what follows is judged anew.",
    )
    replaces_later: StrictBool = Field(
        default=False,
        description="true: versions that were to take effect after `version_from` never do; "
        "without it, a version dated before the newest one is refused.",
    )
    expected_version: Annotated[int, Field(ge=0, le=MAX_ID), UNCOERCED] | None = Field(
        default=None,
        description="Newest version that is known, 0 for none: if there is a newer one by now, "
        "nothing is stored (409). Left out: not checked.",
        examples=[None],
    )
    reason: NoteText = Field(
        default="", description="Why there is this version.", examples=["hearing of 27 February"]
    )


class OrderOut(Wire):
    """The legal instrument."""

    order_id: str = Field(description="Id of the order.", examples=["o1"])
    version: Id = Field(description="Version, from 1.", examples=[1])
    version_from: InstantOut | None = Field(
        description="From when on this version replaces the one before (UTC); null: since "
        "effective_from.",
        examples=[None],
    )
    wearer_id: str = Field(description="Whom it binds.", examples=["w1"])
    wearer_name: str = Field(description="Name of the wearer.", examples=["Robin Doe"])
    timezone: str = Field(
        description="IANA zone by whose clocks the hours are: the wearer's when this version was "
        "stored.",
        examples=["Europe/Berlin"],
    )
    agency: str = Field(description="Organisation that supervises.", examples=["County Probation"])
    officer: str = Field(description="Responsible officer.", examples=["officer.kim"])
    effective_from: InstantOut = Field(
        description="From when on it binds (UTC).", examples=["2026-03-01T00:00:00Z"]
    )
    effective_until: InstantOut | None = Field(
        description="Until when it binds (UTC, exclusive); null: no end.",
        examples=["2026-09-01T00:00:00Z"],
    )
    plan: Plan = Field(description="How often the device is to report.")
    conditions: list[ConditionOut] = Field(description="The rules.")
    classes: list[str] = Field(description="Classes it puts the wearer in.", examples=[[]])
    recorded_at: InstantOut | None = Field(
        description="When this version was written down (UTC); null: not known.",
        examples=["2026-02-27T09:30:00Z"],
    )
    recorded_by: str = Field(
        description="Who wrote it down, as claimed; empty: not known.", examples=["local/kim"]
    )
    reason: str = Field(description="Why, in words.", examples=["hearing of 27 February"])


class OrderVersion(OrderOut):
    """A version of the legal instrument, and when it holds."""

    holds_from: InstantOut | None = Field(
        description="From when on it holds (UTC); null: never, later versions replace it.",
        examples=["2026-03-01T00:00:00Z"],
    )
    holds_until: InstantOut | None = Field(
        description="Until when it holds (UTC, exclusive); null: no end, or never.",
        examples=[None],
    )


class OrderStored(OrderOut):
    """The legal instrument as it was stored, with what is likely not meant so."""

    findings: list[FindingOut] = Field(
        description="What in its conditions is likely not what was meant, worst first; it is "
        "stored all the same."
    )


class OrderQuery(PageQuery):
    """Which orders; the newest version of each."""

    wearer_id: Name | None = Field(default=None, description="Only those of this wearer.")
    officer: Text | None = Field(default=None, description="Only those of this officer.")
    agency: Text | None = Field(default=None, description="Only those of this agency.")
    in_force: bool | None = Field(
        default=None, description="true: only those that bind now; false: only those that do not."
    )
    q: Text | None = Field(
        default=None,
        description="Only those with this in the order's id, the wearer's id or name, the officer "
        "or the agency, in whatever case.",
        examples=["doe"],
    )
