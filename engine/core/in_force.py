"""Which conditions an order brings an activation, and when each of them is in force.

Each version of an order is in force in its own time (`order_timeline.py`), and never before the
order takes effect or the device was put on. It brings its own conditions, and those of every class
it puts the wearer in, each version of a class in its own time likewise.

A condition that a new version leaves as it was is one and the same condition; so is one that got or
lost passes and suspensions alone: each version's count in its own time, and what runs goes on.
The conditions of a class are named `CLASS/CONDITION`, which no condition of an order can be.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, pairwise
from typing import NamedTuple

import msgspec

from engine.core.order import Activation
from engine.core.order_timeline import Held, timeline
from engine.core.plan import PlanSpan
from engine.core.registry import Order, OrderCondition, WearerClass
from zones.instant import Instant
from zones.interval import BEGINNING, END, Interval, Intervals, normalize, within
from zones.schedule import Schedule


class Dated(NamedTuple):
    """One version of a condition, with a schedule that says when it is in force."""

    condition_id: str
    version: int
    written: OrderCondition
    schedule: Schedule


class _Stretch(NamedTuple):
    """A condition as one version of an order or a class brings it, for as long as that holds."""

    condition_id: str
    version: int
    written: OrderCondition
    span: Interval


def class_condition_id(class_id: str, condition_id: str) -> str:
    """Return the id by which a wearer has a condition of a class."""
    return f"{class_id}/{condition_id}"


def conditions_of(
    versions: Sequence[Order],
    classes: Mapping[str, Sequence[WearerClass]],
    activation: Activation,
) -> list[Dated]:
    """Return the conditions that one order brings, given all its versions, oldest first."""
    stretches: dict[str, list[_Stretch]] = defaultdict(list)
    for held in timeline(versions):
        span = _in_force(held, activation)
        if span is None:
            continue
        for each in (*_own(held.order, span), *_of_classes(held.order, span, classes)):
            stretches[each.condition_id].append(each)
    dated = (each for some in stretches.values() for each in _joined(some))
    return [each for each in dated if each is not None]


def plans_of(versions: Sequence[Order], activation: Activation) -> Iterator[PlanSpan]:
    """Yield the plan of each version of one order with when it is in force, oldest first."""
    for held in timeline(versions):
        span = _in_force(held, activation)
        if span is not None:
            yield span.start, span.end, held.order.plan


def _in_force(held: Held, activation: Activation) -> Interval | None:
    start = max(held.start, held.order.effective_from, activation.started_at)
    ends = [held.order.effective_until, activation.ended_at, held.end]
    return _span(start, min(end for end in ends if end is not None))


def _span(start: Instant, end: Instant) -> Interval | None:
    return Interval(start, end) if start < end else None


def _own(order: Order, span: Interval) -> list[_Stretch]:
    return [_Stretch(each.condition_id, order.version, each, span) for each in order.conditions]


def _of_classes(
    order: Order, span: Interval, classes: Mapping[str, Sequence[WearerClass]]
) -> Iterable[_Stretch]:
    for class_id in order.classes:
        for version, held in _class_spans(classes.get(class_id, ())):
            both = _span(max(span.start, held.start), min(span.end, held.end))
            for each in () if both is None else version.conditions:
                id_ = class_condition_id(class_id, each.condition_id)
                yield _Stretch(id_, version.version, each, both or span)


def _class_spans(versions: Iterable[WearerClass]) -> list[tuple[WearerClass, Interval]]:
    """Return versions by effective date; of those with one effective date the last one counts."""
    dated: dict[Instant, WearerClass] = {}
    for version in versions:
        dated[BEGINNING if version.effective_from is None else version.effective_from] = version
    starts = sorted(dated)
    ends = [*starts[1:], END]
    return [(dated[start], Interval(start, end)) for start, end in zip(starts, ends, strict=False)]


def _joined(stretches: Sequence[_Stretch]) -> list[Dated | None]:
    """Join stretches of one condition: what follows without a gap unchanged is the same version."""
    if len(stretches) == 1:
        return [_dated(stretches)]
    joined: dict[int, list[_Stretch]] = {}
    last: _Stretch | None = None
    for stretch in sorted(stretches, key=lambda each: each.span):
        last = _following(last, stretch)
        joined.setdefault(last.version, []).append(last)
    return [_dated(parts) for parts in joined.values()]


def _following(last: _Stretch | None, stretch: _Stretch) -> _Stretch:
    """Return a stretch under the version it goes on as."""
    if last is None or last.span.end != stretch.span.start:
        return stretch
    if _but_for_holes(last.written) != _but_for_holes(stretch.written):
        return stretch
    return stretch._replace(version=last.version)


def _but_for_holes(written: OrderCondition) -> OrderCondition:
    bare = replace(written.schedule, passes=(), suspensions=())
    return msgspec.structs.replace(written, version=1, schedule=bare)


def _dated(parts: Sequence[_Stretch]) -> Dated | None:
    """Return a condition version in force in these stretches; None if it never is."""
    first = parts[0]
    schedule = first.written.schedule
    since, until = schedule.effective_from, schedule.effective_until
    start = max(first.span.start, BEGINNING if since is None else since)
    end = min(parts[-1].span.end, END if until is None else until)
    if end <= start:
        return None
    gaps = [
        Interval(one.span.end, other.span.start)
        for one, other in pairwise(parts)
        if one.span.end < other.span.start
    ]
    bounded = schedule.with_holes(
        _of_each(parts, lambda written: written.passes),
        (*_of_each(parts, lambda written: written.suspensions), *gaps),
        None if start == BEGINNING else start,
        None if end == END else end,
    )
    return Dated(first.condition_id, first.version, first.written, bounded)


def _of_each(parts: Sequence[_Stretch], holes: Callable[[Schedule], Intervals]) -> Intervals:
    """Return what is cut out of the hours: as each part has it, in its own time."""
    if len(parts) == 1:
        return holes(parts[0].written.schedule)
    every = [holes(each.written.schedule) for each in parts]
    if all(each == every[0] for each in every):
        return every[0]
    spans = [each.span for each in parts]
    cut = (within(some, span.start, span.end) for some, span in zip(every, spans, strict=True))
    return normalize(chain.from_iterable(cut))
