"""One local day of a wearer, on the wire."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, Literal, NamedTuple

from api.schemas.fields import local_text
from api.schemas.wearer_day import DayOut, DayPositions, DayWindow, StopOut, TrackGap
from api.views.brief import episode_briefs, episodes_of
from api.views.places import stay_histories, zones_on
from engine.core.episode import EpisodeKind, StoredEpisode
from engine.core.position import Position
from engine.core.registry import Wearer
from engine.core.stops import Gap, Stop, sum_up
from engine.hindsight import CaseFile
from engine.store.page import Page
from engine.store.protocol import Transaction
from zones.instant import HOUR, SECOND, Instant
from zones.interval import Interval

MOST_POSITIONS: Final = 100_000
Reason = Literal["not_worn", "not_judged", "no_position", "silence"]


class Day(NamedTuple):
    """A local day of a wearer, and what is known of it."""

    wearer: Wearer
    case_file: CaseFile
    date: date
    span: Interval
    now: Instant

    @property
    def past(self) -> Instant:
        """Up to when it has happened."""
        return min(self.span.end, max(self.now, self.span.start))

    def worn_at(self, instant: Instant) -> bool:
        """Tell whether any device was worn."""
        worn = (each.supervision.activation for each in self.case_file.activations)
        return any(each.worn_at(instant) for each in worn)

    def local(self, instant: Instant) -> str:
        """Return an instant by the wearer's clocks."""
        return local_text(instant, self.wearer.timezone)


def day_out(transaction: Transaction, day: Day) -> DayOut:
    """Return one local day, summed up."""
    plans, span = day.case_file.ordered.plans, day.span
    margin = max(HOUR, *plans.max_ages)
    track = transaction.positions.track(
        day.wearer.wearer_id,
        span.start - margin,
        span.end + margin,
        Page(limit=MOST_POSITIONS + 1),
    )
    every = [each.position for each in track[:MOST_POSITIONS]]
    judged = [each for each in every if each.quarantine is None]
    summed = sum_up(judged, plans.max_age_at, stay_histories(day.case_file, span), span)
    on_day = [each for each in every if each.fix_time in span]
    episodes = episodes_of(transaction, day.case_file, span)
    gaps = [*_edges(day, judged), *summed.gaps]
    return DayOut(
        wearer_id=day.wearer.wearer_id,
        date=day.date,
        timezone=day.wearer.timezone,
        start=span.start,
        end=span.end,
        length_s=(span.end - span.start) / SECOND,
        as_of=day.now,
        positions=_columns(on_day, span.start),
        complete=len(track) <= MOST_POSITIONS,
        stops=[_stop(day, each) for each in summed.stops if _within(each, day)],
        gaps=[_gap(day, each, on_day, episodes) for each in _clipped(gaps, day)],
        episodes=episode_briefs(transaction, episodes, day.wearer.timezone),
        windows=_windows(day),
        zones=zones_on(day.case_file, [e for e in on_day if e.quarantine is None], span),
        travelled_m=summed.travelled_m,
    )


def _columns(positions: Sequence[Position], start: Instant) -> DayPositions:
    return DayPositions.model_construct(
        t_s=[(each.fix_time - start) / SECOND for each in positions],
        lat=[each.lat for each in positions],
        lon=[each.lon for each in positions],
        accuracy_m=[each.accuracy_m for each in positions],
        speed_mps=[each.speed_mps for each in positions],
        mechanism=[each.mechanism for each in positions],
        quarantine=[each.quarantine for each in positions],
    )


def _within(stop: Stop, day: Day) -> bool:
    return stop.start < day.span.end and stop.end > day.span.start


def _stop(day: Day, stop: Stop) -> StopOut:
    start, end = max(stop.start, day.span.start), min(stop.end, day.span.end)
    held = stop.end + day.case_file.ordered.plans.max_age_at(stop.end)
    return StopOut(
        start=start,
        end=end,
        start_local=day.local(start),
        end_local=day.local(end),
        before_day=stop.start < day.span.start,
        after_day=stop.end > day.span.end,
        lasts=held >= day.now,
        zone_id=None if stop.place is None else stop.place.zone_id,
        place="" if stop.place is None else stop.place.name or stop.place.zone_id,
        lat=stop.lat,
        lon=stop.lon,
        positions=stop.positions,
    )


def _edges(day: Day, judged: Sequence[Position]) -> Iterator[Gap]:
    """Yield the gaps before the first and after the last position."""
    if not judged:
        yield Gap(day.span.start, day.span.start, day.past)
        return
    first, last = judged[0].fix_time, judged[-1].fix_time
    yield Gap(day.span.start, day.span.start, first)
    held = last + day.case_file.ordered.plans.max_age_at(last) + 1
    yield Gap(last, held, day.past)


def _clipped(gaps: Sequence[Gap], day: Day) -> list[Gap]:
    clipped = (
        Gap(
            max(each.start, day.span.start),
            max(each.unknown_from, day.span.start),
            min(each.end, day.past),
        )
        for each in gaps
    )
    return sorted(each for each in clipped if each.unknown_from < each.end)


def _gap(
    day: Day, gap: Gap, positions: Sequence[Position], episodes: Sequence[StoredEpisode]
) -> TrackGap:
    return TrackGap(
        start=gap.start,
        unknown_from=gap.unknown_from,
        end=gap.end,
        start_local=day.local(gap.start),
        end_local=day.local(gap.end),
        reason=_reason(day, gap, positions, episodes),
    )


def _reason(
    day: Day, gap: Gap, positions: Sequence[Position], episodes: Sequence[StoredEpisode]
) -> Reason:
    if not (day.worn_at(gap.unknown_from) and day.worn_at(gap.end - 1)):
        return "not_worn"
    if any(each.quarantine and gap.start < each.fix_time < gap.end for each in positions):
        return "not_judged"
    lost = (each.episode for each in episodes if each.episode.kind is EpisodeKind.LOCATION_LOST)
    for each in lost:
        ended = None if each.ended is None else each.ended.estimate
        if each.started.estimate < gap.end and (ended is None or ended > gap.start):
            return "no_position"
    return "silence"


def _windows(day: Day) -> list[DayWindow]:
    found = [
        DayWindow(
            order_id=condition.order_id,
            condition_id=condition.condition_id,
            kind=condition.kind,
            start=each.start,
            end=each.end,
        )
        for condition in day.case_file.ordered.conditions
        for each in condition.in_force(day.span.start, day.span.end)
    ]
    return sorted(found, key=lambda each: (each.start, each.order_id, each.condition_id))
