"""Who is, or was last seen, near a place."""

from typing import Literal

from pydantic import Field

from api.schemas.fields import Id, InstantOut, Wire


class NearQuery(Wire):
    """A place, and how far around it and how long ago still counts."""

    lat: float = Field(ge=-90, le=90, description="Latitude, degrees.", examples=[52.52])
    lon: float = Field(ge=-180, le=180, description="Longitude, degrees.", examples=[13.405])
    radius_m: float = Field(
        default=500, gt=0, le=50_000, description="Metres around it.", examples=[500]
    )
    max_age_s: float = Field(
        default=3600, gt=0, le=604_800, description="Seen in the last so many seconds."
    )
    limit: int = Field(default=100, ge=1, le=1000, description="Most people, the nearest.")
    include: list[Literal["protected_positions"]] = Field(
        default=[],
        max_length=1,
        description="`protected_positions`: protected persons too, for those who have to know.",
    )


class SightingOut(Wire):
    """Somebody's newest judged position, if it is near."""

    activation_id: Id = Field(description="Activation.", examples=[1])
    wearer_id: str | None = Field(description="Which wearer.", examples=["w1"])
    protected_person_id: str | None = Field(
        description="Which protected person, if asked for.", examples=[None]
    )
    distance_m: float = Field(description="Metres from the place.", examples=[120.4])
    lat: float = Field(description="Latitude, degrees.", examples=[52.521])
    lon: float = Field(description="Longitude, degrees.", examples=[13.405])
    accuracy_m: float = Field(description="Radius of 68 % confidence, metres.", examples=[8.5])
    fix_time: InstantOut = Field(
        description="When it was measured (UTC).", examples=["2026-03-01T21:15:00Z"]
    )
    age_s: float = Field(description="How long ago, seconds.", examples=[42.0])


class NearOut(Wire):
    """Who was seen near a place, nearest first."""

    items: list[SightingOut] = Field(description="The nearest.")
    more: bool = Field(description="There are more than the limit.", examples=[False])
