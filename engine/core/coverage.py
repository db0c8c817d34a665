"""Coverage: up to when the engine has heard and judged what there was to hear.

While nothing ails the engine, coverage follows the clock. While something does, it stands where
that began; so it does while the process does not run, for what was written last is read at the next
start. When the clock leaves it behind by more than `gap_after`, that is a coverage gap: an interval
in which the engine, not the wearer, failed. A pause of the whole machine is one as well.

A gap touches an episode if it overlaps what is uncertain of it: its start, its end, or the silence
that it is about.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec

from engine.core.ailment import Ailment
from engine.core.call_in import ABOUT_ARRIVAL
from engine.core.episode import Bound, Episode, EpisodeKind, EpisodeState
from zones.instant import Duration, Instant
from zones.interval import END

DOWN: Final = "the engine was not running"
PAUSED: Final = "the engine stood still, or its clock was set"

SILENCES: Final = ABOUT_ARRIVAL | {EpisodeKind.LOCATION_LOST}
"""Kinds that are about hearing nothing, from beginning to end."""


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How far coverage has come."""

    until: Instant
    """The engine heard and judged what there was up to here."""
    floor: Instant
    """End of the last gap: coverage never goes back behind it."""
    looked_at: Instant
    gap_open: bool = False
    cause: str = ""
    """Why coverage has stood still since `until`; empty while it does not."""
    slack: Duration = 0
    """How much later than `until` the gap may have begun."""


class GapChange(NamedTuple):
    """A gap has opened or ended; one can do both at once."""

    started: Bound
    ended: Bound | None
    detail: str


def cover(
    coverage: Coverage, now: Instant, ailing: Sequence[Ailment], gap_after: Duration
) -> tuple[Coverage, GapChange | None]:
    """Let coverage come to `now`; return it, and what happened to a gap."""
    if ailing:
        return _stand(coverage, now, ailing, gap_after)
    change = None
    if coverage.gap_open or now - coverage.until > gap_after:
        after = coverage.looked_at if coverage.gap_open else coverage.until
        change = GapChange(_began(coverage, now), Bound(after, now, now), coverage.cause or PAUSED)
    floor = coverage.floor if change is None else now
    return Coverage(until=now, floor=floor, looked_at=now), change


def _stand(
    coverage: Coverage, now: Instant, ailing: Sequence[Ailment], gap_after: Duration
) -> tuple[Coverage, GapChange | None]:
    first = min(ailing, key=lambda each: each.since)
    paused = now - coverage.looked_at > gap_after
    cause = PAUSED if paused else first.words
    # What was well until it began was covered until then, though nobody looked at that instant.
    known = coverage.until if coverage.cause or paused else first.since
    stands = msgspec.structs.replace(
        coverage,
        until=max(coverage.floor, min(known, first.since)),
        looked_at=now,
        cause=coverage.cause or cause,
    )
    if stands.gap_open or now - stands.until <= gap_after:
        return stands, None
    opened = GapChange(_began(stands, now), None, stands.cause)
    return msgspec.structs.replace(stands, gap_open=True), opened


def _began(coverage: Coverage, now: Instant) -> Bound:
    until = coverage.until
    return Bound(until, min(now, until + coverage.slack), until)


class Gap(NamedTuple):
    """A coverage gap that is stored."""

    episode_id: int
    since: Instant
    until: Instant


def gap_of(episode_id: int, episode: Episode) -> Gap:
    """Return the interval of a stored coverage gap; one that runs has no end."""
    return Gap(
        episode_id,
        episode.started.estimate,
        END if episode.ended is None else episode.ended.by,
    )


def touches(gap: Gap, episode: Episode) -> bool:
    """Tell whether a gap overlaps what is uncertain of an episode."""
    if episode.state is EpisodeState.RETRACTED or episode.subject:
        return False
    return any(since < gap.until and gap.since < until for since, until in _uncertain(episode))


def touching(gaps: Iterable[Gap], episodes: Sequence[Episode]) -> list[int]:
    """Return the ids of the gaps that touch any of the episodes."""
    return [gap.episode_id for gap in gaps if any(touches(gap, each) for each in episodes)]


def _uncertain(episode: Episode) -> list[tuple[Instant, Instant]]:
    started, ended = episode.started, episode.ended
    began = started.estimate if started.after is None else started.after
    if episode.kind in SILENCES:
        return [(began, END if ended is None else ended.by)]
    uncertain = [(began, started.by)]
    if ended is not None:
        uncertain.append((ended.estimate if ended.after is None else ended.after, ended.by))
    elif episode.unconfirmed_since is not None:
        uncertain.append((episode.unconfirmed_since, END))
    return uncertain
