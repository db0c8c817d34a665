"""Telemetry, rejections and health on the wire."""

from typing import Literal

from pydantic import Field

from api.schemas.fields import Id, InstantOut, Wire
from api.schemas.page import PageQuery
from engine.core.rejection import Reason

Encoding = Literal["text", "base64", "withheld"]


class RejectionQuery(PageQuery):
    """Which rejections, and how much of them."""

    include: list[Literal["protected_positions"]] = Field(
        default=[],
        max_length=1,
        description="`protected_positions`: show also payloads of devices that protected persons "
        "carry. Only for those who have to know.",
    )


class TelemetryTaken(Wire):
    """What was stored. A message of which parts were not taken is in the rejections."""

    messages: int = Field(description="Messages handed over and committed.", examples=[1])
    devices: int = Field(description="Devices they are from.", examples=[1])


class RejectionOut(Wire):
    """A payload, or a part of one, that was not taken."""

    rejection_id: Id = Field(description="Id of the rejection.", examples=[12])
    received_at: InstantOut = Field(
        description="When it was received (UTC).", examples=["2026-03-01T21:15:02Z"]
    )
    topic: str = Field(
        description="Topic it came on.", examples=["ringfence/v1/acme/A-1001/telemetry"]
    )
    reason: Reason = Field(description="Why, for programs.", examples=["out_of_range"])
    detail: str = Field(
        description="Why, for the vendor's engineer.",
        examples=["lat is 95.2: write a number from -90 to 90"],
    )
    field: str | None = Field(
        description="JSON path of the field that is wrong.", examples=["$.positions[0].lat"]
    )
    payload_bytes: int = Field(description="Size of the payload in bytes.", examples=[180])
    encoding: Encoding = Field(
        description="How `payload` is written: text if it is UTF-8, else base64; `withheld`, and "
        "empty, if it may say where a protected person is.",
        examples=["text"],
    )
    payload: str = Field(description="The payload, whole.", examples=['{"device": "A-1001"}'])


class ClockOut(Wire):
    """The engine's clock."""

    now: InstantOut = Field(
        description="What time it is for the engine (UTC).", examples=["2026-03-01T21:20:00Z"]
    )
    speed: float = Field(
        description="Seconds of it in a real second; other than 1 only in simulations.",
        examples=[1.0],
    )


class CheckOut(Wire):
    """One thing that has to be well."""

    name: Literal["store", "engine", "source", "canary"] = Field(
        description="What.", examples=["store"]
    )
    ok: bool = Field(description="Whether it is well.", examples=[True])
    detail: str = Field(description="In words.", examples=["reachable, schema current"])
    since: InstantOut | None = Field(
        description="Since when it has not been well; null if it is, or if that is not known.",
        examples=[None],
    )


class Alive(Wire):
    """The process is alive."""

    status: Literal["alive"] = Field(default="alive", description="Always `alive`.")


class Ready(Wire):
    """Everything is well."""

    status: Literal["ready"] = Field(default="ready", description="Always `ready`.")
    checks: list[CheckOut] = Field(description="What was checked.")
