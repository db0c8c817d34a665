"""The base map on the wire."""

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.fields import Wire

Bounds = Annotated[list[float], Field(min_length=4, max_length=4)]


class BaseMapOut(Wire):
    """What maps are drawn on."""

    kind: Literal["none", "raster", "vector", "pmtiles", "geojson"] = Field(
        description="What it is; `none`: nothing is drawn.", examples=["pmtiles"]
    )
    url: str | None = Field(
        description="Where it is: tiles if there is `{z}` in it; a style (vector), else; or a "
        "file, of this server.",
        examples=["/base-map/map.pmtiles"],
    )
    attribution: str = Field(
        description="Whose map it is; to be shown with it.", examples=["© our county"]
    )
    bounds: Bounds | None = Field(
        description="West, south, east, north in degrees; null if nobody said.",
        examples=[[-46.63, -23.53, -46.57, -23.47]],
    )
    min_zoom: int | None = Field(description="Least zoom it has tiles of, if known.", examples=[0])
    max_zoom: int | None = Field(
        description="Greatest zoom it has tiles of, if known.", examples=[14]
    )
    problem: str | None = Field(
        description="Why it cannot be shown, in words; null if nothing is known against it.",
        examples=[None],
    )
