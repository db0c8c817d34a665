"""Episodes, their evidence and the arithmetic of it, on the wire."""

from api.directory import Directory
from api.schemas.episode import BoundOut, EpisodeFacts, EpisodeOut, EvidenceOut
from api.schemas.fields import local_text
from api.schemas.schedule import WindowOut
from api.views.protected import counterpart_out
from engine.core.account import arithmetic, why
from engine.core.episode import Bound, Episode, Evidence, StoredEpisode
from engine.core.words import in_words
from zones.instant import Instant
from zones.interval import BEGINNING, END
from zones.membership import Membership, membership, sigma_m


def episode_out(stored: StoredEpisode, directory: Directory, *, reveal: bool = False) -> EpisodeOut:
    """Return a stored episode; its membership needs the condition it was judged by.

    Where protected persons were is left out unless it is to be revealed.
    """
    facts = episode_facts(stored.episode, stored.wearer_id, directory, reveal=reveal)
    return EpisodeOut(
        **dict(facts),
        episode_id=stored.episode_id,
        revision=stored.revision,
        wearer_id=stored.wearer_id or None,
        timezone=directory.timezone(stored.wearer_id),
        updated_at=stored.updated_at,
    )


def episode_facts(
    episode: Episode, wearer_id: str, directory: Directory, *, reveal: bool = False
) -> EpisodeFacts:
    """Return what the evidence says happened."""
    timezone = directory.timezone(wearer_id)
    judged_by = directory.condition(
        wearer_id, episode.condition_id, episode.condition_version, episode.started.estimate
    )
    parameters = None if judged_by is None else judged_by[1].parameters
    confidence = None if parameters is None else parameters.confidence
    return EpisodeFacts(
        activation_id=episode.activation_id or None,
        subject=episode.subject or None,
        condition_id=episode.condition_id,
        condition_version=episode.condition_version,
        zone_id=episode.zone_id,
        kind=episode.kind,
        severity=episode.severity,
        state=episode.state,
        started=_bound(episode.started, timezone),
        ended=None if episode.ended is None else _bound(episode.ended, timezone),
        positions=episode.positions,
        max_depth_m=episode.max_depth_m,
        confirmed_at=episode.confirmed_at,
        unconfirmed_since=episode.unconfirmed_since,
        presence_s=episode.presence_s,
        window=window_out(episode.window_start, episode.window_end, timezone),
        detail=episode.detail,
        caused_by=episode.caused_by or None,
        why=why(episode, timezone),
        arithmetic=arithmetic(episode, parameters, timezone),
        evidence=[
            _evidence(each, timezone, confidence, reveal=reveal) for each in episode.evidence
        ],
    )


def window_out(start: Instant | None, end: Instant | None, timezone: str) -> WindowOut | None:
    """Return a window of a schedule; None where there is none."""
    start = None if start == BEGINNING else start
    end = None if end == END else end
    if start is None and end is None:
        return None
    return WindowOut(
        start=start,
        end=end,
        start_local=None if start is None else local_text(start, timezone),
        end_local=None if end is None else local_text(end, timezone),
        timezone=timezone,
    )


def _bound(bound: Bound, timezone: str) -> BoundOut:
    return BoundOut(
        after=bound.after,
        by=bound.by,
        estimate=bound.estimate,
        estimate_local=local_text(bound.estimate, timezone),
    )


def _evidence(
    evidence: Evidence, timezone: str, confidence: float | None, *, reveal: bool
) -> EvidenceOut:
    distance_m, accuracy_m = evidence.signed_distance_m, evidence.accuracy_m
    return EvidenceOut(
        role=evidence.role,
        fix_time=evidence.fix_time,
        fix_time_local=local_text(evidence.fix_time, timezone),
        seq=evidence.seq,
        digest=evidence.digest.hex(),
        lat=evidence.lat,
        lon=evidence.lon,
        accuracy_m=accuracy_m,
        sigma_m=sigma_m(accuracy_m),
        zone_id=evidence.zone_id,
        zone_version=evidence.zone_version,
        permitted_by=evidence.permitted_by,
        signed_distance_m=distance_m,
        probability_inside=evidence.probability_inside,
        beacon_id=evidence.beacon_id,
        membership=_membership(evidence, confidence),
        in_words=in_words(evidence, confidence),
        counterpart=counterpart_out(evidence, reveal=reveal),
    )


def _membership(evidence: Evidence, confidence: float | None) -> Membership | None:
    if evidence.beacon_id is not None:
        return Membership.INSIDE
    if confidence is None:
        return None
    if evidence.counterpart is not None:
        return _by_probability(evidence.probability_inside, confidence)
    return membership(evidence.signed_distance_m, evidence.accuracy_m, confidence)


def _by_probability(within: float, confidence: float) -> Membership:
    if within >= confidence:
        return Membership.INSIDE
    return Membership.OUTSIDE if within <= 1.0 - confidence else Membership.UNCERTAIN
