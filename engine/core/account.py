"""An account of an episode for people: why, in one sentence, and then its arithmetic line by line.

Times are by the wearer's clocks, with the zone named once. Nothing is said that the episode and
the condition version it was judged by do not hold.
"""

from typing import Final

from engine.core.episode import Bound, Episode, EpisodeKind, EpisodeState, Evidence
from engine.core.gist import farthest
from engine.core.order import Parameters
from engine.core.subject import person_of
from engine.core.words import CERTAIN, in_words
from zones.instant import MINUTE, SECOND, Instant
from zones.interval import BEGINNING, END
from zones.membership import distance_limit_m
from zones.wallclock import EARLIEST, LATEST, local

_K = EpisodeKind
WHAT: Final[dict[EpisodeKind, str]] = {
    _K.EXCLUSION_ENTERED: "Entered {zone}",
    _K.EXCLUSION_PRESENT_AT_START: "In {zone} when it came into force",
    _K.INCLUSION_LEFT: "Left {zone}",
    _K.CURFEW_ABSENT_AT_START: "Not at {zone} when the curfew began",
    _K.CURFEW_LATE_RETURN: "Came to {zone} late for the curfew",
    _K.CURFEW_LEFT_DURING: "Left {zone} during the curfew",
    _K.CURFEW_OUT_AT_END: "Left {zone} during the curfew and was not back when it ended",
    _K.CURFEW_OUT_ENTIRE: "Not at {zone} for the whole of the curfew",
    _K.BUFFER_ENTERED: "In the ring round {zone}",
    _K.PROXIMITY: "Too near to {zone}",
    _K.COUNTERPART_UNKNOWN: "Not known how far from {zone}",
    _K.POSSIBLE_TRANSIT: "May have crossed {zone}: seen on either side of it, not inside",
    _K.MISSED_CALL_IN: "Nothing received from the device",
    _K.LOCATION_LOST: "The device is heard, but where it is is not known",
    _K.SOS: "Called for help (sos)",
    _K.BEACON_MOVED: "The home unit was moved: its range proves nothing",
    _K.BEACON_POWER_LOST: "The home unit lost power",
}
"""What happened, in words; other kinds are said by their names."""

_ENDED: Final = {
    EpisodeState.BRIEF: "over before the evidence was enough",
    EpisodeState.RETRACTED: "retracted: by evidence that came later it did not happen",
}


def why(episode: Episode, timezone: str) -> str:
    """Return why there is an episode, in one sentence a person would say."""
    worst = farthest(episode)
    parts = [
        f"{_what(episode)} {_when(episode, timezone)}",
        _into_window(episode, timezone),
        "" if worst is None else _how_far(worst),
        episode.detail,
        _ENDED.get(episode.state, ""),
    ]
    return "; ".join(part for part in parts if part)


def arithmetic(episode: Episode, parameters: Parameters | None, timezone: str) -> list[str]:
    """Return what the episode rests on, line by line; `parameters` are the condition's.

    Without them (a fault has none, a condition may be gone) nothing is said of thresholds.
    """
    confidence = None if parameters is None else parameters.confidence
    lines = [_bound("Began", episode.started, timezone)]
    lines += [] if episode.ended is None else [_bound("Ended", episode.ended, timezone)]
    window = _window(episode, timezone)
    lines += [f"In force {window}."] if window else []
    lines += [_evidence(each, confidence, timezone) for each in episode.evidence]
    if parameters is not None:
        lines.append(_thresholds(episode, parameters, timezone))
    if episode.unconfirmed_since is not None:
        since = clock(episode.unconfirmed_since, timezone)
        lines.append(f"No position has said where the wearer is since {since}.")
    return lines


def clock(instant: Instant, timezone: str) -> str:
    """Return an instant by the clocks of a zone, such as `Sun 2026-03-01 22:14:20 CET`."""
    if not EARLIEST <= instant <= LATEST:
        return "always"
    return local(instant, timezone).strftime("%a %Y-%m-%d %H:%M:%S %Z")


def _what(episode: Episode) -> str:
    words = WHAT.get(episode.kind, episode.kind.value.replace("_", " ").capitalize())
    zone = episode.zone_id or "the zone"
    person_id = person_of(zone)
    return words.format(zone=zone if person_id is None else f"protected person {person_id}")


def _when(episode: Episode, timezone: str) -> str:
    start = clock(episode.started.estimate, timezone)
    if episode.ended is None:
        return f"since {start}"
    length = _length(episode.ended.estimate - episode.started.estimate)
    return f"from {start} to {clock(episode.ended.estimate, timezone)} ({length})"


def _length(duration: int) -> str:
    if duration < MINUTE:
        return f"{duration / SECOND:.0f} s"
    hours, minutes = divmod(round(duration / MINUTE), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _into_window(episode: Episode, timezone: str) -> str:
    start = episode.window_start
    if start is None or start <= BEGINNING:
        return ""
    into = max(0, episode.started.estimate - start)
    return f"{_length(into)} into the window that opened {clock(start, timezone)}"


def _window(episode: Episode, timezone: str) -> str:
    start, end = episode.window_start, episode.window_end
    since = "" if start is None or start <= BEGINNING else f"from {clock(start, timezone)}"
    until = "" if end is None or end >= END else f"until {clock(end, timezone)}"
    return " ".join(part for part in (since, until) if part)


def _how_far(evidence: Evidence) -> str:
    if evidence.counterpart is not None:
        apart = evidence.counterpart
        return f"as near as {apart.distance_m:,.0f} m, give or take {apart.sigma_m:,.0f} m"
    metres = evidence.signed_distance_m
    side = "inside" if metres >= 0 else "away"
    certain = not 1 - CERTAIN <= evidence.probability_inside <= CERTAIN
    sure = "certain" if certain else f"p = {evidence.probability_inside:.4f} of being inside"
    return f"at most {abs(metres):,.0f} m {side}, accurate to {evidence.accuracy_m:,.0f} m: {sure}"


def _bound(what: str, bound: Bound, timezone: str) -> str:
    by, estimate = clock(bound.by, timezone), clock(bound.estimate, timezone)
    if bound.after is None:
        return f"{what} by {by}; nothing is known from before."
    after = clock(bound.after, timezone)
    if after == by:
        return f"{what} at {by}."
    return f"{what} after {after} and by {by}, most likely at {estimate}."


def _evidence(evidence: Evidence, confidence: float | None, timezone: str) -> str:
    sure = ""
    by_itself = evidence.beacon_id is None and evidence.counterpart is None
    if confidence is not None and by_itself:
        limit_m = distance_limit_m(evidence.accuracy_m, confidence)
        sure = f" (sure from {limit_m:,.1f} m on)"
    at = clock(evidence.fix_time, timezone)
    return f"{evidence.role.capitalize()}, {at}: {in_words(evidence, confidence)}{sure}."


def _thresholds(episode: Episode, parameters: Parameters, timezone: str) -> str:
    asked = (
        f"Asked are {parameters.threshold} different positions in violation over at least "
        f"{parameters.dwell_s:g} s, at a confidence of {parameters.confidence:g}, that outlast a "
        f"shared error of {parameters.shared_error_m:g} m (68 %) which halves every "
        f"{parameters.shared_error_half_life_s:g} s"
    )
    seen = f"{episode.positions} position{'' if episode.positions == 1 else 's'} in violation"
    if episode.confirmed_at is None:
        return f"{asked}; {seen}, which was not enough."
    at = clock(episode.confirmed_at, timezone)
    return f"{asked}; {seen}, enough at {at}; people are told {parameters.grace_s:g} s later."
