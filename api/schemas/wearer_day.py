"""One local day of a wearer: the track, summed up; and what became of the conditions."""

from typing import Literal

from pydantic import Field

from api.schemas.fields import InstantOut, LocalDate, LocalTime, Wire
from api.schemas.geojson import ZoneFeature
from api.schemas.registry import TimezoneName
from api.schemas.wearer import EpisodeBrief
from engine.core.order import ConditionKind
from engine.core.position import Mechanism, Quarantine
from engine.core.standing import Standing


class DayPositions(Wire):
    """The positions of a day, column by column; one entry of each column a position."""

    t_s: list[float] = Field(
        description="When it was measured: seconds after the day's `start`.", examples=[[0.0, 60.0]]
    )
    lat: list[float] = Field(description="Latitude, degrees, WGS 84.", examples=[[52.52, 52.52]])
    lon: list[float] = Field(description="Longitude, degrees, WGS 84.", examples=[[13.4, 13.4]])
    accuracy_m: list[float] = Field(
        description="Radius of 68 % confidence, metres.", examples=[[8.5, 9.0]]
    )
    speed_mps: list[float | None] = Field(
        description="Stated speed, metres a second; null: none.", examples=[[0.0, None]]
    )
    mechanism: list[Mechanism] = Field(
        description="How the device came by it.", examples=[["gnss", "gnss"]]
    )
    quarantine: list[Quarantine | None] = Field(
        description="Why it is not judged; null: it is.", examples=[[None, None]]
    )


class StopOut(Wire):
    """A stay of at least five minutes."""

    start: InstantOut = Field(description="Its first position (UTC).")
    end: InstantOut = Field(description="Its last position (UTC).")
    start_local: LocalTime = Field(description="Start by the wearer's clocks.")
    end_local: LocalTime = Field(description="End by the wearer's clocks.")
    before_day: bool = Field(
        description="It had begun before the day: `start` is the day's.", examples=[False]
    )
    after_day: bool = Field(
        description="It went on after the day: `end` is the day's.", examples=[False]
    )
    lasts: bool = Field(description="Its last position still holds now.", examples=[False])
    zone_id: str | None = Field(
        description="Place to be in, of an order, where it was; null: none of them.",
        examples=["HOME-w1"],
    )
    place: str = Field(
        description="Name of that zone; empty where it was none of them.", examples=["Home"]
    )
    lat: float = Field(description="Middle of it, latitude.", examples=[52.52])
    lon: float = Field(description="Middle of it, longitude.", examples=[13.4])
    positions: int = Field(description="Positions there.", examples=[600])


class TrackGap(Wire):
    """A time in which nobody knows where the wearer was."""

    start: InstantOut = Field(
        description="When the position before it was measured (UTC); the day's start if there is "
        "none."
    )
    unknown_from: InstantOut = Field(description="When that no longer held (UTC).")
    end: InstantOut = Field(
        description="When the position after it was measured (UTC); the day's end, or now, if "
        "there is none."
    )
    start_local: LocalTime = Field(description="Start by the wearer's clocks.")
    end_local: LocalTime = Field(description="End by the wearer's clocks.")
    reason: Literal["not_worn", "not_judged", "no_position", "silence"] = Field(
        description="`not_worn`: no device was on the wearer; `not_judged`: positions came, and "
        "none could be judged; `no_position`: the device was heard and did not know where it was; "
        "`silence`: nothing was received about this time.",
        examples=["silence"],
    )


class DayWindow(Wire):
    """A time in which a condition was in force."""

    order_id: str = Field(description="Order.", examples=["o1"])
    condition_id: str = Field(description="Condition.", examples=["c1"])
    kind: ConditionKind = Field(description="What it asks.", examples=["curfew"])
    start: InstantOut = Field(description="Start, not before the day's (UTC).")
    end: InstantOut = Field(description="End, not after the day's (UTC, exclusive).")


class DayZone(Wire):
    """A zone that counted on the day, in a version that was in effect."""

    role: Literal["be_in", "keep_out"] = Field(
        description="What conditions want of it.", examples=["be_in"]
    )
    condition_ids: list[str] = Field(description="Which conditions.", examples=[["c1"]])
    feature: ZoneFeature = Field(description="Where it is.")


class DayOut(Wire):
    """One local day of a wearer."""

    wearer_id: str = Field(description="Whose.", examples=["w1"])
    date: LocalDate = Field(description="The day by the wearer's clocks.", examples=["2026-03-01"])
    timezone: TimezoneName
    start: InstantOut = Field(description="Its midnight (UTC).", examples=["2026-02-28T23:00:00Z"])
    end: InstantOut = Field(description="The midnight after (UTC, exclusive).")
    length_s: float = Field(
        description="How long it is, seconds: 23, 24 or 25 hours.", examples=[86400]
    )
    as_of: InstantOut = Field(description="Now (UTC); what is later has not happened yet.")
    positions: DayPositions = Field(
        description="Every position, those that were not judged included, oldest first."
    )
    complete: bool = Field(
        description="False: there were more than 100,000 positions; the later ones are missing.",
        examples=[True],
    )
    stops: list[StopOut] = Field(description="Where the wearer stayed, in order.")
    gaps: list[TrackGap] = Field(description="When nobody knows, in order.")
    episodes: list[EpisodeBrief] = Field(
        description="Episodes that touch the day, by their start; retracted ones left out."
    )
    windows: list[DayWindow] = Field(description="What was in force when, by start.")
    zones: list[DayZone] = Field(
        description="Places to be in, and zones to keep out of that a judged position came within "
        "two kilometres of; at most 200."
    )
    travelled_m: float = Field(
        description="Metres between stops, by straight paths from position to position; gaps left "
        "out, so a lower bound.",
        examples=[12400.0],
    )


class ComplianceQuery(Wire):
    """Which days."""

    from_: LocalDate | None = Field(
        default=None,
        alias="from",
        description="First local day (YYYY-MM-DD); left out, as many days ago that today is last.",
        examples=["2026-02-23"],
    )
    days: int = Field(default=7, ge=1, le=31, description="How many days.", examples=[7])


class SpanOut(Wire):
    """A time in which a condition stood somehow."""

    start: InstantOut = Field(description="Start (UTC).")
    end: InstantOut = Field(description="End (UTC, exclusive).")
    state: Standing = Field(description="How.", examples=["kept"])


class ConditionDay(Wire):
    """What became of one condition on one day. The four add up to `in_force_s`."""

    order_id: str = Field(description="Order.", examples=["o1"])
    condition_id: str = Field(description="Condition.", examples=["c1"])
    kind: ConditionKind = Field(description="What it asks.", examples=["curfew"])
    in_force_s: float = Field(
        description="Seconds for which its own hours had it in force so far.", examples=[28800]
    )
    kept_s: float = Field(description="Seconds for which positions show it.", examples=[28200])
    broken_s: float = Field(
        description="Seconds in confirmed episodes while a position held.", examples=[0]
    )
    unknown_s: float = Field(
        description="Seconds of silence, doubt, or without a device: never a violation.",
        examples=[600],
    )
    permitted_s: float = Field(
        description="Seconds that a pass or a condition of higher priority took.", examples=[0]
    )
    spans: list[SpanOut] = Field(description="The same as times, in order.")
    episodes: list[int] = Field(description="Episodes of it that touch the day.", examples=[[301]])


class ComplianceDay(Wire):
    """What became of the conditions on one local day."""

    date: LocalDate = Field(description="The day by the wearer's clocks.", examples=["2026-03-01"])
    start: InstantOut = Field(description="Its midnight (UTC).")
    end: InstantOut = Field(description="The midnight after (UTC, exclusive).")
    conditions: list[ConditionDay] = Field(description="Those that had hours on it.")
    episodes: list[EpisodeBrief] = Field(
        description="Episodes that touch the day, faults of the device included, by their start."
    )


class ComplianceOut(Wire):
    """What became of a wearer's conditions, day by day."""

    wearer_id: str = Field(description="Whose.", examples=["w1"])
    timezone: TimezoneName
    as_of: InstantOut = Field(description="Now (UTC); time to come is left out.")
    days: list[ComplianceDay] = Field(
        description="The days in order; one that clocks skipped is left out."
    )
