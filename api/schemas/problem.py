"""The problem document (RFC 9457), as described to clients; `api.problems` makes it."""

from pydantic import BaseModel, ConfigDict, Field


class FieldError(BaseModel):
    """One field that is wrong."""

    field: str = Field(
        description="Where: `body`, `query`, `path` or `header`, then the path of the field.",
        examples=["body.conditions[0].weekly[0].start"],
    )
    message: str = Field(
        description="What is wrong and what to write instead.",
        examples=["'25:00' is not a time of day: use HH:MM from 00:00 to 23:59"],
    )
    value: str | int | float | bool | None = Field(
        default=None, description="What stood there, unless it is long.", examples=["25:00"]
    )


class Problem(BaseModel):
    """Why a request was refused (RFC 9457). Some problems have further members."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(
        description="Name of the problem, a URN that never changes; see the documentation.",
        examples=["urn:ringfence:problem:invalid"],
    )
    title: str = Field(description="The status in words.", examples=["Unprocessable Entity"])
    status: int = Field(description="The HTTP status.", examples=[422], ge=400, le=599)
    detail: str = Field(
        description="What is wrong and how to put it right, for people.",
        examples=["1 field is wrong: see errors, nothing was changed"],
    )
    errors: list[FieldError] = Field(default=[], description="Each field that is wrong.")
