"""Wearers, devices and activations on the wire."""

from typing import Annotated

from pydantic import Field

from api.schemas.fields import Id, InstantIn, InstantOut, Name, Text, Wire
from api.schemas.order import Plan
from api.schemas.page import PageQuery

TimezoneName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        description="IANA time zone of the wearer's wall clock.",
        examples=["Europe/Berlin"],
    ),
]


class WearerIn(Wire):
    """A supervised person, as they are to be stored."""

    name: Text = Field(min_length=1, description="Name, for people.", examples=["Robin Doe"])
    timezone: TimezoneName
    agency: Text = Field(
        default="", description="Organisation that supervises.", examples=["County Probation"]
    )


class WearerOut(Wire):
    """A supervised person."""

    wearer_id: str = Field(description="Id of the wearer.", examples=["w1"])
    name: str = Field(description="Name, for people.", examples=["Robin Doe"])
    timezone: TimezoneName
    agency: str = Field(description="Organisation that supervises.", examples=["County Probation"])


class DeviceIn(Wire):
    """An ankle monitor, as it is to be stored."""

    model: Text = Field(default="", description="Model, for people.", examples=["Anklet 4"])


class DeviceOut(Wire):
    """An ankle monitor."""

    vendor: str = Field(description="Vendor, as in the telemetry topic.", examples=["acme"])
    device_id: str = Field(description="The vendor's id of the device.", examples=["A-1001"])
    model: str = Field(description="Model, for people.", examples=["Anklet 4"])


class ActivationIn(Wire):
    """A device that is put on a wearer, or given to a protected person: one of the two."""

    wearer_id: Name | None = Field(default=None, description="Who wears it.", examples=["w1"])
    protected_person_id: Name | None = Field(
        default=None, description="Or which protected person carries it.", examples=[None]
    )
    vendor: Name = Field(description="Vendor of the device.", examples=["acme"])
    device_id: Name = Field(description="The vendor's id of the device.", examples=["A-1001"])
    started_at: InstantIn | None = Field(
        default=None,
        description="From when on it is worn (RFC 3339); now if left out.",
        examples=["2026-03-01T10:00:00Z"],
    )


class ActivationEndIn(Wire):
    """The end of an activation."""

    reason: Text = Field(
        min_length=1, description="Why it ended, in words.", examples=["order completed"]
    )
    ended_at: InstantIn | None = Field(
        default=None,
        description="First instant at which it is no longer worn (RFC 3339); now if left out.",
        examples=["2026-09-01T10:00:00Z"],
    )


class PlanSince(Plan):
    """A supervision plan, from when on it counts."""

    since: InstantOut | None = Field(
        description="From when on it counts, until the next one does (UTC); null: since ever.",
        examples=[None],
    )


class ActivationOut(Wire):
    """One device on one person, from-until (half-open)."""

    activation_id: Id = Field(description="Id of the activation.", examples=[1])
    wearer_id: str | None = Field(
        description="Who wears it; null if a protected person carries it.", examples=["w1"]
    )
    protected_person_id: str | None = Field(
        description="Which protected person carries it; null if a wearer wears it.", examples=[None]
    )
    vendor: str = Field(description="Vendor of the device.", examples=["acme"])
    device_id: str = Field(description="The vendor's id of the device.", examples=["A-1001"])
    started_at: InstantOut = Field(
        description="From when on it is worn (UTC).", examples=["2026-03-01T10:00:00Z"]
    )
    ended_at: InstantOut | None = Field(
        description="From when on it is no longer worn (UTC); null while it is.", examples=[None]
    )
    plans: list[PlanSince] = Field(
        description="The supervision plans it is judged by, each in its own time, oldest first; "
        "of several orders in force at once the strictest."
    )


class ActivationQuery(PageQuery):
    """Which activations."""

    wearer_id: Name | None = Field(default=None, description="Only those of this wearer.")
    protected_person_id: Name | None = Field(
        default=None, description="Only those of this protected person."
    )
    vendor: Name | None = Field(default=None, description="Only those of this vendor's devices.")
    device_id: Name | None = Field(default=None, description="Only those of devices with this id.")
    active: bool | None = Field(
        default=None, description="true: only those without an end; false: only those with one."
    )
