"""Which version of an order holds when, and what a change from some time on makes of it.

A version holds from when it takes effect until a later-numbered one takes its place. One that is
dated back, or before a version dated ahead, takes the place of every version from its own date on:
what was recorded last is what counts.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from engine.core.registry import Order
from zones.instant import Instant
from zones.interval import END


class Held(NamedTuple):
    """A version of an order, and when it holds: [start, end)."""

    order: Order
    start: Instant
    end: Instant


def takes_effect(order: Order) -> Instant:
    """Return from when on a version takes the place of others."""
    return order.effective_from if order.version_from is None else order.version_from


def timeline(versions: Iterable[Order]) -> list[Held]:
    """Return the versions of one order that still hold at some time, in order of time.

    `versions` is every version, by number. What an order's own dates leave of it is not looked at.
    """
    standing: list[Order] = []
    for version in versions:
        while standing and takes_effect(standing[-1]) >= takes_effect(version):
            standing.pop()
        standing.append(version)
    return [
        Held(one, takes_effect(one), END if other is None else takes_effect(other))
        for one, other in pairwise([*standing, None])
        if one is not None
    ]


def held_from(versions: Sequence[Order], since: Instant) -> list[Held]:
    """Return what holds at or after an instant, the first of them cut to begin no earlier.

    What begins with the order's first version goes back to before that.
    """
    found = [each for each in timeline(versions) if each.end > since]
    return [each._replace(start=max(each.start, since)) for each in found]
