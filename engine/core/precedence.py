"""Which conditions come before which: the priority of conditions where they overlap.

Conditions that say where to be (curfew, inclusion, attendance) of a higher priority come before
others of the same wearer, whatever order brings them:

- another condition that says where to be is not in force while one of them is: nobody has to be at
  two places at once. Of equal priority all hold;
- a condition to keep out does not apply inside the places in which one of them, while it is in
  force, has the wearer be.

A condition none of whose zones exist says nothing, and comes before nothing. To keep away from a
person no condition comes before.
"""

from collections.abc import Iterable

import msgspec

from engine.core.order import Condition
from zones.interval import BEGINNING, END


def ranked(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Return conditions in the same order, each with those that come before it."""
    every = tuple(conditions)
    if len({each.priority for each in every}) < 2:
        return every
    done: dict[int, Condition] = {}
    for place in sorted(range(len(every)), key=lambda place: -every[place].priority):
        condition = every[place]
        above = tuple(done[other] for other in sorted(done) if _before(done[other], condition))
        done[place] = msgspec.structs.replace(condition, above=above)
    return tuple(done[place] for place in range(len(every)))


def _before(one: Condition, other: Condition) -> bool:
    higher = one.says_where and one.priority > other.priority
    about_places = other.says_where or other.keep_out
    return higher and about_places and any(one.histories()) and _meet(one, other)


def _meet(one: Condition, other: Condition) -> bool:
    """Tell whether there is any time at which both can be in force."""
    starts = (each.schedule.effective_from or BEGINNING for each in (one, other))
    ends = (
        END if each.schedule.effective_until is None else each.schedule.effective_until
        for each in (one, other)
    )
    return max(starts) < min(ends)
