"""Beacons on the wire: where a home unit, or any fixed radio unit, stands."""

from pydantic import Field

from api.schemas.fields import Id, InstantIn, InstantOut, Name, Number, Wire
from api.schemas.geojson import Latitude, Longitude
from api.schemas.page import PageQuery

_RANGE = "How far it is heard, metres: the accuracy of a device in its range."


class BeaconIn(Wire):
    """Where a beacon stands, as it is to be stored. Storing it again makes its next version."""

    zone_id: Name | None = Field(
        description="Zone it stands in: a device in its range is inside. null: it is taken away.",
        examples=["HOME-w1"],
    )
    lat: Number = Field(ge=-90, le=90, description="Latitude, degrees, WGS 84.", examples=[52.52])
    lon: Number = Field(
        ge=-180, le=180, description="Longitude, degrees, WGS 84.", examples=[13.405]
    )
    range_m: Number = Field(default=50, gt=0, le=200, description=_RANGE, examples=[50])
    wearer_id: Name | None = Field(
        default=None,
        description="Whose it is; null: it serves every wearer of the vendor's devices. Only of "
        "one wearer's are its own events taken.",
        examples=["w1"],
    )
    effective_from: InstantIn | None = Field(
        default=None,
        description="From when on it stands there (RFC 3339). If left out, the first version "
        "always did and a later one does from now; null: it always did.",
        examples=["2026-03-01T00:00:00Z"],
    )


class BeaconOut(Wire):
    """One version of where a beacon stands."""

    vendor: str = Field(description="Vendor, as in the telemetry topic.", examples=["acme"])
    beacon_id: str = Field(description="The vendor's id of it.", examples=["HU-7"])
    version: Id = Field(description="Version, from 1.", examples=[1])
    zone_id: str | None = Field(
        description="Zone it stands in; null: it is taken away.", examples=["HOME-w1"]
    )
    lat: Latitude = Field(description="Latitude, degrees, WGS 84.", examples=[52.52])
    lon: Longitude = Field(description="Longitude, degrees, WGS 84.", examples=[13.405])
    range_m: float = Field(description=_RANGE, examples=[50])
    wearer_id: str | None = Field(description="Whose it is; null: it serves many.", examples=["w1"])
    effective_from: InstantOut | None = Field(
        description="From when on it stands there (UTC); null: it always did.", examples=[None]
    )


class BeaconQuery(PageQuery):
    """Which beacons; the newest version of each."""

    vendor: Name | None = Field(default=None, description="Only those of this vendor.")
    wearer_id: Name | None = Field(default=None, description="Only those of this wearer.")
