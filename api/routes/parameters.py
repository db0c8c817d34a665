"""The ids in paths, described once."""

from typing import Annotated

from fastapi import Header, Path

from api.schemas.fields import Id, Name, Operator, Text
from engine.core.contact import ContactRole

WearerId = Annotated[Name, Path(description="Id of the wearer.", examples=["w1"])]
PersonId = Annotated[Name, Path(description="Id of the protected person.", examples=["p1"])]
Vendor = Annotated[Name, Path(description="Vendor of the device.", examples=["acme"])]
DeviceId = Annotated[Name, Path(description="The vendor's id of the device.", examples=["A-1001"])]
BeaconId = Annotated[Name, Path(description="The vendor's id of the beacon.", examples=["HU-7"])]
OrderId = Annotated[Name, Path(description="Id of the order.", examples=["o1"])]
ZoneId = Annotated[Name, Path(description="Id of the zone.", examples=["HOME-w1"])]
GroupId = Annotated[Name, Path(description="Id of the group of zones.", examples=["SCHOOLS"])]
ClassId = Annotated[
    Name, Path(description="Id of the class of wearers.", examples=["child-protection"])
]
ConditionId = Annotated[Name, Path(description="Id of the condition.", examples=["c1"])]
AlertId = Annotated[Id, Path(description="Id of the alert.", examples=[42])]
EpisodeId = Annotated[Id, Path(description="Id of the episode.", examples=[301])]
DryRunId = Annotated[Id, Path(description="Id of the dry run.", examples=[1])]
ActivationId = Annotated[Id, Path(description="Id of the activation.", examples=[1])]
Role = Annotated[ContactRole, Path(description="Who is reached.", examples=["wearer"])]
ContactId = Annotated[
    Text,
    Path(
        min_length=1,
        description="Id of the wearer or the protected person; the officer or the agency as orders "
        "name them.",
        examples=["w1"],
    ),
]
ByOperator = Annotated[
    Operator | None,
    Header(
        alias="Ringfence-Operator",
        description="Name of who acts, recorded as `local/{name}`: claimed, not checked, until "
        "there is access control. Left out, `local` is recorded.",
        examples=["kim"],
    ),
]
"""Parameter of a route that records who acts; None where the request does not say."""
