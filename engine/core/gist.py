"""The gist of an episode: the few of its facts that the one sentence about an alert is made of.

An alert carries the gist of its newest episode that stands, so that thousands of alerts are told
without reading an episode. It follows from the episode alone and is kept in step with it; how it is
put into words, with the names of places and by whose clocks, is `core.gist_words`.
"""

import msgspec

from engine.core.episode import Bound, Episode, EpisodeKind, EpisodeState, Evidence
from zones.instant import Instant


class Depth(msgspec.Struct, frozen=True, kw_only=True):
    """How far in violation the farthest position was, and how sure that is."""

    metres: float
    """Distance to the boundary, positive inside; of a pair, between the two persons."""
    accuracy_m: float
    """Radius of 68 % confidence; of a pair, the standard deviation of the distance."""
    probability_inside: float
    keep_m: float | None = None
    """Of a pair: metres that have to be kept."""
    by_beacon: bool = False


class Gist(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, where, from when to when, how far, how sure."""

    kind: EpisodeKind
    state: EpisodeState
    zone_id: str | None
    started: Bound
    ended: Bound | None
    several: bool = False
    """It rests on more than one position."""
    window_start: Instant | None = None
    unconfirmed_since: Instant | None = None
    presence_s: float | None = None
    depth: Depth | None = None
    detail: str = ""


def gist_of(episode: Episode) -> Gist:
    """Return the gist of an episode."""
    worst = farthest(episode)
    return Gist(
        kind=episode.kind,
        state=episode.state,
        zone_id=episode.zone_id,
        started=episode.started,
        ended=episode.ended,
        several=episode.positions > 1,
        window_start=episode.window_start,
        unconfirmed_since=episode.unconfirmed_since,
        presence_s=episode.presence_s,
        depth=None if worst is None else _depth(worst),
        detail=episode.detail,
    )


def is_gist_of(gist: Gist, episode: Episode) -> bool:
    """Tell whether a gist is an episode's, as it was told before it went on."""
    known = (gist.kind, gist.zone_id, gist.started)
    return known == (episode.kind, episode.zone_id, episode.started)


def farthest(episode: Episode) -> Evidence | None:
    """Return the position farthest in violation; None where an episode rests on no position."""
    of_interest = [each for each in episode.evidence if each.role in ("deepest", "held")]
    return of_interest[-1] if of_interest else None


def _depth(evidence: Evidence) -> Depth:
    pair = evidence.counterpart
    return Depth(
        metres=evidence.signed_distance_m if pair is None else pair.distance_m,
        accuracy_m=evidence.accuracy_m if pair is None else pair.sigma_m,
        probability_inside=evidence.probability_inside,
        keep_m=None if pair is None else pair.limit_m,
        by_beacon=evidence.beacon_id is not None,
    )
