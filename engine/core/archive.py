"""An archive is the past of one activation kept in lists: what a store keeps, without a store."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator

from msgspec.structs import replace

from engine.core.amend import EpisodeChange
from engine.core.docket import History, Judged
from engine.core.episode import Episode, EpisodeState, StoredEpisode
from engine.core.fold import Report, report_order
from engine.core.folding import Cut
from engine.core.position import Position
from zones.instant import Instant
from zones.interval import BEGINNING


class Archive:
    """Reports, cuts and shown episodes of one activation."""

    def __init__(self, wearer_id: str) -> None:
        self._wearer_id = wearer_id
        self._reports: list[Report] = []
        self._cuts: list[Cut] = []
        self._shown: dict[int, StoredEpisode] = {}

    def known(self, report: Report) -> bool:
        """Tell whether a report is in the archive already."""
        order = report_order(report)
        if not self._reports or report_order(self._reports[-1]) < order:
            return False
        index = bisect_left(self._reports, order, key=report_order)
        return index < len(self._reports) and report_order(self._reports[index]) == order

    def add(self, report: Report) -> None:
        """Keep a report that is new."""
        if not self._reports or report_order(self._reports[-1]) < report_order(report):
            self._reports.append(report)
        else:
            insort(self._reports, report, key=report_order)

    def history(self) -> History:
        """Return the archive as what a docket needs of the past."""
        return History(self._cut_at, self._reports_since, self._shown_since)

    def keep(self, judged: Judged, now: Instant) -> tuple[StoredEpisode, ...]:
        """Keep what judging led to; return the shown episodes that may still change."""
        if judged.refolded_from is not None:
            late = judged.refolded_from
            del self._cuts[bisect_right(self._cuts, late, key=lambda cut: cut.at) :]
        for key, verdict in judged.verdicts.items():
            index = bisect_left(self._reports, (key[0], 0, *key[1:]), key=report_order)
            found = self._reports[index]
            if isinstance(found, Position):
                self._reports[index] = replace(found, quarantine=verdict)
        newest = self._cuts[-1].at if self._cuts else BEGINNING
        self._cuts += [cut for cut in judged.cuts if cut.at > newest]
        saved = [self._save(change, now) for change in judged.changes]
        unsettled = {id(episode) for episode in judged.open_ended}
        fresh = (stored for stored in saved if id(stored.episode) in unsettled)
        return (*judged.unchanged, *fresh)

    def positions(self) -> list[Position]:
        """Return every position, with why it is not judged, in order."""
        return [each for each in self._reports if isinstance(each, Position)]

    def shown(self) -> list[StoredEpisode]:
        """Return every episode that was not retracted, by its start."""
        return sorted(self._standing(), key=_start)

    def everything(self) -> list[StoredEpisode]:
        """Return every episode ever shown, retracted ones included, by its start."""
        return sorted(self._shown.values(), key=_start)

    def _standing(self) -> Iterator[StoredEpisode]:
        for stored in self._shown.values():
            if stored.episode.state is not EpisodeState.RETRACTED:
                yield stored

    def _save(self, change: EpisodeChange, now: Instant) -> StoredEpisode:
        episode_id = len(self._shown) + 1 if change.shown is None else change.shown.episode_id
        stored = StoredEpisode(
            episode_id=episode_id,
            revision=change.revision,
            wearer_id=self._wearer_id,
            updated_at=now,
            episode=change.episode,
        )
        self._shown[episode_id] = stored
        return stored

    def _cut_at(self, instant: Instant) -> Cut | None:
        index = bisect_right(self._cuts, instant, key=lambda cut: cut.at)
        return self._cuts[index - 1] if index else None

    def _reports_since(self, instant: Instant) -> list[Report]:
        first = bisect_left(self._reports, instant, key=lambda each: report_order(each)[0])
        return self._reports[first:]

    def _shown_since(self, instant: Instant) -> list[StoredEpisode]:
        return [stored for stored in self._standing() if _open_at(stored.episode, instant)]


def _open_at(episode: Episode, instant: Instant) -> bool:
    return episode.ended is None or episode.ended.by >= instant


def _start(stored: StoredEpisode) -> tuple[Instant, str, str, str]:
    episode = stored.episode
    return (
        episode.started.by,
        episode.condition_id or "",
        episode.zone_id or "",
        episode.kind.value,
    )
