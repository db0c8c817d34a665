"""GeoJSON (RFC 7946) on the wire: zones, positions and tracks."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas.fields import (
    Id,
    InstantIn,
    InstantOut,
    LocalTime,
    Name,
    SearchText,
    TimeText,
    Wire,
)
from api.schemas.finding import FindingOut
from api.schemas.page import PageQuery
from engine.core.position import Mechanism, Quarantine

Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]


class ZoneProperties(Wire):
    """What a zone is, beside its geometry."""

    zone_id: str = Field(description="Id of the zone over all its versions.", examples=["HOME-w1"])
    version: Id = Field(description="Version, from 1.", examples=[1])
    name: str = Field(default="", description="Name, for people.", examples=["Home"])
    effective_from: TimeText | None = Field(
        default=None,
        description="When this version takes effect (UTC); null: it always was.",
        examples=["2026-03-01T00:00:00Z"],
    )
    radius_m: float | None = Field(
        default=None,
        description="Radius in metres, of a circle (geometry Point) only.",
        examples=[100],
    )
    withdrawn: bool = Field(
        default=False,
        description="From then on the zone does not count; the geometry is where it was.",
    )


class ZoneGeometry(Wire):
    """Where a zone is: Point with radius_m, Polygon or MultiPolygon; longitude, latitude."""

    type: Literal["Point", "Polygon", "MultiPolygon"] = Field(
        description="Kind of geometry.", examples=["Point"]
    )
    coordinates: list[Any] = Field(
        description="Degrees, WGS 84, longitude first.", examples=[[13.4050, 52.5200]]
    )


class ZoneFeature(Wire):
    """One version of a zone as a GeoJSON Feature."""

    type: Literal["Feature"] = Field(description="Always `Feature`.", examples=["Feature"])
    id: str = Field(description="Id of the zone.", examples=["HOME-w1"])
    properties: ZoneProperties = Field(description="What it is.")
    geometry: ZoneGeometry = Field(description="Where it is.")


class ZoneStored(ZoneFeature):
    """A zone as it was stored, with what is likely not meant so."""

    findings: list[FindingOut] = Field(
        description="What in its geometry, and where it is, is likely not what was meant, worst "
        "first; it is stored all the same."
    )


class ZoneFindings(Wire):
    """What in a zone is likely not what was meant."""

    zone_id: str = Field(description="Id of the zone.", examples=["HOME-w1"])
    version: Id = Field(description="Version looked at: the newest.", examples=[1])
    findings: list[FindingOut] = Field(description="The findings, worst first.")


class ZoneFindingsQuery(Wire):
    """What a zone is held against."""

    days: int = Field(
        default=7, ge=1, le=30, description="Days of positions up to now.", examples=[7]
    )


class ZoneCollection(Wire):
    """Zones as a GeoJSON FeatureCollection, one page of them."""

    type: Literal["FeatureCollection"] = Field(
        default="FeatureCollection", description="Always `FeatureCollection`."
    )
    features: list[ZoneFeature] = Field(description="The zones of this page.")
    next_cursor: str | None = Field(description="`cursor` of the next page; null on the last one.")
    next: str | None = Field(description="Path and query of the next page; null on the last one.")


class ZoneQuery(PageQuery):
    """Which zones."""

    bbox: str | None = Field(
        default=None,
        pattern=r"^-?\d+(\.\d+)?(,-?\d+(\.\d+)?){3}$",
        max_length=200,
        description="Only zones whose bounding box meets west,south,east,north (degrees); west "
        "beyond east crosses the antimeridian.",
        examples=["13.0,52.3,13.8,52.7"],
    )
    at: InstantIn | None = Field(
        default=None, description="The versions in effect then (RFC 3339); now if left out."
    )
    q: SearchText | None = Field(
        default=None,
        description="Only zones whose name or id has this in it, in whatever case.",
        examples=["school"],
    )
    wearer_id: Name | None = Field(
        default=None,
        description="Only zones that conditions of this wearer use, by orders that bind now or "
        "will.",
        examples=["w1"],
    )
    state: Literal["in_effect", "planned", "withdrawn"] = Field(
        default="in_effect",
        description="`in_effect`: the version in effect; `planned`: zones of which none is yet, "
        "with their first version; `withdrawn`: zones that do not count any more.",
        examples=["in_effect"],
    )


class ZoneVersionQuery(Wire):
    """Which version of a zone: a number, or the one in effect at an instant; now if left out."""

    version: Id | None = Field(default=None, description="This version.")
    at: InstantIn | None = Field(default=None, description="The version in effect then (RFC 3339).")


class PositionProperties(Wire):
    """One location estimate, beside its place."""

    position_id: Id = Field(description="Id of the position.", examples=[4711])
    activation_id: Id = Field(description="Activation it belongs to.", examples=[1])
    fix_time: InstantOut = Field(
        description="When the device measured it (UTC).", examples=["2026-03-01T21:15:00Z"]
    )
    fix_time_local: LocalTime = Field(
        description="The same by the wearer's clocks.", examples=["2026-03-01T22:15:00+01:00"]
    )
    received_at: InstantOut = Field(
        description="When it was received (UTC).", examples=["2026-03-01T21:15:02Z"]
    )
    seq: int = Field(description="The device's message number.", examples=[1201])
    accuracy_m: float = Field(description="Radius of 68 % confidence, metres.", examples=[8.5])
    accuracy_assumed: bool = Field(
        description="The device stated no accuracy; it follows from hdop or mechanism."
    )
    mechanism: Mechanism = Field(description="How the device came by it.", examples=["gnss"])
    satellites: int | None = Field(description="Satellites used.", examples=[9])
    hdop: float | None = Field(description="Horizontal dilution of precision.", examples=[1.1])
    speed_mps: float | None = Field(description="Speed, metres per second.", examples=[1.4])
    heading_deg: float | None = Field(
        description="Heading, degrees clockwise from true north.", examples=[90]
    )
    altitude_m: float | None = Field(
        description="Altitude above the ellipsoid, metres.", examples=[41]
    )
    late: bool = Field(description="A later position had been judged before it arrived.")
    quarantine: Quarantine | None = Field(
        description="Why it is kept but not judged; null if it is judged.", examples=[None]
    )
    beacon_id: str | None = Field(
        description="Beacon in whose range the device was: the position is where that stands.",
        examples=[None],
    )
    beacon_zone_id: str | None = Field(
        description="Zone in which that beacon stands.", examples=[None]
    )
    block_id: int = Field(description="Journal block with the raw message.", examples=[88])
    message_index: int = Field(description="Place of the message in the block.", examples=[3])


class PointGeometry(Wire):
    """A place."""

    type: Literal["Point"] = Field(default="Point", description="Always `Point`.")
    coordinates: tuple[Longitude, Latitude] = Field(
        description="Longitude, latitude in degrees, WGS 84.", examples=[[13.4050, 52.5200]]
    )


class PositionFeature(Wire):
    """A position as a GeoJSON Feature."""

    type: Literal["Feature"] = Field(default="Feature", description="Always `Feature`.")
    id: Id = Field(description="Id of the position.", examples=[4711])
    geometry: PointGeometry = Field(description="Where.")
    properties: PositionProperties = Field(description="When and how.")


class TrackProperties(Wire):
    """The times of a track."""

    wearer_id: str = Field(description="Whose track.", examples=["w1"])
    times: list[InstantOut] = Field(
        description="Fix time of each coordinate, in order (UTC).",
        examples=[["2026-03-01T21:15:00Z", "2026-03-01T21:16:00Z"]],
    )


class LineGeometry(Wire):
    """A line through places."""

    type: Literal["LineString"] = Field(default="LineString", description="Always `LineString`.")
    coordinates: list[tuple[Longitude, Latitude]] = Field(
        description="Longitude, latitude in degrees, WGS 84.",
        min_length=2,
        examples=[[[13.4050, 52.5200], [13.4061, 52.5202]]],
    )


class TrackFeature(Wire):
    """Judged positions joined in order of fix time; cut where they cross the antimeridian."""

    type: Literal["Feature"] = Field(default="Feature", description="Always `Feature`.")
    geometry: LineGeometry = Field(description="The line.")
    properties: TrackProperties = Field(description="Its times.")


class PositionCollection(Wire):
    """Positions as a GeoJSON FeatureCollection, one page of them, oldest first."""

    type: Literal["FeatureCollection"] = Field(
        default="FeatureCollection", description="Always `FeatureCollection`."
    )
    features: list[PositionFeature | TrackFeature] = Field(
        description="Points; with format=track, lines."
    )
    next_cursor: str | None = Field(description="`cursor` of the next page; null on the last one.")
    next: str | None = Field(description="Path and query of the next page; null on the last one.")


class PositionQuery(PageQuery):
    """Which positions, by fix time."""

    limit: int = Field(default=1000, ge=1, le=10_000, description="Most positions on the page.")
    since: InstantIn | None = Field(
        default=None, description="From then on (RFC 3339); 24 hours before `until` if left out."
    )
    until: InstantIn | None = Field(
        default=None, description="Before then (RFC 3339); now if left out."
    )
    format: Literal["points", "track"] = Field(
        default="points", description="Each position a Point, or the judged ones as a LineString."
    )
