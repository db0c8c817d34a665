"""What became of a wearer's conditions day by day, on the wire."""

from collections.abc import Sequence
from datetime import date, timedelta

from api.schemas.wearer import EpisodeBrief
from api.schemas.wearer_day import ComplianceDay, ComplianceOut, ConditionDay, SpanOut
from api.views.brief import episode_briefs, episodes_of, touching
from engine.core.compliance import ConditionAccount, accounts, seconds_of
from engine.core.registry import Wearer
from engine.core.standing import Standing
from engine.hindsight import CaseFile, Walked
from engine.store.protocol import Transaction
from zones.instant import Instant
from zones.interval import Interval
from zones.local_day import local_day


def compliance_out(
    transaction: Transaction,
    wearer: Wearer,
    case_file: CaseFile,
    first: date,
    days: int,
    now: Instant,
) -> ComplianceOut:
    """Return what became of the conditions on some local days in a row."""
    dates = [first + timedelta(days=each) for each in range(days)]
    spans = {each: local_day(each, wearer.timezone) for each in dates}
    known = {each: span for each, span in spans.items() if span is not None}
    walked: list[Walked] = []
    briefs: list[EpisodeBrief] = []
    if known:
        stretch = Interval(min(known.values()).start, max(known.values()).end)
        if stretch.start < now:
            past = Interval(stretch.start, min(stretch.end, now))
            walked = case_file.walk(transaction, past)
        episodes = episodes_of(transaction, case_file, stretch)
        briefs = episode_briefs(transaction, episodes, wearer.timezone)
    return ComplianceOut(
        wearer_id=wearer.wearer_id,
        timezone=wearer.timezone,
        as_of=now,
        days=[
            _day(each, span, case_file, walked, touching(briefs, span), now)
            for each, span in known.items()
        ],
    )


def _day(
    day: date,
    span: Interval,
    case_file: CaseFile,
    walked: Sequence[Walked],
    episodes: list[EpisodeBrief],
    now: Instant,
) -> ComplianceDay:
    found: list[ConditionAccount] = []
    if span.start < now:
        past = Interval(span.start, min(span.end, now))
        courses = [(each.supervision, each.course) for each in walked]
        found = accounts(case_file.ordered, courses, past)
    return ComplianceDay(
        date=day,
        start=span.start,
        end=span.end,
        conditions=[_condition(each, episodes) for each in found],
        episodes=episodes,
    )


def _condition(account: ConditionAccount, episodes: Sequence[EpisodeBrief]) -> ConditionDay:
    parts = {
        Standing.KEPT: account.kept,
        Standing.BROKEN: account.broken,
        Standing.UNKNOWN: account.unknown,
        Standing.PERMITTED: account.permitted,
    }
    spans = [
        SpanOut(start=each.start, end=each.end, state=state)
        for state, some in parts.items()
        for each in some
    ]
    return ConditionDay(
        order_id=account.order_id,
        condition_id=account.condition_id,
        kind=account.kind,
        in_force_s=account.in_force_s,
        kept_s=seconds_of(account.kept),
        broken_s=seconds_of(account.broken),
        unknown_s=seconds_of(account.unknown),
        permitted_s=seconds_of(account.permitted),
        spans=sorted(spans, key=lambda each: each.start),
        episodes=[
            each.episode_id for each in episodes if each.condition_id == account.condition_id
        ],
    )
