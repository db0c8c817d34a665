"""A dry run on a store: reads what the window needs, writes nothing, holds up nobody.

The registry is read in one transaction, each wearer's reports in one of their own, from the newest
checkpoint at or before the window on: the cost is that of the window, not of the history.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Final

import msgspec

from engine.core.compile import Registry
from engine.core.concerned import Concerned, concerned
from engine.core.condition_wire import ConditionError
from engine.core.dry_run import DryRun, WearerDryRun, wearer_dry_run
from engine.core.proposal import applied
from engine.core.proposal_json import Question, read_question
from engine.core.what_if import what_if
from engine.past import history_of
from engine.registry_reading import read_registry
from engine.store.protocol import Store
from zones.instant import DAY, Instant

MOST_WEARER_DAYS: Final = 3_000
"""Wearers times days that one dry run judges at most: 100 wearers for a month."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A dry run that can begin."""

    since: Instant
    until: Instant
    cases: tuple[Concerned, ...]
    not_concerned: tuple[str, ...]

    @property
    def wearer_ids(self) -> list[str]:
        """The wearers it concerns."""
        return sorted({each.activation.wearer_id for each in self.cases})


def planned(data: Mapping[str, object], registry: Registry, now: Instant) -> Plan:
    """Return the plan of a question in its JSON form.

    Raises:
        ConditionError: what is wrong with the question, and where; also that it asks too much.
    """
    question = read_question(data, registry)
    since = now - question.days * DAY
    proposed = applied(registry, question.proposal, since)
    cases = tuple(concerned(registry, proposed, since, now, question.wearer_ids))
    wearer_ids = {each.activation.wearer_id for each in cases}
    _check_size(question, len(wearer_ids))
    aside = tuple(sorted(set(question.wearer_ids) - wearer_ids))
    return Plan(since=since, until=now, cases=cases, not_concerned=aside)


def _check_size(question: Question, wearers: int) -> None:
    asked = wearers * question.days
    if asked <= MOST_WEARER_DAYS:
        return
    days = MOST_WEARER_DAYS // wearers
    fewer = f"ask for at most {days} days, or " if days else ""
    words = (
        f"{wearers} wearers are concerned, for {question.days} days that is {asked:,} days of "
        f"positions, at most {MOST_WEARER_DAYS:,} are judged: {fewer}name fewer wearer_ids"
    )
    raise ConditionError("days", question.days, words)


def run(store: Store, plan: Plan, progress: Callable[[int], None] = lambda _: None) -> DryRun:
    """Judge all whom a plan concerns; `progress` is told how many wearers are done."""
    began = time.perf_counter()
    wearers = []
    ordered = sorted(plan.cases, key=lambda each: each.activation.wearer_id)
    for wearer_id, cases in groupby(ordered, lambda each: each.activation.wearer_id):
        wearers.append(_judged(store, plan, wearer_id, list(cases)))
        progress(len(wearers))
    return DryRun(
        since=plan.since,
        until=plan.until,
        wearers=tuple(wearers),
        not_concerned=plan.not_concerned,
        seconds=time.perf_counter() - began,
    )


def _judged(store: Store, plan: Plan, wearer_id: str, cases: Sequence[Concerned]) -> WearerDryRun:
    with store.read() as transaction:
        parts = [
            what_if(
                case.before,
                case.after,
                plan.since,
                plan.until,
                history_of(transaction, case.before, case.after),
            )
            for case in cases
        ]
    return wearer_dry_run(wearer_id, plan.since, parts)


def stored_registry(store: Store) -> Registry:
    """Return the registry of a store as it stands."""
    with store.read() as transaction:
        return read_registry(transaction.registry)
