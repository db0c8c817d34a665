"""Episodes and their evidence on the wire."""

from pydantic import Field

from api.schemas.fields import Id, InstantOut, LocalTime, Name, Subject, Wire
from api.schemas.page import PageQuery
from api.schemas.protected import CounterpartOut
from api.schemas.schedule import WindowOut
from engine.core.episode import EpisodeKind, EpisodeState, Severity
from zones.membership import Membership


class BoundOut(Wire):
    """One end of an episode: later than `after`, not later than `by`."""

    after: InstantOut | None = Field(
        description="Last instant at which it had not happened (UTC); null if not known.",
        examples=["2026-03-01T21:14:00Z"],
    )
    by: InstantOut = Field(
        description="First instant at which it had happened (UTC).",
        examples=["2026-03-01T21:15:00Z"],
    )
    estimate: InstantOut = Field(
        description="Best estimate (UTC).", examples=["2026-03-01T21:14:20Z"]
    )
    estimate_local: LocalTime = Field(
        description="Best estimate by the wearer's clocks.", examples=["2026-03-01T22:14:20+01:00"]
    )


class EvidenceOut(Wire):
    """One position an episode rests on, with the arithmetic of its membership."""

    role: str = Field(
        description="`before` (the last in compliance), `held` (an older one that still held when "
        "the window opened), `violation`, `deepest`, or `after` (the one that ended it).",
        examples=["violation"],
    )
    fix_time: InstantOut = Field(
        description="When the device measured it (UTC).", examples=["2026-03-01T21:15:00Z"]
    )
    fix_time_local: LocalTime = Field(
        description="The same by the wearer's clocks.", examples=["2026-03-01T22:15:00+01:00"]
    )
    seq: int = Field(description="The device's message number.", examples=[1201])
    digest: str = Field(
        description="Digest of the position's content, hexadecimal.",
        examples=["9f2c4be07ab1d6c3315f0d2a6b8e4c77"],
    )
    lat: float = Field(description="Latitude, degrees, WGS 84.", examples=[52.5201])
    lon: float = Field(description="Longitude, degrees, WGS 84.", examples=[13.4052])
    accuracy_m: float = Field(description="Radius of 68 % confidence, metres.", examples=[8.5])
    sigma_m: float = Field(
        description="Standard deviation, metres: accuracy_m / 1.515.", examples=[5.61]
    )
    zone_id: str = Field(description="Zone it was judged against.", examples=["HOME-w1"])
    zone_version: int = Field(description="Version of that zone.", examples=[1])
    signed_distance_m: float = Field(
        description="Metres to the zone's boundary, positive inside.", examples=[-42.3]
    )
    probability_inside: float = Field(
        description="Probability of having been inside: Φ(signed_distance_m / sigma_m).",
        examples=[2.3e-14],
    )
    beacon_id: str | None = Field(
        description="Beacon in whose range the device was, which proves that it was inside; null "
        "where the distance decides.",
        examples=[None],
    )
    in_words: str = Field(
        description="The arithmetic in a sentence, rounded for reading.",
        examples=["42.3 m outside the boundary of HOME-w1 (version 1), accurate to 8.0 m …"],
    )
    permitted_by: str | None = Field(
        description="Condition of higher priority that had the wearer be there; null if none did.",
        examples=[None],
    )
    membership: Membership | None = Field(
        description="What follows with the condition's confidence; null if that is not known.",
        examples=["outside"],
    )
    counterpart: CounterpartOut | None = Field(
        description="Of a proximity condition, the protected person's position, without its place "
        "unless asked for. Then the zone is the one that moves with the person "
        "(`protected/{id}`, version 0): `signed_distance_m` is what is missing of the distance to "
        "be kept, `probability_inside` that of having been within it.",
        examples=[None],
    )


class EpisodeFacts(Wire):
    """What the evidence says happened."""

    activation_id: Id | None = Field(
        description="Activation judged; null if about no wearer.", examples=[1]
    )
    subject: str | None = Field(
        description="What it is about if not about a wearer: `engine`, `store`, `vendor/{id}` or "
        "`device/{vendor}/{id}`; null for one about a wearer.",
        examples=[None],
    )
    condition_id: str | None = Field(
        description="Condition broken; null for faults of the device and silence.", examples=["c1"]
    )
    condition_version: int | None = Field(description="Version of the condition.", examples=[1])
    zone_id: str | None = Field(description="Zone, where there is one.", examples=["HOME-w1"])
    kind: EpisodeKind = Field(
        description="What happened, by its name.", examples=["curfew_left_during"]
    )
    severity: Severity = Field(description="How much it matters.", examples=["serious"])
    state: EpisodeState = Field(description="How far the evidence goes.", examples=["confirmed"])
    started: BoundOut = Field(description="When it began.")
    ended: BoundOut | None = Field(description="When it ended; null while it runs.")
    positions: int = Field(description="Judged positions in violation.", examples=[5])
    max_depth_m: float = Field(
        description="Deepest inside (exclusion) or farthest outside (the others), metres.",
        examples=[310.5],
    )
    confirmed_at: InstantOut | None = Field(
        description="When the evidence was enough (event time, UTC).",
        examples=["2026-03-01T21:16:00Z"],
    )
    unconfirmed_since: InstantOut | None = Field(
        description="Running, but without a position since then (UTC).", examples=[None]
    )
    presence_s: float | None = Field(
        description="Attendance: seconds for which the evidence shows the wearer there, in the "
        "window so far; null for anything else.",
        examples=[None],
    )
    window: WindowOut | None = Field(description="The schedule's window it belongs to.")
    detail: str = Field(
        description="What a person needs to know besides, in words and numbers; may be empty.",
        examples=[""],
    )
    why: str = Field(
        description="Why there is such an episode, in one sentence, by the wearer's clocks.",
        examples=["Left HOME-w1 during the curfew since Sun 2026-03-01 22:14:20 CET; …"],
    )
    arithmetic: list[str] = Field(
        description="What it rests on, line by line: bounds, the window in local time, distances, "
        "accuracies, probabilities, thresholds.",
        examples=[["Began after Sun 2026-03-01 22:14:00 CET and by Sun 2026-03-01 22:15:00 CET"]],
    )
    caused_by: str | None = Field(
        description="Subject whose failing caused it, `vendor/{id}`; null if none is known.",
        examples=[None],
    )
    evidence: list[EvidenceOut] = Field(description="The positions it rests on.")


class EpisodeOut(EpisodeFacts):
    """An episode as it stands."""

    episode_id: Id = Field(description="Id of the episode.", examples=[301])
    revision: int = Field(description="Revision, from 1; evidence that came late amends.")
    wearer_id: str | None = Field(
        description="Whose episode; null if about no wearer.", examples=["w1"]
    )
    timezone: str = Field(
        description="IANA zone of the wearer, else UTC.", examples=["Europe/Berlin"]
    )
    updated_at: InstantOut = Field(
        description="When this revision was stored (UTC).", examples=["2026-03-01T21:16:03Z"]
    )


class EpisodeDetail(EpisodeOut):
    """An episode with all that was ever shown of it."""

    revisions: list[EpisodeOut] = Field(description="Every revision, oldest first.")


class EpisodeQuery(PageQuery):
    """Which episodes. Several values of one filter mean any of them."""

    wearer_id: Name | None = Field(default=None, description="Only those of this wearer.")
    subject: Subject | None = Field(
        default=None,
        description="Only about this: `engine`, `store`, `vendor/{id}` or `device/{vendor}/{id}`.",
        examples=["vendor/acme"],
    )
    kind: list[EpisodeKind] = Field(
        default=[], max_length=50, description="Only those of these kinds."
    )
    state: list[EpisodeState] = Field(
        default=[], max_length=10, description="Only those in these states."
    )
