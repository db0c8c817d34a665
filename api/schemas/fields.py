"""The types of wire fields: times, ids and texts, and what of each is refused."""

import re
from datetime import date
from typing import Annotated, Any, Final

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from zones.instant import Instant, parse, render
from zones.wallclock import EARLIEST, LATEST, local

MAX_ID: Final = 2**53 - 1
"""Greatest id: what JSON readers that know only doubles keep exact."""

NAME_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"
_NO_NUL: Final = r"^[^\x00]*$"
_RFC3339: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_EARLIEST: Final = parse("1900-01-01T00:00:00Z")
_LATEST: Final = parse("2200-01-01T00:00:00Z")
_TIME: Final[dict[str, Any]] = {"type": "string", "format": "date-time"}


class Wire(BaseModel):
    """What every body and query has in common: unknown fields are refused, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def read_instant(value: object) -> Instant:
    """Return the instant of an RFC 3339 time.

    Raises:
        ValueError: no such time; says what to write instead.
    """
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError(
            "is not an RFC 3339 time with an offset: write for example 2026-03-01T21:15:00Z "
            "(in a URL, + is written %2B)"
        )
    instant = parse(value.upper())
    if not _EARLIEST <= instant < _LATEST:
        raise ValueError("is not in the years 1900 to 2199: leave it out for no limit")
    return instant


def local_text(instant: Instant, timezone: str) -> str:
    """Return an instant as RFC 3339 text by the clocks of a zone, with its offset."""
    if not EARLIEST <= instant <= LATEST:
        return render(instant)
    return local(instant, timezone).isoformat()


def _read_date(value: object) -> date:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError("is not a date: write for example 2026-03-01")
    return date.fromisoformat(value)


LocalDate = Annotated[
    date,
    BeforeValidator(_read_date),
    WithJsonSchema({"type": "string", "format": "date"}),
]
"""A day by the clocks of some zone: YYYY-MM-DD, never a number of seconds."""

InstantIn = Annotated[
    Instant, BeforeValidator(read_instant), WithJsonSchema(_TIME, mode="validation")
]
"""A time in a request: RFC 3339 with any offset."""

InstantOut = Annotated[
    Instant, PlainSerializer(render, return_type=str), WithJsonSchema(_TIME, mode="serialization")
]
"""A time in a response: RFC 3339 in UTC."""

TimeText = Annotated[str, WithJsonSchema(_TIME, mode="serialization")]
"""A time in a response that is RFC 3339 text already."""

LocalTime = Annotated[str, WithJsonSchema(_TIME, mode="serialization")]
"""A time in a response by the wearer's clocks: RFC 3339 with their offset."""

Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
"""An id that people give: 1 to 64 letters, digits and . _ : - that begin with letter or digit."""

Subject = Annotated[
    str, StringConstraints(max_length=150, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$")
]
"""What is not about a wearer is about: `engine`, `store`, `vendor/{id}`, `device/{vendor}/{id}`."""

Text = Annotated[str, StringConstraints(max_length=500, pattern=_NO_NUL)]
"""A short text."""

SearchText = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=_NO_NUL)]
"""A text to look for."""

Operator = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:@-]{1,64}$")]
"""The name by which an operator acts: 1 to 64 letters, digits and . _ : @ -"""

NoteText = Annotated[str, StringConstraints(max_length=10_000, pattern=_NO_NUL)]
"""A text that may be long; blank or not."""


def _uncoerced(value: object) -> object:
    if isinstance(value, bool | str):
        raise ValueError("is not a number: write it without quotes")  # noqa: TRY004
    return value


UNCOERCED: Final = BeforeValidator(_uncoerced)
"""Refuses what would have to be converted. After the limits of a type that may also be null: before
them, pydantic leaves the limits out of the JSON schema."""

Number = Annotated[float, UNCOERCED]
"""A number in a body: never `true`, never a text."""

Whole = Annotated[int, UNCOERCED]
"""A whole number in a body: never `true`, never a text."""

Id = Annotated[int, Field(ge=1, le=MAX_ID)]
"""An id the engine gives."""
