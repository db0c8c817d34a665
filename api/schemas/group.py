"""Groups of zones and classes of wearers on the wire."""

from typing import Annotated

from pydantic import Field

from api.schemas.condition import ConditionIn, ConditionOut, ZoneId
from api.schemas.fields import Id, InstantIn, InstantOut, Text, Wire
from api.schemas.registry import TimezoneName

_SINCE = (
    "From when on this version holds (RFC 3339). If left out, the first version always did and a "
    "later one holds from now; null: it always did. A time in the past judges the past anew."
)


class ZoneGroupIn(Wire):
    """A named set of zones, as it is to be stored. Storing it again makes its next version."""

    name: Text = Field(default="", description="Name, for people.", examples=["Schools, Berlin"])
    zones: Annotated[list[ZoneId], Field(max_length=100_000)] = Field(
        description="Zone ids, each once; they must be stored.", examples=[["HOME-w1"]]
    )
    effective_from: InstantIn | None = Field(
        default=None, description=_SINCE, examples=["2026-03-01T00:00:00Z"]
    )


class ZoneGroupOut(Wire):
    """One version of a group of zones."""

    group_id: str = Field(description="Id of the group.", examples=["SCHOOLS"])
    version: Id = Field(description="Version, from 1.", examples=[1])
    name: str = Field(description="Name, for people.", examples=["Schools, Berlin"])
    zones: list[str] = Field(description="Zone ids.", examples=[["HOME-w1"]])
    effective_from: InstantOut | None = Field(
        description="From when on it holds (UTC); null: it always did.", examples=[None]
    )


class WearerClassIn(Wire):
    """A class of wearers, as it is to be stored. Storing it again makes its next version."""

    name: Text = Field(default="", description="Name, for people.", examples=["Minors at risk"])
    timezone: TimezoneName
    conditions: list[ConditionIn] = Field(
        max_length=100,
        description="The rules of whoever an order puts in the class, ids unique in it. Their "
        "hours are by the clocks of `timezone`.",
    )
    effective_from: InstantIn | None = Field(
        default=None, description=_SINCE, examples=["2026-03-01T00:00:00Z"]
    )


class WearerClassOut(Wire):
    """One version of a class of wearers."""

    class_id: str = Field(description="Id of the class.", examples=["child-protection"])
    version: Id = Field(description="Version, from 1.", examples=[1])
    name: str = Field(description="Name, for people.", examples=["Minors at risk"])
    timezone: TimezoneName
    conditions: list[ConditionOut] = Field(
        description="The rules. A wearer of the class has each as `CLASS/CONDITION`."
    )
    effective_from: InstantOut | None = Field(
        description="From when on it holds (UTC); null: it always did.", examples=[None]
    )
