"""Conditions and schedules on the wire. What they mean is read by `engine.core.condition_json`."""

from typing import Annotated

from pydantic import Field

from api.schemas.fields import MAX_ID, UNCOERCED, Name, Number, Text, Whole, Wire
from engine.core.order import ConditionKind

ZoneId = Name
TimeText = Annotated[str, Field(max_length=40, json_schema_extra={"format": "date-time"})]
TIME_OF_DAY = r"^([01][0-9]|2[0-4]):[0-5][0-9](:[0-5][0-9])?$"
_BY_KIND = "Left out: by the kind of condition."
_THRESHOLD = "Judged positions in violation before it is confirmed."
_BUFFER = "Width of the outer ring in metres: advisory, and the hysteresis for leaving."
_DWELL = "Seconds in violation before it is confirmed."
_GRACE = "Seconds from confirmed to page; recording never waits."
_CONFIDENCE = "Probability from which a position counts as inside (or outside)."
_SHARED = (
    "Error in metres (68 %) that successive positions may have in common, at first: witnesses that "
    "would not be in violation with it do not confirm."
)
_HALF_LIFE = "Seconds in violation after which half of the shared error is no longer believed."
PLACES = "Zone ids at which the condition is met in this window; none: those of the condition."


class SpanIn(Wire):
    """From start up to, but not including, end."""

    start: TimeText = Field(
        description="RFC 3339 time with offset.", examples=["2026-03-07T18:00:00Z"]
    )
    end: TimeText = Field(
        description="RFC 3339 time with offset, after the start.",
        examples=["2026-03-08T06:00:00Z"],
    )


class ExtraIn(SpanIn):
    """A window beside the regular ones."""

    places: list[ZoneId] = Field(default=[], max_length=50, description=PLACES)


class WeeklyIn(Wire):
    """A window that repeats every week by local clocks; it belongs to the day it starts on."""

    days: Annotated[str, Field(max_length=200)] | Annotated[list[str], Field(max_length=7)] = Field(
        description="Start days: `daily`, `weekdays`, `weekends`, names or a range.",
        examples=["mon-fri"],
    )
    start: str = Field(pattern=TIME_OF_DAY, description="Local time HH:MM.", examples=["22:00"])
    end: str = Field(
        pattern=TIME_OF_DAY,
        description="Local time HH:MM; on the next day if it is not after the start.",
        examples=["06:00"],
    )
    places: list[ZoneId] = Field(default=[], max_length=50, description=PLACES)


class ScheduleFields(Wire):
    """When a condition is in force. Without `weekly`, `extra` and `ical`: always."""

    weekly: list[WeeklyIn] = Field(
        default=[], max_length=200, description="Windows of every week, by the wearer's clocks."
    )
    passes: list[SpanIn] = Field(
        default=[], max_length=1000, description="Authorised absences: not in force in them."
    )
    suspensions: list[SpanIn] = Field(
        default=[], max_length=1000, description="Times in which the condition is suspended."
    )
    extra: list[ExtraIn] = Field(
        default=[], max_length=1000, description="Windows beside the regular ones."
    )
    ical: Annotated[str, Field(max_length=200_000)] | None = Field(
        default=None, description="Windows as iCalendar text (RFC 5545); DTEND is required."
    )
    effective_from: TimeText | None = Field(
        default=None, description="In force from then on (RFC 3339); null: no such limit."
    )
    effective_until: TimeText | None = Field(
        default=None, description="In force before then (RFC 3339); null: no such limit."
    )


class ConditionIn(ScheduleFields):
    """One rule of an order."""

    id: Name = Field(description="Id, unique in the order.", examples=["c1"])
    kind: ConditionKind = Field(
        description="Keep out of each zone (exclusion), be in one of them (inclusion), be in one "
        "of them during the hours (curfew), or for a time in them (attendance); keep away from "
        "protected persons (proximity).",
        examples=["curfew"],
    )
    zone: ZoneId | None = Field(
        default=None, description="The zone, where there is one.", examples=["HOME-w1"]
    )
    zones: list[ZoneId] = Field(
        default=[], max_length=500, description="The zones, where there are several."
    )
    groups: list[Name] = Field(
        default=[], max_length=100, description="Groups whose zones count like these."
    )
    protected_person: Name | None = Field(
        default=None, description="Proximity: the protected person.", examples=[None]
    )
    protected_persons: list[Name] = Field(
        default=[], max_length=100, description="Proximity: the protected persons, if several."
    )
    distance_m: Annotated[float, Field(gt=0, le=100_000), UNCOERCED] | None = Field(
        default=None,
        description="Proximity: metres to be kept from each; moves with the person.",
        examples=[None],
    )
    pairing_age_s: Annotated[float, Field(gt=0, le=3600), UNCOERCED] | None = Field(
        default=None,
        description="Proximity: how old a position of either may be to be judged with the other's, "
        "seconds; 180 if left out.",
        examples=[None],
    )
    threshold: Annotated[int, Field(ge=1, le=1000), UNCOERCED] | None = Field(
        default=None, description=f"{_THRESHOLD} {_BY_KIND}", examples=[2]
    )
    buffer_m: Annotated[float, Field(ge=0, lt=1e7), UNCOERCED] | None = Field(
        default=None, description=f"{_BUFFER} {_BY_KIND}", examples=[50]
    )
    dwell_s: Annotated[float, Field(ge=0, lt=1e7), UNCOERCED] | None = Field(
        default=None, description=f"{_DWELL} {_BY_KIND}", examples=[45]
    )
    grace_s: Annotated[float, Field(ge=0, lt=1e7), UNCOERCED] | None = Field(
        default=None, description=f"{_GRACE} {_BY_KIND}", examples=[0]
    )
    confidence: Annotated[float, Field(gt=0.5, lt=1), UNCOERCED] | None = Field(
        default=None, description=f"{_CONFIDENCE} {_BY_KIND}", examples=[0.95]
    )
    shared_error_m: Annotated[float, Field(ge=0, lt=1e7), UNCOERCED] | None = Field(
        default=None, description=f"{_SHARED} {_BY_KIND}", examples=[15]
    )
    shared_error_half_life_s: Annotated[float, Field(ge=1, lt=1e7), UNCOERCED] | None = Field(
        default=None, description=f"{_HALF_LIFE} {_BY_KIND}", examples=[300]
    )
    priority: Whole = Field(
        default=0,
        ge=-1000,
        le=1000,
        description="Where conditions overlap: while one that says where to be (curfew, inclusion, "
        "attendance) is in force, such conditions of lower priority are not, and lower exclusions "
        "do not apply inside its places. Of equal priority all hold.",
        examples=[0],
    )
    minimum_stay_s: Annotated[float, Field(gt=0, lt=1e7), UNCOERCED] | None = Field(
        default=None,
        description="Attendance: seconds to be there at any time in a window; null: all of it.",
        examples=[None],
    )
    late_after_s: Annotated[float, Field(ge=0, lt=1e7), UNCOERCED] | None = Field(
        default=None,
        description="Attendance of the whole window: seconds after its start from which he is "
        "late; of a minimum stay, the least slack. Null: 600.",
        examples=[None],
    )
    early_before_s: Annotated[float, Field(ge=0, lt=1e7), UNCOERCED] | None = Field(
        default=None,
        description="Attendance of the whole window: seconds before its end until which leaving is "
        "early. Null: 600.",
        examples=[None],
    )
    version: Whole = Field(
        default=1,
        ge=1,
        le=MAX_ID,
        description="Version of the order since which it has stood unchanged; given by the engine, "
        "ignored in a request.",
        examples=[1],
    )


class ConditionOut(ConditionIn):
    """One rule of an order, with its version; what was left out is as its kind has it."""

    threshold: Whole = Field(description=_THRESHOLD, examples=[2])
    buffer_m: Number = Field(description=_BUFFER, examples=[50])
    dwell_s: Number = Field(description=_DWELL, examples=[45])
    grace_s: Number = Field(description=_GRACE, examples=[0])
    confidence: Number = Field(description=_CONFIDENCE, examples=[0.95])
    shared_error_m: Number = Field(description=_SHARED, examples=[15])
    shared_error_half_life_s: Number = Field(description=_HALF_LIFE, examples=[300])


class ScheduleIn(ScheduleFields):
    """A schedule to look at before it is stored."""

    timezone: Text = Field(
        min_length=1,
        max_length=64,
        description="IANA time zone of the wall clock.",
        examples=["Europe/Berlin"],
    )
