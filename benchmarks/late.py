"""Late positions, judged as they come and once more in order: the same episodes, and at what cost.

Each position is judged by itself on its arrival, as in service; a late one restores the cut before
it and folds again what followed. The engine's own judgement and archive are used, without a store.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.lives import Lived
from engine.core.archive import Archive
from engine.core.docket import Docket, History, judge, open_docket
from engine.core.episode import Episode
from engine.core.fold import Fold, Report, in_order, prime
from engine.core.gauge import IndexGauge
from engine.core.position import Position, PositionKey, Quarantine
from engine.core.replay import Replay, index_of
from zones.instant import Instant

PRIME = 10_000
"""Positions measured at once, as a batch in service is."""

Verdicts = dict[PositionKey, Quarantine | None]


@dataclass
class Cost:
    """What judging cost; of several wearers the sum."""

    positions: int = 0
    late: int = 0
    episodes: int = 0
    amended: int = 0
    """Episodes that were shown otherwise before."""
    retracted: int = 0
    differing: int = 0
    """Wearers whose episodes or verdicts are not those of the run in order."""
    taken_s: float = 0.0
    """Judging as it came, late positions included."""
    in_order_s: float = 0.0
    late_ms: list[float] = field(default_factory=list)
    """Milliseconds of each late position."""
    refolded: list[int] = field(default_factory=list)
    """Positions folded again for each late position."""

    def add(self, other: "Cost") -> None:
        """Add another wearer's."""
        self.positions += other.positions
        self.late += other.late
        self.episodes += other.episodes
        self.amended += other.amended
        self.retracted += other.retracted
        self.differing += other.differing
        self.taken_s += other.taken_s
        self.in_order_s += other.in_order_s
        self.late_ms += other.late_ms
        self.refolded += other.refolded


class Arriving:
    """One activation judged as its positions arrive; what is folded again is counted."""

    def __init__(self, life: Lived) -> None:
        self.cost = Cost(positions=len(life.arrivals))
        self._life = life
        self._gauge = IndexGauge(index_of([life.supervision]))
        self._fold = Fold(life.supervision, self._gauge)
        self._docket = open_docket(life.supervision)
        self.archive = Archive(life.supervision.activation.wearer_id)
        self._again = 0

    def run(self) -> None:
        """Judge everything, and let time pass up to the last arrival."""
        arrivals = self._life.arrivals
        began = time.perf_counter()
        for first in range(0, len(arrivals), PRIME):
            part = arrivals[first : first + PRIME]
            prime(self._gauge, [(self._life.supervision, in_order(part))])
            for position in part:
                self._take([position], position.received_at)
        self._take([], self._life.until)
        self.cost.taken_s = time.perf_counter() - began
        shown = self.archive.everything()
        self.cost.episodes = len(self.archive.shown())
        self.cost.retracted = len(shown) - self.cost.episodes
        self.cost.amended = sum(each.revision > 1 for each in self.archive.shown())

    def _take(self, reports: Sequence[Position], now: Instant) -> None:
        self._again = 0
        began = time.perf_counter()
        judged = judge(self._docket, self._fold, reports, now, self._history())
        for report in reports:
            self.archive.add(report)
        shown = self.archive.keep(judged, now)
        self._docket = Docket(
            supervision=self._docket.supervision, state=judged.state, shown=shown, due=judged.due
        )
        if judged.refolded_from is not None:
            self.cost.late += 1
            self.cost.late_ms.append((time.perf_counter() - began) * 1e3)
            self.cost.refolded.append(self._again)

    def _history(self) -> History:
        past = self.archive.history()

        def counted(since: Instant) -> Iterator[Report]:
            for report in past.reports_since(since):
                self._again += 1
                yield report

        return History(past.cut_at, counted, past.shown_since)


def measured(life: Lived) -> Cost:
    """Judge a life both ways and return the cost; a difference is counted."""
    arriving = Arriving(life)
    arriving.run()
    replay = Replay(life.supervision, index_of([life.supervision]))
    began = time.perf_counter()
    said = _said(each.episode for each in replay.in_order(life.arrivals, life.until))
    arriving.cost.in_order_s = time.perf_counter() - began
    found = _said(each.episode for each in arriving.archive.shown())
    same = found == said and _verdicts(arriving.archive) == _verdicts(replay.archive)
    arriving.cost.differing = not same
    return arriving.cost


def _said(episodes: Iterable[Episode]) -> list[Episode]:
    return sorted(episodes, key=lambda each: (each.started.by, repr(each)))


def _verdicts(archive: Archive) -> Verdicts:
    return {each.key: each.quarantine for each in archive.positions()}
