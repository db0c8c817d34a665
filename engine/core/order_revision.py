"""A pass granted or taken back: the versions of an order that say so.

Who grants a pass changes nothing else. The order as it stands gets it from now on, or from when the
pass began if that is over already; where other versions hold later, each gets it too and holds for
as long as before. Of a pass that is taken back, what had passed by then stays authorised, unless it
is taken back from its beginning: then it is as if it had never been granted.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import msgspec

from engine.core.order_timeline import held_from, timeline
from engine.core.registry import Order, OrderCondition
from zones.instant import Instant
from zones.interval import Interval, Intervals

Cut = Callable[[Intervals], Intervals]
"""What becomes of the passes of a condition."""


class Record(NamedTuple):
    """Who changes an order, when, and why."""

    at: Instant
    by: str
    reason: str


def granted(
    versions: Sequence[Order], condition_id: str, span: Interval, record: Record
) -> list[Order]:
    """Return the further versions of an order in which a condition has a pass; none if it has."""

    def add(passes: Intervals) -> Intervals:
        return passes if span in passes else (*passes, span)

    return _revised(versions, condition_id, add, min(record.at, span.start), record)


def revoked(
    versions: Sequence[Order], condition_id: str, span: Interval, since: Instant, record: Record
) -> list[Order]:
    """Return the further versions in which a pass of a condition ends at `since`, or never was."""
    rest = Interval(span.start, since) if span.start < since else None

    def cut(passes: Intervals) -> Intervals:
        left = (rest if each == _same(span, passes) else each for each in passes)
        return tuple(each for each in left if each is not None)

    return _revised(versions, condition_id, cut, min(record.at, max(span.start, since)), record)


def _same(span: Interval, passes: Intervals) -> Interval | None:
    """Return the pass as a version has it: before its rest was taken back it was longer."""
    whole = (each for each in passes if each.start == span.start and each.end > span.end)
    return span if span in passes else next(whole, None)


def _revised(
    versions: Sequence[Order], condition_id: str, cut: Cut, since: Instant, record: Record
) -> list[Order]:
    held = held_from(versions, since)
    changed = [_with_passes(each.order, condition_id, cut) for each in held]
    if all(one is each.order for one, each in zip(changed, held, strict=True)):
        return []
    number = versions[-1].version + 1
    return [
        msgspec.structs.replace(
            _numbered(order, each.order, number + i),
            version=number + i,
            version_from=each.start,
            recorded_at=record.at,
            recorded_by=record.by,
            reason=record.reason,
        )
        for i, (order, each) in enumerate(zip(changed, held, strict=True))
    ]


def _with_passes(order: Order, condition_id: str, cut: Cut) -> Order:
    """Return an order with other passes for a condition; itself if that changes nothing."""
    conditions = tuple(
        _cut(each, cut) if each.condition_id == condition_id else each for each in order.conditions
    )
    if conditions == order.conditions:
        return order
    return msgspec.structs.replace(order, conditions=conditions)


def _cut(condition: OrderCondition, cut: Cut) -> OrderCondition:
    passes = cut(condition.schedule.passes)
    return msgspec.structs.replace(condition, schedule=replace(condition.schedule, passes=passes))


def _numbered(order: Order, before: Order, number: int) -> Order:
    """Return an order whose changed conditions say since which version they stand so."""
    pairs = zip(order.conditions, before.conditions, strict=True)
    conditions = tuple(
        one if one == other else msgspec.structs.replace(one, version=number)
        for one, other in pairs
    )
    return msgspec.structs.replace(order, conditions=conditions)


class PassRecord(NamedTuple):
    """A pass that was ever granted: who, when and why, and who took it back."""

    span: Interval
    """As it was granted."""
    granted: Order
    """The version that brought it."""
    revoked: Order | None
    """The version that took it back, or its rest."""
    until: Instant | None
    """Until when it counts; None: never, it was taken back from its beginning."""


def pass_records(versions: Sequence[Order], condition_id: str) -> list[PassRecord]:
    """Return every pass a condition ever had, given all versions by number, by their beginning.

    Versions that were written down as one change count as one. A pass that reappears shorter with
    the same beginning is the same pass, with its rest taken back.
    """
    open_: dict[Interval, PassRecord] = {}
    over: list[PassRecord] = []
    for order, passes in _stated(versions, condition_id):
        gone = [open_.pop(span) for span in list(open_) if span not in passes]
        ended = {each.span.start: each for each in gone}
        for span in passes:
            former = ended.pop(span.start, None) if span not in open_ else None
            if former is not None and span.end < former.span.end:
                open_[span] = former._replace(revoked=order, until=span.end)
            elif span not in open_:
                open_[span] = PassRecord(span, order, None, span.end)
        over += [each._replace(revoked=order, until=None) for each in ended.values()]
    return sorted([*over, *open_.values()], key=lambda each: each.span)


def _stated(versions: Sequence[Order], condition_id: str) -> list[tuple[Order, set[Interval]]]:
    """Return each change with the passes that count after it."""
    found: list[tuple[Order, set[Interval]]] = []
    for i, order in enumerate(versions):
        if i and _one_change(versions[i - 1], order):
            found.pop()
        found.append((order, _counting(versions[: i + 1], condition_id)))
    return found


def _counting(versions: Sequence[Order], condition_id: str) -> set[Interval]:
    """Return the passes of each version that holds in their time, as far as they count."""
    spans: set[Interval] = set()
    for held, following in pairwise([*timeline(versions), None]):
        if held is None:
            continue
        later = set() if following is None else _passes(following.order, condition_id)
        for span in _passes(held.order, condition_id):
            if span.start < held.end and held.start < span.end:
                whole = span.end <= held.end or span in later
                spans.add(span if whole else Interval(span.start, held.end))
    return spans


def _passes(order: Order, condition_id: str) -> set[Interval]:
    named = (each for each in order.conditions if each.condition_id == condition_id)
    return {span for each in named for span in each.schedule.passes}


def _one_change(one: Order, other: Order) -> bool:
    noted = (one.recorded_at, one.recorded_by, one.reason)
    return one.recorded_at is not None and noted == (
        other.recorded_at,
        other.recorded_by,
        other.reason,
    )
