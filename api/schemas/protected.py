"""Protected persons on the wire, and how much of where they were is shown."""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field

from api.schemas.fields import InstantOut, Text, Wire
from api.schemas.order import Plan
from api.schemas.registry import TimezoneName

Include = Annotated[
    tuple[Literal["protected_positions"], ...],
    Query(
        max_length=1,
        description="`protected_positions`: show also where protected persons were. Only for "
        "those who have to know; left out, their places are not in the answer.",
    ),
]


class ProtectedPersonIn(Wire):
    """A protected person, as they are to be stored."""

    name: Text = Field(min_length=1, description="Name, for the centre only.", examples=["J. Roe"])
    timezone: TimezoneName
    agency: Text = Field(
        default="", description="Organisation that protects.", examples=["County Probation"]
    )
    plan: Plan = Field(default=Plan(), description="How often the device is to report.")


class ProtectedPersonOut(Wire):
    """A protected person. No other answer has the name."""

    person_id: str = Field(description="Id of the protected person.", examples=["p1"])
    name: str = Field(description="Name, for the centre only.", examples=["J. Roe"])
    timezone: TimezoneName
    agency: str = Field(description="Organisation that protects.", examples=["County Probation"])
    plan: Plan = Field(description="How often the device is to report.")


class CounterpartOut(Wire):
    """The protected person's position in a pair, and the arithmetic of the distance."""

    protected_person_id: str = Field(description="Whom the condition protects.", examples=["p1"])
    fix_time: InstantOut = Field(
        description="When the person's device measured it (UTC).", examples=["2026-03-01T21:14:40Z"]
    )
    judged_at: InstantOut = Field(
        description="As of when the pair was judged (UTC).", examples=["2026-03-01T21:15:00Z"]
    )
    age_s: float = Field(description="Age of the person's position then, seconds.", examples=[20.0])
    wearer_age_s: float = Field(
        description="Age of the wearer's position then, seconds.", examples=[0.0]
    )
    accuracy_m: float = Field(description="Radius of 68 % confidence, metres.", examples=[9.0])
    distance_m: float = Field(
        description="Metres between the two. Several, with the wearer's positions, give the "
        "person's place away: for the centre only.",
        examples=[212.4],
    )
    keep_m: float = Field(description="Metres that have to be kept.", examples=[300.0])
    sigma_m: float = Field(
        description="Standard deviation of the distance, metres: of both accuracies, and of how "
        "far both may have moved meanwhile.",
        examples=[22.8],
    )
    lat: float | None = Field(
        description="Latitude, degrees; null unless asked for.", examples=[None]
    )
    lon: float | None = Field(
        description="Longitude, degrees; null unless asked for.", examples=[None]
    )
    digest: str | None = Field(
        description="Digest of the position's content; null unless asked for, as places can be "
        "tried out against it.",
        examples=[None],
    )
