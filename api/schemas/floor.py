"""The floor on the wire: how the engine is and what lies open, in one answer for a wall view."""

from typing import Literal

from pydantic import Field

from api.schemas.fields import Id, InstantOut, Wire
from api.schemas.operation import CheckOut
from engine.core.episode import EpisodeKind, Severity

_TIME = "2026-03-01T21:15:00Z"


class IngestOut(Wire):
    """What comes in. Kept in memory: a restart begins anew."""

    counted_since: InstantOut | None = Field(
        description="Since when it is counted: the process's start.", examples=[_TIME]
    )
    positions_per_s: float = Field(
        description="Positions stored a second, in the last minute.", examples=[1416.7]
    )
    messages_per_s: float = Field(
        description="Messages a second, in the last minute, the canary's left out.",
        examples=[1402.1],
    )
    per_minute: list[int | None] = Field(
        description="Positions stored in each of the last 60 whole minutes, oldest first; null "
        "for a minute before the start, of which nothing is known.",
        examples=[[None, 84_120, 85_002]],
    )
    per_minute_until: InstantOut | None = Field(
        description="End of the last of these minutes.", examples=[_TIME]
    )


class QuantilesOut(Wire):
    """How long something takes, to 5 %."""

    p50_s: float | None = Field(
        description="Half take no longer, in seconds; null if there were none.", examples=[0.81]
    )
    p99_s: float | None = Field(
        description="99 of 100 take no longer, in seconds; null if there were none.",
        examples=[4.2],
    )
    messages: int = Field(description="Of how many messages.", examples=[421_000])


class DelayOut(Wire):
    """How long it takes from a device to a decision, by message, in the last five minutes."""

    window_s: float = Field(description="Seconds that are looked back.", examples=[300])
    device_to_decision: QuantilesOut = Field(
        description="From measured by the device to judged and committed; what was uploaded late "
        "is left out."
    )
    receive_to_commit: QuantilesOut = Field(
        description="From received to judged and committed, of the same messages."
    )
    uploaded_late: int = Field(
        description="Messages that came after newer ones of their device, or later than its plan "
        "allows although the engine listened: devices kept them.",
        examples=[12],
    )


class SilentDeviceOut(Wire):
    """A device past its call-in."""

    kind: EpisodeKind = Field(
        description="`missed_call_in`, or `never_reported`.", examples=["missed_call_in"]
    )
    wearer_id: str | None = Field(
        description="Who wears it; null for a protected person, who is in no list.",
        examples=["w1"],
    )
    wearer_name: str = Field(description="Their name; empty likewise.", examples=["Robin Doe"])
    vendor: str | None = Field(description="Its vendor; null likewise.", examples=["acme"])
    device_id: str | None = Field(description="The device; null likewise.", examples=["A-1001"])
    since: InstantOut = Field(
        description="When it was last heard, or put on if it never was.", examples=[_TIME]
    )
    due: InstantOut = Field(description="By when it was to be heard.", examples=[_TIME])
    excused: bool = Field(
        description="Its vendor was silent then: one cause, no alert of its own.",
        examples=[False],
    )


class SilentOut(Wire):
    """The devices that are past their call-in now."""

    devices: int = Field(description="How many.", examples=[3])
    excused: int = Field(
        description="Of these, how many because their vendor is silent.", examples=[0]
    )
    longest: list[SilentDeviceOut] = Field(description="The longest silent, at most 5.")
    listening_since: InstantOut | None = Field(
        description="Since when the engine hears without a break; null while it does not, and "
        "nobody new is found silent.",
        examples=[_TIME],
    )


class BacklogOut(Wire):
    """What waits."""

    messages: int = Field(description="Messages in hand, not committed yet.", examples=[14])
    oldest_received_at: InstantOut | None = Field(
        description="When the oldest of these was received.", examples=[_TIME]
    )
    deferred: int = Field(
        description="Uploads that are stored and acknowledged, and not judged yet.", examples=[0]
    )
    oldest_deferred_received_at: InstantOut | None = Field(
        description="When the oldest of these was received.", examples=[None]
    )
    freshest_s: float | None = Field(
        description="Of the last minute's messages, least seconds from measured to committed; "
        "null if too few came to tell.",
        examples=[0.4],
    )


class SeverityCount(Wire):
    """Alerts of one severity."""

    open: int = Field(description="Nobody has them in hand.", examples=[2])
    acknowledged: int = Field(description="Somebody has them in hand.", examples=[5])


class AgeOut(Wire):
    """The alerts of one age that are not closed."""

    from_s: int = Field(description="Least seconds since they were raised.", examples=[300])
    until_s: int | None = Field(
        description="Seconds since they were raised that they have not reached; null: no limit.",
        examples=[900],
    )
    critical: SeverityCount = Field(description="Critical ones.")
    serious: SeverityCount = Field(description="Serious ones.")
    advisory: SeverityCount = Field(description="Advisory ones.")
    system: SeverityCount = Field(description="About the engine itself.")


class OldestOut(Wire):
    """The alert that has been open for longest."""

    alert_id: Id = Field(description="Id of the alert.", examples=[42])
    kind: EpisodeKind = Field(description="Kind.", examples=["curfew_left_during"])
    severity: Severity = Field(description="Severity.", examples=["serious"])
    raised_at: InstantOut = Field(description="When it was raised.", examples=[_TIME])


class OpenAlertsOut(Wire):
    """The alerts that are not closed."""

    by_age: list[AgeOut] = Field(description="Youngest first; every age, also if nothing is in it.")
    oldest_open: OldestOut | None = Field(
        description="The oldest that nobody has in hand; null if there is none."
    )


class CanaryOut(Wire):
    """The synthetic wearer that goes the whole way."""

    state: Literal["off", "waiting", "out", "unpublished", "lost"] = Field(
        description="`off`: there is none; `waiting`: none has come out yet; `out`: the last one "
        "came out; `unpublished`: it could not be sent; `lost`: it was sent and did not come out.",
        examples=["out"],
    )
    out_at: InstantOut | None = Field(
        description="When the last one that came out was sent.", examples=[_TIME]
    )
    round_trip_s: float | None = Field(
        description="Seconds from there to its decision read from the store.", examples=[0.12]
    )
    lost_since: InstantOut | None = Field(
        description="When the first that did not come out was sent.", examples=[None]
    )
    detail: str = Field(description="Why it could not be sent; else empty.", examples=[""])


class GapOut(Wire):
    """Time in which the engine, not the wearer, failed."""

    episode_id: Id = Field(description="The episode of kind coverage_gap.", examples=[812])
    since: InstantOut = Field(description="From.", examples=[_TIME])
    until: InstantOut | None = Field(description="Until; null while it lasts.", examples=[_TIME])
    detail: str = Field(description="Why.", examples=["the source is not connected"])


class VendorOut(Wire):
    """A vendor of devices that are worn."""

    vendor: str = Field(description="The vendor.", examples=["acme"])
    heard_at: InstantOut | None = Field(
        description="When it was last heard; null: not since the process started.",
        examples=[_TIME],
    )
    messages_per_s: float = Field(
        description="Messages a second, in the last five minutes.", examples=[702.4]
    )
    silent_since: InstantOut | None = Field(
        description="Since when it is silent while its devices were due; null if it is not.",
        examples=[None],
    )


class AlarmOut(Wire):
    """A system episode that runs: the engine knows that something is not well."""

    kind: EpisodeKind = Field(description="Its kind.", examples=["backlog"])
    subject: str = Field(description="What it is about.", examples=["engine"])
    since: InstantOut = Field(description="Since when.", examples=[_TIME])
    detail: str = Field(
        description="In words.", examples=["1,240 messages wait, the oldest for 94 s"]
    )


class RoomOut(Wire):
    """The store's room."""

    used_bytes: int = Field(description="Bytes it takes.", examples=[81_000_000_000])
    free_bytes: int | None = Field(
        description="Bytes it has left; null if nobody knows.", examples=[402_000_000_000]
    )
    days_left: float | None = Field(
        description="Days it lasts as things are; null if it lasts, or is not known.",
        examples=[212.0],
    )


class FloorOut(Wire):
    """How the engine is and what lies open. All times are of the engine's clock."""

    as_of: InstantOut = Field(description="As of when all of it is.", examples=[_TIME])
    version: str = Field(description="Version of the engine.", examples=["0.1.0"])
    on_call: str = Field(
        description="Whom to phone when it is not well, by the settings; empty if nobody said.",
        examples=["Dana, +1 555 0100"],
    )
    ready: bool = Field(description="Whether every check is well.", examples=[True])
    checks: list[CheckOut] = Field(description="As `/readyz` has them.")
    alarms: list[AlarmOut] = Field(description="System episodes that run, the oldest first.")
    ingest: IngestOut = Field(description="What comes in.")
    delay: DelayOut = Field(description="How long it takes to a decision.")
    silent: SilentOut = Field(description="Devices past their call-in.")
    backlog: BacklogOut = Field(description="What waits to be judged.")
    alerts: OpenAlertsOut | None = Field(
        description="Alerts that are not closed; null while the store cannot be read."
    )
    canary: CanaryOut = Field(description="The canary.")
    coverage_gaps: list[GapOut] | None = Field(
        description="Of the last 24 hours, newest first; null while the store cannot be read."
    )
    vendors: list[VendorOut] = Field(description="By name.")
    room: RoomOut | None = Field(description="The store's room; null before it was measured.")
