"""Replay judges recorded positions with the same fold as the engine, without a store or a broker.

In order of event time it is one fold from beginning to end. By arrival every position is judged as
it comes in: a late one is folded in where it belongs, as the engine does, and what had been settled
otherwise is amended.
"""

from collections.abc import Callable, Iterable, Sequence

from engine.core.archive import Archive
from engine.core.docket import Docket, judge, open_docket
from engine.core.episode import StoredEpisode
from engine.core.fold import Fold, Report, in_order, prime, report_order
from engine.core.gauge import IndexGauge
from engine.core.order import Supervision
from engine.core.position import NEVER_JUDGED, Position
from zones.index import ZoneIndex
from zones.instant import Instant
from zones.zone_set import ZoneSet

PRIME = 20_000
"""Positions measured at once."""


class Replay:
    """The replay of one activation."""

    def __init__(
        self,
        supervision: Supervision,
        index: ZoneIndex,
        progress: Callable[[int], None] = lambda _count: None,
    ) -> None:
        self._gauge = IndexGauge(index)
        self._fold = Fold(supervision, self._gauge)
        self._docket = open_docket(supervision)
        self.archive = Archive(supervision.activation.wearer_id)
        self._progress = progress

    def in_order(self, positions: Iterable[Position], until: Instant) -> list[StoredEpisode]:
        """Judge positions by event time; let time pass up to `until`."""
        ordered = in_order(_judgeable(positions))
        for first in range(0, len(ordered), PRIME):
            part = ordered[max(0, first - 1) : first + PRIME]
            prime(self._gauge, [(self._fold.supervision, part)])
            self._take(ordered[first : first + PRIME], part[-1].fix_time)
        self._take([], until)
        return self.archive.shown()

    def by_arrival(self, positions: Iterable[Position], until: Instant) -> list[StoredEpisode]:
        """Judge positions one by one as they were received; let time pass up to `until`."""
        judgeable = _judgeable(positions)
        ordered = sorted(judgeable, key=lambda each: (each.received_at, report_order(each)))
        for first in range(0, len(ordered), PRIME):
            part = ordered[first : first + PRIME]
            prime(self._gauge, [(self._fold.supervision, part)])
            for position in part:
                self._take([position], position.fix_time)
        self._take([], until)
        return self.archive.shown()

    def _take(self, reports: Sequence[Report], now: Instant) -> None:
        new = [each for each in reports if not self.archive.known(each)]
        judged = judge(self._docket, self._fold, new, now, self.archive.history())
        for report in new:
            self.archive.add(report)
        shown = self.archive.keep(judged, now)
        self._docket = Docket(
            supervision=self._docket.supervision, state=judged.state, shown=shown, due=judged.due
        )
        self._progress(len(reports))


def _judgeable(positions: Iterable[Position]) -> list[Position]:
    """Return the positions that are not quarantined for good."""
    return [each for each in positions if each.quarantine not in NEVER_JUDGED]


def index_of(supervisions: Iterable[Supervision]) -> ZoneIndex:
    """Return an index of every version of every zone that anybody has to keep out of."""
    sets: dict[int, ZoneSet] = {}
    for supervision in supervisions:
        for condition in supervision.conditions:
            if condition.keep_out:
                # Many share one set, and to look into each again would take for ever.
                sets |= {id(each): each for each in (condition.zones, condition.places)}
    histories = (history for each in sets.values() for history in each.histories)
    zones = {zone.key: zone for history in histories for zone in history.versions}
    return ZoneIndex(zones.values())
