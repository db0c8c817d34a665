"""Dry runs on the wire: what would be changed, and what it would have meant."""

from typing import Annotated, Any

from pydantic import Field

from api.dry_runs import JobState
from api.schemas.condition import ConditionIn
from api.schemas.fields import (
    UNCOERCED,
    Id,
    InstantOut,
    LocalTime,
    Name,
    TimeText,
    Whole,
    Wire,
)
from api.schemas.order import OrderIn
from engine.core.dry_run import Effect
from engine.core.episode import EpisodeKind, Severity
from engine.core.proposal_json import DAYS, MOST_DAYS

_FEATURE = {
    "type": "Feature",
    "properties": {"zone_id": "SCHOOL", "radius_m": 300},
    "geometry": {"type": "Point", "coordinates": [13.405, 52.52]},
}


class ProposedOrder(OrderIn):
    """An order as it would be stored."""

    order_id: Name = Field(description="Id of the order.", examples=["o1"])


class ProposedCondition(Wire):
    """A condition as it would stand in an order; the order's other conditions stay."""

    order_id: Name = Field(description="Id of the order, which is stored.", examples=["o1"])
    condition: ConditionIn = Field(description="The condition, new or in place of its namesake.")


class ProposedParameters(Wire):
    """Other parameters for one condition; what is left out stays."""

    order_id: Name | None = Field(
        default=None, description="Of this order; null: of every order that has the condition."
    )
    condition_id: Name = Field(description="Id of the condition.", examples=["keep-out"])
    threshold: Annotated[int, Field(ge=1, le=1000), UNCOERCED] | None = Field(
        default=None, description="Judged positions in violation before confirmed."
    )
    buffer_m: Annotated[float, Field(ge=0, lt=1e7), UNCOERCED] | None = Field(
        default=None, description="Width of the outer ring, metres.", examples=[50]
    )
    dwell_s: Annotated[float, Field(ge=0, lt=1e7), UNCOERCED] | None = Field(
        default=None, description="Seconds in violation before confirmed."
    )
    grace_s: Annotated[float, Field(ge=0, lt=1e7), UNCOERCED] | None = Field(
        default=None, description="Seconds from confirmed to page."
    )
    confidence: Annotated[float, Field(gt=0.5, lt=1), UNCOERCED] | None = Field(
        default=None, description="Probability from which inside or outside is sure."
    )


class DryRunIn(Wire):
    """What would be changed, and for how many days it is judged."""

    days: Whole = Field(
        default=DAYS, ge=1, le=MOST_DAYS, description="Days up to now.", examples=[30]
    )
    wearer_ids: list[Name] = Field(
        default=[],
        max_length=10_000,
        description="Only these wearers; none: all whom it concerns.",
        examples=[[]],
    )
    zones: list[dict[str, Any]] = Field(
        default=[],
        max_length=1_000,
        description="GeoJSON Features with `zone_id`: new geometry of zones, or new zones, which "
        "matter with a condition that names them.",
        examples=[[_FEATURE]],
    )
    orders: list[ProposedOrder] = Field(
        default=[], max_length=1_000, description="Orders, new or in place of the stored."
    )
    conditions: list[ProposedCondition] = Field(
        default=[], max_length=1_000, description="Conditions, new or in place of the stored."
    )
    parameters: list[ProposedParameters] = Field(
        default=[], max_length=1_000, description="Other parameters for conditions."
    )


class AlertFactsOut(Wire):
    """An alert as it would be shown."""

    kind: EpisodeKind = Field(
        description="What happened, by its name.", examples=["exclusion_entered"]
    )
    severity: Severity = Field(description="How much it matters.", examples=["critical"])
    started: TimeText = Field(
        description="Best estimate of its beginning (UTC).", examples=["2026-03-01T21:14:20Z"]
    )
    started_local: LocalTime = Field(
        description="The same by the wearer's clocks.", examples=["2026-03-01T22:14:20+01:00"]
    )
    ended: TimeText | None = Field(
        description="Best estimate of its end (UTC); null while it runs.",
        examples=["2026-03-01T21:24:20Z"],
    )
    ended_local: LocalTime | None = Field(
        description="The same by the wearer's clocks.", examples=["2026-03-01T22:24:20+01:00"]
    )
    condition_id: str | None = Field(description="Condition broken.", examples=["keep-out"])
    zone_id: str | None = Field(description="Zone.", examples=["SCHOOL"])
    depth_m: float = Field(
        description="Deepest inside, or farthest outside, metres.", examples=[41.3]
    )
    count: int = Field(description="Episodes that collapse into it.", examples=[1])
    confirmed: bool = Field(description="Whether the evidence was enough.", examples=[True])


class AlertEffectOut(Wire):
    """What becomes of one alert."""

    effect: Effect = Field(description="What becomes of it.", examples=["added"])
    before: AlertFactsOut | None = Field(description="As it is; null if it would be added.")
    after: AlertFactsOut | None = Field(description="As it would be; null if it would be gone.")


class EffectTotal(Wire):
    """How many alerts, of how many wearers, of which severity."""

    alerts: int = Field(description="Alerts.", examples=[14])
    wearers: int = Field(description="Wearers who have one.", examples=[3])
    critical: int = Field(description="Of these critical.", examples=[14])
    serious: int = Field(description="Of these serious.", examples=[0])
    advisory: int = Field(description="Of these advisory.", examples=[0])
    system: int = Field(description="Of these about the system.", examples=[0])


class EffectTotals(Wire):
    """The sums of a dry run."""

    added: EffectTotal = Field(description="Alerts there would have been more.")
    removed: EffectTotal = Field(description="Alerts there would not have been.")
    changed: EffectTotal = Field(description="Alerts of another kind, severity, time or count.")
    unchanged: EffectTotal = Field(description="Alerts that would be the same.")


class WearerDryRunOut(Wire):
    """What it would have meant for one wearer."""

    wearer_id: str = Field(description="Whom.", examples=["w1"])
    timezone: str = Field(description="IANA zone of the wearer.", examples=["Europe/Berlin"])
    positions: int = Field(description="Positions judged.", examples=[43_200])
    added: int = Field(description="Alerts added.", examples=[5])
    removed: int = Field(description="Alerts removed.", examples=[0])
    changed: int = Field(description="Alerts changed.", examples=[0])
    unchanged: int = Field(description="Alerts that stay as they are.", examples=[0])
    alerts: list[AlertEffectOut] = Field(description="Each of them, by its beginning.")


class DryRunAnswer(Wire):
    """What a change would have meant."""

    sentence: str = Field(
        description="The whole of it in words.",
        examples=["This change would have added 14 alerts for 3 wearers in the last 30 days."],
    )
    since: TimeText = Field(description="Start of the window (UTC).")
    until: TimeText = Field(description="End of the window (UTC, exclusive).")
    positions: int = Field(description="Positions judged.", examples=[129_600])
    seconds: float = Field(description="How long it took.", examples=[8.1])
    totals: EffectTotals = Field(description="The sums.")
    wearers: list[WearerDryRunOut] = Field(description="Each wearer it concerns, by id.")
    without_positions: list[str] = Field(
        description="Wearers it concerns of whom there is no position in the window: of them "
        "nothing is known.",
        examples=[[]],
    )
    not_concerned: list[str] = Field(
        description="Wearers who were named and whom it does not concern.", examples=[[]]
    )
    assumptions: list[str] = Field(description="What it takes for granted, in words.")


class DryRunOut(Wire):
    """A dry run that was asked for."""

    dry_run_id: Id = Field(description="Id of the dry run.", examples=[1])
    state: JobState = Field(
        description="`waiting` for those before it, `running`, `done`, `failed` or `cancelled`.",
        examples=["done"],
    )
    asked_at: InstantOut = Field(description="When it was asked for (UTC).")
    since: InstantOut = Field(description="Start of the window (UTC).")
    until: InstantOut = Field(description="End of the window (UTC, exclusive).")
    wearer_ids: list[str] = Field(description="Whom it concerns.", examples=[["w1"]])
    wearers_done: int = Field(description="How many of them are judged.", examples=[1])
    answer: DryRunAnswer | None = Field(description="What it found; null until it is done.")
    problem: str | None = Field(description="Why it failed; null if it did not.", examples=[None])


class DryRunQuery(Wire):
    """How long to wait for the answer."""

    wait_s: float = Field(
        default=0, ge=0, le=30, description="Seconds to wait until it is done.", examples=[10]
    )
