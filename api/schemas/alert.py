"""Alerts on the wire: the queue, one alert with its proof, and what people do to it."""

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.condition import ConditionOut
from api.schemas.episode import EpisodeFacts, EpisodeOut
from api.schemas.fields import (
    Id,
    InstantOut,
    LocalTime,
    Name,
    NoteText,
    Operator,
    SearchText,
    Subject,
    Text,
    Wire,
)
from api.schemas.page import PageQuery
from engine.core.alert import AlertAction, AlertState, CloseCode
from engine.core.episode import EpisodeKind, Severity


class AlertOut(Wire):
    """One alert as it stands."""

    alert_id: Id = Field(description="Id of the alert.", examples=[42])
    wearer_id: str | None = Field(
        description="Whom it is about; null if about no wearer.", examples=["w1"]
    )
    wearer_name: str = Field(
        description="Their name; empty if about no wearer.", examples=["Robin Doe"]
    )
    subject: str | None = Field(
        description="What it is about if not about a wearer: `engine`, `store`, `vendor/{id}` or "
        "`device/{vendor}/{id}`; null for one about a wearer.",
        examples=[None],
    )
    timezone: str = Field(
        description="IANA zone of the wearer, else UTC.", examples=["Europe/Berlin"]
    )
    activation_id: Id | None = Field(
        description="Activation judged; null if about no wearer.", examples=[1]
    )
    condition_id: str | None = Field(
        description="Condition broken; null for faults of the device and silence.", examples=["c1"]
    )
    zone_id: str | None = Field(description="Zone, where there is one.", examples=["HOME-w1"])
    kind: EpisodeKind = Field(
        description="Kind of its newest episode.", examples=["curfew_left_during"]
    )
    severity: Severity = Field(description="Worst of its episodes.", examples=["serious"])
    state: AlertState = Field(description="In whose hands it is.", examples=["open"])
    raised_at: InstantOut = Field(
        description="When it was raised (UTC); the queue goes by this.",
        examples=["2026-03-01T21:16:03Z"],
    )
    raised_at_local: LocalTime = Field(
        description="The same by the wearer's clocks.", examples=["2026-03-01T22:16:03+01:00"]
    )
    started: InstantOut = Field(
        description="When its first episode began, best estimate (event time, UTC).",
        examples=["2026-03-01T21:14:20Z"],
    )
    started_local: LocalTime = Field(
        description="The same by the wearer's clocks.", examples=["2026-03-01T22:14:20+01:00"]
    )
    updated_at: InstantOut = Field(
        description="Last change (UTC).", examples=["2026-03-01T21:20:00Z"]
    )
    episode_ids: list[int] = Field(description="Its episodes.", examples=[[301]])
    count: int = Field(
        description="Episodes that make it an alert: confirmed, or over before they were. 0 once "
        "all were retracted or, by late evidence, are in doubt again.",
        examples=[1],
    )
    confirmed: bool = Field(description="The evidence was enough.", examples=[True])
    restored: bool = Field(
        description="None of its episodes still runs. The alert stays open all the same.",
        examples=[False],
    )
    retracted: bool = Field(
        description="Late evidence showed that nothing of it happened.", examples=[False]
    )
    coverage_gaps: list[int] = Field(
        description="Episodes of kind coverage_gap that overlap what is uncertain of its episodes: "
        "the engine, not the wearer, failed then.",
        examples=[[]],
    )
    page_due_at: InstantOut | None = Field(
        description="When people are told (UTC); null before it is confirmed.",
        examples=["2026-03-01T21:21:03Z"],
    )
    close_code: CloseCode | None = Field(
        description="Why it was closed; null before.", examples=[None]
    )
    why: str = Field(
        description="Why there is such an alert, in one sentence: what its newest episode says "
        "happened, by the wearer's clocks, how far and how sure.",
        examples=["Outside home since 22:14, 38 min into curfew; 1,240 m away, certain"],
    )
    amended: bool = Field(
        description="Evidence that came late changed what had been shown of it: see the history.",
        examples=[False],
    )
    assigned_to: str | None = Field(
        description="Name of the operator in whose hands it is; null: in nobody's.",
        examples=["kim"],
    )
    acknowledged_at: InstantOut | None = Field(
        description="When it was acknowledged (UTC); null before.",
        examples=["2026-03-01T21:20:00Z"],
    )
    acknowledged_by: str | None = Field(
        description="Who acknowledged it, `local/{name}`; null before.", examples=["local/kim"]
    )
    respond_by: InstantOut | None = Field(
        description="By when it has to be acknowledged (UTC): the time allowed for its severity, "
        "from when people are told or it was raised, whichever is later. It stays once it is "
        "acknowledged. Null where nobody is told, or no time is set.",
        examples=["2026-03-01T21:36:03Z"],
    )
    officers: list[str] = Field(
        description="Officers responsible by the wearer's orders in force; if none is, by the "
        "newest versions of all.",
        examples=[["officer.kim"]],
    )
    agencies: list[str] = Field(
        description="Organisations that supervise, by the same orders.",
        examples=[["County Probation"]],
    )


class ChangeOut(Wire):
    """One step in the history of an alert: who, when, what."""

    change_id: Id = Field(description="Id of the change; ids only grow.", examples=[977])
    alert_id: Id = Field(description="The alert.", examples=[42])
    at: InstantOut = Field(description="When (UTC).", examples=["2026-03-01T21:20:00Z"])
    at_local: LocalTime = Field(
        description="The same by the wearer's clocks.", examples=["2026-03-01T22:20:00+01:00"]
    )
    actor: str = Field(
        description="Who: `engine` is the engine itself, `local/{name}` an operator by the name "
        "claimed in the request, which nobody checked, `local` one without.",
        examples=["local/kim"],
    )
    action: AlertAction = Field(description="What.", examples=["acknowledged"])
    note: str | None = Field(description="In words.", examples=["calling the wearer"])
    episode_id: int | None = Field(description="Episode it is about.", examples=[None])
    episode_revision: int | None = Field(description="Revision of the episode.", examples=[None])
    before: EpisodeFacts | None = Field(
        description="An amended or retracted episode as it was shown before.", examples=[None]
    )
    assigned_to: str | None = Field(
        description="Of `assigned` and `acknowledged`: in whose hands it is since; null otherwise, "
        "and for in nobody's.",
        examples=["kim"],
    )


class PinnedCondition(Wire):
    """A condition in the version an episode was judged by."""

    order_id: str = Field(description="Order it is part of.", examples=["o1"])
    order_version: int = Field(description="Version of that order.", examples=[1])
    officer: str = Field(description="Responsible officer.", examples=["officer.kim"])
    agency: str = Field(description="Organisation that supervises.", examples=["County Probation"])
    condition: ConditionOut = Field(description="The rule, with threshold and confidence.")


class AlertDetail(AlertOut):
    """One alert with its proof and its history."""

    episodes: list[EpisodeOut] = Field(description="Its episodes with their evidence.")
    conditions: list[PinnedCondition] = Field(
        description="The conditions in the versions its episodes were judged by."
    )
    gaps: list[EpisodeOut] = Field(description="Its coverage gaps, with from, until and why.")
    history: list[ChangeOut] = Field(description="Everything that happened to it, oldest first.")
    engine_version: str = Field(
        description="Version of the engine that last judged it.", examples=["0.1.0"]
    )


class AlertQuery(PageQuery):
    """Which alerts. Several values of one filter mean any of them."""

    state: list[AlertState] = Field(
        default=[AlertState.OPEN, AlertState.ACKNOWLEDGED],
        max_length=3,
        description="In these states; what is not closed if left out.",
    )
    severity: list[Severity] = Field(
        default=[], max_length=4, description="Only of these severities."
    )
    kind: list[EpisodeKind] = Field(default=[], max_length=50, description="Only of these kinds.")
    wearer_id: Name | None = Field(default=None, description="Only about this wearer.")
    subject: Subject | None = Field(
        default=None,
        description="Only about this: `engine`, `store`, `vendor/{id}` or `device/{vendor}/{id}`.",
        examples=["vendor/acme"],
    )
    officer: Text | None = Field(
        default=None, description="Only about wearers whose orders name this officer."
    )
    agency: Text | None = Field(
        default=None, description="Only about wearers whose orders name this agency."
    )
    assigned_to: Operator | Literal[""] | None = Field(
        default=None,
        description="Only in the hands of this operator; empty: only in nobody's.",
        examples=["kim"],
    )
    q: SearchText | None = Field(
        default=None,
        description="Only with this in the wearer's name or id, in the kind or the subject, or as "
        "the id of the alert; capital letters or small.",
        examples=["doe"],
    )
    sort: Literal["oldest", "newest", "severity"] = Field(
        default="oldest",
        description="Open before acknowledged before closed; then by this (severity: worst first, "
        "then oldest).",
    )


class AcknowledgeIn(Wire):
    """Taking an alert in hand."""

    note: NoteText | None = Field(
        default=None, description="In words, if there is something to say.", examples=["on it"]
    )


class CloseIn(Wire):
    """Finishing an alert."""

    code: CloseCode = Field(description="Why.", examples=["authorised"])
    note: Annotated[NoteText, Field(min_length=1)] = Field(
        description="Why, in words; not blank.", examples=["court approved the visit by phone"]
    )


class AssignIn(Wire):
    """Putting an alert into somebody's hands."""

    to: Operator | None = Field(
        description="Name of the operator who is to see to it; null: nobody any more.",
        examples=["kim"],
    )
    note: NoteText | None = Field(
        default=None, description="In words, if there is something to say.", examples=["your patch"]
    )


class NoteIn(Wire):
    """Something to write down."""

    note: Annotated[NoteText, Field(min_length=1)] = Field(
        description="In words; not blank.", examples=["left a message"]
    )


class ActionOut(Wire):
    """What an action did."""

    changed: bool = Field(
        description="false: it had been done before and nothing was recorded.", examples=[True]
    )
    alert: AlertOut = Field(description="The alert as it stands now.")
    change: ChangeOut | None = Field(description="The step that was recorded; null if none was.")


class StreamQuery(Wire):
    """Where the stream begins."""

    after: Annotated[int, Field(ge=0, le=2**53 - 1)] | None = Field(
        default=None,
        description="Only changes after this one, without a snapshot. The Last-Event-ID header "
        "goes before it.",
        examples=[977],
    )


class StreamSnapshot(Wire):
    """Data of the event `snapshot`: everything that is not closed, as of one moment."""

    change_id: int = Field(
        ge=0, description="Newest change it includes; the changes after it follow.", examples=[977]
    )
    alerts: list[AlertOut] = Field(description="Open, then acknowledged ones, oldest first.")


class StreamChange(Wire):
    """Data of an event named like its action: a change, and the alert after it."""

    change: ChangeOut = Field(description="What happened.")
    alert: AlertOut = Field(description="The alert as it stands.")


class StreamAlive(Wire):
    """Data of the event `alive`: nothing has happened since the last event."""

    at: InstantOut = Field(
        description="The picture is complete as of this time (UTC).",
        examples=["2026-03-01T21:20:00Z"],
    )
    change_id: int = Field(
        ge=0, description="Newest change the client has been told.", examples=[977]
    )


class StreamReset(Wire):
    """Data of the event `reset`: the place in the stream is not known, a snapshot follows."""

    reason: Literal["unknown", "too_old"] = Field(
        description="`unknown`: there is no such change; `too_old`: too many changes since.",
        examples=["unknown"],
    )
    last_event_id: str = Field(description="Where the client stood.", examples=["12345"])
