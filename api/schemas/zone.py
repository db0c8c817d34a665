"""What the editing of zones needs on the wire, beside the zones themselves."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from api.schemas.fields import UNCOERCED, Id, InstantIn, InstantOut, LocalTime, Text, Wire
from api.schemas.finding import FindingOut
from api.schemas.geojson import ZoneFeature, ZoneProperties
from api.schemas.problem import FieldError
from engine.core.order import ConditionKind

_VERSION: Final = Field(ge=0, lt=1 << 31)
_EXPECTED: Final[Any] = Field(
    default=None,
    description="The version this change was made from, 0 if the zone is to be new. 409 if "
    "another is the newest by now: nobody's change is lost unseen.",
    examples=[1],
)

Note = Annotated[Text, Field(description="Why, for people.", examples=["The school has moved."])]


class ZoneWriteQuery(Wire):
    """On which condition a zone is stored, and why."""

    expected_version: Annotated[int, _VERSION] | None = _EXPECTED
    note: Note = ""


class ZoneWithdrawalIn(Wire):
    """From when on a zone is not to count any more."""

    effective_from: InstantIn | None = Field(
        default=None,
        description="From when on (RFC 3339); now if left out. A time in the past judges the past "
        "anew.",
        examples=["2026-06-01T00:00:00Z"],
    )
    expected_version: Annotated[int, _VERSION, UNCOERCED] | None = _EXPECTED
    note: Note = ""


class ZoneVersionProperties(ZoneProperties):
    """What a version of a zone is, when it holds, and how it came to be."""

    effective_until: InstantOut | None = Field(
        description="When another version takes over (UTC); null: not known to end. A version "
        "that another one with the same `effective_from` replaced ends when it begins.",
        examples=[None],
    )
    in_effect: bool = Field(description="Whether it is the one in effect now.", examples=[True])
    recorded_at: InstantOut | None = Field(
        description="When it was stored (UTC); null if that is not known.",
        examples=["2026-03-01T00:00:00Z"],
    )
    recorded_by: str | None = Field(
        description="Who stored it; null if that is not known.", examples=["local/kim"]
    )
    note: str = Field(description="Why, for people.", examples=[""])


class ZoneVersionFeature(ZoneFeature):
    """One version of a zone as a GeoJSON Feature, with its time."""

    properties: ZoneVersionProperties = Field(description="What it is, when and by whom.")


class ZoneVersions(Wire):
    """Every version of a zone as a GeoJSON FeatureCollection, oldest first."""

    type: Literal["FeatureCollection"] = Field(
        default="FeatureCollection", description="Always `FeatureCollection`."
    )
    features: list[ZoneVersionFeature] = Field(description="The versions.")
    next_cursor: None = Field(default=None, description="Always null: they are all here.")
    next: None = Field(default=None, description="Always null.")


class ZoneDraftFindings(Wire):
    """What would be said of a zone if it were stored as it is drawn."""

    storable: bool = Field(description="Whether it can be stored.", examples=[True])
    errors: list[FieldError] = Field(description="What keeps it from being stored.")
    findings: list[FindingOut] = Field(
        description="What is allowed, and likely not what was meant, worst first."
    )


class ZoneUseOut(Wire):
    """A condition that uses a zone."""

    order_id: str = Field(description="Order it stands in.", examples=["o1"])
    wearer_id: str = Field(description="Whom it binds.", examples=["w1"])
    wearer_name: str = Field(description="Name of the wearer.", examples=["Robin Doe"])
    timezone: str = Field(
        description="IANA zone of the wearer's clocks.", examples=["Europe/Berlin"]
    )
    condition_id: str = Field(description="Its id.", examples=["c1"])
    kind: ConditionKind = Field(description="What it asks.", examples=["curfew"])
    via: Literal["zone", "window", "group", "class"] = Field(
        description="How it names the zone: itself, in single windows, by a group of zones, or "
        "because the order puts the wearer in a class.",
        examples=["zone"],
    )
    via_id: str | None = Field(
        description="Id of the group or the class; null otherwise.", examples=[None]
    )
    effective_from: InstantOut = Field(description="From when on the order binds (UTC).")
    effective_from_local: LocalTime = Field(
        description="The same by the wearer's clocks.", examples=["2026-03-01T00:00:00+01:00"]
    )
    effective_until: InstantOut | None = Field(description="Until when (UTC); null: no end.")
    in_force: bool = Field(description="Whether the order binds now.", examples=[True])


class ZoneUses(Wire):
    """Who and what uses a zone, by orders that bind now or will."""

    zone_id: str = Field(description="Id of the zone.", examples=["HOME-w1"])
    wearers: int = Field(description="Wearers concerned.", examples=[1])
    conditions: int = Field(description="Conditions that use it.", examples=[1])
    uses: list[ZoneUseOut] = Field(description="The conditions, by wearer; at most 200 of them.")
    groups: list[str] = Field(description="Groups of zones that have it.", examples=[["SCHOOLS"]])
    beacons: list[str] = Field(
        description="Beacons that stand in it, as vendor/id.", examples=[["acme/HU-7"]]
    )


class ZoneImportQuery(Wire):
    """Whether zones are stored, or only looked at."""

    check: bool = Field(
        default=False, description="Only say what would be done; nothing is stored."
    )
    note: Note = ""


class ZoneImported(Wire):
    """What became of one Feature of an import."""

    index: int = Field(description="Its place in `features`, from 0.", examples=[0])
    zone_id: str | None = Field(
        description="Id of the zone; null if it has none.", examples=["SCHOOL-1"]
    )
    name: str = Field(description="Its name.", examples=["North School"])
    outcome: Literal["new", "changed", "unchanged", "wrong"] = Field(
        description="`new`, `changed`: it makes a version (would make one, if only looked at); "
        "`unchanged`: it says what is stored; `wrong`: it cannot be stored.",
        examples=["new"],
    )
    version: Id | None = Field(
        description="The version it makes or would make, or the newest one; null if wrong.",
        examples=[1],
    )
    errors: list[FieldError] = Field(description="What keeps it from being stored.")
    findings: list[FindingOut] = Field(description="What is likely not what was meant.")


class ZoneImportOut(Wire):
    """What became of an import: all of it is stored, or nothing."""

    stored: bool = Field(
        description="Whether it was stored; false if it was only looked at, or a Feature is wrong.",
        examples=[True],
    )
    features: list[ZoneImported] = Field(description="Each Feature, in their order.")
