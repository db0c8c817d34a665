"""One wearer as they are now, and the list of all of them."""

from typing import Literal

from pydantic import Field

from api.schemas.fields import Id, InstantOut, LocalTime, Text, Wire
from api.schemas.page import PageQuery
from api.schemas.registry import WearerOut
from engine.core.alert import AlertState
from engine.core.episode import EpisodeKind, EpisodeState, Severity
from engine.core.order import ConditionKind
from engine.core.position import Mechanism
from engine.core.standing import Standing
from zones.membership import Membership


class WearerQuery(PageQuery):
    """Which wearers."""

    q: Text | None = Field(
        default=None,
        max_length=100,
        description="Only those in whose id, name or worn device's id this is, in any case.",
        examples=["robin"],
    )
    officer: Text | None = Field(
        default=None, description="Only those of an order in force of this officer."
    )
    agency: Text | None = Field(
        default=None, description="Only those of this agency, or of an order in force of it."
    )
    worn: bool | None = Field(
        default=None,
        description="true: only those who wear a device now; false: only those who do not.",
    )


class AlertCounts(Wire):
    """How many alerts of somebody are not closed."""

    critical: int = Field(description="Of severity critical.", examples=[0])
    serious: int = Field(description="Of severity serious.", examples=[1])
    advisory: int = Field(description="Of severity advisory.", examples=[0])
    system: int = Field(description="Of severity system.", examples=[0])
    total: int = Field(description="All of them.", examples=[1])


class WearerSummary(WearerOut):
    """A supervised person, and what matters of them now."""

    state: Literal["broken", "unknown", "kept", "not_worn"] = Field(
        description="`broken`: a condition is, by a confirmed episode that a position still "
        "confirms; `unknown`: no position holds; `not_worn`: no device is; `kept`: none of these.",
        examples=["kept"],
    )
    officers: list[str] = Field(
        description="Responsible officers of the orders in force.", examples=[["officer.kim"]]
    )
    vendor: str | None = Field(description="Vendor of the device worn.", examples=["acme"])
    device_id: str | None = Field(description="The device worn.", examples=["A-1001"])
    last_heard: InstantOut | None = Field(
        description="When anything was received last (UTC); null: nothing ever.",
        examples=["2026-03-01T21:19:30Z"],
    )
    last_position_at: InstantOut | None = Field(
        description="When the newest judged position was measured (UTC).",
        examples=["2026-03-01T21:19:30Z"],
    )
    battery_pct: float | None = Field(
        description="Charge of the battery, percent, as last stated within seven days.",
        examples=[74.0],
    )
    open_alerts: AlertCounts = Field(description="Alerts that are not closed.")


class PlaceNow(Wire):
    """How a position lies to a zone that concerns the wearer."""

    zone_id: str = Field(description="Zone.", examples=["HOME-w1"])
    zone_version: int = Field(description="Version in effect.", examples=[1])
    name: str = Field(description="Its name; the id if it has none.", examples=["Home"])
    role: Literal["be_in", "keep_out"] = Field(
        description="What conditions want of it.", examples=["be_in"]
    )
    membership: Membership = Field(description="At a confidence of 0.95.", examples=["inside"])
    distance_m: float = Field(
        description="Metres to its boundary, positive inside.", examples=[63.4]
    )
    width_m: float = Field(
        description="Diagonal of its bounding box, metres: of several places the narrowest says "
        "most.",
        examples=[282.8],
    )


class PositionNow(Wire):
    """The newest judged position."""

    fix_time: InstantOut = Field(
        description="When it was measured (UTC).", examples=["2026-03-01T21:19:30Z"]
    )
    fix_time_local: LocalTime = Field(
        description="The same by the wearer's clocks.", examples=["2026-03-01T22:19:30+01:00"]
    )
    received_at: InstantOut = Field(description="When it came in (UTC).")
    age_s: float = Field(description="How long ago it was measured, seconds.", examples=[30.0])
    holds: bool = Field(
        description="It still says where the wearer is: it is no older than the plan allows.",
        examples=[True],
    )
    holds_until: InstantOut = Field(description="Until when it does, unless another comes (UTC).")
    lat: float = Field(description="Latitude, degrees, WGS 84.", examples=[52.5201])
    lon: float = Field(description="Longitude, degrees, WGS 84.", examples=[13.4052])
    accuracy_m: float = Field(description="Radius of 68 % confidence, metres.", examples=[8.5])
    accuracy_assumed: bool = Field(description="The device stated none.", examples=[False])
    coarse: bool = Field(
        description="It alone proves no violation: from a cell, or beyond 200 m.", examples=[False]
    )
    mechanism: Mechanism = Field(description="How the device came by it.", examples=["gnss"])
    speed_mps: float | None = Field(description="Stated speed, metres a second.", examples=[0.2])
    heading_deg: float | None = Field(description="Stated heading, degrees.", examples=[None])
    beacon_id: str | None = Field(description="Beacon in whose range it is.", examples=[None])
    places: list[PlaceNow] = Field(
        description="Places to be in, and zones to keep out of within two kilometres; those the "
        "wearer is deepest in, or nearest to, first; at most 20."
    )


class ConditionNow(Wire):
    """One condition as it stands."""

    order_id: str = Field(description="Order it is of.", examples=["o1"])
    condition_id: str = Field(description="Condition.", examples=["c1"])
    condition_version: int = Field(description="Its version.", examples=[1])
    kind: ConditionKind = Field(description="What it asks.", examples=["curfew"])
    zones: list[str] = Field(
        description="Ids of its zones, at most 20 of them.", examples=[["HOME-w1"]]
    )
    zones_count: int = Field(description="How many zones it has.", examples=[1])
    in_force: bool = Field(description="A window of it is.", examples=[True])
    since: InstantOut | None = Field(
        description="Start of the window in force (UTC); null: none is, or it has no beginning.",
        examples=["2026-03-01T21:00:00Z"],
    )
    since_local: LocalTime | None = Field(description="The same by the wearer's clocks.")
    until: InstantOut | None = Field(
        description="End of the window in force, or of what permits (UTC); null: it has none.",
        examples=["2026-03-02T05:00:00Z"],
    )
    until_local: LocalTime | None = Field(description="The same by the wearer's clocks.")
    state: Standing = Field(
        description="How it stands. `unknown` is silence or doubt, and never a violation; "
        "`permitted`: a pass, or a condition of higher priority.",
        examples=["kept"],
    )
    why: str = Field(
        description="Why, in one sentence, by the wearer's clocks.",
        examples=["63 m inside Home, accurate to 9 m"],
    )
    episode_id: int | None = Field(
        description="The episode that runs against it, confirmed or not.", examples=[None]
    )


class WindowNext(Wire):
    """A window of a condition that is to come."""

    order_id: str = Field(description="Order.", examples=["o1"])
    condition_id: str = Field(description="Condition.", examples=["c1"])
    kind: ConditionKind = Field(description="What it asks.", examples=["curfew"])
    start: InstantOut = Field(description="Start (UTC).", examples=["2026-03-02T21:00:00Z"])
    end: InstantOut | None = Field(description="End (UTC, exclusive); null: it has none.")
    start_local: LocalTime = Field(description="Start by the wearer's clocks.")
    end_local: LocalTime | None = Field(description="End by the wearer's clocks.")


class DeviceNow(Wire):
    """The device worn, or worn last."""

    vendor: str = Field(description="Vendor.", examples=["acme"])
    device_id: str = Field(description="The vendor's id of the device.", examples=["A-1001"])
    model: str = Field(description="Model, for people.", examples=["Anklet 4"])
    activation_id: Id = Field(description="Activation.", examples=[1])
    since: InstantOut = Field(description="From when on it is worn (UTC).")
    until: InstantOut | None = Field(
        description="When it was taken off (UTC); null while it is worn.", examples=[None]
    )
    battery_pct: float | None = Field(
        description="Charge, percent, as last stated within seven days.", examples=[74.0]
    )
    battery_at: InstantOut | None = Field(description="When that was (UTC).")
    charging: bool | None = Field(
        description="Whether it said then that it is charged; null: it did not say.",
        examples=[False],
    )
    interval_s: float = Field(description="How often it is to report, seconds.", examples=[60])
    max_age_s: float = Field(
        description="For how long its last word holds, seconds.", examples=[300]
    )


class AlertBrief(Wire):
    """An alert in a line."""

    alert_id: Id = Field(description="Alert.", examples=[42])
    kind: EpisodeKind = Field(description="Kind of the episode.", examples=["curfew_left_during"])
    severity: Severity = Field(description="How much it matters.", examples=["serious"])
    state: AlertState = Field(description="In whose hands it is.", examples=["open"])
    raised_at: InstantOut = Field(description="When it was raised (UTC).")


class EpisodeBrief(Wire):
    """An episode in a line."""

    episode_id: Id = Field(description="Episode.", examples=[301])
    alert_id: Id | None = Field(description="Its alert; null: it made none.", examples=[42])
    kind: EpisodeKind = Field(description="Kind of the episode.", examples=["curfew_left_during"])
    severity: Severity = Field(description="How much it matters.", examples=["serious"])
    state: EpisodeState = Field(description="How far the evidence goes.", examples=["confirmed"])
    condition_id: str | None = Field(description="Condition broken, if one is.", examples=["c1"])
    zone_id: str | None = Field(description="Zone, where there is one.", examples=["HOME-w1"])
    start: InstantOut = Field(description="Best estimate of its start (UTC).")
    start_local: LocalTime = Field(description="The same by the wearer's clocks.")
    end: InstantOut | None = Field(description="Best estimate of its end (UTC); null: it runs.")
    end_local: LocalTime | None = Field(description="The same by the wearer's clocks.")
    unconfirmed_since: InstantOut | None = Field(
        description="Running, but without a position since then (UTC).", examples=[None]
    )
    why: str = Field(description="Why there is such an episode, in one sentence.")


class StatusOut(WearerOut):
    """One wearer as they are now."""

    as_of: InstantOut = Field(description="Now (UTC).", examples=["2026-03-01T21:20:00Z"])
    as_of_local: LocalTime = Field(description="The same by the wearer's clocks.")
    state: Literal["broken", "unknown", "kept", "not_worn"] = Field(
        description="As in the list of wearers.", examples=["kept"]
    )
    last_position: PositionNow | None = Field(description="Where; null: not known yet.")
    conditions: list[ConditionNow] = Field(
        description="Every condition of the orders in effect: broken first, then in force."
    )
    next_windows: list[WindowNext] = Field(
        description="Windows that begin within seven days, soonest first; at most 50."
    )
    device: DeviceNow | None = Field(description="The device; null: there never was one.")
    last_call_in: InstantOut | None = Field(
        description="When anything was received last (UTC); null: nothing ever."
    )
    call_in_due: InstantOut | None = Field(
        description="By when something has to be received (UTC); null: nothing is awaited."
    )
    officer: str | None = Field(
        description="Responsible officer of the newest order in force.", examples=["officer.kim"]
    )
    orders: list[str] = Field(description="Orders in force.", examples=[["o1"]])
    open_alerts: list[AlertBrief] = Field(
        description="Alerts that are not closed, open ones first, oldest first; at most 50."
    )
    episodes: list[EpisodeBrief] = Field(description="Everything that runs, oldest first.")
