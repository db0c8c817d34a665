"""Three brief tampers within 24 h are an episode of their own, from the first to the last.

A tamper of strap or case is brief if it ended within 5 min, or has no length. One alone may be a
knock; its page may be delayed, it is never left out. Repeated, it is how a strap is worked open:
that is critical, and pages at once. The episode runs for as long as one tamper more would be the
third within 24 h.
"""

from typing import Final, NamedTuple

import msgspec

from engine.core.episode import Bound, Episode, EpisodeKind
from engine.core.state import Brief, Fault
from zones.instant import DAY, MINUTE, Duration

TAMPERS: Final = (EpisodeKind.STRAP_TAMPER, EpisodeKind.CASE_TAMPER)
BRIEF: Final[Duration] = 5 * MINUTE
WITHIN: Final[Duration] = DAY
ENOUGH: Final = 3


class Noted(NamedTuple):
    """The faults that hold, and the brief tampers remembered."""

    faults: tuple[Fault, ...]
    tampers: tuple[Brief, ...]


def is_brief(episode: Episode) -> bool:
    """Tell whether an episode is a brief tamper."""
    ended = episode.ended
    return episode.kind in TAMPERS and ended is not None and ended.by - episode.started.by <= BRIEF


def noted(faults: tuple[Fault, ...], tampers: tuple[Brief, ...], episode: Episode) -> Noted:
    """Fold a brief tamper that has ended, in the order of their ends."""
    start = episode.started.by
    end = start if episode.ended is None else episode.ended.by
    recent = [each for each in tampers if end - each.end <= WITHIN]
    remembered = (*recent[-(ENOUGH - 2) :], Brief(start, end))
    until = remembered[0].end + WITHIN + 1
    holding = next((each for each in faults if each.kind is EpisodeKind.TAMPER_REPEATED), None)
    if holding is not None:
        again = msgspec.structs.replace(holding, last=end, reports=holding.reports + 1, until=until)
        return Noted(tuple(again if each is holding else each for each in faults), remembered)
    if len(recent) < ENOUGH - 1:
        return Noted(faults, remembered)
    first = recent[0].start
    fault = Fault(
        kind=EpisodeKind.TAMPER_REPEATED,
        started=Bound(first, first, first),
        last=end,
        reports=ENOUGH,
        confirmed_at=end,
        until=until,
    )
    return Noted((*faults, fault), remembered)
